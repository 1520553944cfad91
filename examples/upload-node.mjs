// The same from Node.js 20 or newer; the file is read piece by piece, never whole.
//
//   BASE=https://uploads.example.com TOKEN=... node upload-node.mjs FILE MAIN_SERVICE_FILE_ID

import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { upload } from "./upload.js";

const [path, fileId] = process.argv.slice(2);
const file = Object.assign(await openAsBlob(path), { name: basename(path) });
const { key } = await upload({
  base: process.env.BASE,
  token: process.env.TOKEN,
  fileId: Number(fileId),
  file,
});
console.log(key);
