/**
 * The page's start: which sections are shown, the token's form, files that are chosen or dropped.
 *
 * Each section is a view in a file of its own.
 */

import { choosesFolders, takeChosen, takeDropped } from "./chosen.js";
import { byId, showFault } from "./elements.js";
import { prepareFiles, showFiles } from "./files_view.js";
import { onRefused } from "./service.js";
import { prepareShares } from "./shares_view.js";
import { claims, findToken, takeTokenFromAddress, token, useToken } from "./token.js";
import { showUnfinished } from "./unfinished_view.js";
import { addFiles, goOn, isBusy, onUploads, prepareUploads } from "./uploads_view.js";
import { momentText } from "./wording.js";

const REFUSED = { message: "The token was refused: it is wrong or has expired. Give a new one." };
const SOON_MS = 300;
const NO_FILES = { message: "There are no files in it." };
let listing = null;

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
  for (const id of ["files", "folder"]) {
    byId(id).addEventListener("change", () => add(takeChosen(byId(id))));
  }
  byId("choose-folder").hidden = !choosesFolders;
  byId("choose-folder").addEventListener("click", () => byId("folder").click());
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
  if (!event.dataTransfer.types.includes("Files")) return;
  takeDropped(event.dataTransfer).then(add, (error) => showFault("drop-fault", error));
}

function add(chosen) {
  showFault("drop-fault", chosen.length > 0 ? null : NO_FILES);
  if (chosen.length > 0) addFiles(chosen);
}

/** Once for all the files that are done within a moment. */
function showFilesSoon() {
  listing ??= setTimeout(() => {
    listing = null;
    if (!byId("files-section").hidden) showFiles();
  }, SOON_MS);
}

prepareToken();
prepareUploads();
prepareFiles();
prepareShares();
prepareChoosing();
onUploads("added", () => showUnfinished());
onUploads("done", showFilesSoon);
addEventListener("beforeunload", (event) => {
  if (isBusy()) event.preventDefault();
});
findToken();
if (token()) enter();
else showToken();
