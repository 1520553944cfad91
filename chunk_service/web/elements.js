/**
 * The page's elements, found or made from its templates; and what a screen reader is told.
 *
 * Texts only ever become text: no markup is made from what a person or the service says.
 */

export function byId(id) {
  return document.getElementById(id);
}

/** A new row of a template, with its parts by the first name of their class. */
export function rowFrom(templateId) {
  const element = byId(templateId).content.firstElementChild.cloneNode(true);
  const parts = {};
  for (const part of element.querySelectorAll("[class], progress")) {
    parts[part.classList[0] ?? "bar"] = part;
  }
  return { element, ...parts };
}

/** A button's visible word, or null for no button; and which thing it is about for who can't see the row. */
export function label(button, word, about) {
  button.hidden = word === null;
  const named = `${word} ${about}`;
  if (word === null || button.ariaLabel === named) return;
  button.textContent = word;
  button.setAttribute("aria-label", named);
}

/** Removes a row; the focus goes to the next one, or to `otherwise`. */
export function removeRow(element, otherwise) {
  const hadFocus = element.contains(document.activeElement);
  const next = element.nextElementSibling ?? element.previousElementSibling;
  element.remove();
  if (hadFocus) (next?.querySelector("button:not([hidden])") ?? otherwise).focus();
}

/** Shown and spoken at once; null takes it away. */
export function showFault(id, error) {
  byId(id).hidden = error === null;
  byId(id).textContent = error === null ? "" : error.message;
}

/** For screen readers, when they have nothing else to say. */
export function speak(text) {
  if (byId("spoken").textContent !== text) byId("spoken").textContent = text;
}
