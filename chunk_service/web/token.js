/**
 * The person's token: from the address bar's fragment or a form, kept for this tab only.
 *
 * A fragment never reaches a server, and is taken out of the address bar and the history at once.
 * What is read in the token is for show and for its own limits; only the service judges it.
 */

const STORED = "chunk-service/token";
const SIGNATURE_BYTES = 64; // behind the claims of a PASETO v4.public
let current = "";

/** The token of this tab; "" where there is none. */
export function token() {
  return current;
}

export function useToken(text) {
  current = text.trim().replace(/^Bearer\s+/i, "");
  try {
    if (current) sessionStorage.setItem(STORED, current);
    else sessionStorage.removeItem(STORED);
  } catch {
    // Storage may be forbidden: then a reload asks again.
  }
}

/** True where a fragment held one. */
export function takeTokenFromAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const found = fragment.get("token");
  if (found === null) return false;
  history.replaceState(null, "", location.pathname + location.search);
  useToken(found);
  return true;
}

export function findToken() {
  if (takeTokenFromAddress()) return;
  try {
    current = sessionStorage.getItem(STORED) ?? "";
  } catch {
    current = "";
  }
}

/** What a JWT or a PASETO says of itself; empty where it can't be read. */
export function claims() {
  const parts = current.split(".");
  try {
    const bytes = parts[0] === "v4" ? bytesOf(parts[2]).slice(0, -SIGNATURE_BYTES) : bytesOf(parts[1]);
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}

function bytesOf(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
