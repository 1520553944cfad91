"""The old way as a contestant: installed into an environment of its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.client.numbered import OldForms
from benchmarks.contestants.contestant import BUCKET, Group, Kind, Place, Running, aws_environment
from benchmarks.contestants.names import OLD_WAY
from benchmarks.contestants.programs import run, server
from chunk_service.cli.stack.credentials import AUDIENCE, ISSUER, StackCredentials
from chunk_service.cli.stack.ports import LOOPBACK, free_port

_HERE = Path(__file__).parent


class OldWay:
    name = OLD_WAY
    group = Group.SLOW_PEER

    def __init__(self) -> None:
        self._python = Path()
        self._version = ""

    @property
    def description(self) -> str:
        return (
            f"a minimal copy (FastAPI {self._version}, one uvicorn process): chunks as forms, "
            "joined on the disk at completion, then uploaded by boto3; tokens, nothing is synced"
        )

    def prepare(self, workshop: Path) -> None:
        folder = workshop / "old-way"
        self._python = folder / "bin" / "python"
        if not (folder / "installed").exists():
            uv = Path(sys.executable).with_name("uv")
            run([uv, "venv", "--clear", "--python", sys.executable, folder], folder=workshop)
            wanted = ("--python", self._python, "--requirement", _HERE / "requirements.txt")
            run((uv, "pip", "install", *wanted), folder=workshop)
            (folder / "installed").touch()
        asked = "import fastapi; print(fastapi.__version__)"
        self._version = run([self._python, "-c", asked], folder=workshop)

    @contextmanager
    def running(self, place: Place) -> Iterator[Running]:
        port = free_port()
        credentials = StackCredentials.kept_in(place.folder)
        env = aws_environment() | {
            "LOCAL_TEMP_CHUNK_PATH": str(place.folder / "chunks"),
            "TMPDIR": str(place.folder),
            "S3_BUCKET_NAME": BUCKET,
            "S3_ENDPOINT_URL": place.store_url,
            "MAIN_SERVICE_JWT_PUBLIC_KEY": credentials.jwt_public_key,
            "EXPECTED_JWT_ISSUER": ISSUER,
            "EXPECTED_JWT_AUDIENCE": AUDIENCE,
        }
        where = ("--host", LOOPBACK, "--port", str(port), "--app-dir", _HERE)
        command = (self._python, "-m", "uvicorn", "server:app", *where)
        with server(self.name, command, port=port, folder=place.folder, env=env) as child:
            forms = OldForms(credentials.token("alice"))
            ways = {Kind.CHUNKS: forms, Kind.CHUNK_FORMS: forms}
            yield Running(f"http://{LOOPBACK}:{port}", child.pid, ways)
