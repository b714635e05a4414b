// States and reasons in words: what they mean, and what to do about it.

/** Of an opt-in and of a message: its label, what it means, and how it is to be looked at. */
export const STATES = {
  asked: ['Asked', 'The person was asked and has not answered yet.', ''],
  confirming: ['Confirming', 'The person said yes and typed an address, which they have yet to confirm by the link that was sent there.', ''],
  granted: ['Waiting', 'The person said yes. One message can be sent.', 'good'],
  declined: ['Declined', 'The person said no. No message will come.', 'over'],
  scheduled: ['Scheduled', 'The message is to be sent at its time.', 'busy'],
  queued: ['Queued', 'The message is to be delivered, or tried again.', 'busy'],
  attempting: ['Leaving', 'The message is being delivered, or was when its worker stopped.', 'busy'],
  sent: ['Sent', 'The message was delivered. The opt-in is used up.', 'good'],
  failed: ['Failed', 'The message was certainly not delivered, and never will be.', 'bad'],
  unknown: ['Unknown', 'Nobody can know whether the message was delivered. It is not sent again, so that nobody gets it twice.', 'warn'],
  revoked: ['Taken back', 'The grant was taken back. No message will come.', 'over'],
  expired: ['Expired', 'Its time was up. No message will come.', 'over'],
  superseded: ['Superseded', 'A later question about the same topic was answered.', 'over'],
  returned: ['Given back', 'The message was certainly not delivered, and the token is whole again: another message can be sent.', 'warn'],
};

/** Why: in words, and what to do about it. */
export const REASONS = {
  'by-person': ['The person asked for it.', 'Nothing. Ask again only when there is something new to offer.'],
  'by-business': ['Your business asked for it, by the API or this console.', 'Nothing.'],
  blocked: ['The person has blocked your business.', 'Nothing. Only the person can lift the block, on the page that every message links to.'],
  accepted: ['The channel took the message.', 'Nothing.'],
  refused: ['The channel refused this message for good.', 'Look at the message and at the endpoint that refused it, then send again if the token was given back.'],
  gone: [`The person's address, or your endpoint, is gone for good.`, 'Ask the person again, so that they give another address. If it was your webhook, see the Webhook page.'],
  'no-endpoint': ['Nothing can take the message: there is no webhook, it is disabled, or the channel is not set up.', 'Repair or enable the webhook, or have the channel set up, then send again.'],
  busy: ['The endpoint asked to be tried later.', 'Nothing yet: it is tried again for a day. If it happens often, give the endpoint more room or release in smaller steps.'],
  unreachable: ['The endpoint could not be reached. Nothing was sent.', 'Check that the endpoint is up and its certificate valid. It is tried again for a day.'],
  unclear: ['Something was sent, and no clear answer came.', `Look into the receiver's own log under the message's id before you ask the person again.`],
  'out-of-time': ['There was too little time left to send it. Nothing was sent.', 'Nothing: it is tried again.'],
  'lease-ended': ['A worker began to deliver it and never recorded an end.', `Look into the receiver's own log under the message's id. A channel that recognises repeats is tried again by itself.`],
  'gave-up': ['It was tried for a day, or as often as is permitted.', 'Repair what took nothing for so long, then send again if the token was given back, or ask the person again.'],
  cancelled: ['Your business cancelled the message before its time.', 'Nothing: the token is whole again.'],
  expired: [`The token's time was up.`, 'Ask the person again, and send sooner after they say yes.'],
  'returned-too-often': ['The token had been given back too often: eight times is the most.', 'Find out why the channel refuses the message, then ask the person again.'],
  restored: ['The table was restored to an earlier time, and what happened since is not known.', 'Look into the log of the receiver before you ask the person again.'],
};

/** Why a release ended. */
export const ENDS = {
  'limit-reached': 'It took as many people as it was to take.',
  'nobody-waits': 'Nobody waits any more.',
  'check-refused': 'The check address said no: there is nothing left to offer.',
  'check-unclear': 'The check address gave no clear answer, so it stopped. Repair the address and start another one.',
  'by-business': 'Your business stopped it. Those whom it had taken still got their message.',
  restored: 'The table was restored while it was under way. Whom it has reached since is not known: look before you start another one.',
};

export const RELEASES = { running: ['Running', 'busy'], finished: ['Finished', 'good'], stopped: ['Stopped', 'warn'] };

export const HEALTH = {
  healthy: ['Healthy', 'good', 'Events are sent as they happen.'],
  failing: ['Failing', 'warn', 'Nothing was taken since the last failure. Events are tried again for a day and kept for 30.'],
  disabled: ['Disabled', 'bad', 'Nothing is sent. Events are kept for 30 days, and messages by webhook come back to their tokens.'],
};

export const DISABLED = { gone: 'it answered an event with 410', failing: 'it took nothing for five days' };

export const FAILURES = {
  refused: 'it refused an event',
  gone: 'it answered 410: gone for good',
  busy: 'it asked to be tried later',
  unreachable: 'it could not be reached',
  unclear: 'no clear answer came',
};

/** What came of a test: in words, and how it is to be looked at. */
export const VERDICTS = {
  accepted: ['The endpoint took the event.', 'good'],
  refused: ['The endpoint answered with an error that another try will not mend. Check that it verifies the signature with the present secret.', 'bad'],
  gone: ['The endpoint answered 410. An event that is answered so disables the webhook.', 'bad'],
  busy: ['The endpoint asked to be tried later. Give it a moment, and test again.', 'warn'],
  unreachable: ['There was no connection to the endpoint, or it may not be called. Nothing was sent. Check its address and certificate.', 'bad'],
  unsigned: [`No key opens the webhook's secrets, so nothing was sent. Have the secret made anew: ringonce business set --rotate-webhook-secret.`, 'bad'],
  unclear: ['The event was sent, and no clear answer came in time. The endpoint has to answer within seconds.', 'warn'],
};

/** How a message reaches its person: in a word, and in more of them. */
const CHANNELS = {
  inbox: ['own page', `on the person's own page of this deployment`],
  webhook: ['webhook', 'by your own sender, called at your webhook'],
  webpush: ['browser', 'as a notification of their browser'],
  email: ['e-mail', 'as an e-mail'],
};

export const channel = (kind) => CHANNELS[kind]?.[0] ?? kind;
export const channelInWords = (kind) => CHANNELS[kind]?.[1] ?? kind;

/** The label and the tone of a state. */
export function stateOf(state) {
  const [label, meaning, tone] = STATES[state] ?? [state, '', ''];
  return { label, meaning, tone };
}

/** A reason in words; a new one by its own name. */
export const why = (reason) => REASONS[reason]?.[0] ?? reason;
export const whatNext = (reason) => REASONS[reason]?.[1];

/** What a step of a timeline means. One that leads back to `granted` gave the token back, one to `queued` is a try again. */
export function step({ state, reason }, at) {
  if (state === 'granted' && reason && at > 0) return { ...stateOf('returned'), why: why(reason) };
  if (state === 'queued' && reason) return { ...stateOf('queued'), label: 'To be tried again', why: why(reason) };
  return { ...stateOf(state), why: reason && why(reason) };
}
