"""One upload against a store that misbehaves: how it is sent, and how it must have ended."""

from dataclasses import dataclass

import httpx

from tests.doubles.s3.double import S3Double
from tests.doubles.s3.records import Multipart
from tests.service.caller import Caller, Session, data_of
from tests.service.content import PART_BYTES, content_of, cut
from tests.service.deployment import Deployment
from tests.service.waiting import until

SMALL = content_of(100_000)
LARGE = content_of(2 * PART_BYTES + 100)


@dataclass(frozen=True, slots=True)
class Story:
    caller: Caller
    own: Deployment
    double: S3Double

    @property
    def bucket(self) -> str:
        return self.own.bucket.name

    async def sent(self, content: bytes, **members: object) -> Session:
        """All chunks are in; of a large upload all parts that can be are in the store."""
        session = await self.begun(content, **members)
        await self.send(session, content)
        return session

    async def begun(self, content: bytes, **members: object) -> Session:
        return await self.caller.begin(chunk_size=PART_BYTES, total_size=len(content), **members)

    async def send(self, session: Session, content: bytes) -> None:
        for index, chunk in enumerate(cut(content, PART_BYTES)):
            data_of(await session.put(index, chunk))

    async def relayed(self, session: Session, content: bytes) -> Multipart:
        """The multipart upload, once the store has and the rows know every part."""
        count = len(cut(content, PART_BYTES))
        query = "SELECT count(*) FROM parts WHERE upload_id = $1 AND etag IS NOT NULL"
        await until(lambda: self._count(query, session), lambda found: found == count)
        (multipart,) = self.double.multiparts(self.bucket)
        return multipart

    async def complete(self, session: Session, content: bytes) -> httpx.Response:
        return await session.complete(len(cut(content, PART_BYTES)))

    async def settled(self, session: Session, content: bytes) -> httpx.Response:
        """Complete as a client that was told to ask again, until the answer is another."""
        return await until(
            lambda: self.complete(session, content), lambda answer: answer.status_code != 503
        )

    async def hand_over(self, session: Session, content: bytes) -> None:
        """Say that it is complete without waiting for the end."""
        count = len(cut(content, PART_BYTES))
        answer = await session.complete(count, {"Prefer": "respond-async"})
        assert answer.status_code == 202, answer.text

    async def key(self, session: Session) -> str:
        rows = await self.own.fetch("SELECT key FROM uploads WHERE id = $1", session.id)
        return str(rows[0][0])

    async def exists(self, key: str) -> bool:
        return key in self.double.keys(self.bucket)

    async def state(self, session: Session) -> str:
        return str((await session.status())["state"])

    async def events(self, session: Session) -> list[str]:
        query = "SELECT type FROM events WHERE upload_id = $1"
        return [row[0] for row in await self.own.fetch(query, session.id)]

    async def ends_stored(self, session: Session, content: bytes) -> None:
        """Complete until it succeeds, then look at everything that must be so."""
        data_of(await self.settled(session, content))
        await self.is_stored_once(session, content)

    async def is_stored_once(self, session: Session, content: bytes) -> None:
        key = await self.key(session)
        assert self.double.content(self.bucket, key) == content
        assert self.double.keys(self.bucket) == [key]
        assert self.double.ledger.creations[self.bucket, key] == 1
        assert await self.events(session) == ["upload.completed"]
        await until(self.own.leftovers, lambda left: not left)

    async def _count(self, query: str, session: Session) -> int:
        return int((await self.own.fetch(query, session.id))[0][0])
