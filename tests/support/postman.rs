//! A mail server in memory, which keeps what it takes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ringonce_adapters::email::{Mail, Mailer};
use ringonce_adapters::providers::{Post, Providers};
use ringonce_adapters::webhook::Verdict;

/// The server.
#[derive(Default)]
pub struct Postman {
    mails: Mutex<Vec<Mail>>,
    planned: Mutex<VecDeque<Verdict>>,
}

impl Postman {
    /// Has it meet the next e-mails with these verdicts; then it takes everything again.
    pub fn behave(&self, verdicts: impl IntoIterator<Item = Verdict>) {
        self.planned.lock().unwrap().extend(verdicts);
    }

    /// Every e-mail that it was handed, taken or not.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// The one e-mail that came last, and its link that begins so.
    pub fn last_link(&self, begins: &str) -> String {
        let mail = self.mails().pop().unwrap();
        let from = mail.text.find(begins).unwrap_or_else(|| panic!("no {begins} in {}", mail.text));
        mail.text[from..].split_whitespace().next().unwrap().to_owned()
    }

    /// Providers with this server alone.
    pub fn providers(self: &Arc<Self>) -> Providers {
        let from = "notify@shop.example".to_owned().try_into().unwrap();
        let mailer: Arc<dyn Mailer> = Arc::<Self>::clone(self);
        Providers { vapid: None, post: Some(Post { mailer, from }) }
    }
}

#[async_trait]
impl Mailer for Postman {
    async fn send(&self, mail: &Mail) -> Verdict {
        self.mails.lock().unwrap().push(mail.clone());
        self.planned.lock().unwrap().pop_front().unwrap_or(Verdict::Accepted)
    }
}
