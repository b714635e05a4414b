// Shows each push once. A message can come twice: its sender did not hear that the first was taken. A repeat must not
// alert, and yet has to show something. Chromium, where nothing is displayed when `push` ends, takes that from the site's
// budget or shows a line of its own. WebKit ends the subscription for that sooner or later, and shows a declarative
// message itself. So a repeat is shown silently: in the first's place (same tag) if that is still there; if it was
// dismissed, for no longer than it takes.
const MOST = 200;

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function memory() {
  const request = indexedDB.open('ringonce', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('shown', { autoIncrement: true }).createIndex('id', 'id');
  return settled(request);
}

// Whether a message was never shown.
async function isFirst(id) {
  const db = await memory();
  try {
    const shown = db.transaction('shown', 'readwrite').objectStore('shown');
    if (await settled(shown.index('id').getKey(id))) return false;
    const last = await settled(shown.add({ id }));
    await settled(shown.delete(IDBKeyRange.upperBound(last - MOST)));
    return true;
  } finally {
    db.close();
  }
}

async function show({ title, body, lang, dir, tag, navigate, data }) {
  const id = data?.id;
  // Rather twice than never.
  const again = id ? !(await isFirst(id).catch(() => true)) : false;
  const there = await registration.getNotifications({ tag });
  const options = { body, lang, dir, tag, navigate, silent: again, data: { id, navigate } };
  await registration.showNotification(title ?? location.hostname, options);
  if (!again || there.length) return;
  for (const one of await registration.getNotifications({ tag })) one.close();
}

function declared({ notification, data }) {
  try {
    return notification ?? data.json().notification ?? {};
  } catch {
    return {};
  }
}

async function open(address) {
  const url = URL.canParse(address) && new URL(address);
  if (!['https:', 'http:'].includes(url.protocol)) return;
  const all = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  await (all.find((one) => one.url === url.href)?.focus() ?? clients.openWindow(url.href));
}

addEventListener('install', () => skipWaiting());
// One after the other: of two repeats at once, one is the first.
addEventListener('push', (event) => event.waitUntil(navigator.locks.request('push', () => show(declared(event)))));
addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.navigate));
});
// The page hands over what is subscribed when it is next opened.
addEventListener('pushsubscriptionchange', (event) => {
  const key = event.oldSubscription?.options.applicationServerKey;
  if (key) event.waitUntil(registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
});
