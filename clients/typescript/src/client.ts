import createClient, { type Client, type ClientPathsWithMethod, type MaybeOptionalInit, type MethodResponse } from "openapi-fetch";
import type { AskBody, AskedBody, DemandView, NotificationView, NotifiedBody, NotifyBody, operations, OptinView, paths, ReleaseBody, ReleaseView, StartedBody } from "./generated.js";
import { persistent, sleep, type Patience } from "./retry.js";

export interface Options {
  /** Where Ringonce is: `https://notify.example`. */
  url: string;
  /** A secret key, `ro_sk_...`; in a shop's page a publishable one, which may only ask. */
  key: string;
  /** How far a call goes before its failure is thrown. */
  patience?: Patience;
  /** What calls go through, in place of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

/** What a single call may be given beside what it is about. */
export interface Call {
  /** In place of a random one: the same call under the same key is carried out once, whoever repeats it. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface Watch {
  /** How many milliseconds are between two looks. Without it, 1,000. */
  every?: number;
  /**
   * Whether to look on after its end, until no message of it is under way and the counts are whole. A message that its
   * channel cannot deliver at once is tried for a day.
   */
  settled?: boolean;
  signal?: AbortSignal;
}

type Api = Client<paths, `${string}/${string}`>;
type Methods = "get" | "post" | "put" | "patch" | "delete";
type Arguments<Init> = undefined extends Init ? [init?: Init] : [init: Init];
/** A call of any route: its answer, or a throw. */
type Caller<Method extends Methods> = <Path extends ClientPathsWithMethod<Api, Method>>(
  path: Path,
  ...init: Arguments<MaybeOptionalInit<paths[Path], Method>>
) => Promise<MethodResponse<Api, Method, Path>>;

/** A business's calls. Each throws a `RingonceError` where it is refused. */
export class Ringonce {
  readonly get: Caller<"get">;
  readonly post: Caller<"post">;
  readonly put: Caller<"put">;
  readonly patch: Caller<"patch">;
  readonly delete: Caller<"delete">;

  constructor({ url, key, patience = {}, fetch = (request) => globalThis.fetch(request) }: Options) {
    const headers = { authorization: `Bearer ${key}` };
    const api: Api = createClient({ baseUrl: url, headers, fetch: persistent(fetch, patience) });
    // The fetch throws what is no answer, so that there always is one.
    const caller = <Method extends Methods>(method: Method) =>
      (async (path: never, init: never) => (await api.request(method as never, path, init)).data) as Caller<Method>;
    this.get = caller("get");
    this.post = caller("post");
    this.put = caller("put");
    this.patch = caller("patch");
    this.delete = caller("delete");
  }

  /** Asks a person; the answer's `consent_url` is where they say yes or no. */
  ask(body: AskBody, call: Call = {}): Promise<AskedBody> {
    return this.post("/v1/optins", { body, ...changing(call) });
  }

  /** An opt-in as it stands: its `token` once it is granted. */
  optin(id: string, { signal }: Pick<Call, "signal"> = {}): Promise<OptinView> {
    return this.get("/v1/optins/{id}", { params: { path: { id } }, ...(signal && { signal }) });
  }

  /** Sends the one message of a token, at once or at `send_at`. */
  send(body: NotifyBody, call: Call = {}): Promise<NotifiedBody> {
    return this.post("/v1/notifications", { body, ...changing(call) });
  }

  /** A message as it stands. */
  notification(id: string, { signal }: Pick<Call, "signal"> = {}): Promise<NotificationView> {
    return this.get("/v1/notifications/{id}", { params: { path: { id } }, ...(signal && { signal }) });
  }

  /** Sends one message to those who wait for a topic. */
  release(topic: string, body: ReleaseBody, call: Call = {}): Promise<StartedBody> {
    const { params, ...rest } = changing(call);
    return this.post("/v1/topics/{topic}/releases", { body, params: { ...params, path: { topic } }, ...rest });
  }

  /** The demand for every topic, or for those whose names begin with `prefix`, by name. */
  async *topics(query: NonNullable<operations["topics"]["parameters"]["query"]> = {}): AsyncGenerator<DemandView, void> {
    for (let after = query.after; ; ) {
      const page = await this.get("/v1/topics", { params: { query: { limit: 100, ...query, ...(after && { after }) } } });
      yield* page.topics;
      if (!page.next) return;
      after = page.next;
    }
  }

  /** Every release, the latest first. */
  async *releases(query: NonNullable<operations["releases"]["parameters"]["query"]> = {}): AsyncGenerator<ReleaseView, void> {
    for (let before = query.before; ; ) {
      const page = await this.get("/v1/releases", { params: { query: { ...query, ...(before && { before }) } } });
      yield* page.releases;
      if (!page.next) return;
      before = page.next;
    }
  }

  /** A release as it stands now, and again whenever that has changed, until its end. */
  async *watch(id: string, { every = 1000, settled = false, signal }: Watch = {}): AsyncGenerator<ReleaseView, void> {
    for (let seen = ""; ; await sleep(every, signal)) {
      const release = await this.get("/v1/releases/{id}", { params: { path: { id } }, ...(signal && { signal }) });
      const now = JSON.stringify(release);
      if (now !== seen) yield release;
      if (release.state !== "running" && !(settled && release.under_way > 0)) return;
      seen = now;
    }
  }

  /** Watches a release to its end: how it stands then. */
  async waitForRelease(id: string, watch: Watch = {}): Promise<ReleaseView> {
    let last: ReleaseView | undefined;
    for await (const release of this.watch(id, watch)) last = release;
    return last as ReleaseView;
  }
}

function changing({ idempotencyKey, signal }: Call) {
  return { params: { ...(idempotencyKey && { header: { "Idempotency-Key": idempotencyKey } }) }, ...(signal && { signal }) };
}
