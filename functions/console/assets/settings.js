// How the business is set, in words, and the command that changes each thing.

import { get, path } from './api.js';
import { badge, el, load, notice, section, theirs } from './dom.js';
import { many, span } from './format.js';
import { channelInWords } from './words.js';

export function draw(root, signal) {
  return load(root, signal, () => get(path(['business']), signal), drawn);
}

function drawn(found) {
  const set = (rest) => el('code.command', {}, `ringonce business set ${found.id} ${rest}`);
  const item = (title, value, rest) => el('div.setting', {}, el('h3', {}, title), el('div', {}, value), el('p.soft', {}, 'Changed by'), set(rest));
  const list = (items) => el('ul', {}, items.map((each) => el('li', {}, each)));
  return [
    notice('plain', el('p', {}, 'Settings are changed by whoever runs this deployment, with the commands below: with ', el('code', {}, '--local'), ' on a machine of their own. Functions know a change within a minute.')),
    section('How often a person may be asked',
      item('Caps', list(found.caps.map(({ count, window }) => `at most ${many(count, 'question')} ${window === '1d' ? 'a day' : `in ${span(window)}`}`)), found.caps.map(({ count, window }) => `--cap ${count}/${window}`).join(' ')),
      item('The same topic', `at most once in ${span(found.topic_window)}`, `--topic-window ${found.topic_window}`)),
    section('How people are reached, and how it looks',
      item('Channels, the first as the default', list(found.channels.map((name) => `${name}: ${channelInWords(name)}`)), found.channels.map((name) => `--channel ${name}`).join(' ')),
      item('Name', theirs(found.name), `--name ${quoted(found.name)}`),
      item('Colour', found.colour ? [swatch(found.colour), found.colour] : 'none of its own', `--colour '${found.colour ?? '#0a7d5c'}'`),
      item('Logo', found.logo ? theirs(found.logo) : 'none', `--logo ${found.logo ?? 'https://shop.example/logo.svg'}`)),
    section('What may call, and what is called',
      item('Origins where publishable keys may be used', found.origins.length ? list(found.origins.map(theirs)) : 'none', (found.origins.length ? found.origins : ['https://shop.example']).map((origin) => `--origin ${origin}`).join(' ')),
      item('Webhook', found.webhook ? theirs(found.webhook) : 'none', `--webhook ${found.webhook ?? 'https://shop.example/ringonce'}`),
      item('Form of the webhook', found.webhook_form === 'messenger' ? `as Messenger's webhooks have it` : 'Standard Webhooks', `--webhook-format ${found.webhook_form}`)),
    section('Tokens',
      item('State', found.frozen ? [badge('Frozen', 'warn'), ' No message and no release goes until they are thawed.'] : [badge('In use', 'good'), ' Messages and releases go.'], found.frozen ? '--thaw' : '--freeze')),
  ];
}

/** A text as a shell reads it. */
const quoted = (text) => `'${text.replaceAll(`'`, `'\\''`)}'`;

function swatch(colour) {
  const element = el('span.swatch', { 'aria-hidden': 'true' });
  element.style.background = colour;
  return element;
}
