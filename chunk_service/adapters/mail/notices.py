"""Events as mails for people: text and HTML from templates, headers that nobody can inject into.

The first line of a text template is the subject. Values come from clients, so HTML is escaped and
whatever breaks a line is taken out of the subject; the library refuses what would still break one.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Any, Self

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, select_autoescape

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
MOST_SUBJECT_CHARACTERS = 200


class Notices:
    def __init__(self, environment: Environment, sender: str) -> None:
        self._environment = environment
        self._sender = sender

    @classmethod
    def from_templates(cls, folder: Path | None, *, sender: str) -> Self:
        """The built-in ones, or those of the same name in `folder`."""
        own = [] if folder is None else [FileSystemLoader(folder)]
        environment = Environment(
            loader=ChoiceLoader([*own, PackageLoader("chunk_service.adapters.mail")]),
            autoescape=select_autoescape(["html"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["bytes"] = readable_size
        return cls(environment, sender)

    def of(self, event_id: str, payload: bytes, *, to: str) -> EmailMessage:
        """The same for every attempt, but for nothing: even the date is that of the event."""
        document: Mapping[str, Any] = json.loads(payload)
        facts = {**document["data"], "event": document["type"], "at": document["timestamp"]}
        first, _, text = self._rendered(f"{document['type']}.txt", facts).partition("\n")
        message = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
        message["From"] = _mailbox(self._sender)
        message["To"] = _mailbox(to)
        message["Subject"] = one_line(first)
        message["Date"] = datetime.fromisoformat(document["timestamp"])
        message["Message-ID"] = message_id(event_id, to, sender=self._sender)
        # Nobody's holiday notice is wanted back: RFC 3834.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text.lstrip("\n"))
        html = self._rendered(f"{document['type']}.html", facts)
        message.add_alternative(html, subtype="html")
        return message

    def _rendered(self, name: str, facts: Mapping[str, object]) -> str:
        return self._environment.get_template(name).render(facts)


def message_id(event_id: str, to: str, *, sender: str) -> str:
    """One for each event and recipient, so that a mail which came twice is known as one."""
    whose = hashlib.sha256(to.encode()).hexdigest()[:16]
    domain = sender.rpartition("@")[2].encode("idna").decode("ascii")
    return f"<{event_id}.{whose}@{domain}>"


def one_line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()[:MOST_SUBJECT_CHARACTERS]


def readable_size(size_bytes: int) -> str:
    size, units = float(size_bytes), ["bytes", "KiB", "MiB", "GiB", "TiB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f"{size_bytes} bytes" if units[0] == "bytes" else f"{size:.1f} {units[0]}"


def _mailbox(address: str) -> Address:
    """Not parsed again: an address was judged when it came in."""
    user, _, domain = address.rpartition("@")
    return Address(username=user, domain=domain)
