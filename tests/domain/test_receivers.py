"""Who is told of what, and which addresses a caller may name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.events import EVENT_TYPES
from chunk_service.domain.receivers import (
    MAILED_EVENTS,
    MOST_URL_CHARACTERS,
    Mailing,
    Recipient,
    Subscription,
    callback_endpoint,
    callback_fault,
    recipients,
)

ALLOWED = frozenset({"hooks.example.com", "other.example.com:8443", "[2001:db8::1]"})
GOOD = "https://hooks.example.com/a?b=c"


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_who_chose_no_types_is_told_of_all(event_type: str) -> None:
    assert recipients([Subscription("main")], event_type) == [Recipient("main")]


def test_who_chose_types_is_told_of_those() -> None:
    told = [Subscription("main"), Subscription("audit", frozenset({"upload.failed"}))]
    assert recipients(told, "upload.completed") == [Recipient("main")]
    assert recipients(told, "upload.failed") == [Recipient("main"), Recipient("audit")]


def test_a_callers_target_is_told_besides() -> None:
    told = recipients([Subscription("main")], "upload.failed", callback_url=GOOD)
    assert told == [Recipient("main"), Recipient("callback:hooks.example.com", GOOD)]


@pytest.mark.parametrize(
    ("to", "owner", "event_type", "address"),
    [
        (None, "alice@example.org", "upload.failed", "alice@example.org"),
        ("ops@example.com", "alice@example.org", "upload.failed", "alice@example.org"),
        ("ops@example.com", None, "upload.failed", "ops@example.com"),
        (None, None, "upload.failed", None),
        ("ops@example.com", "alice@example.org", "upload.completed", None),
    ],
)
def test_mail_goes_to_the_owner_or_whom_the_settings_name(
    to: str | None, owner: str | None, event_type: str, address: str | None
) -> None:
    told = Mailing(frozenset({"upload.failed"}), to).recipients(event_type, owner)
    assert told == ([] if address is None else [Recipient("mail", address)])


def test_what_may_be_mailed_are_events() -> None:
    assert set(EVENT_TYPES) >= MAILED_EVENTS


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://hooks.example.com/x", "callback:hooks.example.com"),
        ("https://Hooks.Example.COM:443/y", "callback:hooks.example.com"),
        ("https://hooks.example.com:8443/", "callback:hooks.example.com:8443"),
        ("https://[2001:DB8::1]/", "callback:[2001:db8::1]"),
    ],
)
def test_every_host_has_a_queue_of_its_own(url: str, endpoint: str) -> None:
    assert callback_endpoint(url) == endpoint


@pytest.mark.parametrize(
    "url",
    [
        GOOD,
        "https://HOOKS.example.com",
        "https://hooks.example.com:443/",
        "https://other.example.com:8443/x",
        "https://[2001:db8::1]/",
    ],
)
def test_an_allowed_host_may_be_named(url: str) -> None:
    assert callback_fault(url, allowed_hosts=ALLOWED) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https:///x",
        "https://hooks.example.com:8443/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:x/",
        "https://hooks.example.com./",
        "https://hooks.example.com.evil.example/",
        "https://evil.example/hooks.example.com",
        "https://user@hooks.example.com/",
        "https://hooks.example.com@evil.example/",
        "https://evil.example\\@hooks.example.com/",
        "https://hooks.example.com\\.evil.example/",
        "https://hooks.example.com/#x",
        "https://hooks.example.com/\n",
        "https://hooks.example.com/ x",
        "https://hooks.example.com/\N{SNOWMAN}",
        "https://h%6foks.example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::1/",
        f"https://hooks.example.com/{'x' * MOST_URL_CHARACTERS}",
    ],
)
def test_nothing_else_may(url: str) -> None:
    assert callback_fault(url, allowed_hosts=ALLOWED) is not None


@given(st.text(max_size=80).map(lambda tail: f"https://hooks.example.com{tail}"))
def test_what_is_accepted_goes_to_an_allowed_host(url: str) -> None:
    if callback_fault(url, allowed_hosts=ALLOWED) is None:
        assert callback_endpoint(url).removeprefix("callback:") in ALLOWED


def test_without_allowed_hosts_none_may_be_named() -> None:
    assert callback_fault(GOOD, allowed_hosts=frozenset()) == "is not accepted by this service"
