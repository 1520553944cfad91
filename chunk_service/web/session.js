/**
 * How the bytes of one file get to the service: find or begin the upload, send what is missing in
 * parallel, complete it. It knows neither pause nor resume: those are in `uploader.js`, and another
 * run goes on where the service says that the last one ended.
 */

import * as chunks from "./chunks.js";
import { UploadProblem } from "./calls.js";
import { fingerprint } from "./memory.js";

const LANES = 4;
const MOST_DAMAGED = 3;
const MOST_ROUNDS = 5;
const ENDED = new Set(["aborted", "expired", "failed"]);
const BEHIND = new Set(["upload-incomplete", "state-conflict"]);

export class Session {
  #file;
  #options;
  #call;
  #memory;
  #tell;
  #print;
  #record = null;
  #confirmedBytes = 0;
  #inFlight = new Map();

  /** `call` is that of `Calls.repeated`; `tell` is called with "running", "finishing", "progress". */
  constructor(file, { options, call, memory, tell }) {
    this.#file = file;
    this.#options = options;
    this.#call = call;
    this.#memory = memory;
    this.#tell = tell;
  }

  get uploadId() {
    return this.#record?.uploadId;
  }

  get sentBytes() {
    const inFlight = [...this.#inFlight.values()].reduce((sum, bytes) => sum + bytes, 0);
    return Math.min(this.#file.size, this.#confirmedBytes + inFlight);
  }

  /** The stored file. Ends with the controller's signal, and aborts it at the first fault. */
  async run(controller) {
    const { signal } = controller;
    for (let round = 0; ; round++) {
      this.#tell("running");
      const status = (await this.#known(signal)) ?? (await this.#begin(signal));
      if (status.state === "open") await this.#sendMissing(status.received_chunks, controller);
      this.#confirm(this.#file.size);
      if (status.result) return status.result;
      this.#tell("finishing");
      try {
        return (await this.#complete(signal)).data;
      } catch (error) {
        if (error.status === 410) await this.forget();
        if (!BEHIND.has(error.kind) || round >= MOST_ROUNDS) throw error;
      }
    }
  }

  async #fingerprint() {
    return (this.#print ??= await fingerprint(this.#file, this.#place));
  }

  async forget() {
    this.#memory.forget(await this.#fingerprint());
    this.#record = null;
  }

  /** How a remembered upload stands; null when there is none that can go on. */
  async #known(signal) {
    await this.#fingerprint();
    this.#record ??= this.#memory.recall(this.#print);
    const { fileId } = this.#options;
    if (fileId !== undefined && this.#record?.fileId !== fileId) this.#record = null;
    if (this.uploadId === undefined) return null;
    const status = await this.#call("GET", this.#path(), { signal }).catch((error) => {
      if (error.status === 404) return null; // long gone, or another owner's
      throw error;
    });
    if (status && !ENDED.has(status.data.state)) return status.data;
    await this.forget();
    return null;
  }

  /** The key is kept for repeats, so that an answer that was lost leaves no second upload. */
  async #begin(signal) {
    this.#record ??= this.#newRecord();
    const headers = { "Idempotency-Key": this.#record.key };
    try {
      const { data } = await this.#call("POST", "upload/init", { signal, headers, body: this.#wanted() });
      this.#record.uploadId = data.upload_session_id;
    } catch (error) {
      const most = error.facts?.max_chunk_size;
      if (!(most < this.#record.chunkBytes)) throw error;
      this.#record = this.#newRecord(most);
      return this.#begin(signal);
    }
    this.#memory.remember(this.#print, this.#record);
    return { state: "open", received_chunks: [] };
  }

  #newRecord(mostBytes = Infinity) {
    const wantedBytes = this.#options.chunkSize ?? chunks.chunkSizeFor(this.#file.size);
    return {
      key: chunks.randomId(),
      fileId: this.#options.fileId ?? chunks.randomId(),
      chunkBytes: Math.min(wantedBytes, mostBytes),
      name: this.#file.name,
      path: this.#place,
      size: this.#file.size,
      startedAt: Date.now(),
    };
  }

  #wanted() {
    const { metadata } = this.#options;
    return {
      main_service_file_id: this.#record.fileId,
      original_file_name: this.#file.name,
      total_size: this.#file.size,
      chunk_size: this.#record.chunkBytes,
      total_chunks: this.#count,
      ...(this.#file.type ? { content_type: this.#file.type } : {}),
      ...(metadata ? { metadata } : {}),
    };
  }

  async #sendMissing(receivedRanges, controller) {
    const missing = chunks.missingIndices(receivedRanges, this.#count);
    const missingBytes = missing.reduce((sum, index) => sum + this.#bytesOf(index), 0);
    this.#confirm(this.#file.size - missingBytes);
    const next = missing.values();
    const lane = async () => {
      for (const index of next) await this.#sendChunk(index, controller.signal);
    };
    const count = this.#options.parallel ?? LANES;
    await Promise.all(Array.from({ length: count }, () => lane().catch((e) => controller.abort(e))));
    controller.signal.throwIfAborted();
  }

  async #sendChunk(index, signal) {
    const path = `${this.#path()}/chunks/${index}`;
    const onSent = (bytes) => this.#note(index, Math.min(bytes, this.#bytesOf(index)));
    for (let damaged = 0; ; damaged++) {
      const bytes = await this.#read(index);
      const digest = await chunks.contentDigest(bytes);
      const headers = digest ? { "Content-Digest": digest } : {};
      const body = new Blob([bytes]); // a bare buffer leaves Chromium ten times slower
      try {
        await this.#call("PUT", path, { signal, headers, body, onSent });
        break;
      } catch (error) {
        if (error.kind !== "digest-mismatch" || damaged >= MOST_DAMAGED) throw error;
      } finally {
        this.#inFlight.delete(index);
      }
    }
    this.#confirm(this.#confirmedBytes + this.#bytesOf(index));
  }

  /** Exactly these bytes are digested and sent, whatever happens to the file meanwhile. */
  async #read(index) {
    const bytes = await this.#slice(index).arrayBuffer().catch(() => null);
    if (bytes?.byteLength === this.#bytesOf(index)) return bytes;
    const message = "The file was changed, moved or can't be read. Choose it again.";
    throw new UploadProblem(message, { kind: "unreadable" });
  }

  #complete(signal) {
    const body = {
      upload_session_id: this.uploadId,
      total_chunks: this.#count,
      total_size: this.#file.size,
      main_service_file_id: this.#record.fileId,
    };
    return this.#call("POST", "upload/complete", { signal, body });
  }

  #confirm(bytes) {
    this.#confirmedBytes = bytes;
    this.#tell("progress");
  }

  #note(index, bytes) {
    this.#inFlight.set(index, bytes);
    this.#tell("progress");
  }

  /** In the folder that it came with. */
  get #place() {
    return this.#options.metadata?.path ?? "";
  }

  #path() {
    return `upload/${this.uploadId}`;
  }

  get #count() {
    return chunks.chunkCount(this.#file.size, this.#record.chunkBytes);
  }

  #slice(index) {
    return this.#file.slice(...chunks.chunkBounds(index, this.#record.chunkBytes, this.#file.size));
  }

  #bytesOf(index) {
    return this.#slice(index).size;
  }
}
