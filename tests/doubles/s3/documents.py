"""The XML of S3: written by hand, read by the standard library."""

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.doubles.http import Answer

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def element(name: str, *children: str, **leaves: object) -> str:
    """`children` are elements already; `leaves` with the value None are left out."""
    texts = [
        f"<{leaf}>{escape(_text(value))}</{leaf}>"
        for leaf, value in leaves.items()
        if value is not None
    ]
    return f"<{name}>{''.join(texts)}{''.join(children)}</{name}>"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def document(root: str, *, status: int = 200) -> Answer:
    """Answers are in the namespace of S3; errors are in none, whatever their status."""
    if not root.startswith("<Error>"):
        name, _, rest = root.partition(">")
        root = f'{name} xmlns="{_NAMESPACE}">{rest}'
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'.encode()
    return Answer(status, {"Content-Type": "application/xml"}, body)


def elements_in(body: bytes, name: str) -> Iterator[dict[str, str]]:
    """The children's texts of each element of that name, whatever its namespace.

    ElementTree.ParseError where it is no XML.
    """
    for each in ElementTree.fromstring(body).iter():
        if _local(each.tag) == name:
            yield {_local(child.tag): child.text or "" for child in each}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
