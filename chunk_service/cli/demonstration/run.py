"""The demonstration from beginning to end, on a stack and data of its own.

Data of an earlier one is removed first, and its own at the end; after a failure it stays, with
the logs.
"""

import asyncio
from pathlib import Path

from chunk_service.cli.demonstration import proof
from chunk_service.cli.demonstration.screen import Screen
from chunk_service.cli.demonstration.source import SourceFile, write_sample
from chunk_service.cli.demonstration.transfer import Transferred, transfer
from chunk_service.cli.stack.development import ANY_PORTS, DevelopmentStack, development_stack
from chunk_service.cli.stack.folder import StackFolder

_SAMPLE_BYTES = 256 * 1024**2


def demonstrate(root: Path, *, file: Path | None) -> None:
    """Raises StackError, DemonstrationError or OSError."""
    screen = Screen()
    folder = StackFolder(root)
    with folder.held():
        folder.empty()
        source = _source(root, file, screen)
        with development_stack(folder, ports=ANY_PORTS, tell=screen.step) as stack:
            transferred = asyncio.run(_main_job(stack, source, screen))
        folder.empty()
    screen.table(source, transferred)


def _source(root: Path, file: Path | None, screen: Screen) -> SourceFile:
    path = root / "sample.bin"
    if file is None:
        screen.step("making a file of random bytes")
        write_sample(path, size_bytes=_SAMPLE_BYTES)
    else:
        path = file
    with screen.bar("reading", total_bytes=path.stat().st_size) as advance:
        return SourceFile.of(path, advance=advance)


async def _main_job(stack: DevelopmentStack, source: SourceFile, screen: Screen) -> Transferred:
    with screen.bar("sending", total_bytes=source.size_bytes) as advance:
        transferred = await transfer(stack.facts, source, advance=advance)
    screen.done("sent and completed")
    with screen.bar("reading back", total_bytes=source.size_bytes) as advance:
        await proof.same_object(stack.facts, transferred.key, source, advance=advance)
    screen.done(f"the object is the file: SHA-256 {source.sha256}")
    screen.notification(await proof.notification(stack.facts, transferred.upload_session_id))
    await proof.empty_spool(stack.spool)
    screen.done("the spool is empty")
    return transferred
