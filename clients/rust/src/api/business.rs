use crate::call::{Call, path, with};
use crate::types::{Business, Days};
use crate::{Client, Error};

impl Client {
    /// The business whose key this is.
    ///
    /// # Errors
    /// `unauthorized`.
    pub async fn business(&self) -> Result<Business, Error> {
        self.call(Call::get(path(&["business"]))).await
    }

    /// What happened from day to day (UTC), both days included, such as `2026-11-01` to `2026-11-30`: at most 92 days, and the
    /// last 30 unless named.
    ///
    /// # Errors
    /// `invalid-field`.
    pub async fn days(&self, from: Option<&str>, to: Option<&str>) -> Result<Days, Error> {
        let query = [("from", from.map(str::to_owned)), ("to", to.map(str::to_owned))];
        self.call(Call::get(with(path(&["days"]), &query))).await
    }
}
