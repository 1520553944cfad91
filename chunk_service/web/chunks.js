/**
 * How a file is cut into chunks, and which of them are still to be sent. No calls in here.
 */

const MIB = 1024 * 1024;
const USUAL_BYTES = 8 * MIB;
const MOST_PARTS = 10_000;

/** A size that is one part of the object in the store, so that any replica takes any chunk. */
export function chunkSizeFor(totalBytes) {
  return Math.max(USUAL_BYTES, Math.ceil(totalBytes / MOST_PARTS / MIB) * MIB);
}

/** An empty file is one empty chunk. */
export function chunkCount(totalBytes, chunkBytes) {
  return Math.max(1, Math.ceil(totalBytes / chunkBytes));
}

/** Where a chunk begins and ends in the file. */
export function chunkBounds(index, chunkBytes, totalBytes) {
  const start = index * chunkBytes;
  return [start, Math.min(start + chunkBytes, totalBytes)];
}

/** The indices from 0 that no range names; ranges are texts such as "0-4" and "7". */
export function missingIndices(receivedRanges, count) {
  const received = new Set();
  for (const range of receivedRanges) {
    const [first, last = first] = range.split("-").map(Number);
    for (let index = first; index <= last; index++) received.add(index);
  }
  return Array.from({ length: count }, (_, index) => index).filter((each) => !received.has(each));
}

/** A Content-Digest field (RFC 9530); null where the page has no WebCrypto (plain http). */
export async function contentDigest(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha-256=:${btoa(String.fromCharCode(...digest))}:`;
}

/** A name that nobody else will choose; `crypto.randomUUID` is missing on plain http. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
