/**
 * Calls to the service: one at a time, or repeated while repeating can help.
 *
 * XMLHttpRequest, since `fetch` does not tell how much of a body has been sent. Every call of the
 * service may be repeated safely; what a problem means for an upload is decided in `uploader.js`.
 */

import { isOffline, pauseSeconds, wait } from "./waiting.js";

const SILENCE_SECONDS = 90;
// 0: no answer at all.
const PASSING = new Set([0, 408, 429, 500, 502, 503, 504, 507]);
const TYPE_PREFIX = "/problems/";

/** What went wrong: `kind` is the problem's name, such as `spool-full`, or "" where it has none. */
export class UploadProblem extends Error {
  constructor(message, { kind = "", status = 0, facts = {} } = {}) {
    super(message);
    this.name = "UploadProblem";
    this.kind = kind;
    this.status = status;
    this.facts = facts;
  }
}

export class Calls {
  #base;
  #token;

  /** `token` is a text, or a function that returns one or a promise of one. */
  constructor(base, token) {
    this.#base = base;
    this.#token = token;
  }

  /** The answer's document, after one try; raises UploadProblem. */
  async once(method, path, options = {}) {
    return documentOf(await this.#exchange(method, path, options));
  }

  /**
   * The same, tried until there is an answer that another try would not change. `onWait` is told
   * the problem before each wait.
   */
  async repeated(method, path, { onWait = () => {}, tries = Infinity, ...options } = {}) {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#exchange(method, path, options);
      if (!PASSING.has(answer.status) || attempt + 1 >= tries) return documentOf(answer);
      onWait(problemOf(answer));
      options.onSent?.(0);
      const seconds = pauseSeconds(attempt, answer.retryAfter);
      await wait(seconds, options.signal);
    }
  }

  async #exchange(method, path, { body, headers = {}, signal, onSent }) {
    signal?.throwIfAborted();
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    const isBytes = body instanceof Blob;
    const type = isBytes ? "application/octet-stream" : "application/json";
    return send(method, new URL(path, this.#base), {
      headers: {
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { "Content-Type": type }),
        ...headers,
      },
      body: body === undefined || isBytes ? body : JSON.stringify(body),
      signal,
      onSent,
    });
  }
}

/** Status 0: no answer, or a connection on which nothing moved for too long. */
function send(method, url, { headers, body, signal, onSent }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    let silence;
    const moved = () => {
      clearTimeout(silence);
      silence = setTimeout(abort, SILENCE_SECONDS * 1000);
    };
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.onloadend = () => {
      clearTimeout(silence);
      signal?.removeEventListener("abort", abort);
      if (signal?.aborted) return reject(signal.reason);
      const retryAfter = request.status ? request.getResponseHeader("Retry-After") : null;
      resolve({ status: request.status, retryAfter, text: request.responseText });
    };
    // A listener makes a browser ask beforehand whether it may send, so none without need.
    if (onSent) {
      request.upload.onprogress = (event) => {
        moved();
        onSent(event.loaded);
      };
    }
    signal?.addEventListener("abort", abort);
    moved();
    request.send(body);
  });
}

function documentOf(answer) {
  if (answer.status < 200 || answer.status > 299) throw problemOf(answer);
  return parsed(answer.text) ?? {};
}

function problemOf({ status, text }) {
  if (status === 0) {
    const message = isOffline() ? "There is no network." : "The service can't be reached.";
    return new UploadProblem(message);
  }
  const facts = parsed(text) ?? {};
  const type = String(facts.type ?? "");
  return new UploadProblem(facts.detail ?? `The service answered ${status}.`, {
    kind: type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : "",
    status,
    facts,
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page
  }
}
