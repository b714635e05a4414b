use http::Method;

use crate::call::{Call, path, with};
use crate::types::{NewRelease, Release, ReleaseList, Started};
use crate::{Client, Error};

impl Client {
    /// Sends one message to those who wait for a topic.
    ///
    /// # Errors
    /// `invalid-field`, `tokens-frozen`.
    pub async fn start_release(&self, topic: &str, release: &NewRelease) -> Result<Started, Error> {
        self.call(Call::change(Method::POST, path(&["topics", topic, "releases"])).with_body(release)?).await
    }

    /// A page of the releases, the latest first; the `next` of a page leads to the following one.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn releases(&self, before: Option<&str>) -> Result<ReleaseList, Error> {
        self.call(Call::get(with(path(&["releases"]), &[("before", before.map(str::to_owned))]))).await
    }

    /// A release.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn release(&self, id: &str) -> Result<Release, Error> {
        self.call(Call::get(path(&["releases", id]))).await
    }

    /// Stops a release: nobody else is taken, and who was taken is told.
    ///
    /// # Errors
    /// `already-finished`.
    pub async fn stop_release(&self, id: &str) -> Result<Release, Error> {
        self.call(Call::change(Method::DELETE, path(&["releases", id]))).await
    }
}
