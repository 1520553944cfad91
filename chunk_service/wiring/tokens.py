"""The reader of tokens: a verifier for each kind of token that settings have a key for."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from chunk_service.adapters.tokens.jwt import JwtVerifier, KeySource, OwnKey
from chunk_service.adapters.tokens.key_fetching import KeySetAddress, key_set_client
from chunk_service.adapters.tokens.published_keys import PublishedKeys
from chunk_service.adapters.tokens.reader import TokenReader, Verifier
from chunk_service.settings.tokens import TokenSettings


@asynccontextmanager
async def open_token_reader(settings: TokenSettings) -> AsyncIterator[TokenReader]:
    async with AsyncExitStack() as stack:
        yield TokenReader(
            await _verifiers(settings, stack),
            issuer=settings.expected_jwt_issuer,
            audience=settings.expected_jwt_audience,
            leeway_seconds=settings.jwt_leeway_seconds,
        )


async def _verifiers(settings: TokenSettings, stack: AsyncExitStack) -> list[Verifier]:
    # Our own key first: what it signed needs no question to anybody.
    sources: list[KeySource] = []
    if settings.main_service_jwt_public_key:
        sources.append(OwnKey.from_pem(settings.main_service_jwt_public_key))
    if settings.main_service_jwks_url is not None:
        sources.append(await _published_keys(settings, settings.main_service_jwks_url, stack))
    verifiers: list[Verifier] = []
    if settings.paseto_public_key is not None:
        verifiers.append(_paseto(settings.paseto_public_key))
    return [*verifiers, JwtVerifier(sources, settings.jwt_algorithm)] if sources else verifiers


def _paseto(public_key_pem: str) -> Verifier:
    # Most have none of these, and need not hold their ciphers in memory.
    from chunk_service.adapters.tokens.paseto import PasetoVerifier

    return PasetoVerifier(public_key_pem)


async def _published_keys(
    settings: TokenSettings, url: str, stack: AsyncExitStack
) -> PublishedKeys:
    client = await stack.enter_async_context(key_set_client())
    address = KeySetAddress(client, url, settings.jwt_algorithm)
    keys = PublishedKeys(
        address.fetch,
        max_age_seconds=settings.jwks_max_age.total_seconds(),
        stale_for_seconds=settings.jwks_stale_for.total_seconds(),
    )
    stack.push_async_callback(keys.close)
    return keys
