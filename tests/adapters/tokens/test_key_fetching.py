"""One question to the publisher, whatever it answers: keys, or soon why there are none."""

import gzip
import time

import pytest

from chunk_service.adapters.tokens.key_fetching import MOST_BYTES, KeySetAddress, key_set_client
from chunk_service.adapters.tokens.published_keys import KeysNotFetchedError
from tests.adapters.tokens.published import NamedKey, published
from tests.doubles import http
from tests.doubles.receiver import Fault, Reply, always, receiving

KEY = NamedKey("one")
GZIPPED = {"content-encoding": "gzip"}


async def fetched(url: str, *, seconds: float = 5.0) -> list[str | None]:
    async with key_set_client() as client:
        found = await KeySetAddress(client, url, "RS256", seconds).fetch()
    return [name for name, _ in found.keys]


async def test_the_published_keys_are_read() -> None:
    with receiving(always(published(KEY))) as publisher:
        assert await fetched(publisher.url) == ["one"]
        assert publisher.got[0].headers["accept-encoding"] == "identity"
        assert "authorization" not in publisher.got[0].headers


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (http.Answer(404, body=b"{}"), "404"),
        (http.Answer(500), "500"),
        (http.Answer(204), "204"),
        (http.Answer(200, body=b"<html>"), "not JSON"),
        (http.Answer(200, GZIPPED, gzip.compress(b'{"keys":[]}')), "not JSON"),
        (http.Answer(200, body=b" " * (MOST_BYTES + 1)), "more than"),
        (http.Answer(200, body=b"{}", length_bytes=3), "ReadTimeout|RemoteProtocol|TimeoutError"),
        (Fault.ENDLESS, "more than"),
        (Fault.RESET, "ReadError|RemoteProtocolError"),
        (Fault.HANG, "ReadTimeout|TimeoutError"),
    ],
    ids=str,
)
@pytest.mark.survives("Access: the JWK Set is junk, huge, endless, or never comes", "no keys")
async def test_what_is_no_set_of_keys_is_a_reason(reply: Reply, reason: str) -> None:
    with receiving(always(reply)) as publisher:
        started = time.monotonic()
        with pytest.raises(KeysNotFetchedError, match=reason) as caught:
            await fetched(publisher.url, seconds=0.5)
        assert time.monotonic() - started < 4
        assert publisher.url not in str(caught.value)


async def test_a_redirect_is_not_followed() -> None:
    with receiving(always(published(KEY))) as elsewhere:
        away = http.Answer(302, {"location": elsewhere.url})
        with receiving(always(away)) as publisher, pytest.raises(KeysNotFetchedError, match="302"):
            await fetched(publisher.url)
        assert elsewhere.got == []


async def test_a_port_that_nobody_listens_at_is_a_reason() -> None:
    with receiving() as gone:
        pass
    with pytest.raises(KeysNotFetchedError, match="ConnectError"):
        await fetched(gone.url)
