//! An occurrence of a schedule: one call of the API without a key. Who may invoke the function may speak for any business.

use std::sync::Arc;

use ringonce_adapters::app::App;
use ringonce_adapters::wire::request::{LONGEST_BODY, read_json};
use ringonce_adapters::wire::{ApiError, Response, auth};
use ringonce_domain::call::CallName;
use ringonce_domain::names::{BusinessId, Execution, Topic};
use ringonce_domain::store::Store;
use ringonce_domain::text::Invalid;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::releases::{self, ReleaseBody};
use crate::{NotifyBody, notify_as};

/// Which call a schedule makes.
enum Kind {
    Send,
    Release,
}

impl TryFrom<String> for Kind {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        match text.as_str() {
            "send" => Ok(Self::Send),
            "release" => Ok(Self::Release),
            _ => Err(Invalid::new("ringonce", "must be `send` or `release`")),
        }
    }
}

/// What a schedule starts.
enum Start {
    Send(NotifyBody),
    Release(Topic, ReleaseBody),
}

/// What a schedule's input says.
pub struct Occurrence {
    business: BusinessId,
    execution: Execution,
    start: Start,
}

/// Carries out what a schedule's input says, and nothing where it has been carried out.
///
/// # Errors
/// Those of the API's call that it stands for; and when an input breaks a rule, or names a business that there is not.
pub async fn carry_out(app: Arc<App<impl Store>>, input: String) -> Result<Response, ApiError> {
    let Occurrence { business, execution, start } = Occurrence::parse(&input)?;
    let unknown = || Invalid::new("business", "is none of this deployment: `ringonce business add` adds one");
    auth::check_thawed(&app.businesses.of(&business).await?.ok_or_else(unknown)?.settings)?;
    let name = Some(CallName::Execution(execution));
    match start {
        Start::Send(body) => notify_as(&app, &business, body, name).await,
        Start::Release(topic, body) => releases::start_as(&app, &business, topic, body, name).await,
    }
}

impl Occurrence {
    /// Reads an input. What stands beside the fields that every input has is the body of the API's call, and read as such.
    ///
    /// # Errors
    /// Names the field that breaks a rule, and repeats no value.
    pub fn parse(input: &str) -> Result<Self, ApiError> {
        if input.len() > LONGEST_BODY {
            return Err(ApiError::BodyTooLarge);
        }
        let mut fields: Map<String, Value> = read_json(input.as_bytes())?;
        let kind = take(&mut fields, "ringonce")?;
        let (business, execution) = (take(&mut fields, "business")?, take(&mut fields, "execution")?);
        let start = match kind {
            Kind::Send => Start::Send(body(fields)?),
            Kind::Release => Start::Release(take(&mut fields, "topic")?, body(fields)?),
        };
        Ok(Self { business, execution, start })
    }
}

/// The fields that are left, read as a body of the API.
fn body<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, ApiError> {
    read_json(Value::Object(fields).to_string().as_bytes())
}

/// Takes a field out that must be there.
fn take<T: TryFrom<String, Error = Invalid>>(fields: &mut Map<String, Value>, name: &'static str) -> Result<T, Invalid> {
    match fields.remove(name) {
        Some(Value::String(text)) => T::try_from(text),
        Some(_) => Err(Invalid::new(name, "must be a text")),
        None => Err(Invalid::new(name, "is missing")),
    }
}
