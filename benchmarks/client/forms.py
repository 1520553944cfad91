"""multipart/form-data as browsers write it: fields, then one file.

https://www.rfc-editor.org/rfc/rfc7578
"""

from collections.abc import Mapping

from benchmarks.client.source import Span

_BOUNDARY = "----benchmark7MA4YWxkTrZu0gW"


def form(
    fields: Mapping[str, str], file_field: str, file: Span
) -> tuple[dict[str, str], list[bytes | Span]]:
    """The header and the body."""
    head = "".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{file_field}"; filename="f"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    tail = f"\r\n--{_BOUNDARY}--\r\n"
    header = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
    return header, [head.encode(), file, tail.encode()]
