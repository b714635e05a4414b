// <ring-once topic="shirt-m" title="Rad shirt, M" publishable-key="ro_pk_..."></ring-once>
//
// A button with which a visitor of a shop asks to hear once. Who the visitor is, a random number says that the shop's own
// page keeps (localStorage, no cookie), or the attribute `user`. Further attributes: payload, label, lang. Looks:
// ::part(button), ::part(status) and the custom properties --ringonce-*. Each step is told by an event `ringonce`.

/** Where this script comes from, its API is, and so are the pages that may tell it of an answer. */
const HOME = new URL(import.meta.url).origin;

const WORDS = {
  en: {
    ask: "Notify me when it’s back",
    see: "See or take back",
    open: "Please answer in the window that has opened.",
    granted: "You will hear once.",
    confirming: "Please confirm by the e-mail that is on its way.",
    declined: "No message will come.",
    closed: "The window was closed. If you gave an answer there, it counts.",
    already: "You were asked about this already. You can be asked again after {time}.",
    wait: "That was often. Please try again after {time}.",
    blocked: "You have blocked messages from this shop.",
    failed: "That did not work. Please try again.",
    broken: "This is not available at the moment.",
  },
  de: {
    ask: "Benachrichtigen, sobald es wieder da ist",
    see: "Ansehen oder zurücknehmen",
    open: "Bitte antworten Sie im geöffneten Fenster.",
    granted: "Sie hören genau einmal davon.",
    confirming: "Bitte bestätigen Sie mit der E-Mail, die unterwegs ist.",
    declined: "Es kommt keine Nachricht.",
    closed: "Das Fenster wurde geschlossen. Falls Sie dort geantwortet haben, gilt es.",
    already: "Dazu wurden Sie schon gefragt. Wieder möglich ab {time}.",
    wait: "Das war oft. Bitte versuchen Sie es ab {time} wieder.",
    blocked: "Sie haben Nachrichten dieses Shops gesperrt.",
    failed: "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.",
    broken: "Das ist im Moment nicht verfügbar.",
  },
  es: {
    ask: "Avísame cuando vuelva",
    see: "Ver o retirar",
    open: "Responde en la ventana que se ha abierto.",
    granted: "Te avisaremos una sola vez.",
    confirming: "Confirma con el correo que va en camino.",
    declined: "No recibirás ningún mensaje.",
    closed: "La ventana se cerró. Si respondiste en ella, tu respuesta cuenta.",
    already: "Ya te lo preguntamos. Será posible de nuevo después de: {time}.",
    wait: "Demasiados intentos. Inténtalo de nuevo después de: {time}.",
    blocked: "Has bloqueado los mensajes de esta tienda.",
    failed: "No ha funcionado. Inténtalo de nuevo.",
    broken: "No está disponible en este momento.",
  },
  ja: {
    ask: "再入荷を知らせてもらう",
    see: "確認・取り消し",
    open: "開いたウィンドウでお答えください。",
    granted: "一度だけお知らせします。",
    confirming: "お送りしたメールで確認してください。",
    declined: "メッセージは届きません。",
    closed: "ウィンドウが閉じられました。回答済みの場合は有効です。",
    already: "この件はすでにお尋ねしました。{time}以降にもう一度お試しください。",
    wait: "回数が多すぎます。{time}以降にもう一度お試しください。",
    blocked: "このショップからのメッセージはブロックされています。",
    failed: "うまくいきませんでした。もう一度お試しください。",
    broken: "現在ご利用いただけません。",
  },
  ar: {
    ask: "أعلمني عند توفره",
    see: "عرض الموافقة أو سحبها",
    open: "يرجى الإجابة في النافذة التي فُتحت.",
    granted: "سنراسلك مرة واحدة فقط.",
    confirming: "يرجى التأكيد عبر البريد الإلكتروني المرسل إليك.",
    declined: "لن تصلك أي رسالة.",
    closed: "أُغلقت النافذة. إذا أجبت فيها فإجابتك محفوظة.",
    already: "سبق أن سُئلت عن هذا. يمكن السؤال مجددًا بعد {time}.",
    wait: "محاولات كثيرة. حاول مجددًا بعد {time}.",
    blocked: "لقد حظرت رسائل هذا المتجر.",
    failed: "لم ينجح ذلك. حاول مرة أخرى.",
    broken: "هذا غير متاح حاليًا.",
  },
};

