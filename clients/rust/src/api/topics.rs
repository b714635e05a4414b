use crate::call::{Call, path, with};
use crate::types::{Demand, Order, Topics, Waiting};
use crate::{Client, Error};

impl Client {
    /// A page of the topics whose names begin with `prefix`; the `next` of a page leads to the following one.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn topics(&self, prefix: Option<&str>, after: Option<&str>, limit: Option<u32>) -> Result<Topics, Error> {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let query = [("prefix", text(prefix)), ("after", text(after)), ("limit", limit.map(|limit| limit.to_string()))];
        self.call(Call::get(with(path(&["topics"]), &query))).await
    }

    /// The demand for a topic.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn topic(&self, topic: &str) -> Result<Demand, Error> {
        self.call(Call::get(path(&["topics", topic]))).await
    }

    /// Who is next for a release of `topic`, `limit` of them (1 to 25), and what it costs to tell `people`, or all.
    ///
    /// # Errors
    /// `invalid-field`.
    pub async fn waiting(&self, topic: &str, order: &Order, limit: u32, people: Option<u32>) -> Result<Waiting, Error> {
        let query = [
            ("limit", Some(limit.to_string())),
            ("people", people.map(|people| people.to_string())),
            ("order", Some(order.word().to_owned())),
        ];
        self.call(Call::get(with(path(&["topics", topic, "waiting"]), &query))).await
    }
}
