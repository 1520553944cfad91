"""For the owners of files: make links to them, look at these, revoke them."""

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.answers import json_answer
from chunk_service.api.auth import authenticate
from chunk_service.api.context import context_of
from chunk_service.api.file_requests import key_of
from chunk_service.api.json_bodies import read_model
from chunk_service.api.queries import read_query
from chunk_service.api.share_answers import (
    RevokedAnswer,
    SharesAnswer,
    share_item,
    shared_answer,
)
from chunk_service.api.share_requests import ShareRequest, SharesQuery, share_id_of
from chunk_service.domain.principals import Scope


async def share_file(request: Request) -> Response:
    principal = await authenticate(request, Scope.SHARE)
    key = key_of(request)
    wish = (await read_model(request, ShareRequest)).as_wish()
    sharing = context_of(request.scope).sharing
    shared = await sharing.share(principal, key, wish)
    return json_answer(shared_answer(shared, sharing.public_url), status=201)


async def list_shares(request: Request) -> Response:
    principal = await authenticate(request, Scope.SHARE)
    key, wanted = key_of(request), read_query(request, SharesQuery)
    tend = context_of(request.scope).sharing.tend
    found = await tend(principal, key, before=wanted.behind, limit=wanted.limit)
    following = str(found[-1].share.id) if len(found) == wanted.limit else None
    shares = [share_item(each) for each in found]
    return json_answer(SharesAnswer(shares=shares, count=len(shares), next=following))


async def revoke_share(request: Request) -> Response:
    principal = await authenticate(request, Scope.SHARE)
    key, share_id = key_of(request), share_id_of(request)
    await context_of(request.scope).sharing.tend.revoke(principal, key, share_id)
    return json_answer(RevokedAnswer())
