"""No link and no password of a share ever gets into the log, whatever happens to the request."""

import httpx

from tests.service import tokens
from tests.service.caller import Caller, client_of
from tests.service.deployment import Deployment
from tests.service.processes import Program, program
from tests.service.raw import connected, head
from tests.service.shares import share, stored

PASSWORD = "sesame-5ec2e7"


async def test_the_log_holds_neither_links_nor_passwords(own: Deployment) -> None:
    with program(own, "serve", log_level="debug") as served:
        await served.serves()
        async with client_of(served.url, tokens.token("alice")) as client:
            caller = Caller(client)
            key = await stored(caller)
            link = (await share(caller, key, password=PASSWORD))["url"]
            await _open(served, link)
            await _break_the_table(own)
            assert (await client.get(link)).status_code == 500
            document = {"password": PASSWORD}
            broken = await client.post(f"/files/{key}/shares", json=document)
            assert broken.status_code == 500
        logged = served.log.read_text()
        routes = [line.get("route") for line in served.lines()]
    token = link.rpartition("/")[2]
    assert {"/s/{token}", "/files/{key:path}/shares"} <= set(routes)
    assert "Traceback" in logged
    for secret in (token, PASSWORD, "$argon2id$v=", "X-Amz-Signature"):
        assert secret not in logged


async def _open(served: Program, link: str) -> None:
    """In every way, good and bad."""
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as anyone:
        right, wrong = ("x", PASSWORD), ("x", f"{PASSWORD}{PASSWORD}")
        statuses = [
            (await anyone.get(link, auth=right)).status_code,
            (await anyone.head(link, auth=right)).status_code,
            (await anyone.get(link, auth=wrong)).status_code,
            (await anyone.post(link, json={"password": PASSWORD})).status_code,
            (await anyone.post(link, data={"password": PASSWORD})).status_code,
            (await anyone.post(link, content=f'{{"password": {PASSWORD}')).status_code,
            (await anyone.get(f"{link}/")).status_code,
            (await anyone.delete(link)).status_code,
        ]
        assert statuses == [307, 200, 401, 303, 303, 400, 404, 405]
    async with connected(served.port) as connection:
        await connection.say(head("GET", link, {"X-Odd": "\x01"}))
        await connection.end()


async def _break_the_table(own: Deployment) -> None:
    """So that statements fail in a way that nobody expects, and are logged with their stack."""
    await own.fetch("ALTER TABLE shares RENAME COLUMN password_hash TO gone")
