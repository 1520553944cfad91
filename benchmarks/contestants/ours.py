"""This service as a contestant: `chunk-service serve` in one process, on a PostgreSQL of its own.

Tokens are on, digests are sent and verified. With `synced` the spool and PostgreSQL flush to the
disk before anything is acknowledged, as in production; without, neither does, as with the peers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.client.numbered import NumberedChunks
from benchmarks.client.ways import Way
from benchmarks.client.whole import WholeFile
from benchmarks.contestants.contestant import (
    ACCESS_KEY,
    BUCKET,
    REGION,
    SECRET_KEY,
    Group,
    Kind,
    Place,
    Running,
)
from benchmarks.contestants.names import HASHED, OURS, SYNCED
from benchmarks.counting_proxy import RoundTrips, counting_proxy
from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.credentials import ALGORITHM, AUDIENCE, ISSUER, StackCredentials
from chunk_service.cli.stack.ports import LOOPBACK, free_port
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from chunk_service.cli.stack.provisions import ensure_database
from chunk_service.cli.stack.service import migrate, start_service
from chunk_service.domain.checksums import Algorithm

_DATABASE = "chunk_service"
_NAMES = {Group.OURS: OURS, Group.SYNCED: SYNCED, Group.HASHED: HASHED}


class Ours:
    def __init__(self, *, synced: bool, digest: Algorithm = Algorithm.CRC64NVME) -> None:
        hashed = digest is Algorithm.SHA256
        self.group = Group.SYNCED if synced else Group.HASHED if hashed else Group.OURS
        self.name = _NAMES[self.group]
        self._synced = synced
        self._digest = digest

    @property
    def description(self) -> str:
        disk = "on" if self._synced else "off (spool and PostgreSQL)"
        return (
            "`chunk-service serve`, one process with the worker inside, PostgreSQL 18; tokens, "
            f"a {self._digest} sent with each chunk and verified, fsync {disk}; all other settings "
            "at their defaults"
        )

    def prepare(self, workshop: Path) -> None:
        """It is installed already."""

    @contextmanager
    def running(self, place: Place) -> Iterator[Running]:
        with self._postgres(place) as postgres:
            url = postgres.url(_DATABASE)
            with self._service(place, url) as (service, base_url):
                yield Running(base_url, service.pid, self._ways(place), postgres.child.pid)

    @contextmanager
    def counted(self, place: Place) -> Iterator[tuple[Running, RoundTrips]]:
        """The same with a proxy before the database that counts."""
        port = free_port()
        with self._postgres(place) as postgres, counting_proxy(postgres.port, port=port) as trips:
            url = postgres.url(_DATABASE).replace(f":{postgres.port}/", f":{port}/")
            with self._service(place, f"{url}?sslmode=disable") as (service, base_url):
                yield Running(base_url, service.pid, self._ways(place)), trips

    @contextmanager
    def _postgres(self, place: Place) -> Iterator[EmbeddedPostgres]:
        postgres = EmbeddedPostgres.start(place.folder / "postgres", durable=self._synced)
        try:
            ensure_database(postgres.url(), _DATABASE)
            yield postgres
        finally:
            postgres.stop()

    @contextmanager
    def _service(self, place: Place, database_url: str) -> Iterator[tuple[Child, str]]:
        settings = self._settings(place, database_url)
        migrate(settings, folder=place.folder)
        service = start_service(settings, folder=place.folder)
        try:
            yield service, f"http://{LOOPBACK}:{settings['PORT']}"
        finally:
            service.stop()

    def _ways(self, place: Place) -> dict[Kind, Way]:
        token = StackCredentials.kept_in(place.folder).token("alice")
        return {
            Kind.CHUNKS: NumberedChunks(token, self._digest),
            Kind.CHUNK_FORMS: NumberedChunks(token, self._digest, as_form=True),
            Kind.ONE_REQUEST: WholeFile(token),
            Kind.ONE_FORM: WholeFile(token, as_form=True),
        }

    def _settings(self, place: Place, database_url: str) -> dict[str, str]:
        return {
            "HOST": LOOPBACK,
            "PORT": str(free_port()),
            "DATABASE_URL": database_url,
            "LOCAL_TEMP_CHUNK_PATH": str(place.folder / "spool"),
            "SPOOL_FSYNC": str(self._synced).lower(),
            "MAIN_SERVICE_JWT_PUBLIC_KEY": StackCredentials.kept_in(place.folder).jwt_public_key,
            "JWT_ALGORITHM": ALGORITHM,
            "EXPECTED_JWT_ISSUER": ISSUER,
            "EXPECTED_JWT_AUDIENCE": AUDIENCE,
            "S3_ACCESS_KEY": ACCESS_KEY,
            "S3_SECRET_KEY": SECRET_KEY,
            "S3_BUCKET_NAME": BUCKET,
            "S3_ENDPOINT_URL": place.store_url,
            "S3_REGION_NAME": REGION,
        }