/** What an opt-in's state, as the consent page tells it, is to a visitor. Any other is over: the widget may ask anew. */
const SHOWN = {
  granted: "granted",
  scheduled: "granted",
  queued: "granted",
  attempting: "granted",
  confirming: "confirming",
  declined: "declined",
  revoked: "declined",
};

// Not a <style>: a shop's content security policy may forbid those.
const LOOKS = new CSSStyleSheet();
LOOKS.replaceSync(`
  :host { display: inline-block; font: var(--ringonce-font, inherit) }
  :host([hidden]) { display: none }
  button { font: inherit; font-weight: 600; cursor: pointer; min-height: 2.75rem; inline-size: 100%;
    padding: var(--ringonce-padding, .65rem 1.25rem); border: var(--ringonce-border, 0);
    border-radius: var(--ringonce-radius, .5rem); color: var(--ringonce-color, #fff);
    background: var(--ringonce-background, #1d4ed8) }
  button:hover { filter: brightness(1.1) }
  button:focus-visible { outline: 3px solid var(--ringonce-focus, currentColor); outline-offset: 2px }
  button[aria-disabled=true] { cursor: progress; opacity: .75 }
  p { margin: .5rem 0 0; color: var(--ringonce-status, inherit) }
  p:empty { display: none }
  [hidden] { display: none }
  .trap { position: absolute; inset-inline-start: -999rem; block-size: 1px; overflow: hidden }
  @media (forced-colors: active) { button { border: 1px solid } }`);

/** Falls back to this page's memory where storage is denied. */
const memory = new Map();
const kept = (name) => {
  try {
    return localStorage.getItem(name) ?? memory.get(name);
  } catch {
    return memory.get(name);
  }
};
const keep = (name, value) => {
  memory.set(name, value);
  try {
    localStorage.setItem(name, value);
  } catch {}
};
const forget = (name) => {
  memory.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {}
};

const random = () =>
  crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint8Array(16)).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");

/** The link that was asked for, and what it was answered with. A link that nobody answered lapses. */
const known = (place) => {
  try {
    const known = JSON.parse(kept(place)) ?? {};
    return SHOWN[known.state] || known.until > Date.now() ? known : {};
  } catch {
    return {};
  }
};

/** The visitor, whom nobody knows: made once for this shop's pages. */
const visitor = () => {
  const id = kept("ringonce:user");
  if (id) return id;
  const made = random();
  keep("ringonce:user", made);
  return made;
};

class RingOnce extends HTMLElement {
  static observedAttributes = ["label", "lang", "topic", "user"];

