/**
 * The dialog about a file's links: make one, copy it, see and end those that there are.
 */

import { byId, label, removeRow, rowFrom, showFault, speak } from "./elements.js";
import { absolute, ask } from "./service.js";
import { countText, momentText } from "./wording.js";

const STATES = { revoked: "ended", expired: "expired", used_up: "used up" };
let file = null;

export function prepareShares() {
  byId("share-form").addEventListener("submit", (event) => {
    event.preventDefault();
    attempted(makeLink);
  });
  byId("share-copy").addEventListener("click", copy);
}

export function showShares(ofFile) {
  file = ofFile;
  byId("share-dialog").querySelector(".name").textContent = file.name;
  byId("share-form").reset();
  byId("share-link").hidden = true;
  byId("shares").replaceChildren();
  byId("no-shares").hidden = true;
  byId("share-dialog").showModal();
  attempted(list);
}

async function makeLink() {
  const seconds = byId("share-days").value;
  const downloads = byId("share-downloads").value;
  const password = byId("share-password").value;
  const made = await ask("POST", `files/${file.key}/shares`, {
    body: {
      ...(seconds ? { expires_in: Number(seconds) } : {}),
      ...(downloads ? { max_downloads: Number(downloads) } : {}),
      ...(password ? { password } : {}),
    },
  });
  byId("share-url").value = absolute(made.url);
  byId("share-link").hidden = false;
  byId("share-url").focus();
  byId("share-url").select();
  await list();
}

/** The clipboard is a browser's to give; the selected text can always be copied by hand. */
async function copy() {
  byId("share-url").select();
  const copied = await navigator.clipboard?.writeText(byId("share-url").value).then(() => true, () => false);
  byId("share-copy").textContent = copied ? "Copied" : "Copy";
  speak(copied ? "The link is copied." : "The link is selected; copy it by the keyboard.");
}

async function list() {
  const { shares } = await ask("GET", `files/${file.key}/shares`);
  byId("share-copy").textContent = "Copy";
  byId("shares").replaceChildren(...shares.map(rowOf));
  byId("no-shares").hidden = shares.length > 0;
}

function rowOf(share) {
  const row = rowFrom("small-row");
  const made = momentText(share.created_at);
  row.name.textContent = `Made ${made}`;
  row.status.textContent = factsOf(share).join(" · ");
  label(row.end, share.state === "active" ? "End" : null, `the link made ${made}`);
  row.end.addEventListener("click", () => attempted(() => endShare(share, row)));
  return row.element;
}

function factsOf(share) {
  const granted = countText(share.downloads, "download");
  return [
    STATES[share.state] ?? (share.expires_at ? `ends ${momentText(share.expires_at)}` : "without end"),
    share.max_downloads === null ? granted : `${share.downloads} of ${countText(share.max_downloads, "download")}`,
    ...(share.has_password ? ["with a password"] : []),
  ];
}

async function endShare(share, row) {
  await ask("DELETE", `files/${file.key}/shares/${share.id}`);
  removeRow(row.element, byId("share-days"));
  speak("The link has ended.");
  await list();
}

async function attempted(act) {
  try {
    await act();
    showFault("share-fault", null);
  } catch (error) {
    showFault("share-fault", error);
  }
}
