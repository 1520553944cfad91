"""Every URL of the service on one screen."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from chunk_service.api import (
    chunks,
    docs,
    events,
    files,
    holds,
    metrics,
    ops,
    page,
    presigned,
    presigned_parts,
    share_links,
    shares,
    uploads,
    whole,
)

Door = Callable[[Request], Awaitable[Response]]


class Url(Route):
    """With all its methods: another one is a 405, and its last segment is no later route's id."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        return Match.FULL if match is Match.PARTIAL else match, found


class WritingUrl(Url):
    """Its GET changes something, as its old clients know it, so no HEAD comes with it."""

    def __init__(self, path: str, door: Door, *, methods: list[str]) -> None:
        super().__init__(path, door, methods=methods)
        self.methods = set(methods)


def routes() -> list[Route]:
    return [
        Url("/upload", whole.upload_form, methods=["POST"]),
        Url("/upload/init", chunks.init, methods=["POST"]),
        Url("/upload/chunk", chunks.post_chunk, methods=["POST"]),
        Url("/upload/complete", chunks.complete, methods=["POST"]),
        Url(
            "/upload/{upload_session_id}",
            _by_method(GET=chunks.read, DELETE=chunks.abort),
            methods=["GET", "DELETE"],
        ),
        Url("/upload/{upload_session_id}/chunks/{index}", chunks.put_chunk, methods=["PUT"]),
        Url("/upload-url", presigned.upload_url, methods=["POST"]),
        Url("/files/confirm", presigned.confirm, methods=["POST"]),
        WritingUrl("/initiate", presigned_parts.initiate, methods=["GET", "POST"]),
        WritingUrl(
            "/presigned",
            _by_method(GET=presigned_parts.presign_part, POST=presigned_parts.presign_parts),
            methods=["GET", "POST"],
        ),
        Url("/parts", presigned_parts.list_parts, methods=["GET"]),
        Url("/complete", presigned_parts.complete, methods=["POST"]),
        Url("/abort", presigned_parts.abort, methods=["POST"]),
        Url("/files", files.list_files, methods=["GET"]),
        Url("/files/{key:path}/content", files.file_content, methods=["GET"]),
        Url(
            "/files/{key:path}/shares",
            _by_method(GET=shares.list_shares, POST=shares.share_file),
            methods=["GET", "POST"],
        ),
        Url("/files/{key:path}/shares/{share_id}", shares.revoke_share, methods=["DELETE"]),
        Url(
            "/files/{key:path}",
            _by_method(
                GET=files.read_file,
                PUT=whole.put_file,
                PATCH=files.change_file,
                DELETE=files.delete_file,
            ),
            methods=["GET", "PUT", "PATCH", "DELETE"],
        ),
        Url("/download-url", files.download_url, methods=["POST"]),
        Url(
            "/s/{token}",
            _by_method(
                GET=share_links.open_share,
                HEAD=share_links.look_at_share,
                POST=share_links.open_share_by_password,
            ),
            methods=["GET", "HEAD", "POST"],
        ),
        Url("/admin/events", events.list_events, methods=["GET"]),
        Url("/admin/events/replay-dead", events.replay_dead, methods=["POST"]),
        Url("/admin/events/{event_id}", events.show_event, methods=["GET"]),
        Url("/admin/events/{event_id}/replay", events.replay_event, methods=["POST"]),
        Url("/admin/uploads", uploads.list_uploads, methods=["GET"]),
        Url(
            "/admin/uploads/{upload_session_id}",
            _by_method(GET=uploads.show_upload, DELETE=uploads.abort_upload),
            methods=["GET", "DELETE"],
        ),
        Url("/admin/uploads/{upload_session_id}/why", uploads.explain_upload, methods=["GET"]),
        Url("/admin/endpoints", events.list_endpoints, methods=["GET"]),
        Url("/admin/endpoints/{endpoint}/enable", events.enable_endpoint, methods=["POST"]),
        Url(
            "/admin/files/{key:path}/legal-hold",
            _by_method(PUT=holds.hold_file, DELETE=holds.release_file),
            methods=["PUT", "DELETE"],
        ),
        Url("/health", ops.health, methods=["GET"]),
        Url("/health/ready", ops.ready, methods=["GET"]),
        Url("/health/live", ops.live, methods=["GET"]),
        Url("/metrics", metrics.metrics, methods=["GET"]),
        Url("/openapi.json", docs.openapi_json, methods=["GET"]),
        Url("/docs", docs.docs_page, methods=["GET"]),
        Url("/docs/start.js", docs.docs_start, methods=["GET"]),
        Url("/docs/{asset}", docs.docs_asset, methods=["GET"]),
        Url("/app", page.page, methods=["GET"]),
        Url("/app/{asset}", page.page_asset, methods=["GET"]),
    ]


def _by_method(**doors: Door) -> Door:
    """One route for all methods of a URL, so that a 405 names them all in `Allow`."""

    async def choose(request: Request) -> Response:
        method = request.method
        return await doors["GET" if method == "HEAD" and method not in doors else method](request)

    return choose
