"""The store as clients see it: by its public address, with links of ours, from pages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import httpx

from chunk_service.adapters.s3.presigning import open_presigner
from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.findings import Finding, doubtful, faulty, sound
from chunk_service.domain.objects import BytesSource, StoreError
from chunk_service.settings.model import Settings
from chunk_service.wiring.doctor.probes import PROBE, Probed, new_target
from chunk_service.wiring.options import s3_options

LINK_LASTS: Final = timedelta(minutes=1)
ANSWER_SECONDS: Final = 10.0
MOST_ORIGINS: Final = 10
ANY_PAGE: Final = "https://any.example.com"


async def of_outside(settings: Settings, store: S3Store, probed: Probed) -> AsyncIterator[Finding]:
    target = probed.add(new_target(settings))
    endpoint = settings.s3_public_endpoint_url
    async with (
        open_presigner(s3_options(settings), public_endpoint_url=endpoint) as presigner,
        httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS) as client,
    ):
        try:
            await store.put_object(target, source=BytesSource(PROBE))
        except StoreError as error:
            yield doubtful("s3.public", f"not known: {error}", "Mend s3.objects first.")
            return
        link = await presigner.get_url(target, disposition="attachment", expires_in=LINK_LASTS)
        finding = await _of_link(client, link)
        yield finding
        if not finding.advice:
            put = await presigner.put_url(target, size_bytes=None, expires_in=LINK_LASTS)
            async for each in _of_pages(settings, client, put):
                yield each


async def _of_link(client: httpx.AsyncClient, link: str) -> Finding:
    advice = "Set S3_PUBLIC_ENDPOINT_URL to the address by which clients reach the store."
    try:
        answer = await client.get(link)
    except httpx.HTTPError as error:
        return faulty("s3.public", f"a link can't be followed ({type(error).__name__})", advice)
    if answer.status_code != httpx.codes.OK or answer.content != PROBE:
        said = f"a link to an object is answered {answer.status_code}"
        return faulty("s3.public", said, f"{advice} Nothing in front may change host or path.")
    return sound("s3.public", "a link to an object leads to its bytes")


async def _of_pages(
    settings: Settings, client: httpx.AsyncClient, link: str
) -> AsyncIterator[Finding]:
    """What a browser asks before a page of these origins may send there."""
    for origin in sorted(settings.cors_origins)[:MOST_ORIGINS]:
        asked = {
            "Origin": ANY_PAGE if origin == "*" else origin,
            "Access-Control-Request-Method": "PUT",
        }
        try:
            answer = await client.options(link, headers=asked)
        except httpx.HTTPError as error:
            said = f"pages of {origin} get no answer ({type(error).__name__})"
            yield doubtful("s3.cors", said, "Ask again.")
            continue
        yield _of_permission(origin, asked["Origin"], answer)


def _of_permission(origin: str, page: str, answer: httpx.Response) -> Finding:
    allowed = answer.headers.get("access-control-allow-origin")
    methods = answer.headers.get("access-control-allow-methods", "").upper()
    if answer.is_success and allowed in ("*", page) and ("PUT" in methods or "*" in methods):
        return sound("s3.cors", f"pages of {origin} may write by links")
    advice = "Give the bucket CORS rules for CORS_ORIGINS (GET, HEAD, PUT, POST; expose ETag)."
    return doubtful("s3.cors", f"pages of {origin} may not use links to the store", advice)
