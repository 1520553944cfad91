/**
 * The service that this page came from, as its views call it; and what a refused token leads to.
 *
 * Uploads have their own calls in `uploader.js`, which are repeated for as long as it takes. Here a
 * person waits before a button, so a few tries must do.
 */

import { Calls } from "./calls.js";
import { token } from "./token.js";

const TRIES = 3;
const ADDRESS = new URL("..", import.meta.url);
const calls = new Calls(ADDRESS, token);
const refusals = new EventTarget();

export async function ask(method, path, options = {}) {
  try {
    return await calls.repeated(method, path, { tries: TRIES, ...options });
  } catch (error) {
    if (error.status === 401) tellRefused();
    throw error;
  }
}

export function onRefused(listener) {
  refusals.addEventListener("refused", listener);
}

export function tellRefused() {
  refusals.dispatchEvent(new Event("refused"));
}

/** The address of a link that the service gave, which may be a path. */
export function absolute(link) {
  return new URL(link.replace(/^\//, ""), ADDRESS).href;
}

/** Lets the browser save a file: from the store, or through the service where it hands bytes out. */
export async function download(file) {
  const address = new URL(`files/${file.key}/content`, ADDRESS);
  const headers = { Authorization: `Bearer ${token()}` };
  const found = await fetch(address, { method: "HEAD", headers, redirect: "manual" });
  if (!found.ok) {
    const { presigned_url } = await ask("POST", "download-url", { body: { file_key: file.key } });
    return follow({ href: presigned_url, target: "_blank", rel: "noopener" });
  }
  const bytes = await (await fetch(address, { headers })).blob();
  const href = URL.createObjectURL(bytes);
  follow({ href, download: file.name });
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

function follow(link) {
  Object.assign(document.createElement("a"), link).click();
}
