"""The proxies of `deploy/`, as real processes before a service: its files, with other addresses.

nginx and Caddy are programs of the system ($NGINX_PATH and $CADDY_PATH name others).
"""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.ports import LOOPBACK, free_port
from tests.adapters.webhook.certificates import certificate_for

_DEPLOY = Path(__file__).parents[3] / "deploy"
_SERVICE = "127.0.0.1:8000"
_NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    include {folder}/chunk-service.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """What a proxy is told: where to listen, whom to ask, where its files lie."""

    folder: Path
    port: int
    service_port: int


@dataclass(frozen=True, slots=True)
class Proxy:
    """`command` writes the configuration and gives the command line and the address by which."""

    program: str | None
    command: Callable[[str, Site], tuple[list[str], str]]


def _replaced(path: Path, changes: dict[str, str]) -> str:
    text = path.read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _nginx(program: str, site: Site) -> tuple[list[str], str]:
    certificate = str(certificate_for("uploads.example.com", site.folder).path)
    changes = {
        _SERVICE: f"{LOOPBACK}:{site.service_port}",
        "listen 443": f"listen {LOOPBACK}:{site.port}",
        "/etc/ssl/certs/uploads.example.com.pem": certificate,
        "/etc/ssl/private/uploads.example.com.key": certificate,
        "/var/log/nginx/chunk-service.log": f"{site.folder}/access.log",
    }
    ours = _replaced(_DEPLOY / "nginx/chunk-service.conf", changes)
    (site.folder / "chunk-service.conf").write_text(ours)
    main = site.folder / "nginx.conf"
    main.write_text(_NGINX.format(folder=site.folder))
    command = [program, "-e", "stderr", "-p", str(site.folder), "-c", str(main)]
    return command, f"https://{LOOPBACK}:{site.port}"


def _caddy(program: str, site: Site) -> tuple[list[str], str]:
    url = f"http://{LOOPBACK}:{site.port}"
    changes = {
        _SERVICE: f"{LOOPBACK}:{site.service_port}",
        "\nuploads.example.com {": f"\n{url} {{",
        "{\n\tservers {": "{\n\tadmin off\n\tservers {",
    }
    path = site.folder / "Caddyfile"
    path.write_text(_replaced(_DEPLOY / "caddy/Caddyfile", changes))
    return [program, "run", "--adapter", "caddyfile", "--config", str(path)], url


PROXIES = {
    "nginx": Proxy(os.environ.get("NGINX_PATH") or shutil.which("nginx"), _nginx),
    "caddy": Proxy(os.environ.get("CADDY_PATH") or shutil.which("caddy"), _caddy),
}


@contextmanager
def proxied(name: str, folder: Path, *, service_port: int) -> Iterator[str]:
    """The address of the proxy, which passes on to that port."""
    proxy = PROXIES[name]
    assert proxy.program is not None
    site = Site(folder, free_port(), service_port)
    command, url = proxy.command(proxy.program, site)
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    child = Child(name, command, log=folder / f"{name}.log", env=environment)
    child.wait_until(lambda: _listens(site.port))
    try:
        yield url
    finally:
        child.stop()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
