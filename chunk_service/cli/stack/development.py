"""The whole development stack, put together: parts start in order and stop in reverse.

    keys, PostgreSQL, SeaweedFS, the receiver, a database and a bucket, migrations, the service

The service is the real one; everything that it needs around it is started here.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.credentials import StackCredentials
from chunk_service.cli.stack.facts import StackFacts
from chunk_service.cli.stack.folder import StackFolder
from chunk_service.cli.stack.ports import LOOPBACK, free_port
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from chunk_service.cli.stack.provisions import ensure_bucket, ensure_database
from chunk_service.cli.stack.receiver import Receiver
from chunk_service.cli.stack.seaweedfs import REGION, EmbeddedSeaweedFS
from chunk_service.cli.stack.service import migrate, start_service
from chunk_service.cli.stack.service_settings import service_settings

_DATABASE = "chunk_service"
_BUCKET = "uploads"
_OWNER, _OTHER_OWNER = "alice", "bob"

Tell = Callable[[str], None]


class _Part(Protocol):
    def stop(self) -> None: ...


P = TypeVar("P", bound=_Part)


@dataclasses.dataclass(frozen=True, slots=True)
class PreferredPorts:
    """Taken where they are free; None: any free one."""

    service: int | None = None
    receiver: int | None = None
    s3: int | None = None
    postgres: int | None = None


USUAL_PORTS = PreferredPorts(service=8000, receiver=8001, s3=8333, postgres=54329)
ANY_PORTS = PreferredPorts()
NO_MORE_SETTINGS: Mapping[str, str] = MappingProxyType({})


@dataclasses.dataclass(frozen=True, slots=True)
class DevelopmentStack:
    """A running stack: how to reach it, its processes, and where its spool lies."""

    facts: StackFacts
    processes: tuple[Child, ...]
    spool: Path


@contextmanager
def development_stack(
    folder: StackFolder,
    *,
    ports: PreferredPorts,
    tell: Tell,
    more_settings: Mapping[str, str] = NO_MORE_SETTINGS,
) -> Iterator[DevelopmentStack]:
    """Runs inside the block; `tell` gets the name of each step. The caller holds the folder.

    `more_settings` are the service's, beside those that the stack sets. Raises StackError.
    """
    with ExitStack() as parts:
        starting = _Starting(folder.root.absolute(), ports, tell=tell, parts=parts)
        stack = starting.all(more_settings)
        try:
            yield stack
        finally:
            tell("stopping")


class _Starting:
    """One start: what has been started so far stops with `parts`, whatever happens next."""

    def __init__(self, root: Path, ports: PreferredPorts, *, tell: Tell, parts: ExitStack) -> None:
        self._root = root
        self._ports = ports
        self._tell = tell
        self._parts = parts
        self._credentials = StackCredentials.kept_in(root)

    def all(self, more_settings: Mapping[str, str]) -> DevelopmentStack:
        postgres, store, receiver = self._postgres(), self._store(), self._receiver()
        facts = self._facts(postgres, store, receiver)
        spool = self._root / "spool"
        settings = service_settings(
            facts,
            jwt_public_key=self._credentials.jwt_public_key,
            callback_url=receiver.callback_url,
            spool=spool,
            more=more_settings,
        )
        self._provide(postgres, facts)
        migrate(settings, folder=self._root)
        self._tell("starting the service")
        service = self._kept(start_service(settings, folder=self._root))
        processes = (postgres.child, store.child, service)
        return DevelopmentStack(facts=facts, processes=processes, spool=spool)

    def _postgres(self) -> EmbeddedPostgres:
        self._tell("starting PostgreSQL")
        port = free_port(preferred=self._ports.postgres)
        return self._kept(EmbeddedPostgres.start(self._root / "postgres", port=port))

    def _store(self) -> EmbeddedSeaweedFS:
        self._tell("starting SeaweedFS")
        store = EmbeddedSeaweedFS.start(
            self._root / "seaweedfs",
            access_key=self._credentials.s3_access_key,
            secret_key=self._credentials.s3_secret_key,
            port=free_port(preferred=self._ports.s3),
        )
        return self._kept(store)

    def _receiver(self) -> Receiver:
        receiver = Receiver.start(
            webhook_secret=self._credentials.webhook_secret,
            port=free_port(preferred=self._ports.receiver),
        )
        return self._kept(receiver)

    def _provide(self, postgres: EmbeddedPostgres, facts: StackFacts) -> None:
        self._tell("preparing database and bucket")
        ensure_database(postgres.url(), _DATABASE)
        ensure_bucket(facts)

    def _facts(
        self, postgres: EmbeddedPostgres, store: EmbeddedSeaweedFS, receiver: Receiver
    ) -> StackFacts:
        port = free_port(preferred=self._ports.service)
        return StackFacts(
            base_url=f"http://{LOOPBACK}:{port}",
            token=self._credentials.token(_OWNER),
            token_other=self._credentials.token(_OTHER_OWNER),
            database_url=postgres.url(_DATABASE),
            s3_endpoint_url=store.endpoint_url,
            s3_access_key=self._credentials.s3_access_key,
            s3_secret_key=self._credentials.s3_secret_key,
            s3_region=REGION,
            bucket=_BUCKET,
            receiver_url=receiver.url,
            webhook_secret=self._credentials.webhook_secret,
        )

    def _kept(self, part: P) -> P:
        self._parts.callback(part.stop)
        return part
