"""The API's description for programs (`/openapi.json`) and for people (`/docs`).

Swagger UI's files come from an installed package and are served by us: no page of ours loads
anything from elsewhere, and its Content-Security-Policy says so. Only the files named here are
served.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from chunk_service.api.openapi import document

_CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS: Final = {"Content-Security-Policy": _CONTENT_SECURITY_POLICY}
_ASSET_HEADERS: Final = {**_PAGE_HEADERS, "Cache-Control": "public, max-age=86400"}
_ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
_START_JS: Final = """\
SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
"""
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>chunk-service API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""


async def openapi_json(_request: Request) -> Response:
    return JSONResponse(document())


async def docs_page(_request: Request) -> Response:
    return HTMLResponse(_PAGE, headers=_PAGE_HEADERS)


async def docs_start(_request: Request) -> Response:
    return Response(_START_JS, media_type="text/javascript", headers=_ASSET_HEADERS)


async def docs_asset(request: Request) -> Response:
    name = request.path_params["asset"]
    if name not in _ASSETS:
        raise HTTPException(404)
    return FileResponse(_assets_folder() / name, media_type=_ASSETS[name], headers=_ASSET_HEADERS)


@cache
def _assets_folder() -> Path:
    """Found, not imported: the package's own code is of no use here."""
    spec = importlib.util.find_spec("swagger_ui")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package swagger-ui-py is not installed")
    return Path(spec.origin).parent / "static"
