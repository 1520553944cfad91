/**
 * Uploads that this browser began and did not finish: what to choose again, or to discard.
 *
 * A page can't open a person's file by itself; the same file chosen again goes on.
 */

import { byId, label, removeRow, rowFrom, speak } from "./elements.js";
import { ask } from "./service.js";
import { token } from "./token.js";
import { abandon, unfinished } from "./uploader.js";
import { isListed } from "./uploads_view.js";
import { bytesText } from "./wording.js";

/** Only those that the token's owner can go on with. */
export async function showUnfinished() {
  const found = await Promise.all(unfinished().map(withStatus));
  const open = found.filter(({ status }) => status?.state === "open" || status?.state === "completing");
  const rows = open.filter((upload) => !isListed(upload)).map(rowOf);
  byId("unfinished").querySelector("ul").replaceChildren(...rows);
  byId("unfinished").hidden = rows.length === 0;
}

async function withStatus(upload) {
  const status = await ask("GET", `upload/${upload.uploadId}`).then(({ data }) => data, () => null);
  return { ...upload, status };
}

function rowOf(upload) {
  const { element, name, status, end } = rowFrom("small-row");
  const called = upload.path || upload.name;
  name.textContent = called;
  status.textContent =
    `${bytesText(upload.status.received_bytes)} of ${bytesText(upload.size)} are there. ` +
    `Choose the same ${upload.path ? "folder" : "file"} to go on.`;
  label(end, "Discard", called);
  end.addEventListener("click", () => discard(upload, { called, element, status, end }));
  return element;
}

async function discard(upload, { called, element, status, end }) {
  end.disabled = true;
  try {
    await abandon(upload, { token });
  } catch (error) {
    status.textContent = error.message;
    end.disabled = false;
    return;
  }
  removeRow(element, byId("upload-title"));
  byId("unfinished").hidden = byId("unfinished").querySelector("li") === null;
  speak(`${called} is discarded.`);
}
