/**
 * The page's start: which sections are shown, the token's form, files that are chosen or dropped.
 *
 * Each section is a view in a file of its own.
 */

import { byId, showFault } from "./elements.js";
import { prepareFiles, showFiles } from "./files_view.js";
import { onRefused } from "./service.js";
import { prepareShares } from "./shares_view.js";
import { claims, findToken, takeTokenFromAddress, token, useToken } from "./token.js";
import { showUnfinished } from "./unfinished_view.js";
import { addFiles, goOn, isBusy, onUploads, prepareUploads } from "./uploads_view.js";
import { momentText } from "./wording.js";

const REFUSED = { message: "The token was refused: it is wrong or has expired. Give a new one." };
const FOLDER = { message: "Folders can't be uploaded here; choose the files in them." };

function showToken(fault = null) {
  byId("token-section").hidden = false;
  showFault("token-fault", fault);
  byId("token").focus();
}

/** With a token: everything that can be done by it, from the start. */
function enter() {
  const { sub, exp, file_id: boundTo } = claims();
  byId("who").textContent = [sub, exp && `until ${momentText(exp * 1000)}`].filter(Boolean).join(", ");
  byId("change-token").hidden = false;
  byId("token-section").hidden = true;
  byId("upload-section").hidden = false;
  byId("files-section").hidden = boundTo !== undefined; // such a token may not list
  goOn();
  showUnfinished();
  if (boundTo === undefined) showFiles();
}

function prepareToken() {
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    useToken(byId("token").value);
    byId("token").value = "";
    enter();
    byId("upload-title").focus();
  });
  byId("change-token").addEventListener("click", () => showToken());
  onRefused(() => showToken(REFUSED));
  addEventListener("hashchange", () => {
    if (takeTokenFromAddress()) enter();
  });
}

function prepareChoosing() {
  byId("files").addEventListener("change", () => {
    const chosen = [...byId("files").files];
    byId("files").value = ""; // so that the same file can be chosen again
    showFault("drop-fault", null);
    if (chosen.length > 0) addFiles(chosen);
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    byId("drop").classList.toggle("over", event.dataTransfer.types.includes("Files"));
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) byId("drop").classList.remove("over");
  });
  addEventListener("drop", dropped);
}

function dropped(event) {
  event.preventDefault();
  byId("drop").classList.remove("over");
  if (!token()) return;
  const items = [...event.dataTransfer.items].filter(({ kind }) => kind === "file");
  const files = items.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory).map((item) => item.getAsFile());
  showFault("drop-fault", files.length < items.length ? FOLDER : null);
  if (files.length > 0) addFiles(files);
}

prepareToken();
prepareUploads();
prepareFiles();
prepareShares();
prepareChoosing();
onUploads("added", () => showUnfinished());
onUploads("done", () => showFiles());
addEventListener("beforeunload", (event) => {
  if (isBusy()) event.preventDefault();
});
findToken();
if (token()) enter();
else showToken();
