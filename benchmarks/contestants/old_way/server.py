"""The old way, as such services are commonly written: the baseline of the benchmarks.

A chunk comes as a form, is read into memory and written to a folder; completing joins the chunks
to one file on the disk and only then uploads that. Nothing is synced, sessions are in memory.
"""

import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import aiofiles
import boto3
import jwt
from fastapi import Depends, FastAPI, Form, HTTPException, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

_FOLDER = Path(os.environ["LOCAL_TEMP_CHUNK_PATH"])
_BUCKET = os.environ["S3_BUCKET_NAME"]
_PIECE_BYTES = 1024 * 1024

app = FastAPI()
s3 = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT_URL"])


@dataclass
class Session:
    """Whose it is, and what it is called."""

    owner: str
    name: str


sessions: dict[str, Session] = {}


class Init(BaseModel):
    """What begins an upload."""

    main_service_file_id: int
    original_file_name: str


class Complete(BaseModel):
    """What ends it."""

    upload_session_id: str
    total_chunks: int
    main_service_file_id: int


def _owner(shown: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    claims = jwt.decode(
        shown.credentials,
        os.environ["MAIN_SERVICE_JWT_PUBLIC_KEY"],
        algorithms=["RS256"],
        issuer=os.environ["EXPECTED_JWT_ISSUER"],
        audience=os.environ["EXPECTED_JWT_AUDIENCE"],
    )
    return str(claims["sub"])


Owner = Annotated[str, Depends(_owner)]


@app.post("/upload/init")
async def init(told: Init, owner: Owner) -> dict[str, object]:
    session_id = str(uuid.uuid4())
    sessions[session_id] = Session(owner, told.original_file_name)
    (_FOLDER / session_id).mkdir(parents=True)
    return {"status": "success", "data": {"upload_session_id": session_id}}


@app.post("/upload/chunk")
async def chunk(
    upload_session_id: Annotated[str, Form()],
    chunk_index: Annotated[int, Form()],
    chunk: UploadFile,
    owner: Owner,
) -> dict[str, object]:
    _session(upload_session_id, owner)
    content = await chunk.read()
    async with aiofiles.open(_FOLDER / upload_session_id / str(chunk_index), "wb") as file:
        await file.write(content)
    return {"status": "success", "message": "Chunk uploaded successfully."}


@app.post("/upload/complete")
async def complete(told: Complete, owner: Owner) -> dict[str, object]:
    session = _session(told.upload_session_id, owner)
    folder = _FOLDER / told.upload_session_id
    whole = folder / "whole"
    async with aiofiles.open(whole, "wb") as file:
        for index in range(told.total_chunks):
            async with aiofiles.open(folder / str(index), "rb") as part:
                while piece := await part.read(_PIECE_BYTES):
                    await file.write(piece)
    key = f"{owner}/{told.main_service_file_id}/{session.name}"
    await run_in_threadpool(s3.upload_file, str(whole), _BUCKET, key)
    await run_in_threadpool(shutil.rmtree, folder)
    del sessions[told.upload_session_id]
    return {"status": "success", "data": {"file_path_on_upload_service": key}}


def _session(session_id: str, owner: str) -> Session:
    session = sessions.get(session_id)
    if session is None or session.owner != owner:
        raise HTTPException(404)
    return session
