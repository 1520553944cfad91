/**
 * Numbers and moments as a person reads them, in the browser's language; no line ends between a
 * number and its unit.
 */

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];
const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function bytesText(bytes) {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${numbers.format(bytes / 1024 ** unit)}\u00a0${UNITS[unit]}`;
}

export function secondsText(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)}\u00a0s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes}\u00a0min` : `${Math.floor(minutes / 60)}\u00a0h ${minutes % 60}\u00a0min`;
}

export function momentText(moment) {
  return moments.format(new Date(moment));
}

/** "12 MiB of 200 MiB · 5 MiB/s · 38 s left" */
export function progressText({ sentBytes, totalBytes, bytesPerSecond, secondsLeft }) {
  const parts = [`${bytesText(sentBytes)} of ${bytesText(totalBytes)}`];
  if (bytesPerSecond) parts.push(`${bytesText(bytesPerSecond)}/s`);
  if (secondsLeft) parts.push(`${secondsText(secondsLeft)}\u00a0left`);
  return parts.join(" · ");
}

export function countText(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
