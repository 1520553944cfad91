/**
 * How fast bytes move, over the last seconds. Times are milliseconds of a monotonic clock.
 */

const WINDOW_MS = 8000;
const SHORTEST_MS = 500;

export class Pace {
  #samples = [];

  note(bytes, at = performance.now()) {
    this.#samples.push({ bytes, at });
    while (this.#samples.length > 2 && at - this.#samples[0].at > WINDOW_MS) this.#samples.shift();
  }

  /** Null until there is something to say. */
  bytesPerSecond(at = performance.now()) {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || at - first.at < SHORTEST_MS) return null;
    return Math.max(0, ((last.bytes - first.bytes) * 1000) / (at - first.at));
  }
}
