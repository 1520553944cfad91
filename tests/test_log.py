"""Logs parse, speak with one voice for all libraries, and hold no secret."""

import errno
import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator

import pytest
import structlog

from chunk_service.log import REDACTED, configure_logging, redact

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
PRESIGNED = "https://s3/b/k?X-Amz-Algorithm=A&X-Amz-Signature=5ec2e7"
SECRETS = [
    f"Authorization: Bearer {JWT}",
    "authorization: bearer 5ec2e7",
    f"token {JWT} refused",
    "v4.public.5ec2e7",
    "v2.local.5ec2e7",
    JWT,
    "BASIC 5ec2e7",
    "key whsec_5ec2e7",
    "GET /s/5ec2e7-V3Yx1rLw0nB8mZc9kQ2hT4uJs HTTP/1.1",
    "https://uploads.example.com/s/V3Yx1rLw0nB8mZc9kQ2hT4u_5ec2e7s?x=1",
    "hash $argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$5ec2e7+/x",
    PRESIGNED,
    "GET /b/k?partNumber=1&x-amz-security-token=5ec2e7 HTTP/1.1",
    "https://s3/b/k?AWSAccessKeyId=5ec2e7&Signature=5ec2e7",
    "postgresql://user:5ec2e7@db/chunks",
    "-----BEGIN RSA PRIVATE KEY-----\n5ec2e7\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n5ec2e7",
]


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    out, err = capsys.readouterr()
    assert not out
    return [json.loads(line) for line in err.splitlines()]


def test_ours_and_foreign_lines_have_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="info", fmt="json")
    structlog.contextvars.bind_contextvars(request_id="r1")
    structlog.get_logger("ours").info("chunk-received", size_bytes=7)
    logging.getLogger("uvicorn.error").warning("started %d", 3, extra={"color_message": "x"})
    ours, foreign = lines(capsys)
    assert (ours["event"], ours["size_bytes"], ours["logger"]) == ("chunk-received", 7, "ours")
    assert (foreign["event"], foreign["level"]) == ("started 3", "warning")
    assert ours["request_id"] == foreign["request_id"] == "r1"
    assert set(foreign) == {"event", "level", "logger", "timestamp", "request_id"}


def test_the_level_holds_for_both(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="warning", fmt="json")
    structlog.get_logger().info("quiet")
    logging.getLogger("any").info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_debug_does_not_open_the_libraries_that_log_headers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging(level="debug", fmt="json")
    for name in ("botocore.auth", "aiobotocore.endpoint", "urllib3.connectionpool", "httpx"):
        logging.getLogger(name).info("signed headers")
    logging.getLogger("uvicorn.access").info("GET /")
    assert lines(capsys) == []


def test_configuring_again_does_not_double_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="info", fmt="json")
    configure_logging(level="info", fmt="json")
    structlog.get_logger().info("once")
    assert len(lines(capsys)) == 1


@pytest.mark.parametrize("fmt", ["json", "console"])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_written(capsys: pytest.CaptureFixture[str], fmt: str, secret: str) -> None:
    configure_logging(level="info", fmt="json" if fmt == "json" else "console")
    logging.getLogger("any").info("said %s", secret)
    structlog.get_logger().info(secret, inner={"list": [secret, secret.encode()]})
    try:
        raise ValueError(secret)
    except ValueError as error:
        structlog.get_logger().exception("failed", error=error)
        logging.getLogger("any").exception("failed")
    err = capsys.readouterr().err
    assert "5ec2e7" not in err
    assert JWT not in err
    assert REDACTED in err


@pytest.mark.parametrize(
    "name",
    ["authorization", "Set-Cookie", "token", "webhook_secret", "PGPASSWORD", "presigned_url"],
)
def test_a_field_named_like_a_secret_is_withheld(name: str) -> None:
    event = redact(None, "info", {"event": "x", "headers": {name: "5ec2e7"}, name: ["5ec2e7"]})
    assert event == {"event": "x", "headers": {name: REDACTED}, name: REDACTED}


@pytest.mark.parametrize(
    "text",
    ["chunk 3 of 10", "https://s3/b/k?partNumber=1", "a?b", "user@example.com", "basic", "1:2@3"],
)
def test_harmless_text_stays(text: str) -> None:
    assert redact(None, "info", {"event": text}) == {"event": text}


def test_a_secret_is_found_behind_letters_that_only_fold_to_ascii() -> None:
    text = "ba\u017fic 5ec2e7"
    assert redact(None, "info", {"event": text}) == {"event": f"ba\u017fic {REDACTED}"}


def test_an_exception_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="info", fmt="json")
    try:
        raise KeyError("lost")
    except KeyError:
        structlog.get_logger().exception("failed")
    [line] = lines(capsys)
    assert "KeyError" in str(line["exception"])


def test_work_goes_on_where_no_line_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(sys, "stderr", Full())
    configure_logging(level="info", fmt="json")
    structlog.get_logger().info("unheard")


def test_warnings_become_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="info", fmt="json")
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(capture=True)
        warnings.warn("careful", stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "careful" in str(lines(capsys)[0]["event"])


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["?" * 30_000, "://" * 20_000, "-----BEGIN " * 5_000, "eyJ" * 9_000]
)
def test_hostile_lines_are_scrubbed_quickly(text: str) -> None:
    assert redact(None, "info", {"event": text})["event"]
