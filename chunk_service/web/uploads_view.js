/**
 * The list of uploads: a row for each file, the buttons to pause and cancel, and all together.
 *
 * Two files at a time, so that a browser's six connections are never all taken.
 */

import { byId, label, removeRow, rowFrom, speak } from "./elements.js";
import { tellRefused } from "./service.js";
import { claims, token } from "./token.js";
import { Upload } from "./uploader.js";
import { bytesText, countText, progressText } from "./wording.js";

const MOST_RUNNING = 2;
const LANES_ALONE = 4;
const LANES_TOGETHER = 2;
const ACTIVE = new Set(["running", "finishing", "waiting"]);
const rows = new Set();
const listeners = new EventTarget();
const undrawn = new Set();
let drawing = false;
let spokenQuarter = 0;

/** Tells `done` after each file and `added` when there are new ones. */
export function onUploads(type, listener) {
  listeners.addEventListener(type, listener);
}

/** Files with their places in the folder they came with; "" for none. */
export function addFiles(chosen) {
  const known = new Set([...rows].filter(({ upload }) => upload.state !== "done").map(nameOf));
  const fresh = chosen.filter((each) => !known.has(nameOf(each)));
  const parallel = rows.size + fresh.length > 1 ? LANES_TOGETHER : LANES_ALONE;
  for (const each of fresh) addRow(each, parallel);
  if (fresh.length > 0) speak(`${countText(fresh.length, "file")} added.`);
  else speak("This file is in the list already.");
  spokenQuarter = 0;
  startNext();
  listeners.dispatchEvent(new Event("added"));
}

/** Whether the file of a remembered upload is in the list. */
export function isListed(remembered) {
  return [...rows].some(({ file, path }) =>
    file.name === remembered.name && file.size === remembered.size && path === remembered.path);
}

/** After a new token. */
export function goOn() {
  for (const { upload } of rows) if (upload.state === "blocked") upload.start().catch(() => {});
}

export function isBusy() {
  return [...rows].some(({ upload }) => ACTIVE.has(upload.state));
}

export function prepareUploads() {
  byId("pause-all").addEventListener("click", pauseOrResumeAll);
  byId("clear").addEventListener("click", () => {
    for (const row of rows) if (row.upload.state === "done") drop(row);
    byId("upload-title").focus();
  });
}

function nameOf({ file, path }) {
  return `${path}|${file.name}|${file.size}|${file.lastModified}`;
}

function addRow({ file, path }, parallel) {
  const metadata = path ? { path } : undefined;
  const upload = new Upload(file, { token, parallel, fileId: claims().file_id, metadata });
  const row = { upload, file, path, called: path || file.name, ...rowFrom("upload-row"), shown: "" };
  row.name.textContent = row.called;
  row.bar.setAttribute("aria-label", row.called);
  row.go.addEventListener("click", () => (ACTIVE.has(upload.state) ? upload.pause() : start(row)));
  row.end.addEventListener("click", () => end(row));
  upload.addEventListener("state", () => changed(row));
  upload.addEventListener("progress", () => draw(row));
  rows.add(row);
  byId("uploads").append(row.element);
  changed(row);
}

function start(row) {
  row.upload.start().catch(() => {}); // its state tells
}

async function end(row) {
  if (row.upload.state !== "done") {
    row.end.disabled = true;
    const error = await row.upload.cancel().then(() => null, (fault) => fault);
    row.end.disabled = false;
    if (error) speak(error.message);
    if (error?.status === 401) tellRefused();
    if (error || row.upload.state !== "cancelled") return;
    speak(`${row.called} is cancelled.`);
  }
  drop(row);
}

function drop(row) {
  rows.delete(row);
  removeRow(row.element, byId("upload-title"));
  startNext();
  draw();
}

function startNext() {
  let running = [...rows].filter(({ upload }) => ACTIVE.has(upload.state)).length;
  for (const row of rows) {
    if (row.upload.state !== "ready" || running >= MOST_RUNNING) continue;
    running += 1;
    start(row);
  }
}