  #button;
  #status;
  #trap;
  #popup;
  #asked;
  #call;
  #say;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [LOOKS];
    // The field that no person sees: programs that fill in every field give themselves away by it.
    root.innerHTML = `<div><button part="button" type="button"><slot></slot><span hidden></span></button>
      <p part="status" role="status" aria-live="polite"></p>
      <div class="trap" aria-hidden="true"><label>Website <input name="website" tabindex="-1" autocomplete="off"></label></div></div>`;
    this.#button = root.querySelector("button");
    this.#status = root.querySelector("p");
    this.#trap = root.querySelector("input");
    this.#button.addEventListener("click", () => this.#click());
  }

  connectedCallback() {
    addEventListener("message", this.#hear);
    this.#restore();
  }

  disconnectedCallback() {
    removeEventListener("message", this.#hear);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#restore();
  }

  /** The person as the API is told. */
  get #user() {
    return this.getAttribute("user") || visitor();
  }

  /** Where this page keeps what it knows of this person and topic. */
  get #place() {
    return `ringonce:${this.#user}:${this.getAttribute("topic")}`;
  }

  get #language() {
    return this.closest("[lang]")?.lang || document.documentElement.lang || navigator.language || "en";
  }

  #restore() {
    this.#call = undefined;
    this.#show(SHOWN[known(this.#place).state]);
  }

  /** Shows a state in the visitor's language; without one, only the button. */
  #show(say, time) {
    const language = this.#language;
    const base = Object.keys(WORDS).find((base) => base === language.toLowerCase().split("-")[0]) ?? "en";
    const words = WORDS[base];
    const [slot, see] = this.#button.children;
    const stands = say === "granted" || say === "confirming";
    slot.hidden = stands;
    see.hidden = !stands;
    slot.textContent = this.getAttribute("label") || words.ask;
    see.textContent = words.see;
    const text = words[say]?.replace("{time}", () => new Intl.DateTimeFormat(base, { dateStyle: "medium", timeStyle: "short" }).format(time));
    // An equal text is not written again: it would be read out again.
    if (this.#status.textContent !== (text ?? "")) this.#status.textContent = text ?? "";
    this.#say = say;
    this.#button.parentNode.lang = base;
    this.#button.parentNode.dir = base === "ar" ? "rtl" : "ltr";
    this.#button.setAttribute("aria-disabled", say === "asking");
  }

  #tell(state, more) {
    const detail = { state, topic: this.getAttribute("topic"), ...more };
    this.dispatchEvent(new CustomEvent("ringonce", { bubbles: true, composed: true, detail }));
  }

  async #click() {
    if (this.#say === "asking") return;
    if (this.#popup && !this.#popup.closed) return this.#popup.focus();
    this.#asked = this.#place;
    const { url } = known(this.#asked);
    // Opened before anything is waited for: later, browsers would take it for an advertisement.
    this.#popup = open(url ?? "about:blank", "_blank", "popup,width=480,height=720");
    if (url) return this.#opened(url);
    this.#show("asking");
    this.#tell("asking");
    try {
      const link = await this.#ask();
      this.#popup?.location.replace(link);
      this.#opened(link);
    } catch (refusal) {
      this.#popup?.close();
      this.#popup = undefined;
      this.#refused(refusal);
    }
  }

  /** Asks, and comes back with the link at which the visitor answers. */
  async #ask() {
    const attribute = (name) => this.getAttribute(name) ?? undefined;
    const language = this.#language;
    const body = {
      user: this.#user,
      topic: attribute("topic"),
      title: attribute("title"),
      payload: attribute("payload"),
      locale: /^[A-Za-z0-9-]{1,35}$/.test(language) ? language : undefined,
      website: this.#trap.value || undefined,
    };
    // The same until it is answered, so that an ask whose answer was lost is not counted twice.
    this.#call ??= random();
    const headers = {
      authorization: `Bearer ${this.getAttribute("publishable-key")}`,
      "content-type": "application/json",
      "idempotency-key": this.#call,
    };
    const answer = await fetch(`${HOME}/v1/optins`, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit" });
    const told = await answer.json();
    if (answer.status < 500) this.#call = undefined;
    if (!answer.ok) throw told;
    keep(this.#asked, JSON.stringify({ url: told.consent_url, until: Date.parse(told.expires_at) }));
    this.#tell("asked", { id: told.id });
    return told.consent_url;
  }

  /** The visitor answers in the pop-up, or on this very tab where none may open. */
  #opened(url) {
    if (!this.#popup) return location.assign(url);
    if (!known(this.#asked).state) this.#show("open");
    const popup = this.#popup;
    const timer = setInterval(() => {
      if (!popup.closed) return;
      clearInterval(timer);
      if (this.#popup === popup) this.#popup = undefined;
      // It said nothing: what was answered, if anything was, the visitor knows.
      if (this.#say !== "open") return;
      this.#show("closed");
      this.#tell("closed");
    }, 300);
  }

  /** What the consent page tells: only the page that this very widget opened, and only from where its script is from. */
  #hear = ({ origin, source, data }) => {
    if (origin !== HOME || !this.#popup || source !== this.#popup || data?.ringonce !== 1) return;
    const state = String(data.state);
    const say = SHOWN[state];
    if (say) {
      // After a no, another ask is made: the caps say when.
      const url = say === "declined" ? undefined : known(this.#asked).url;
      keep(this.#asked, JSON.stringify({ state, url }));
    } else {
      forget(this.#asked);
    }
    this.#show(say);
    this.#tell(state);
  };

  /** Says what the visitor can do, and to the shop's developer what is wrong. */
  #refused({ code, detail, retry_after }) {
    const until = retry_after && Date.now() + retry_after * 1000;
    if (code === "already-asked") this.#show("already", until);
    else if (until && code !== "unavailable") this.#show("wait", until);
    else if (code === "person-blocked") this.#show("blocked");
    else if (!code || code === "unavailable" || code === "internal") this.#show("failed");
    else {
      this.#show("broken");
      console.error(`<ring-once> on ${location.origin}: ${detail} (${code})`, this);
    }
    this.#tell("refused", { code: code ?? "unreachable", retry_after });
  }
}

customElements.get("ring-once") ?? customElements.define("ring-once", RingOnce);
