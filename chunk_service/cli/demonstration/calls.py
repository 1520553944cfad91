"""Calls of the API as a careful client makes them: repeated while the service asks for patience."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from chunk_service.cli.demonstration.failure import DemonstrationError

_PATIENCE = {429, 503, 507}
_TRIES = 30
_LONGEST_WAIT_SECONDS = 10.0


class Api:
    """The service at one address, as one owner. Calls raise DemonstrationError."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def post(
        self, path: str, document: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The `data` of the answer."""
        request = self._client.build_request("POST", path, json=document, headers=headers)
        answer = await self._send(request)
        try:
            data: dict[str, Any] = answer.json()["data"]
        except (ValueError, KeyError, TypeError) as error:
            raise DemonstrationError(f"POST {path} was answered without data") from error
        return data

    async def put(self, path: str, content: bytes) -> None:
        await self._send(self._client.build_request("PUT", path, content=content))

    async def _send(self, request: httpx.Request) -> httpx.Response:
        what = f"{request.method} {request.url.path}"
        for _ in range(_TRIES):
            try:
                answer = await self._client.send(request)
            except httpx.TransportError as error:
                reason = str(error) or type(error).__name__
                raise DemonstrationError(f"{what} got no answer: {reason}") from error
            if answer.status_code not in _PATIENCE:
                break
            await asyncio.sleep(_wait_seconds(answer))
        if not answer.is_success:
            raise DemonstrationError(f"{what} was answered {_describe(answer)}")
        return answer


def _wait_seconds(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "1")
    return min(float(text) if text.isdecimal() else 1.0, _LONGEST_WAIT_SECONDS)


def _describe(answer: httpx.Response) -> str:
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = answer.text[:200]
    return f"{answer.status_code}: {detail}"
