/** Types of `uploader.js`; how to use it is told in docs/page.md of the service. */

/** Sent as `Authorization: Bearer ...`; a function is asked before every request. */
export type Token = string | (() => string | Promise<string>);

export interface ServiceOptions {
  token?: Token;
  /** Where the service is; the one that served this module, where it is left out. */
  baseUrl?: string | URL;
  /** Where unfinished uploads are remembered: `localStorage`, or null for nowhere. */
  storage?: Storage | null;
}

export interface UploadOptions extends ServiceOptions {
  /** The file's id in the main service; a random one where it is left out. */
  fileId?: string | number;
  /** Handed back in the event `upload.completed`; by a `path` files of the same name are told apart. */
  metadata?: Record<string, string>;
  /** Bytes; what is left out fits the service best. */
  chunkSize?: number;
  /** How many chunks are sent at a time: 4. */
  parallel?: number;
}

/**
 * - `ready`: not started yet
 * - `running`, `finishing`: chunks are being sent; the service puts them together
 * - `waiting`: nothing moves, and it will be tried again by itself; `problem` says why
 * - `paused`: by `pause()`; `start()` goes on
 * - `blocked`: the token was refused; `start()` goes on with a new one
 * - `failed`: `problem` says why; `start()` tries again
 * - `done`, `cancelled`: the end
 */
export type UploadState =
  | "ready" | "running" | "finishing" | "waiting"
  | "paused" | "blocked" | "failed" | "done" | "cancelled";

export interface UploadProgress {
  sentBytes: number;
  totalBytes: number;
  /** Over the last seconds; null while there is nothing to say. */
  bytesPerSecond: number | null;
  secondsLeft: number | null;
}

export interface UploadResult {
  upload_session_id: string;
  main_service_file_id: string | number | null;
  /** By which the file is asked for: `GET /files/{key}`. */
  key: string;
  size: number;
  etag: string;
  checksum: string | null;
  file_path_on_upload_service: string;
}

export interface UnfinishedUpload {
  /** The file's fingerprint. */
  print: string;
  uploadId: string;
  name: string;
  /** That of its metadata, or "". */
  path: string;
  size: number;
  /** Milliseconds since 1970. */
  startedAt: number;
}

/** `status` is 0 when the service was not reached. */
export class UploadProblem extends Error {
  constructor(
    message: string,
    facts?: { kind?: string; status?: number; facts?: Record<string, unknown> },
  );
  /** The name in the problem's type, such as `spool-full`; "" where it has none. */
  readonly kind: string;
  readonly status: number;
  /** The whole problem document. */
  readonly facts: Record<string, unknown>;
}

/** Tells of changes by the events `state` and `progress`; read the properties then. */
export class Upload extends EventTarget {
  constructor(file: File, options?: UploadOptions);
  readonly file: File;
  readonly state: UploadState;
  readonly problem: UploadProblem | null;
  readonly result: UploadResult | null;
  readonly progress: UploadProgress;
  /**
   * Begins, or goes on where the service says that it stands. Resolves with null when it was paused
   * or cancelled meanwhile; rejects with an UploadProblem when it is blocked or has failed.
   */
  start(): Promise<UploadResult | null>;
  /** Resolves when nothing is being sent any more. */
  pause(): Promise<void>;
  /** Gives it up, here and at the service. What is already being completed goes on. */
  cancel(): Promise<void>;
}

/** Uploads that this browser began and did not finish, newest first. Picking the same file again
 * and starting it goes on with it. */
export function unfinished(options?: ServiceOptions): UnfinishedUpload[];

/** Gives one of them up, here and at the service. */
export function abandon(upload: UnfinishedUpload, options?: ServiceOptions): Promise<void>;
