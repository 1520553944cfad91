"""A call is repeated with the same bytes as long as that may help, and its end has a reason."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from chunk_service.client.calls import Call, Calls
from chunk_service.client.errors import (
    GaveUp,
    OddAnswer,
    Refused,
    TokenRefused,
    Unreadable,
    UploadEnded,
)
from chunk_service.client.patience import Patience
from chunk_service.client.tokens import Tokens

Handler = Callable[[httpx.Request], httpx.Response]
HASTY = Patience(give_up_after_seconds=0.2, first_pause_seconds=0.001, longest_pause_seconds=0.01)


def calls_of(handler: Handler, *, tokens: Tokens | None = None) -> Calls:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://service")
    return Calls(http, tokens or Tokens.fixed("t"), HASTY)


def problem(status: int, name: str, **facts: object) -> httpx.Response:
    document = {"type": f"/problems/{name}", "detail": "Why.", **facts}
    return httpx.Response(status, json=document)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 507])
async def test_a_call_is_repeated_with_the_same_bytes(status: int) -> None:
    bodies: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        yield b"by"
        yield b"tes"

    async def handle(request: httpx.Request) -> httpx.Response:
        bodies.append(await request.aread())
        return httpx.Response(status if len(bodies) < 3 else 200)

    http = httpx.AsyncClient(transport=httpx.MockTransport(handle), base_url="http://service")
    await Calls(http, Tokens.fixed("t"), HASTY).ask(Call("PUT", "/chunk", body=body))
    assert bodies == [b"bytes"] * 3


async def test_a_call_without_an_end_is_given_up() -> None:
    with pytest.raises(GaveUp, match=r"GET /files did not succeed.*the last answer was 503: busy"):
        await calls_of(lambda _: httpx.Response(503, text="busy")).ask(Call("GET", "/files"))


async def test_a_wait_beyond_all_patience_is_not_begun() -> None:
    answer = httpx.Response(503, headers={"Retry-After": "3600"})
    with pytest.raises(GaveUp, match="tried 1 times"):
        await calls_of(lambda _: answer).ask(Call("GET", "/files"))


async def test_no_answer_is_given_up_too() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(GaveUp, match=r"there was no answer: refused \(http://service\)"):
        await calls_of(refuse).ask(Call("GET", "/files"))


async def test_a_refusal_is_told_in_the_words_of_the_service() -> None:
    refusal = problem(422, "validation-failed", max_chunk_size=5, request_id="r1")
    with pytest.raises(
        Refused, match=r"POST /upload/init was answered 422: Why\. \(request r1\)$"
    ) as caught:
        await calls_of(lambda _: refusal).ask(Call("POST", "/upload/init", {}))
    assert (caught.value.problem.name, caught.value.problem.facts["max_chunk_size"]) == (
        "validation-failed",
        5,
    )


async def test_a_damaged_chunk_is_sent_again_and_nothing_else_is() -> None:
    answers = [problem(422, "digest-mismatch"), httpx.Response(200)]
    calls = calls_of(lambda _: answers.pop(0))
    await calls.ask(Call("PUT", "/chunk", passing=frozenset({"digest-mismatch"})))
    assert answers == []
    with pytest.raises(Refused):
        await calls_of(lambda _: problem(422, "digest-mismatch")).ask(Call("POST", "/complete"))


async def test_an_ended_upload_is_told_from_a_deleted_file() -> None:
    calls = calls_of(lambda _: problem(410, "gone"))
    with pytest.raises(UploadEnded):
        await calls.ask(Call("PUT", "/upload/1/chunks/0"))
    with pytest.raises(Refused) as caught:
        await calls.ask(Call("GET", "/files/1"))
    assert not isinstance(caught.value, UploadEnded)


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"{}", b"\xff", b'{"data": 1}'])
async def test_an_odd_answer_is_an_error_of_its_own(content: bytes) -> None:
    with pytest.raises(OddAnswer):
        await calls_of(lambda _: httpx.Response(200, content=content)).data(Call("GET", "/x"))


def only(token: str) -> Handler:
    def judge(request: httpx.Request) -> httpx.Response:
        good = request.headers["authorization"] == f"Bearer {token}"
        return httpx.Response(200) if good else problem(401, "unauthorized")

    return judge


def tokens_of(*texts: str) -> Tokens:
    left = list(texts)

    async def fetch() -> str:
        return left.pop(0) if len(left) > 1 else left[0]

    return Tokens(fetch, may_change=True)


async def test_a_refused_token_is_replaced_as_soon_as_there_is_another() -> None:
    await calls_of(only("c"), tokens=tokens_of("a", "a", "b", "c")).ask(Call("GET", "/files"))


@pytest.mark.parametrize("tokens", [Tokens.fixed("a"), tokens_of("a"), tokens_of("a", "b")])
async def test_a_token_that_stays_refused_is_the_reason(tokens: Tokens) -> None:
    with pytest.raises(TokenRefused, match="401"):
        await calls_of(only("c"), tokens=tokens).ask(Call("GET", "/files"))


async def test_a_token_is_fetched_once_for_all_that_need_it() -> None:
    fetched: list[str] = []

    async def fetch() -> str:
        fetched.append(f"t{len(fetched)}")
        return fetched[-1]

    tokens = Tokens(fetch, may_change=True)
    assert [await tokens.current() for _ in range(3)] == ["t0"] * 3
    assert [await tokens.current(refused="t0") for _ in range(3)] == ["t1"] * 3


@pytest.mark.parametrize("command", ["exit 3", "true", "echo t; exit 1"])
async def test_a_command_without_a_token_is_an_error(command: str) -> None:
    with pytest.raises(Unreadable, match="printed none"):
        await Tokens.of_command(command).current()
