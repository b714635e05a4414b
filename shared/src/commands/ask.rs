use std::time::Duration;

use crate::address::{OptinAddress, PersonKey, TopicKey};
use crate::business::{ChannelKind, Settings};
use crate::call::{Call, CallName, HALF};
use crate::caps::{Cap, CapRuling, SLOTS};
use crate::crash::{CrashPoint, pass};
use crate::ids::OptinId;
use crate::keyring::KeyRing;
use crate::link::SealedAsk;
use crate::names::{BusinessId, Locale, Topic, UserId};
use crate::person::{Ask, AskRuling};
use crate::store::{Store, StoreError, Stored};
use crate::text::{Payload, Title};
use crate::time::Timestamp;

/// What a business asks of whom.
#[derive(Debug, Clone)]
pub struct AskInput {
    /// Who asks.
    pub business: BusinessId,
    /// Its settings.
    pub settings: Settings,
    /// Who is asked.
    pub user: UserId,
    /// About what.
    pub topic: Topic,
    /// In which words.
    pub title: Title,
    /// What the business wants back.
    pub payload: Option<Payload>,
    /// The person's language.
    pub locale: Option<Locale>,
    /// The only channel to be offered; without it, all of the business's.
    pub channel: Option<ChannelKind>,
    /// Whether Ringonce brings the link to the person.
    pub deliver_ask: bool,
    /// How long the link lives; without it, as long as it may. Shortened to what the caps allow.
    pub expires_in: Option<Duration>,
    /// The caller's name for the call.
    pub name: Option<CallName>,
    /// The request as the caller's repeats must have it.
    pub fingerprint: Vec<u8>,
}

/// An ask that was made.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The opt-in that an answer will make.
    pub id: OptinId,
    /// The code of its link.
    pub code: String,
}

/// Why an ask was not made.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskRefusal {
    /// The person has blocked the business.
    Blocked,
    /// The same topic was asked about within the topic window.
    AlreadyAsked {
        /// When it may be asked about again.
        opens_at: Timestamp,
    },
    /// A cap is full.
    CapReached {
        /// Which one.
        cap: Cap,
        /// When it lets an ask through.
        opens_at: Timestamp,
    },
    /// The call's name stands for another ask.
    KeyReused,
}

/// Asks: one write, and one more for each rival that got in between with a clock ahead of ours.
///
/// # Errors
/// When the store could not decide.
pub async fn ask(
    store: &(impl Store + ?Sized),
    keys: &KeyRing,
    input: &AskInput,
    now: Timestamp,
    random: [u8; HALF],
) -> Stored<Result<Asked, AskRefusal>> {
    let person = PersonKey::of(keys, &input.business, &input.user);
    let topic = TopicKey::of(keys, &input.business, &input.topic);
    let call = Call::new(keys, &input.business, person.as_bytes(), input.name.as_ref(), &input.fingerprint, random);
    let address = OptinAddress { person, topic };
    let mut asked_at = now;
    pass(CrashPoint::AskBeforeWrite);
    // A rival that moves the newest ask ahead of our clock has been admitted, and at most ten can be before a cap is full.
    for _ in 0..=SLOTS {
        let sealed = sealed(keys, input, address, call, asked_at);
        let code = sealed.seal(keys);
        let link = input.deliver_ask.then(|| code.clone());
        let caps = input.settings.caps.clone();
        let command = Ask { person, business: input.business.clone(), topic, call, caps, now: asked_at, link };
        let ruling = store.ask(&command).await?;
        pass(CrashPoint::AskAfterWrite);
        return Ok(match ruling {
            AskRuling::Blocked => Err(AskRefusal::Blocked),
            AskRuling::Caps(CapRuling::Admitted) => Ok(Asked { id: sealed.id, code }),
            AskRuling::Caps(CapRuling::Own { asked_at }) => Ok(first_answer(keys, sealed, call, asked_at)),
            AskRuling::Caps(CapRuling::KeyReused) => Err(AskRefusal::KeyReused),
            AskRuling::Caps(CapRuling::AlreadyAsked { opens_at }) => Err(AskRefusal::AlreadyAsked { opens_at }),
            AskRuling::Caps(CapRuling::CapReached { cap, opens_at }) => Err(AskRefusal::CapReached { cap, opens_at }),
            AskRuling::Caps(CapRuling::ClockBehind { newest }) => {
                asked_at = newest;
                continue;
            }
        });
    }
    Err(StoreError::Unavailable("more asks for one person at once than any cap admits".to_owned()))
}

fn first_answer(keys: &KeyRing, mut sealed: SealedAsk, call: Call, asked_at: Timestamp) -> Asked {
    sealed.id.asked_at = asked_at;
    sealed.id.ask = call.id.asked_at(asked_at);
    Asked { id: sealed.id, code: sealed.seal(keys) }
}

fn sealed(keys: &KeyRing, input: &AskInput, address: OptinAddress, call: Call, asked_at: Timestamp) -> SealedAsk {
    let longest = input.settings.caps.longest_link();
    let life = input.expires_in.unwrap_or(longest).min(longest);
    let id = OptinId {
        address,
        asked_at,
        link_seconds: u32::try_from(life.as_secs()).unwrap_or(u32::MAX),
        ask: call.id.asked_at(asked_at),
        key: keys.current_mac(),
    };
    SealedAsk {
        id,
        business: input.business.clone(),
        business_name: input.settings.name.clone(),
        user: input.user.clone(),
        topic: input.topic.clone(),
        title: input.title.clone(),
        payload: input.payload.clone(),
        locale: input.locale.clone(),
        channels: input.channel.map_or_else(|| input.settings.channels.clone(), |channel| vec![channel]),
    }
}
