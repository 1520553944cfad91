"""The client without async does what the other does, from files to pipes."""

import os
from pathlib import Path

import pytest

from chunk_service.client.blocking import BlockingClient
from chunk_service.client.errors import Refused, Unreadable
from chunk_service.client.files import ShareWish
from chunk_service.client.service import Options
from chunk_service.client.tokens import Tokens
from chunk_service.client.wishes import Wish
from tests.service.client.conftest import HASTY, OWNER
from tests.service.running import RunningService
from tests.service.tokens import token


def test_all_of_it_without_async(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    options = Options(patience=HASTY, state_folder=tmp_path / "state")
    with BlockingClient(service.url, Tokens.fixed(token(OWNER)), options) as client:
        stored = client.upload(tmp_path / "a.txt", Wish(metadata={"in": tmp_path.name}))
        client.download(stored.key, tmp_path / "b.txt")
        assert (tmp_path / "b.txt").read_bytes() == b"text"
        found = client.find({"metadata": f'{{"in": "{tmp_path.name}"}}'})
        assert found == [client.read(stored.key)]
        share = client.share(stored.key, ShareWish(max_downloads=1))
        assert "/s/" in share["url"]
        client.revoke(stored.key, share["id"])
        assert [each["state"] for each in client.shares(stored.key)] == ["revoked"]
        client.delete(stored.key)
        with pytest.raises(Refused, match="404"):
            client.read(stored.key)
        out, into = os.pipe()
        os.write(into, b"piped")
        os.close(into)
        assert client.upload_pipe(out).size_bytes == 5
        os.close(out)
        with pytest.raises(Unreadable, match="is not a file"):
            client.upload(tmp_path)
