// Sends a file in chunks, four at a time, and goes on after failures: for browsers and for Node.js.
// `file` is a File or a Blob with a name; a token comes from your main service. In a browser the page's
// origin is named in CORS_ORIGINS of the service.
//
//   import { upload } from "./upload.js";
//   const { key } = await upload({ base: "https://uploads.example.com", token, fileId: 123, file });

const CHUNK_BYTES = 8 * 1024 * 1024;
const ATTEMPTS = 8;
const NOT_NOW = [408, 429, 500, 502, 503, 504, 507];

// A request that got no answer, or "not now", is sent again: the same request is always safe.
async function call({ base, token }, method, path, body, type = "application/json") {
  for (let attempt = 1; ; attempt++) {
    let seconds = (Math.min(2 ** attempt / 4, 30) * (1 + Math.random())) / 2;
    let answer;
    try {
      answer = await fetch(base + path, {
        method,
        headers: { Authorization: `Bearer ${token}`, "Content-Type": type },
        body,
      });
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    if (answer?.ok) return (await answer.json()).data;
    if (answer) {
      const problem = await answer.json().catch(() => ({ detail: answer.statusText }));
      if (!NOT_NOW.includes(answer.status) || attempt === ATTEMPTS) throw new Error(problem.detail);
      seconds = Number(answer.headers.get("Retry-After")) || seconds;
    }
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

export async function upload({ base, token, fileId, file, onProgress = () => {} }) {
  const site = { base, token };
  const begun = await call(site, "POST", "/upload/init", JSON.stringify({
    main_service_file_id: fileId,
    original_file_name: file.name,
    total_size: file.size,
    chunk_size: CHUNK_BYTES,
  }));
  const count = Math.max(1, Math.ceil(file.size / CHUNK_BYTES));
  let next = 0;
  let sent = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      const chunk = file.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
      const path = `/upload/${begun.upload_session_id}/chunks/${index}`;
      await call(site, "PUT", path, chunk, "application/octet-stream");
      sent += chunk.size;
      onProgress(sent, file.size);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  return call(site, "POST", "/upload/complete", JSON.stringify({
    upload_session_id: begun.upload_session_id,
    total_chunks: count,
    main_service_file_id: fileId,
  }));
}
