// One opt-in: its life so far, each step explained, and what became of its message.

import { get, optin, path } from './api.js';
import { badge, el, facts, link, load, notice, section, theirs, time } from './dom.js';
import { channelInWords, stateOf, step, whatNext, why } from './words.js';
import { message } from './topic.js';

export function draw(root, signal, [id]) {
  return load(root, signal, () => optin(id, signal), (found) => {
    const last = el('div');
    if (found.notification) load(last, signal, () => get(path(['notifications', found.notification]), signal), (told) => notification(told));
    return [standing(found), section('Its life so far', timeline(found.timeline)), found.notification && section('Its last message', last), section('About it', about(found))];
  });
}

/** Where an opt-in or a message stands, why, and what to do. */
export function standing({ state, reason }) {
  const { label, meaning, tone } = stateOf(state);
  const next = reason && whatNext(reason);
  return notice(tone || 'plain', el('p', {}, badge(label, tone), ' ', meaning), reason && el('p', {}, el('strong', {}, 'Why: '), why(reason)), next && el('p', {}, el('strong', {}, 'What to do: '), next));
}

function timeline(steps) {
  if (steps.length === 0) return el('p.soft', {}, 'Nothing has happened since it was asked.');
  return el('ol.timeline', {}, steps.map((each, at) => {
    const { label, why: because, tone } = step(each, at);
    return el('li', {}, badge(label, tone), ' ', time(each.at, true), because && el('p', {}, because));
  }));
}

function notification(told) {
  return [standing(told), told.message ? message(told.message) : el('p.soft', {}, 'Its words are no longer kept.'), facts([['Is sent', told.send_at && time(told.send_at)], ['Id', el('code', {}, told.id)]])];
}

function about(found) {
  return facts([
    ['Person', found.user && link(['user', found.user], theirs(found.user))],
    ['Topic', found.topic && link(['topic', found.topic], found.topic)],
    ['Asked about', found.title && theirs(found.title)],
    ['Asked', time(found.asked_at)],
    [found.state === 'asked' ? 'Can be answered until' : 'Ends', time(found.expires_at)],
    ['Reaches them', found.channel && channelInWords(found.channel)],
    ['Payload', found.payload && el('blockquote', {}, theirs(found.payload))],
    ['Consented to', found.consent && `version ${found.consent.text_version} of the words, in ${found.consent.language}`],
    ['Id', el('code', {}, found.id)],
  ]);
}
