"""The keys of tokens. That those in settings can be read was checked when settings were."""

from collections.abc import AsyncIterator

from chunk_service.adapters.tokens.key_fetching import KeySetAddress, key_set_client
from chunk_service.adapters.tokens.published_keys import KeysNotFetchedError
from chunk_service.domain.findings import Finding, doubtful, faulty, sound
from chunk_service.settings.model import Settings


async def of_tokens(settings: Settings) -> AsyncIterator[Finding]:
    if settings.main_service_jwt_public_key:
        yield sound("tokens.key", f"the public key fits {settings.jwt_algorithm}")
    if settings.paseto_public_key is not None:
        yield sound("tokens.paseto", "the public key fits v4.public")
    if settings.main_service_jwks_url is not None:
        yield await _of_key_set(settings, settings.main_service_jwks_url)


async def _of_key_set(settings: Settings, url: str) -> Finding:
    try:
        async with key_set_client() as client:
            found = await KeySetAddress(client, url, settings.jwt_algorithm).fetch()
    except KeysNotFetchedError as error:
        advice = "Look at MAIN_SERVICE_JWKS_URL: without keys tokens are answered 503."
        return faulty("tokens.jwks", f"the published keys can't be fetched ({error})", advice)
    if not found.keys:
        said = f"no published key is for {settings.jwt_algorithm}"
        return doubtful("tokens.jwks", said, "Look at JWT_ALGORITHM and at what is published.")
    return sound("tokens.jwks", f"{len(found.keys)} published keys are for tokens")
