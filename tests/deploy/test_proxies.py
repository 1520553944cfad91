"""`deploy/nginx` and `deploy/caddy`: they parse, and agree with the service's own limits.

How the real programs behave with these files is in `tests/service/edge/test_proxies.py`.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import crossplane
import pytest

from chunk_service.settings.quantities import parse_duration, parse_size
from tests.deploy.caddyfile import Directive, parsed
from tests.deploy.service_numbers import DEPLOY, duration, size_bytes

NGINX = DEPLOY / "nginx/chunk-service.conf"
Told = dict[str, list[list[str]]]


@pytest.fixture
def nginx(tmp_path: Path) -> Told:
    """Every directive with all its uses; directives, places and numbers of words are judged."""
    main = tmp_path / "nginx.conf"
    main.write_text(f"events {{}}\nhttp {{ include {NGINX}; }}\n")
    payload = crossplane.parse(str(main), strict=True, check_ctx=True, check_args=True)
    assert payload["status"] == "ok", payload["errors"]
    told: Told = {}
    for config in payload["config"]:
        for name, words in _directives(config["parsed"]):
            told.setdefault(name, []).append(words)
    return told


def _directives(block: list[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    for each in block:
        yield each["directive"], each["args"]
        yield from _directives(each.get("block", []))


@pytest.fixture
def caddy() -> Directive:
    return parsed((DEPLOY / "caddy/Caddyfile").read_text())


@pytest.fixture
def caddy_proxy(caddy: Directive) -> Directive:
    return caddy.only("uploads.example.com").only("reverse_proxy")


def _seconds(told: Told, name: str) -> list[timedelta]:
    return [parse_duration(words[0]) for words in told[name]]


def test_nginx_lets_bodies_through_as_they_come(nginx: Told) -> None:
    for name in ("proxy_request_buffering", "proxy_buffering"):
        assert nginx[name] == [["off"]]
    assert nginx["proxy_http_version"] == [["1.1"]]
    assert ["Connection", ""] in nginx["proxy_set_header"]


def test_nginx_leaves_sizes_to_the_service(nginx: Told) -> None:
    assert nginx["client_max_body_size"] == [["0"]]
    ((_, header),) = nginx["large_client_header_buffers"]
    assert parse_size(header + "iB") >= size_bytes("max_header_bytes")


def test_nginx_waits_longer_than_the_service_does(nginx: Told) -> None:
    (answer,) = _seconds(nginx, "proxy_read_timeout")
    assert answer > max(duration("complete_wait"), duration("s3_read_timeout"))
    assert _seconds(nginx, "client_body_timeout")[0] > duration("body_idle_timeout")
    assert _seconds(nginx, "send_timeout")[0] > duration("send_timeout")
    assert _seconds(nginx, "client_header_timeout") == [duration("header_timeout")]


def test_nginx_closes_resting_connections_to_the_service_first(nginx: Told) -> None:
    to_service, from_clients = _seconds(nginx, "keepalive_timeout")
    assert to_service < duration("idle_timeout") <= from_clients


def test_nginx_logs_no_link_of_a_share(nginx: Told) -> None:
    assert ["/s/"] in nginx["location"]
    assert ["off"] in nginx["access_log"]
    assert nginx["error_log"] == [["/dev/null"]]


def test_caddy_lets_bodies_through_as_they_come(caddy_proxy: Directive) -> None:
    assert caddy_proxy.told()["flush_interval"] == "-1"
    buffering = [each.words[0] for each in caddy_proxy.block if "buffer" in each.words[0]]
    assert buffering == []


def test_caddy_waits_longer_than_the_service_does(caddy_proxy: Directive) -> None:
    told = caddy_proxy.only("transport").told()
    answer = parse_duration(told["response_header_timeout"])
    assert answer > max(duration("complete_wait"), duration("s3_read_timeout"))
    assert parse_duration(told["keepalive"]) < duration("idle_timeout")


def test_caddy_bounds_heads_and_rest_but_no_bodies(caddy: Directive) -> None:
    (general,) = [each for each in caddy.block if each.words == []]
    told = general.only("servers").only("timeouts").told()
    assert {name: parse_duration(text) for name, text in told.items()} == {
        "read_header": duration("header_timeout"),
        "idle": duration("idle_timeout"),
    }


def test_caddy_logs_no_requests(caddy: Directive) -> None:
    assert [each for each in caddy.only("uploads.example.com").block if each.words == ["log"]] == []
