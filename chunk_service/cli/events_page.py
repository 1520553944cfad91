"""docs/events.md: what each event tells, written from the models of the payloads.

What stands around it is written by hand and stays as it is.
"""

from collections.abc import Iterator, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Any

PAGE = Path("docs/events.md")
BEGIN = (
    "<!-- payloads: written by chunk-service generate from chunk_service/api/event_models.py -->"
)
END = "<!-- end of payloads -->"

Schema = Mapping[str, Any]


def events_page() -> str:
    from chunk_service.api.event_models import EVENT_MODELS

    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    sections = "\n".join(
        _section(name, cleandoc(model.__doc__ or ""), model.model_json_schema())
        for name, model in EVENT_MODELS.items()
    )
    return f"{before}{BEGIN}\n\n{sections}\n{END}{after}"


def _section(event_type: str, meaning: str, schema: Schema) -> str:
    name = schema["properties"]["data"]["$ref"].rpartition("/")[2]
    data = schema["$defs"][name]
    rows = "\n".join(_rows(data))
    head = "| member of `data` | type | meaning |\n| --- | --- | --- |"
    return f"### `{event_type}`\n\n{meaning}\n\n{head}\n{rows}\n"


def _rows(data: Schema) -> Iterator[str]:
    for name, member in data["properties"].items():
        yield f"| `{name}` | {_type(member)} | {member.get('description', '')} |"


def _type(member: Schema) -> str:
    kinds = member.get("anyOf", [member])
    return " or ".join(str(kind.get("format", kind["type"])) for kind in kinds)
