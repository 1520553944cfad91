"""What the OpenAPI document says is what the service does: schemathesis asks for all of it.

Every check and every phase, by the tool's own command and always with the same cases. The service
has a real PostgreSQL, and the strict S3 double behind it.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chunk_service.domain.principals import Scope
from tests.doubles.s3.double import S3Double
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.deployment import Deployment
from tests.service.main_service import MainService
from tests.service.running import RunningService, running
from tests.service.tokens import token

_CONFIG = Path(__file__).with_name("schemathesis.toml")
_HOOKS = "tests.service.edge.schemathesis_hooks"
_ROOT = Path(__file__).parents[3]
# It took 54 s, and over 100 s beside much else: being late says nothing about the service.
_PATIENCE_SECONDS = 240


@pytest.fixture
def service(
    database_url: str, s3_double: S3Double, main_service: MainService, tmp_path: Path
) -> Iterator[RunningService]:
    bucket = Bucket.made(StoreServer(s3_double.endpoint_url), "document")
    own = Deployment(database_url, tmp_path / "spool", bucket, main_service)
    with running(own.settings(max_open_uploads_per_owner="100000")) as service:
        yield service


@pytest.mark.timeout(_PATIENCE_SECONDS + 30)
@pytest.mark.survives("Input: whatever the OpenAPI document allows, and does not", "as it says")
def test_the_service_does_what_its_document_says(service: RunningService, tmp_path: Path) -> None:
    bearer = token("alice", scope=" ".join(Scope))
    command = [
        *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
        *("--config-file", str(_CONFIG), "run", f"{service.url}/openapi.json"),
        *("--header", f"Authorization: Bearer {bearer}"),
        "--no-color",
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(_ROOT), "SCHEMATHESIS_HOOKS": _HOOKS},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"API Links: +(\d+) covered / \1 selected", done.stdout), done.stdout
