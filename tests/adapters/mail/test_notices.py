"""A notice says what happened, in text and HTML, and no client's words become markup or headers."""

import json
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from chunk_service.adapters.mail.notices import Notices, readable_size
from chunk_service.domain.receivers import MAILED_EVENTS

SENDER = "uploads@example.com"
ALICE = "alice@example.org"
DATA: Mapping[str, object] = {
    "upload_session_id": "01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10",
    "original_file_name": "audio.mp3",
    "size": 3 * 2**20,
    "failure": "The store refused it.",
}


def payload(event_type: str = "upload.completed", **changes: object) -> bytes:
    document = {
        "type": event_type,
        "timestamp": "2026-11-20T12:30:00+00:00",
        "data": {**DATA, **changes},
    }
    return json.dumps(document).encode()


def received(message: EmailMessage) -> EmailMessage:
    """As it is read at the other end."""
    return message_from_bytes(message.as_bytes(), policy=default)


def notice(content: bytes, *, to: str = ALICE, folder: Path | None = None) -> EmailMessage:
    notices = Notices.from_templates(folder, sender=SENDER)
    return received(notices.of("msg_1", content, to=to))


def text_of(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("event_type", sorted(MAILED_EVENTS))
def test_every_kind_has_both_forms_and_its_headers(event_type: str) -> None:
    mail = notice(payload(event_type))
    assert (mail["From"], mail["To"]) == (SENDER, ALICE)
    assert "audio.mp3" in mail["Subject"]
    assert mail["Date"].datetime.isoformat() == "2026-11-20T12:30:00+00:00"
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        assert "audio.mp3" in text_of(mail, kind)


def test_the_same_event_to_the_same_person_is_the_same_mail() -> None:
    first, again, other = (notice(payload(), to=to) for to in (ALICE, ALICE, "bob@example.org"))
    assert first["Message-ID"] == again["Message-ID"]
    assert first["Message-ID"] != other["Message-ID"]
    assert first["Message-ID"].endswith("@example.com>")


@pytest.mark.parametrize(
    "name",
    ["a\r\nBcc: eve@example.org", "a\nContent-Type: text/html", "a\x00b", "a\u2028b", "a\x85b"],
)
def test_no_name_becomes_a_header(name: str) -> None:
    mail = notice(payload(original_file_name=name))
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    assert mail.get_content_type() == "multipart/alternative"


def test_markup_in_a_name_is_text() -> None:
    mail = notice(payload(original_file_name="<script>alert(1)</script>&"))
    assert "<script>" not in text_of(mail, "html")
    assert "&lt;script&gt;" in text_of(mail, "html")
    assert "<script>" in text_of(mail, "plain")


def test_names_of_any_language_arrive() -> None:
    mail = notice(payload(original_file_name="Résumé 履歴書 🎵.mp3"))
    assert "Résumé 履歴書 🎵.mp3" in mail["Subject"]
    assert "Résumé 履歴書 🎵.mp3" in text_of(mail, "html")


def test_a_template_is_code_and_what_a_client_sends_is_not() -> None:
    assert "{{ 7 * 7 }}" in notice(payload(original_file_name="{{ 7 * 7 }}"))["Subject"]


def test_own_templates_go_before_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "upload.completed.txt").write_text("Da: {{ original_file_name }}\nFertig.\n")
    mail = notice(payload(), folder=tmp_path)
    assert mail["Subject"] == "Da: audio.mp3"
    assert text_of(mail, "plain").strip() == "Fertig."
    assert "was uploaded completely" in text_of(mail, "html")


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (3 * 2**40, "3.0 TiB")],
)
def test_sizes_are_for_people(size_bytes: int, shown: str) -> None:
    assert readable_size(size_bytes) == shown
