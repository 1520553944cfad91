"""The list of further receivers: read strictly, told by number, never with a secret in it."""

import json
from typing import Any

import pytest

from chunk_service.settings.receivers import Receiver, parse_receivers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AUDIT: dict[str, Any] = {
    "name": "audit",
    "url": "https://audit.example.com/hook",
    "secrets": [SECRET],
}


def test_a_receiver_is_told_of_everything_unless_it_chose() -> None:
    chosen = {**AUDIT, "name": "failures", "events": ["upload.failed", "upload.expired"]}
    assert parse_receivers(json.dumps([AUDIT, chosen])) == (
        Receiver("audit", AUDIT["url"], (SECRET,), None),
        Receiver(
            "failures", AUDIT["url"], (SECRET,), frozenset({"upload.failed", "upload.expired"})
        ),
    )


@pytest.mark.parametrize("text", ["", "[]"])
def test_there_may_be_none(text: str) -> None:
    assert parse_receivers(text) == ()


@pytest.mark.parametrize("text", ["{", "{}", "1", '"x"', "audit=https://audit.example.com"])
def test_it_is_a_list_in_json(text: str) -> None:
    with pytest.raises(ValueError, match="list in JSON"):
        parse_receivers(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "main"},
        {"name": "mail"},
        {"name": "callback:a.example"},
        {"name": "Audit"},
        {"name": ""},
        {"name": None},
        {"name": "a" * 41},
        {"url": "ftp://audit.example.com/"},
        {"url": None},
        {"secrets": SECRET},
        {"secrets": []},
        {"secrets": ["pa55word"]},
        {"events": []},
        {"events": ["upload.unknown"]},
        {"events": "upload.failed"},
        {"events": [1]},
        {"events": [["upload.failed"]]},
        {"secret": SECRET},
    ],
)
def test_what_is_wrong_is_told_by_number_and_not_repeated(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^entry 2: ") as caught:
        parse_receivers(json.dumps([AUDIT, {**AUDIT, "name": "other", **changes}]))
    assert "pa55word" not in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("entry", [1, None, [], {"name": "other"}, "audit"])
def test_an_entry_is_an_object_with_its_members(entry: object) -> None:
    with pytest.raises(ValueError, match=r"^entry 2: "):
        parse_receivers(json.dumps([AUDIT, entry]))


def test_a_name_is_one_receivers() -> None:
    with pytest.raises(ValueError, match="same name"):
        parse_receivers(json.dumps([AUDIT, AUDIT]))


def test_secrets_do_not_show() -> None:
    assert SECRET not in repr(parse_receivers(json.dumps([AUDIT])))
