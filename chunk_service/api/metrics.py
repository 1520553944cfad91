"""`/metrics` on the public port: for Prometheus with its token, or for operators."""

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.auth import authenticate, bearer_token
from chunk_service.api.context import context_of
from chunk_service.domain.principals import Scope


async def metrics(request: Request) -> Response:
    scraping = context_of(request.scope).scraping
    if not scraping.is_opened_by(bearer_token(request)):
        await authenticate(request, Scope.ADMIN)
    text = await scraping.expose()
    return Response(text, headers={"Content-Type": scraping.media_type})
