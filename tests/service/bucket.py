"""The bucket that the service writes to, seen by another S3 client than the service's own."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import botocore.session

from tests.fixtures.stores import StoreServer


@dataclass(frozen=True, slots=True)
class Bucket:
    """Calls block, briefly."""

    store: StoreServer
    name: str
    client: Any

    @classmethod
    def made(cls, store: StoreServer, name: str) -> Self:
        client: Any = botocore.session.get_session().create_client(
            "s3",
            region_name=store.region,
            endpoint_url=store.endpoint_url,
            aws_access_key_id=store.access_key,
            aws_secret_access_key=store.secret_key,
        )
        with suppress(client.exceptions.BucketAlreadyOwnedByYou):
            client.create_bucket(Bucket=name)
        return cls(store, name, client)

    def read(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def head(self, key: str) -> dict[str, Any]:
        return dict(self.client.head_object(Bucket=self.name, Key=key))

    def keys(self) -> set[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return {entry["Key"] for page in pages for entry in page.get("Contents", [])}

    def open_multiparts(self) -> list[str]:
        """The keys that a multipart upload is open for."""
        listed = self.client.list_multipart_uploads(Bucket=self.name)
        return [upload["Key"] for upload in listed.get("Uploads", [])]
