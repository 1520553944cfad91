"""What a client is told of a file that is not allowed: a problem that lists what is."""

import httpx
import pytest

from chunk_service.domain.errors import UnsupportedMediaType
from tests.api.stand_ins import UPLOAD_ID, Service


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("POST", "/upload/init", {"main_service_file_id": 1, "original_file_name": "a.exe"}),
        ("PUT", f"/upload/{UPLOAD_ID}/chunks/0", {}),
    ],
)
async def test_a_type_that_is_not_allowed_is_a_415_that_lists_those_that_are(
    client: httpx.AsyncClient, service: Service, method: str, path: str, sent: dict[str, object]
) -> None:
    service.error = UnsupportedMediaType("No.", allowed_extensions=[".png"])
    answer = await client.request(method, path, json=sent)
    assert answer.status_code == 415
    document = answer.json()
    assert document["type"] == "/problems/unsupported-media-type"
    assert (document["detail"], document["allowed_extensions"]) == ("No.", [".png"])
