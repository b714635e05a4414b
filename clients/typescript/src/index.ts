export { Ringonce, type Call, type Options, type Watch } from "./client.js";
export { RingonceError } from "./error.js";
export type { Patience } from "./retry.js";
export type * from "./generated.js";
