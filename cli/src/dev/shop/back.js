// The back page: looks at the shop's server again and again, and starts a release when units come in.

const byId = (id) => document.getElementById(id);
const form = byId("restock");

/** How often the shop's server is asked, in milliseconds. */
const PAUSE = 700;

/** The release that this page started, until it is over. */
let started;

const say = (text) => {
  if (byId("said").textContent !== text) byId("said").textContent = text;
};

function show({ stock, demand, release, events }) {
  byId("stock").textContent = stock;
  for (const name of ["waiting", "asked", "granted", "sent", "opened"]) byId(name).textContent = demand?.[name] ?? "–";
  byId("silence").hidden = events.length > 0;
  byId("events").replaceChildren(...events.map(line));
  if (release && release.id === started) follow(release);
}

function line({ kind, at, user }) {
  const item = document.createElement("li");
  const parts = [["strong", kind], ["span", user], ["time", new Date(at).toLocaleTimeString()]];
  for (const [name, text] of parts) item.append(Object.assign(document.createElement(name), { textContent: text }), " ");
  return item;
}

function follow({ state, taken, sent, under_way: underWay, limit }) {
  const over = state !== "running" && underWay === 0;
  byId("progress").max = over ? Math.max(taken, 1) : limit;
  byId("progress").value = over ? Math.max(taken, 1) : taken - underWay;
  if (!over) return say(`${sent} sent, ${underWay} under way.`);
  say(taken === 0 ? "Nobody waits: no message was sent." : `Done: ${sent} of ${taken} ${taken === 1 ? "message" : "messages"} sent.`);
  started = undefined;
}

async function look() {
  try {
    show(await (await fetch("/shop/back/state")).json());
  } catch {
    say("The shop's server does not answer. Is `ringonce dev` running?");
  }
  setTimeout(look, PAUSE);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  byId("release").hidden = false;
  byId("progress").removeAttribute("value");
  say("Unpacking: a release leaves out whoever said yes in the last five seconds.");
  try {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const answer = await fetch(form.action, { method: "POST", headers, body: new URLSearchParams(new FormData(form)) });
    const told = await answer.json();
    if (answer.ok) started = told.id;
    else say(told.detail);
  } catch {
    say("The shop's server does not answer. Is `ringonce dev` running?");
  }
  button.removeAttribute("aria-disabled");
});

look();
