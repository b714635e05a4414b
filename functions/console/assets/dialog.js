// Dialogs: nothing that cannot be undone is done without one.

import { button, el, failure, fresh, show } from './dom.js';

/**
 * Asks before something is done, and does it: answers what `run` does, or nothing if it was cancelled. With `typed`,
 * that text has to be typed first. What fails is shown in the dialog, which stays open.
 */
export function confirmed({ title, body, action, typed, signal, run }) {
  const { promise, resolve } = Promise.withResolvers?.() ?? resolvers();
  const place = el('div');
  const field = typed && typing(typed);
  const go = button(action, () => act(), { class: 'primary danger' });
  const cancel = button('Cancel', () => dialog.close());
  const heading = fresh('dialog');
  const dialog = el('dialog', { 'aria-labelledby': heading }, el('h2', { id: heading }, title), body, field?.label, place, el('p.actions', {}, go, cancel));
  const close = () => dialog.close();
  let found;
  let running = false;

  async function act() {
    if (running) return;
    if (field && !field.isRight()) return show(place, el('p.error', { role: 'alert' }, `Type ${typed} exactly as it stands above.`));
    running = true;
    for (const each of [go, cancel]) each.setAttribute('aria-disabled', 'true');
    try {
      found = await run();
      dialog.close();
    } catch (error) {
      if (!signal.aborted) show(place, failure(error));
    } finally {
      running = false;
      for (const each of [go, cancel]) each.removeAttribute('aria-disabled');
    }
  }

  dialog.addEventListener('cancel', (event) => running && event.preventDefault());
  dialog.addEventListener('close', () => {
    signal.removeEventListener('abort', close);
    dialog.remove();
    resolve(found);
  });
  signal.addEventListener('abort', close);
  document.body.append(dialog);
  dialog.showModal();
  (field?.input ?? cancel).focus();
  return promise;
}

function typing(text) {
  const input = el('input', { id: fresh('typed'), autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off' });
  const label = el('p.field', {}, el('label', { for: input.id }, 'Type ', el('strong', {}, el('bdi', {}, text)), ' to go on'), input);
  return { input, label, isRight: () => input.value.trim() === text.trim() };
}

function resolvers() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
