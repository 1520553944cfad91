"""Sends a file in chunks, four at a time, and goes on after failures. Needs httpx.

    BASE=https://uploads.example.com TOKEN=... python upload.py FILE MAIN_SERVICE_FILE_ID

A request that got no answer, or "not now", is sent again: the same request is always safe.
"""

import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

NOT_NOW = {408, 429, 500, 502, 503, 504, 507}
CHUNK_BYTES = 8 * 1024 * 1024
ATTEMPTS = 8


def call(client: httpx.Client, method: str, path: str, **body: object) -> dict[str, object]:
    for attempt in range(1, ATTEMPTS + 1):
        wait_seconds = min(2**attempt / 4, 30) * random.uniform(0.5, 1)
        try:
            answer = client.request(method, path, **body)  # type: ignore[arg-type]
        except httpx.TransportError:
            if attempt == ATTEMPTS:
                raise
        else:
            if answer.is_success:
                return dict(answer.json()["data"])
            if answer.status_code not in NOT_NOW or attempt == ATTEMPTS:
                raise SystemExit(f"{answer.status_code}: {answer.json()['detail']}")
            wait_seconds = float(answer.headers.get("Retry-After", wait_seconds))
        time.sleep(wait_seconds)
    raise AssertionError


def send_chunk(client: httpx.Client, upload_id: object, path: Path, index: int) -> None:
    with path.open("rb") as file:
        file.seek(index * CHUNK_BYTES)
        chunk = file.read(CHUNK_BYTES)
    call(client, "PUT", f"/upload/{upload_id}/chunks/{index}", content=chunk)


def upload(client: httpx.Client, path: Path, file_id: int) -> dict[str, object]:
    size_bytes = path.stat().st_size
    begin = {
        "main_service_file_id": file_id,
        "original_file_name": path.name,
        "total_size": size_bytes,
        "chunk_size": CHUNK_BYTES,
    }
    upload_id = call(client, "POST", "/upload/init", json=begin)["upload_session_id"]
    count = max(1, -(-size_bytes // CHUNK_BYTES))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda index: send_chunk(client, upload_id, path, index), range(count)))
    end = {
        "upload_session_id": upload_id,
        "total_chunks": count,
        "main_service_file_id": file_id,
    }
    return call(client, "POST", "/upload/complete", json=end)


if __name__ == "__main__":
    file, number = Path(sys.argv[1]), int(sys.argv[2])
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    with httpx.Client(base_url=os.environ["BASE"], headers=headers, timeout=60) as session:
        print(upload(session, file, number)["key"])