function changed(row) {
  const { state, problem } = row.upload;
  if (state !== row.shown) {
    row.shown = state;
    tellChange(state, row.called, problem);
    if (state === "blocked") tellRefused();
    if (state === "done") listeners.dispatchEvent(new Event("done"));
    if (state !== "ready" && !ACTIVE.has(state)) queueMicrotask(startNext);
  }
  draw(row);
}

function tellChange(state, name, problem) {
  const words = {
    done: "is uploaded.",
    paused: "is paused.",
    waiting: `waits: ${problem?.message}`,
    failed: `failed: ${problem?.message}`,
  };
  if (state in words) speak(`${name} ${words[state]}`); // the same again is not spoken again
}

/** At most once a frame, however often bytes move, and only what has changed. */
function draw(row) {
  if (row) undrawn.add(row);
  if (drawing) return;
  drawing = true;
  // Not a frame's callback: a tab in the background has none, and its title still counts.
  setTimeout(() => {
    drawing = false;
    for (const each of undrawn) drawRow(each);
    undrawn.clear();
    drawTotal();
  }, 50);
}

function drawRow({ upload, called, element, bar, status, go, end: endButton }) {
  const { state, progress } = upload;
  element.className = `row ${state}`;
  bar.value = state === "done" || progress.totalBytes === 0 ? Number(state === "done") : progress.sentBytes / progress.totalBytes;
  status.textContent = statusText(upload);
  label(go, goWord(state), called);
  label(endButton, state === "done" ? "Remove" : "Cancel", called);
}

function goWord(state) {
  if (state === "running" || state === "waiting") return "Pause";
  if (state === "paused") return "Resume";
  return state === "failed" ? "Try again" : null;
}

function statusText({ state, problem, progress }) {
  switch (state) {
    case "ready": return `${bytesText(progress.totalBytes)} · next in turn`;
    case "finishing": return "Putting it together …";
    case "waiting": return `${problem.message} It goes on by itself.`;
    case "paused": return `Paused at ${progressText(progress)}`;
    case "blocked": return "The token was refused. It goes on with a new one.";
    case "failed": return problem.message;
    case "done": return `Uploaded · ${bytesText(progress.totalBytes)}`;
    default: return progressText(progress);
  }
}

function total() {
  const sum = { sentBytes: 0, totalBytes: 0, bytesPerSecond: 0 };
  for (const { upload } of rows) {
    for (const name in sum) sum[name] += upload.progress[name] ?? 0;
  }
  const left = sum.totalBytes - sum.sentBytes;
  return { ...sum, secondsLeft: sum.bytesPerSecond ? left / sum.bytesPerSecond : null };
}

function drawTotal() {
  const uploads = [...rows].map(({ upload }) => upload);
  const progress = total();
  const done = uploads.filter(({ state }) => state === "done").length;
  const share = progress.totalBytes ? progress.sentBytes / progress.totalBytes : Number(done === uploads.length);
  byId("total").hidden = uploads.length === 0;
  byId("total").classList.toggle("done", done === uploads.length);
  byId("total-bar").value = share;
  byId("total-text").textContent = `${done} of ${countText(uploads.length, "file")} · ${progressText(progress)}`;
  byId("clear").hidden = done === 0;
  const isBusyNow = isBusy();
  byId("pause-all").hidden = !isBusyNow && !uploads.some(({ state }) => state === "paused");
  byId("pause-all").textContent = isBusyNow ? "Pause all" : "Resume all";
  document.title = isBusyNow ? `${Math.floor(share * 100)} % · Upload files` : "Upload files";
  speakQuarter(share, isBusyNow);
}

function speakQuarter(share, isBusyNow) {
  const quarter = Math.floor(share * 4);
  if (!isBusyNow || quarter <= spokenQuarter || quarter === 4) return;
  spokenQuarter = quarter;
  speak(`${quarter * 25} percent uploaded.`);
}

function pauseOrResumeAll() {
  const pausing = isBusy();
  for (const row of rows) {
    const { state } = row.upload;
    if (pausing && (ACTIVE.has(state) || state === "ready")) row.upload.pause();
    if (!pausing && state === "paused") start(row);
  }
}
