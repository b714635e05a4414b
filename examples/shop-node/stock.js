// What is known of the stock, in a file: how much of it has come can only be told from how much there was.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

export class Stock {
  #file;
  #levels;

  constructor(file) {
    this.#file = file;
    this.#levels = new Map(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : []);
  }

  /** How many came with `level`; none where something later is known, because webhooks come in any order. */
  arrivals({ id, available, at }) {
    const known = this.#levels.get(id) ?? { available: 0, at: 0 };
    return at <= known.at ? 0 : Math.max(0, available - Math.max(0, known.available));
  }

  keep({ id, available, at }) {
    if (at <= (this.#levels.get(id)?.at ?? 0)) return;
    this.#levels.set(id, { available, at });
    writeFileSync(`${this.#file}.new`, JSON.stringify([...this.#levels]));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
