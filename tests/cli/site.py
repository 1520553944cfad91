"""A deployment of the test's own, and what `doctor` finds there."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from tests.cli.operator import Operator
from tests.service.bucket import Bucket

FORGETFUL: Final = {"database.durability"}


@dataclass(frozen=True, slots=True)
class Site:
    database_url: str
    spool: Path
    bucket: Bucket
    callback_url: str

    def findings(self, *, code: int = 1, **changes: str) -> dict[str, tuple[str, str]]:
        """Verdict and words of each check; where something is not well there is advice."""
        operator = Operator("doctor", self.database_url, **{**self.settings(), **changes})
        lines = operator.says("--json", code=code).splitlines()
        documents = [json.loads(line) for line in lines]
        assert all(bool(each["advice"]) is (each["verdict"] != "ok") for each in documents)
        return {each["check"]: (each["verdict"], each["said"]) for each in documents}

    def faults(self, **changes: str) -> set[str]:
        """What is at fault, besides the tests' database: it keeps nothing through a power cut."""
        found = self.findings(code=1, **changes)
        return {check for check, (verdict, _) in found.items() if verdict == "fault"} - FORGETFUL

    def doubts(self, **changes: str) -> set[str]:
        found = self.findings(code=1, **changes)
        return {check for check, (verdict, _) in found.items() if verdict == "warning"}

    def run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.database_url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())

    def settings(self) -> dict[str, str]:
        store = self.bucket.store
        return {
            "LOCAL_TEMP_CHUNK_PATH": str(self.spool),
            "SPOOL_MAX_BYTES": "128MiB",
            "S3_ACCESS_KEY": store.access_key,
            "S3_SECRET_KEY": store.secret_key,
            "S3_BUCKET_NAME": self.bucket.name,
            "S3_ENDPOINT_URL": store.endpoint_url,
            "S3_REGION_NAME": store.region,
            "MAIN_SERVICE_CALLBACK_URL": self.callback_url,
        }
