//! People and businesses, who repeat what got no answer.

use std::rc::Rc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method};
use ringonce_adapters::ambient::simulated;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::request::Body;
use ringonce_adapters::wire::{Request, Response};
use ringonce_domain::ids::OptinId;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::names::BusinessId;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::dice::{chance, span};
use crate::log::{Log, Seen};
use crate::process::{BEGAN_AT, Pool};
use crate::scenario::Plan;
use crate::store::TableLine;

/// How often something is tried that gets no answer.
const TRIES: u32 = 8;
const SOON: Duration = Duration::from_secs(3);

/// What all callers share.
pub(crate) struct Town {
    pub(crate) pool: Pool,
    pub(crate) log: Log,
    pub(crate) key: String,
    pub(crate) keys: KeyRing,
    pub(crate) business: BusinessId,
}

/// A call: what a program or a browser sends.
#[derive(Clone)]
struct Call {
    method: Method,
    path: String,
    body: Option<Value>,
    name: Option<String>,
}

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None, name: None }
    }

    fn with(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    fn named(self, name: String) -> Self {
        Self { name: Some(name), ..self }
    }

    fn request(&self, key: &str) -> Request {
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, value: &str| headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        set("authorization", &format!("Bearer {key}"));
        set("content-type", "application/json");
        if let Some(name) = &self.name {
            set("idempotency-key", name);
        }
        Request {
            method: self.method.clone(),
            segments: Request::split(&self.path),
            headers,
            body: self.body.as_ref().map_or(Body::Empty, |body| Body::Bytes(body.to_string().into_bytes())),
            request_id: "sim".to_owned(),
            ..Request::default()
        }
    }
}

async fn answer(app: std::sync::Arc<App<TableLine>>, request: Request) -> Response {
    match request.segments.first().map(String::as_str) {
        Some("v1") if request.segments.get(1).is_some_and(|segment| segment == "notifications") => {
            send_notification::handle(app, request).await
        }
        Some("v1") => request_optin::handle(app, request).await,
        _ => grant_token::handle(app, request).await,
    }
}

impl Town {
    /// A call that is repeated until it is answered for good: status and body, or nothing where it never was.
    async fn call(&self, call: &Call) -> Option<(u16, Value)> {
        for _ in 0..TRIES {
            let request = call.request(&self.key);
            let answered = self.pool.invoke(async |process, _| answer(process.app.clone(), request).await).await;
            if let Some(response) = answered.filter(|response| response.status.as_u16() < 500) {
                return Some((response.status.as_u16(), serde_json::from_str(&response.body).unwrap_or_default()));
            }
            sleep(span(SOON)).await;
        }
        None
    }

    /// Asks: the opt-in's id and the path of its link.
    async fn ask(&self, person: &str, topic: &str) -> Option<(String, String)> {
        let since = self.log.now();
        let body = json!({ "user": person, "topic": topic, "title": "T" });
        let call = Call::new(Method::POST, "/v1/optins").with(body).named(format!("ask-{person}-{topic}-{since}"));
        let (status, asked) = self.call(&call).await?;
        self.log.note(Seen::AskedFrom { person: person.to_owned(), since, status });
        if status != 201 {
            return None;
        }
        let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
        let id = OptinId::parse(&self.keys, &self.business, &text("id")).expect("an id of this deployment's");
        self.log.note(Seen::Asked { person: person.to_owned(), id: text("id"), asked_at: id.asked_at.millis() });
        let path = text("consent_url").strip_prefix("https://notify.example").unwrap_or_default().to_owned();
        Some((text("id"), path))
    }

    /// The token, once the grant is known.
    async fn token(&self, id: &str) -> Option<String> {
        let (_, optin) = self.call(&Call::new(Method::GET, format!("/v1/optins/{id}"))).await?;
        optin["token"].as_str().map(str::to_owned)
    }

    async fn redeem(&self, plan: &Plan, token: &str, number: u64) {
        sleep(span(SOON)).await;
        let text = format!("{}-{number}", plan.name);
        let mut body = json!({ "token": token, "message": { "text": text } });
        if let Some(wait) = plan.send_in {
            let at = BEGAN_AT + self.log.now() + u64::try_from(wait.as_millis()).unwrap_or_default();
            body["send_at"] = json!(ringonce_domain::time::Timestamp::from_millis(at).to_string());
        }
        let call = Call::new(Method::POST, "/v1/notifications").with(body);
        let call = if chance(70) { call.named(format!("send-{text}")) } else { call };
        if let Some((status, _)) = self.call(&call).await {
            self.log.note(Seen::Redeemed { person: plan.name.clone(), text, status });
        }
    }

    async fn revoke(&self, plan: &Plan, id: &str) {
        if let Some((200, _)) = self.call(&Call::new(Method::POST, format!("/v1/optins/{id}/revoke"))).await {
            self.log.note(Seen::Revoked { person: plan.name.clone() });
        }
    }

    async fn block(&self, plan: &Plan, page: &str) {
        let answered = self.call(&Call::new(Method::POST, format!("{page}/block"))).await;
        if answered.is_some_and(|(status, _)| status == 303) {
            self.log.note(Seen::Blocked { person: plan.name.clone() });
            // A block stops questions at once.
            let _ = self.ask(&plan.name, "after-a-block").await;
        }
    }
}

/// One person's story.
pub(crate) async fn live(town: Rc<Town>, plan: Plan) {
    let Some((id, link)) = town.ask(&plan.name, "t").await else {
        return;
    };
    let yes = json!({ "answer": "grant", "channel": plan.channel.name() });
    let Some((200, granted)) = town.call(&Call::new(Method::POST, link).with(yes)).await else {
        return;
    };
    let page = granted["manage_url"].as_str().and_then(|url| url.strip_prefix("https://notify.example")).unwrap_or_default().to_owned();
    let Some(token) = town.token(&id).await else {
        return;
    };
    let redeemers = futures_util::future::join_all((0..plan.redeemers).map(|number| town.redeem(&plan, &token, number)));
    let revoke = async {
        if let Some(wait) = plan.revoke_after {
            sleep(wait).await;
            town.revoke(&plan, &id).await;
        }
    };
    let block = async {
        if let Some(wait) = plan.block_after {
            sleep(wait).await;
            town.block(&plan, &page).await;
        }
    };
    futures_util::join!(redeemers, revoke, block);
}

/// Many questions to one person, at once.
pub(crate) async fn ask_often(town: Rc<Town>, questions: u64) {
    let asks = (0..questions).map(|number| {
        let town = Rc::clone(&town);
        async move {
            sleep(span(SOON)).await;
            town.ask("capped", &format!("topic-{number}")).await
        }
    });
    futures_util::future::join_all(asks).await;
}

/// Whether chance still follows from a seed: a run without one proves nothing.
pub(crate) fn is_seeded() -> bool {
    simulated::next().is_some()
}
