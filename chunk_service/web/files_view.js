/**
 * The list of stored files: search, download, share, delete.
 */

import { byId, label, removeRow, rowFrom, showFault, speak } from "./elements.js";
import { ask, download } from "./service.js";
import { showShares } from "./shares_view.js";
import { bytesText, countText, momentText } from "./wording.js";

const PAGE = 20;
const TYPING_MS = 300;
let asking = null;
let next = null;
let typing;

export function prepareFiles() {
  byId("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    showFiles({ spoken: true });
  });
  byId("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => showFiles({ spoken: true }), TYPING_MS);
  });
  byId("more").addEventListener("click", showMore);
}

/** From the first page on; an older question's answer is not waited for. */
export async function showFiles({ spoken = false } = {}) {
  const found = await list(null);
  if (!found) return;
  const words = byId("search").value.trim();
  byId("file-list").replaceChildren(...found.files.map(rowOf));
  byId("no-files").hidden = found.count > 0;
  byId("no-files").textContent = words ? `No file is called “${words}”.` : "There are no files yet.";
  const count = `${countText(found.count, "file")}${found.next ? " and more" : ""} found.`;
  if (spoken) speak(found.count ? count : byId("no-files").textContent);
}

async function showMore() {
  const found = await list(next);
  if (!found) return;
  const rows = found.files.map(rowOf);
  byId("file-list").append(...rows);
  rows[0]?.querySelector("button").focus();
}

async function list(cursor) {
  asking?.abort();
  const mine = (asking = new AbortController());
  const query = new URLSearchParams({ limit: PAGE });
  const words = byId("search").value.trim();
  if (words) query.set("q", words);
  if (cursor) query.set("cursor", cursor);
  try {
    const found = await ask("GET", `files?${query}`, { signal: mine.signal });
    showFault("files-fault", null);
    next = found.next;
    byId("more").hidden = next === null;
    return found;
  } catch (error) {
    if (!mine.signal.aborted) showFault("files-fault", error.status === 401 ? null : error);
    return null;
  }
}

function rowOf(file) {
  const row = rowFrom("file-row");
  row.name.textContent = file.name;
  row.status.textContent = `${bytesText(file.size)} · ${momentText(file.last_modified)}`;
  label(row.download, "Download", file.name);
  label(row.share, "Share", file.name);
  label(row.delete, "Delete", file.name);
  row.download.addEventListener("click", () => attempted(row.download, () => download(file)));
  row.share.addEventListener("click", () => showShares(file));
  row.delete.addEventListener("click", () => askToDelete(file, row));
  return row.element;
}

function askToDelete(file, row) {
  const dialog = byId("delete-dialog");
  dialog.querySelector(".name").textContent = file.name;
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue === "delete") attempted(row.delete, () => deleteFile(file, row));
  };
  dialog.showModal();
}

async function deleteFile(file, row) {
  await ask("DELETE", `files/${file.key}`);
  row.delete.disabled = false; // a disabled button has lost the focus, which is to be handed on
  row.delete.focus();
  removeRow(row.element, byId("files-title"));
  speak(`${file.name} is deleted.`);
  if (!byId("file-list").firstElementChild) await showFiles();
}

async function attempted(button, act) {
  button.disabled = true;
  try {
    await act();
    showFault("files-fault", null);
  } catch (error) {
    showFault("files-fault", error);
  } finally {
    button.disabled = false;
  }
}
