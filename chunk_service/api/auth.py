"""Who asks, and whether they may: the bearer token of a request, read once.

Only the header's form is judged here; what a token is worth is the token reader's business. Every
door names the scope that it needs; a stranger learns of no scope.
"""

import re
from collections.abc import Sequence

from starlette.requests import Request

from chunk_service.api.admission import admit_owner
from chunk_service.api.context import context_of
from chunk_service.api.request_record import record_of
from chunk_service.domain.errors import Unauthorized
from chunk_service.domain.principals import Principal, Scope

MAX_TOKEN_CHARACTERS = 8192

# RFC 6750, 2.1: the scheme in any case, one or more spaces, a token68.
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


async def authenticate(request: Request, scope: Scope) -> Principal:
    """The token's bearer, where it may ask now.

    Unauthorized where there is no one valid token, Forbidden where its scopes do not reach.
    """
    principal = await context_of(request.scope).tokens.read(bearer_token(request))
    record_of(request.scope).owner = principal.owner
    admit_owner(request.scope, principal.owner)
    principal.demand(scope)
    return principal


def bearer_token(request: Request) -> str:
    """What the request shows, unread; Unauthorized where it is not one bearer token."""
    return bearer_of(request.headers.getlist("authorization"))


def bearer_of(given: Sequence[str]) -> str:
    """The same of all its Authorization headers."""
    if len(given) != 1:
        raise Unauthorized("Send one Authorization header: Bearer, and a token.")
    found = _BEARER.fullmatch(given[0].strip())
    if found is None or len(found[1]) > MAX_TOKEN_CHARACTERS:
        raise Unauthorized("The Authorization header does not hold a bearer token.")
    return found[1]
