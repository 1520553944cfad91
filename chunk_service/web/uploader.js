/**
 * One file on its way to the service, as a page holds it: start, pause, resume after a reload or an
 * outage, cancel; its state and progress. For this service's page and for any other; types are in
 * `uploader.d.ts`, how to use it in `docs/page.md`.
 *
 * How bytes are sent is in `session.js`, what is repeated and when in `calls.js`.
 */

import { Calls, UploadProblem } from "./calls.js";
import { Memory, browserStorage } from "./memory.js";
import { Pace } from "./pace.js";
import { Session } from "./session.js";

export { UploadProblem };

const SERVICE = new URL("..", import.meta.url);
const PAUSED = Symbol("paused");
const CANCELLED = Symbol("cancelled");

export class Upload extends EventTarget {
  #file;
  #calls;
  #session;
  #run = null;
  #state = "ready";
  #problem = null;
  #result = null;
  #calling = 0;
  #waiting = new Map();
  #pace = new Pace();

  constructor(file, options = {}) {
    super();
    const service = serviceOf(options);
    this.#file = file;
    this.#calls = service.calls;
    this.#session = new Session(file, {
      options,
      memory: service.memory,
      call: (...call) => this.#watched(...call),
      tell: (what) => this.#hear(what),
    });
  }

  get file() {
    return this.#file;
  }

  get state() {
    return this.#isHeldUp() ? "waiting" : this.#state;
  }

  get problem() {
    return this.#isHeldUp() ? [...this.#waiting.values()][0] : this.#problem;
  }

  get result() {
    return this.#result;
  }

  get progress() {
    const totalBytes = this.#file.size;
    const { sentBytes } = this.#session;
    const bytesPerSecond = this.state === "running" ? this.#pace.bytesPerSecond() : null;
    const secondsLeft = bytesPerSecond ? (totalBytes - sentBytes) / bytesPerSecond : null;
    return { sentBytes, totalBytes, bytesPerSecond, secondsLeft };
  }

  start() {
    if (this.#result) return Promise.resolve(this.#result);
    if (!this.#run) {
      const controller = new AbortController();
      this.#run = { controller, ended: this.#lifeOf(controller) };
      this.#run.ended.catch(() => {}); // also told by the event, so nobody needs to look here
    }
    return this.#run.ended;
  }

  async pause() {
    if (this.#state === "ready") this.#enter("paused");
    await this.#stop(PAUSED);
  }

  async cancel() {
    if (this.#result) return;
    await this.#stop(CANCELLED);
    if (!(await abandoned(this.#calls, this.#session.uploadId))) {
      await this.start();
      return;
    }
    await this.#session.forget();
    this.#enter("cancelled");
  }

  async #stop(reason) {
    const run = this.#run;
    run?.controller.abort(reason);
    await run?.ended.catch(() => {});
  }

  async #lifeOf(controller) {
    this.#pace = new Pace();
    this.#enter("running");
    try {
      this.#result = await this.#session.run(controller);
      await this.#session.forget();
    } catch (error) {
      const reason = controller.signal.aborted ? controller.signal.reason : error;
      controller.abort(reason);
      return this.#endBy(reason);
    }
    this.#endRun("done");
    return this.#result;
  }

  #endBy(reason) {
    if (reason === PAUSED || reason === CANCELLED) {
      this.#endRun("paused");
      return null;
    }
    this.#endRun(reason.status === 401 ? "blocked" : "failed", reason);
    throw reason;
  }

  #endRun(state, problem = null) {
    this.#run = null;
    this.#enter(state, problem);
  }

  async #watched(method, path, options) {
    const call = {};
    const onWait = (problem) => {
      this.#waiting.set(call, problem);
      this.#announce("state");
    };
    const onSent = options.onSent && ((bytes) => {
      // Bytes move again; what was full may still be full, which only the answer tells.
      if (bytes > 0 && this.#waiting.get(call)?.status === 0) this.#waitedFor(call);
      options.onSent(bytes);
    });
    this.#calling += 1;
    try {
      return await this.#calls.repeated(method, path, { ...options, onSent, onWait });
    } finally {
      this.#calling -= 1;
      this.#waitedFor(call);
    }
  }

  #waitedFor(call) {
    if (this.#waiting.delete(call)) this.#announce("state");
  }

  /** Every call that there is waits; one that goes on is progress enough. */
  #isHeldUp() {
    return this.#waiting.size > 0 && this.#waiting.size === this.#calling;
  }

  #hear(what) {
    if (what !== "progress") return this.#enter(what);
    this.#pace.note(this.#session.sentBytes);
    this.#announce("progress");
  }

  #enter(state, problem = null) {
    this.#state = state;
    this.#problem = problem;
    this.#announce("state");
  }

  #announce(type) {
    this.dispatchEvent(new Event(type));
  }
}

export function unfinished(options = {}) {
  return serviceOf(options)
    .memory.all()
    .map(({ print, uploadId, name, path = "", size, startedAt }) => ({ print, uploadId, name, path, size, startedAt }));
}

export async function abandon({ print, uploadId }, options = {}) {
  const { calls, memory } = serviceOf(options);
  await abandoned(calls, uploadId);
  memory.forget(print);
}

/** False when it is too late: the upload is being completed or is stored. */
async function abandoned(calls, uploadId) {
  if (uploadId === undefined) return true;
  try {
    await calls.repeated("DELETE", `upload/${uploadId}`, { tries: 4 });
  } catch (error) {
    if (error.status === 409) return false;
    if (error.status !== 404 && error.status !== 410) throw error;
  }
  return true;
}

function serviceOf({ baseUrl = SERVICE, storage = browserStorage(), token }) {
  const base = new URL(baseUrl, globalThis.location?.href);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return { calls: new Calls(base.href, token), memory: new Memory(storage, base.href) };
}
