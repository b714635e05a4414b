// Finding a person or an opt-in.

import { call, path } from './api.js';
import { busy, el, notice, show, to } from './dom.js';

const KINDS = {
  user: ['Person', 'The person as your business calls them, such as a customer number.'],
  token: ['Token', 'Begins with ro_tok_. It is not shown, and no address of this page holds it.'],
  id: ['Opt-in', 'Its id, as the ask was answered with: begins with ro_opt_.'],
};

export function draw(root, signal, [scrubbed]) {
  const trouble = el('div');
  const input = el('input', { id: 'what', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', 'aria-describedby': 'what-hint', 'data-1p-ignore': true, 'data-lpignore': 'true' });
  const label = el('label', { for: 'what' });
  const hint = el('span.hint', { id: 'what-hint' });
  const kinds = Object.entries(KINDS).map(([value, [name]]) => el('label.option', {}, el('input', { type: 'radio', name: 'kind', value, checked: value === 'user' }), name));
  const form = el('form.form', { role: 'search', autocomplete: 'off', novalidate: true }, el('fieldset', {}, el('legend', {}, 'Find by'), el('div.options.row', {}, kinds)), el('p.field', {}, label, input, hint), trouble, el('p', {}, el('button.primary', {}, 'Find')));
  const choose = () => {
    const kind = form.elements.kind.value;
    [label.textContent, hint.textContent] = KINDS[kind];
    input.type = kind === 'token' ? 'password' : 'text';
  };
  form.addEventListener('change', (event) => event.target.name === 'kind' && choose());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return input.focus();
    const kind = kindOf(text, form.elements.kind.value);
    if (kind !== 'user') input.value = '';
    busy(form.querySelector('button'), trouble, signal, () => find(kind, text, signal, trouble));
  });
  choose();
  show(root, scrubbed === 'scrubbed' && notice('warn', el('p', {}, 'The address held a token or a key, which does not belong there. It was taken out; find the opt-in by its token here instead.')), form);
}

/** What a text is, whatever was chosen: a token is never taken for a person, whose name would be in the address. */
function kindOf(text, chosen) {
  if (/ro_[sp]k_/.test(text)) return 'key';
  if (text.includes('ro_tok_')) return 'token';
  return text.startsWith('ro_opt_') ? 'id' : chosen;
}

async function find(kind, text, signal, place) {
  if (kind === 'key') return show(place, notice('bad', el('p', {}, 'That is an API key. It finds nobody, and belongs into the sign-in alone.')));
  if (kind === 'user') return go(to('user', text));
  if (kind === 'id') return go(to('optin', text));
  const found = await call('POST', path(['tokens', 'find']), { body: { token: text }, signal }).catch((error) => {
    if (error.status === 404) return undefined;
    throw error;
  });
  if (found) return go(to('optin', found.id));
  return show(place, notice('warn', el('p', {}, 'No opt-in has that token. It was cut or mistyped, belongs to another business, or nothing is known of it any more.')));
}

const go = (hash) => void (location.hash = hash);

