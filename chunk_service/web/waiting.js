/**
 * How long to wait before the same request is sent again, and the waiting itself.
 *
 * The rules are those of docs/api.md, "How a client should retry". What was answered is judged in
 * `calls.js`.
 */

const FIRST_SECONDS = 0.5;
const LONGEST_SECONDS = 30;
const MOST_JITTER_SECONDS = 5;

/** Later and later, and never in step with others; `attempt` counts from 0. */
export function backOffSeconds(attempt, dice = Math.random) {
  const most = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** attempt);
  return most / 2 + (dice() * most) / 2;
}

/** Seconds of a Retry-After field, which is a number or a date; null where there is none. */
export function retryAfterSeconds(field, now = Date.now()) {
  if (field === null || field === undefined) return null;
  if (/^\d+$/.test(field.trim())) return Number(field);
  const at = Date.parse(field);
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1000);
}

/** Never sooner than the service asked for, and not all clients at once. */
export function pauseSeconds(attempt, retryAfter, dice = Math.random) {
  const asked = retryAfterSeconds(retryAfter);
  if (asked === null) return backOffSeconds(attempt, dice);
  return asked + dice() * Math.min(asked, MOST_JITTER_SECONDS);
}

/** Whether the browser knows that it has no network. */
export function isOffline() {
  return globalThis.navigator?.onLine === false;
}

/**
 * Resolves after so many seconds, or as soon as the browser finds the network again; rejects with
 * the signal's reason. A browser that believes to have no network may be wrong, so the time counts.
 */
export function wait(seconds, signal) {
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", finish);
      signal?.removeEventListener("abort", finish);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(finish, seconds * 1000);
    globalThis.addEventListener?.("online", finish);
    signal?.addEventListener("abort", finish);
    if (signal?.aborted) finish();
  });
}
