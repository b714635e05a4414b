//! Everything that is said in a language.

/// The words of one language. `{business}`, `{title}` and `{moment}` stand for what is filled in, where a field's words
/// below name them.
#[derive(Debug)]
pub struct Words {
    /// The language's tag (RFC 5646).
    pub tag: &'static str,
    /// What the language calls itself.
    pub name: &'static str,
    /// Whether it is written from right to left.
    pub right_to_left: bool,
    /// Its months, January first.
    pub months: [&'static str; 12],
    /// A moment, of `{day}`, `{month}`, `{year}` and `{time}`.
    pub moment: &'static str,
    /// The consent page.
    pub consent: Consent,
    /// What a person's answer came to: a heading and a sentence for each, of `{business}` and `{title}`.
    pub answered: Answered,
    /// The person's own page.
    pub mine: Mine,
    /// What went wrong: a heading and what to do.
    pub error: Errors,
    /// What is said in e-mails.
    pub mail: Mail,
}

/// A heading, and the sentence under it.
pub type Said = (&'static str, &'static str);

/// The consent page.
#[derive(Debug)]
pub struct Consent {
    /// Its heading.
    pub heading: &'static str,
    /// `{business}` asks; the title follows.
    pub lead: &'static str,
    /// What saying yes means.
    pub promise: &'static str,
    /// Until `{moment}` it can be answered.
    pub lapses: &'static str,
    /// The button for yes.
    pub yes: &'static str,
    /// The button for no.
    pub no: &'static str,
    /// Over the choice of channels.
    pub how: &'static str,
    /// By the person's own page.
    pub inbox: &'static str,
    /// By the business's own sender: `{business}`.
    pub webhook: &'static str,
    /// By a notification of the browser.
    pub webpush: &'static str,
    /// By e-mail.
    pub email: &'static str,
    /// By e-mail, to the `{address}` that is known.
    pub email_known: &'static str,
    /// The field for an address.
    pub email_field: &'static str,
    /// The same where one is known already.
    pub email_other: &'static str,
    /// What an address leads to first.
    pub email_note: &'static str,
    /// What becomes of an address: `{business}`.
    pub kept: &'static str,
    /// An address that is none.
    pub email_invalid: &'static str,
    /// The browser does not permit notifications.
    pub webpush_refused: &'static str,
}

/// What a person's answer came to.
#[derive(Debug)]
pub struct Answered {
    /// One message will come.
    pub granted: Said,
    /// A link was sent by which the person is to confirm.
    pub confirming: Said,
    /// The message was sent.
    pub sent: Said,
    /// It could not be delivered.
    pub failed: Said,
    /// Nobody knows whether it arrived.
    pub unknown: Said,
    /// Its time is up.
    pub expired: Said,
    /// No.
    pub declined: Said,
    /// Taken back.
    pub revoked: Said,
    /// The link to the person's own page.
    pub manage: &'static str,
}

/// The person's own page.
#[derive(Debug)]
pub struct Mine {
    /// Its heading.
    pub heading: &'static str,
    /// Whose messages: `{business}`.
    pub from: &'static str,
    /// There is nothing.
    pub nothing: &'static str,
    /// When it was agreed to: `{moment}`.
    pub since: &'static str,
    /// One message will come.
    pub granted: &'static str,
    /// It waits for the person's confirmation.
    pub confirming: &'static str,
    /// It is on its way.
    pub queued: &'static str,
    /// It was sent.
    pub sent: &'static str,
    /// It could not be delivered.
    pub failed: &'static str,
    /// Nobody knows whether it arrived.
    pub unknown: &'static str,
    /// Its time is up.
    pub expired: &'static str,
    /// The person said no.
    pub declined: &'static str,
    /// Taken back.
    pub revoked: &'static str,
    /// The button that takes one back.
    pub revoke: &'static str,
    /// The same for whoever does not see what it stands beside: `{title}`.
    pub revoke_title: &'static str,
    /// What a block does.
    pub block_note: &'static str,
    /// The button that blocks `{business}`.
    pub block: &'static str,
    /// That it is blocked.
    pub blocked_note: &'static str,
    /// The button that lifts it: `{business}`.
    pub unblock: &'static str,
}

/// What went wrong.
#[derive(Debug)]
pub struct Errors {
    /// A link that was never made.
    pub link_invalid: Said,
    /// A link whose time is up.
    pub link_expired: Said,
    /// A link that a later one replaced.
    pub link_superseded: Said,
    /// The person has said yes already.
    pub already_granted: Said,
    /// The person has said no already.
    pub already_declined: Said,
    /// The message is leaving right now.
    pub in_flight: Said,
    /// It is over.
    pub already_ended: Said,
    /// Another site sent the form.
    pub cross_site: Said,
    /// Too many.
    pub too_many: Said,
    /// A fault that passes.
    pub unavailable: Said,
    /// Any other fault.
    pub other: Said,
    /// The id by which to speak of it: `{id}`.
    pub request: &'static str,
}

/// What is said in e-mails.
#[derive(Debug)]
pub struct Mail {
    /// Subject of the mail that asks to confirm: `{business}`.
    pub confirm_subject: &'static str,
    /// What it says, of `{business}` and `{title}`.
    pub confirm_text: &'static str,
    /// The link in it, and the button of the page that it leads to.
    pub confirm: &'static str,
    /// For whom it was not meant.
    pub confirm_ignore: &'static str,
    /// Heading of the page that it leads to.
    pub confirm_heading: &'static str,
    /// Subject of a question that is sent: `{business}`.
    pub ask_subject: &'static str,
    /// The link to its answer.
    pub ask_link: &'static str,
    /// Why a question came: `{business}`.
    pub ask_why: &'static str,
    /// Why a message came: `{business}` and `{title}`.
    pub why: &'static str,
    /// The link to the person's own page.
    pub manage: &'static str,
    /// The link that a message leads to.
    pub open: &'static str,
}
