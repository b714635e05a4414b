// What a person's pages do where scripts run; all of them are whole without it.

const answered = document.querySelector('[data-state]');
if (answered && (window.opener || window.parent !== window)) {
  const { state, topic, origins } = answered.dataset;
  const asking = window.opener ?? window.parent;
  // A message to an origin that the asking page does not have is not delivered.
  for (const origin of origins.split(' ')) asking.postMessage({ ringonce: 1, topic, state }, origin);
}

const field = document.querySelector('[data-push-key]');
if (field && 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) {
  const choice = field.closest('.choice');
  if (choice) choice.hidden = false;
  field.form.addEventListener('submit', async (event) => {
    const { form } = field;
    const chosen = new FormData(form).get('channel');
    if (chosen !== 'webpush' || event.submitter?.value !== 'grant' || field.value) return;
    event.preventDefault();
    try {
      field.value = await subscription(field.dataset.pushKey);
      form.requestSubmit(event.submitter);
    } catch {
      refuse(form);
    }
  });
}

async function subscription(key) {
  await navigator.serviceWorker.register('/sw.js');
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  return JSON.stringify(made);
}

function refuse(form) {
  let words = form.querySelector('#mistake');
  if (!words) {
    words = document.createElement('p');
    words.id = 'mistake';
    words.className = 'error';
    words.setAttribute('role', 'alert');
    form.prepend(words);
  }
  words.textContent = field.dataset.refused;
}
