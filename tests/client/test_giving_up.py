"""Giving an upload up keeps nobody waiting: the service ends by itself what nobody goes on with."""

import httpx
import pytest

from chunk_service.client.calls import Calls
from chunk_service.client.patience import Patience
from chunk_service.client.session import Session
from chunk_service.client.tokens import Tokens


@pytest.mark.timeout(10)
async def test_a_service_that_is_away_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chunk_service.client.session._GIVING_UP_SECONDS", 0.05)
    busy = httpx.MockTransport(lambda _: httpx.Response(503, headers={"Retry-After": "30"}))
    async with httpx.AsyncClient(transport=busy, base_url="http://service") as http:
        await Session(Calls(http, Tokens.fixed("t"), Patience()), "id").give_up()
