//! What `ringonce dev` prints: where things are, and a lifecycle to paste.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use ringonce_domain::time::span_text;

use super::state::LocalState;
use crate::local::engine::Engine;

/// Where things are.
pub(super) fn banner(state: &LocalState, engine: &Engine, origin: &str, ahead: Duration) -> String {
    let kept =
        if state.is_temporary() { "in a temporary folder, gone at the end".to_owned() } else { state.directory().display().to_string() };
    let mut banner = format!(
        "Ringonce is running. Ctrl-C stops it; everything that was answered is kept.\n\
         \n  Shop       {origin}/shop (begin here: a visitor's side, and the shop's under /shop/back)\n  Console    {origin}/console (for the staff: sign in with the KEY below)\n  API        {origin} (its reference: {origin}/docs)\n  DynamoDB   http://{} (embedded, table `ringonce`)\n  State      {kept}\n",
        engine.address
    );
    if !ahead.is_zero() {
        let _ = writeln!(banner, "  Clock      {} ahead", span_text(ahead));
    }
    banner.push_str("  Webhooks   loopback addresses are allowed here; a deployment calls public https addresses only\n");
    banner
}

/// Where things are that functions of other processes work on.
pub(super) fn engine_banner(state: &LocalState, engine: &Engine, environment: &Path) -> String {
    format!(
        "The engine is running; its stream and the schedule go to functions under `cargo lambda watch`. Ctrl-C stops it.\n\
         \n  DynamoDB     http://{} (embedded, table `ringonce`)\n  Environment  {}\n  State        {}\n",
        engine.address,
        environment.display(),
        state.directory().display()
    )
}

/// A lifecycle to paste into another terminal.
pub(super) fn script(origin: &str, api_key: &str) -> String {
    format!("{}{WEBHOOK_AND_CAPS}{END}", opening(origin, api_key))
}

/// The same without what needs a webhook on this machine: functions of other processes call public addresses only.
pub(super) fn short_script(origin: &str, api_key: &str) -> String {
    format!("{}{END}", opening(origin, api_key))
}

fn opening(origin: &str, api_key: &str) -> String {
    format!(
        r##"
Paste this into another terminal:
# --- walk-through ---
API={origin} KEY={api_key} PERSON=ada-$(date +%s)
field() {{ sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; echo; }}
call() {{ curl -sS -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' "$@"; }}
ask() {{ call "$API/v1/optins" -d "{{\"user\":\"$PERSON\",\"topic\":\"$1\",\"title\":\"$2\"}}"; }}

echo '1. Ask: may we tell you once when the shirt is back?'
ASKED=$(ask shirt-m 'Rad shirt, M'); echo "$ASKED"
echo '2. The person says yes: to be told on their own page.'
MINE=$(curl -sS -H 'Content-Type: application/json' "$(echo "$ASKED" | field consent_url)" -d '{{"answer":"grant","channel":"inbox"}}'); echo "$MINE"
echo '3. The business takes its token and sends the one message.'
TOKEN=$(call "$API/v1/optins/$(echo "$ASKED" | field id)" | field token)
SENT=$(call "$API/v1/notifications" -d "{{\"token\":\"$TOKEN\",\"message\":{{\"text\":\"The rad shirt is back in M.\"}}}}"); echo "$SENT"
sleep 1; call "$API/v1/notifications/$(echo "$SENT" | field id)"; echo
curl -sS "$(echo "$MINE" | field manage_url)" | sed -n 's/.*<blockquote[^>]*>\(.*\)<\/blockquote>.*/In the inbox: \1/p'; echo
echo '4. A second message with the same token is refused.'
call "$API/v1/notifications" -d "{{\"token\":\"$TOKEN\",\"message\":{{\"text\":\"And socks!\"}}}}"; echo
"##
    )
}

const WEBHOOK_AND_CAPS: &str = r##"echo '5. Another topic, this time by the business'\''s own sender: watch the first terminal.'
ASKED=$(ask shirt-l 'Rad shirt, L')
curl -sS -H 'Content-Type: application/json' "$(echo "$ASKED" | field consent_url)" -d '{"answer":"grant","channel":"webhook"}'; echo
TOKEN=$(call "$API/v1/optins/$(echo "$ASKED" | field id)" | field token)
SENT=$(call "$API/v1/notifications" -d "{\"token\":\"$TOKEN\",\"message\":{\"text\":\"The rad shirt is back in L.\"}}"); echo "$SENT"
sleep 1; call "$API/v1/notifications/$(echo "$SENT" | field id)"; echo
echo '6. Five asks a day, and no more.'
for TOPIC in sock cap shoe; do ask $TOPIC "A $TOPIC" | field state; done
call -i "$API/v1/optins" -d "{\"user\":\"$PERSON\",\"topic\":\"scarf\",\"title\":\"A scarf\"}"; echo
"##;

const END: &str = "# --- end ---\n";
