"""The mail server's address: read strictly, its password never shown, never sent in the clear."""

import pytest
from pydantic import ValidationError

from chunk_service.settings.mail import MailSettings, SmtpServer, SmtpTls, smtp_server

PASSWORD = "p@ss/word"


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 587, SmtpTls.STARTTLS, None, None)),
        ("smtps://mail.example.com", ("mail.example.com", 465, SmtpTls.AT_ONCE, None, None)),
        ("smtp+plain://localhost:2525", ("localhost", 2525, SmtpTls.NONE, None, None)),
        (
            "smtps://relay%40x:p%40ss%2Fword@[::1]:4465",
            ("::1", 4465, SmtpTls.AT_ONCE, "relay@x", PASSWORD),
        ),
    ],
)
def test_a_server_is_told_by_its_address(
    text: str, server: tuple[str, int, SmtpTls, str | None, str | None]
) -> None:
    assert smtp_server(text) == SmtpServer(*server)


@pytest.mark.parametrize(
    "text",
    [
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://mail.example.com:0",
        "smtp://mail.example.com:x",
        "smtp://mail.example.com/folder",
        "smtp://mail.example.com?tls=no",
        f"smtp://{PASSWORD}@mail.example.com",
        "smtp://user@mail.example.com",
        "smtp+plain://user:secret@mail.example.com",
    ],
)
def test_what_is_wrong_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|never") as caught:
        smtp_server(text)
    assert "secret" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_password_does_not_show() -> None:
    url = "smtp://user:secret@mail.example.com"
    assert "secret" not in repr(smtp_server(url))
    given = {"smtp_url": url, "mail_from": "a@example.com"}
    assert "secret" not in repr(MailSettings.model_validate(given))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"mail_from": None}, "mail_from"),
        ({"mail_from": "nobody"}, "mail_from"),
        ({"mail_to": "a@b c"}, "mail_to"),
        ({"mail_events": "file.shared"}, "mail_events"),
        ({"mail_events": "upload.failed, nonsense"}, "mail_events"),
        ({"mail_templates": "/nowhere/at/all"}, "mail_templates"),
        ({"smtp_url": "nonsense"}, "smtp_url"),
    ],
)
def test_settings_of_mail_are_checked_at_start(changes: dict[str, object], name: str) -> None:
    good = {"smtp_url": "smtps://mail.example.com", "mail_from": "a@example.com"}
    with pytest.raises(ValidationError) as caught:
        MailSettings.model_validate({**good, **changes})
    assert [error["loc"] for error in caught.value.errors()] == [(name,)]
