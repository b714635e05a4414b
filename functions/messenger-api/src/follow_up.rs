//! The one message that a person's token sends.

use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, auth};
use ringonce_domain::business::ApiKeyRecord;
use ringonce_domain::commands::{self, Notified, NotifyInput};
use ringonce_domain::messenger::MESSAGE_ID;
use ringonce_domain::store::Store;
use serde_json::{Value, json};

use crate::answer::Call;
use crate::error::GraphError;
use crate::message::message;

pub(crate) async fn follow_up(app: &App<impl Store>, caller: &ApiKeyRecord, call: &Call, token: String) -> Result<Value, GraphError> {
    auth::check_thawed(&caller.settings)?;
    let message = message(&call.fields.json("message")?)?;
    let input = NotifyInput { business: caller.business.clone(), token, message, send_at: None, name: call.name.clone() };
    let notified = commands::notify(app.store.as_ref(), &app.keys, &input, app.clock.now(), random()).await.map_err(ApiError::from)?;
    let Notified { optin, redemption, .. } = notified.map_err(ApiError::from)?;
    let id = optin.id().notification(redemption).to_text(&app.keys, &optin.business).ok_or(ApiError::Internal)?;
    Ok(json!({ "recipient_id": optin.user.as_str(), "message_id": format!("{MESSAGE_ID}{id}") }))
}
