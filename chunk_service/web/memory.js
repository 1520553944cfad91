/**
 * What a page must know to go on with an upload after it was closed or reloaded.
 *
 * One entry of the storage for each unfinished upload, found by the file's fingerprint. A browser
 * gives no page its files back, so the person picks the file again. No token is kept, and no bytes.
 */

import { contentDigest } from "./chunks.js";

const PREFIX = "chunk-service/upload/";
const EDGE_BYTES = 64 * 1024;
const LONGEST_MS = 30 * 24 * 3600 * 1000;

/** The same for the same file picked again, by the same path where it came with a folder; its first
 * and last bytes count where they can. */
export async function fingerprint(file, path = "") {
  const edges = new Blob([file.slice(0, EDGE_BYTES), file.slice(-EDGE_BYTES)]);
  const digest = (await contentDigest(await edges.arrayBuffer())) ?? "";
  return [file.size, file.lastModified, digest, path || file.name].join("|");
}

export class Memory {
  #storage;
  #prefix;

  /** Of one service; without a storage nothing is remembered. */
  constructor(storage, base) {
    this.#storage = storage;
    this.#prefix = `${PREFIX}${base}|`;
  }

  recall(print) {
    return entry(this.#storage?.getItem(this.#prefix + print));
  }

  remember(print, record) {
    try {
      this.#storage?.setItem(this.#prefix + print, JSON.stringify(record));
    } catch {
      // Full or forbidden: the upload goes on, and can't be found again after a reload.
    }
  }

  forget(print) {
    this.#storage?.removeItem(this.#prefix + print);
  }

  /** All that are remembered, newest first, with their fingerprints. */
  all() {
    const keys = Object.keys(this.#storage ?? {}).filter((key) => key.startsWith(this.#prefix));
    return keys
      .map((key) => ({ ...entry(this.#storage.getItem(key)), print: key.slice(this.#prefix.length) }))
      .filter((record) => this.#isLive(record))
      .sort((one, other) => other.startedAt - one.startedAt);
  }

  #isLive(record) {
    const isLive = record.uploadId !== undefined && Date.now() - record.startedAt < LONGEST_MS;
    if (!isLive) this.forget(record.print);
    return isLive;
  }
}

/** The browser's own, where the page may use it. */
export function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function entry(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
