"""Keys, ids and tokens come from others: none leads to another door or into a traceback."""

import os
from pathlib import Path

import httpx
import pytest

from chunk_service.client.calls import Call, Calls
from chunk_service.client.errors import NoSuchKey, Unreadable
from chunk_service.client.files import FileFacts, Files
from chunk_service.client.patience import Patience
from chunk_service.client.sinks import Target
from chunk_service.client.tokens import Tokens

FACTS = FileFacts("uploads/k", "k", 0, "text/plain", "", "", None, {})


def calls_noting(asked: list[httpx.URL], token: str = "t") -> Calls:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://service")
    return Calls(http, Tokens.fixed(token), Patience())


@pytest.mark.parametrize("key", ["", ".", "../upload/1", "uploads/../../health", "/health", "a//b"])
async def test_a_key_leads_to_no_other_door(key: str) -> None:
    asked: list[httpx.URL] = []
    files = Files(calls_noting(asked))
    with pytest.raises(NoSuchKey):
        await files.delete(key)
    assert asked == []


@pytest.mark.parametrize("key", ["uploads/a?b#c", "uploads/%2e%2e", "uploads/a b", "uploads/..a"])
async def test_what_a_key_holds_stays_within_it(key: str) -> None:
    asked: list[httpx.URL] = []
    await Files(calls_noting(asked)).delete(key)
    (url,) = asked
    assert (url.path, url.query, url.fragment) == (f"/files/{key}", b"", "")


@pytest.mark.parametrize("share_id", ["", ".", ".."])
async def test_an_id_leads_to_no_other_door(share_id: str) -> None:
    asked: list[httpx.URL] = []
    with pytest.raises(NoSuchKey):
        await Files(calls_noting(asked)).revoke("uploads/k", share_id)
    assert asked == []


@pytest.mark.parametrize("token", ["", "Bearer t", "ünï", "a\nb", "a\x00"])
async def test_what_can_be_no_token_is_not_sent(token: str) -> None:
    asked: list[httpx.URL] = []
    with pytest.raises(Unreadable, match="characters that no token has"):
        await calls_noting(asked, token).ask(Call("GET", "/files"))
    assert asked == []


def test_only_files_are_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    target = Target(tmp_path / "pipe", may_replace=True)
    with pytest.raises(Unreadable, match="not a file"), target.filled(FACTS):
        pass
    assert [path.is_fifo() for path in tmp_path.iterdir()] == [True]
