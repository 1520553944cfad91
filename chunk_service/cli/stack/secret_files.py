"""Small files that only their owner may read, written whole or not at all."""

from pathlib import Path


def write_secret(path: Path, text: str) -> None:
    """Replace the file in one step; mode 600 from its first byte."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.replace(path)
