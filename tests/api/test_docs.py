"""The description for people loads nothing from elsewhere."""

import re

import httpx
import pytest


async def test_every_address_of_the_page_is_served_by_us(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) == 4
    for address in addresses:
        answer = await client.get(f"/{address}")
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_may_load_nothing_else(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/docs")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_the_renderer_knows_openapi_3_1(client: httpx.AsyncClient) -> None:
    script = (await client.get("/docs/swagger-ui-bundle.js")).text
    assert re.search(r'PACKAGE_VERSION:"[5-9]\.', script)


@pytest.mark.parametrize("name", ["swagger-editor.js", "..%2f__init__.py", "%2e%2e", "core.py"])
async def test_no_other_file_of_the_package_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/docs/{name}")).status_code == 404
