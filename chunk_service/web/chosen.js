/**
 * What a person chose or dropped: files, each with its place where it came with a folder.
 */

/** Whether this browser lets a person choose a folder. */
export const choosesFolders = "webkitdirectory" in HTMLInputElement.prototype;

/** Of a field, which is emptied, so that the same can be chosen again. */
export function takeChosen(field) {
  const chosen = [...field.files].map((file) => ({ file, path: file.webkitRelativePath }));
  field.value = "";
  return chosen;
}

/** Of a drop, with all that is below its folders. To be called at once: afterwards it is empty. */
export async function takeDropped(transfer) {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  return flat(items.map((item) => {
    const entry = item.webkitGetAsEntry?.();
    return entry?.isDirectory ? filesBelow(entry) : [{ file: item.getAsFile(), path: "" }];
  }));
}

async function filesBelow(folder) {
  const entries = await entriesOf(folder);
  return flat(entries.map((entry) => (entry.isDirectory ? filesBelow(entry) : [fileOf(entry)])));
}

/** A browser gives them a hundred at a time. */
async function entriesOf(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    const some = await answered(folder, (...answers) => reader.readEntries(...answers));
    if (some.length === 0) return found.sort((one, other) => (one.name < other.name ? -1 : 1));
    found.push(...some);
  }
}

async function fileOf(entry) {
  const file = await answered(entry, (...answers) => entry.file(...answers));
  return { file, path: entry.fullPath.replace(/^\//, "") };
}

async function answered(entry, ask) {
  try {
    return await new Promise(ask);
  } catch {
    throw new Error(`${entry.fullPath} can't be read, so nothing was added.`);
  }
}

async function flat(lists) {
  return Promise.all((await Promise.all(lists)).flat());
}
