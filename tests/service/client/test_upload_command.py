"""`chunk-service upload`: what scripts and people see of it, and that a killed one goes on."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.doubles.fault_proxy import FaultProxy
from tests.doubles.tcp_relay import Direction
from tests.service.bucket import Bucket
from tests.service.client.command import ON_ONE_STORE, Command
from tests.service.content import MIB, content_of
from tests.service.running import RunningService
from tests.service.waiting import until

pytestmark = ON_ONE_STORE

SIZE_BYTES = 26 * MIB
NO_SUCH_URL = "http://127.0.0.1:9"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def command(service: RunningService, home: Path) -> Command:
    return Command(service.url, home)


@pytest.fixture
def source(home: Path) -> Path:
    path = home / "audio.mp3"
    path.write_bytes(content_of(SIZE_BYTES))
    return path


@pytest.mark.survives(
    "The client is killed in the middle of an upload",
    "The same command goes on: what was acknowledged is not sent again",
)
async def test_a_killed_upload_goes_on(
    home: Path, line: FaultProxy, bucket: Bucket, source: Path
) -> None:
    command = Command(f"http://{line.host}:{line.port}", home)
    line.delay(0.005)

    async def acknowledged() -> int:
        return line.carried_bytes(Direction.DOWN)

    with command.started("upload", source, "--parallel", 1) as process:
        # The answers to init and to the first chunk at least.
        await until(acknowledged, lambda count: count > 1000)
        process.kill()
    carried_bytes = line.carried_bytes(Direction.UP)
    line.heal()
    ended = await command.run("upload", source, "--json")
    assert ended.code == 0, ended.stderr
    assert bucket.read(ended.document["key"]) == content_of(SIZE_BYTES)
    sent_again_bytes = line.carried_bytes(Direction.UP) - carried_bytes
    assert sent_again_bytes < SIZE_BYTES - 7 * MIB
    assert sorted(path.name for path in home.iterdir()) == [".local", "audio.mp3"]


async def test_each_file_is_a_line_of_json(command: Command, bucket: Bucket, home: Path) -> None:
    (home / "a.txt").write_text("a")
    ended = await command.run("upload", "a.txt", "--file-id", "7", "--json")
    assert ended.code == 0
    (line,) = ended.lines
    assert set(line) == {
        "path",
        "status",
        "upload_session_id",
        "main_service_file_id",
        "key",
        "size",
        "etag",
        "checksum",
    }
    assert (line["path"], line["status"], line["size"]) == ("a.txt", "stored", 1)
    assert line["main_service_file_id"] == 7
    assert bucket.read(line["key"]) == b"a"


async def test_a_folder_is_sent_with_its_places(
    command: Command, bucket: Bucket, home: Path
) -> None:
    folder = home / "takes"
    (folder / "deep").mkdir(parents=True)
    files = {"one.txt": b"1", "deep/two.txt": b"22", "deep/empty.txt": b""}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "link").symlink_to("one.txt")
    (folder / "around").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    ended = await command.run("upload", "takes", "--json", "--metadata", "by=me")
    assert ended.code == 0, ended.stderr
    found = await command.run("search", "--metadata", '{"by": "me"}', "--json")
    by_key = {each["key"]: each["metadata"] for each in found.document}
    stored = {line["path"]: line["key"] for line in ended.lines}
    assert set(stored) == {f"takes/{name}" for name in files}
    for name, content in files.items():
        key = stored[f"takes/{name}"]
        assert bucket.read(key) == content
        assert by_key[key] == {"path": f"takes/{name}", "by": "me"}


async def test_a_pipe_is_sent(command: Command, bucket: Bucket) -> None:
    ended = await command.run("upload", "-", "--name", "p.bin", "--json", given=content_of(9 * MIB))
    assert ended.code == 0, ended.stderr
    assert bucket.read(ended.document["key"]) == content_of(9 * MIB)


async def test_a_failed_file_does_not_stop_the_others(command: Command, home: Path) -> None:
    (home / "good.txt").write_text("good")
    (home / "bad\nname.txt").write_text("bad")
    ended = await command.run("upload", "bad\nname.txt", "good.txt", "--json")
    assert ended.code == 1
    failed, stored = sorted(ended.lines, key=lambda line: str(line["status"]))
    assert (failed["problem"], failed["exit_code"]) == ("validation-failed", 1)
    assert "original_file_name" in failed["error"]
    assert stored["status"] == "stored"


async def test_people_read_what_became_of_each(command: Command, home: Path) -> None:
    (home / "a[b].txt").write_text("a")
    ended = await command.run("upload", "a[b].txt")
    assert ended.code == 0
    assert ended.stdout == b""
    assert ended.stderr.startswith("✓ a[b].txt → uploads/")


@pytest.mark.parametrize(
    ("path", "kept"), [("audio.mp3", "the same command goes on"), ("-", "of a pipe nothing")]
)
async def test_who_interrupts_is_told_what_is_kept(
    home: Path, source: Path, path: str, kept: str
) -> None:
    """Of an upload that waits for a service that is away."""
    command = Command(NO_SUCH_URL, home)
    with command.started("upload", path, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        waiting = await asyncio.to_thread(process.stderr.readline)
        assert waiting.startswith(b"Waiting: there was no answer")
        process.send_signal(signal.SIGINT)
        told = await asyncio.to_thread(process.stderr.read)
    assert (process.wait(), kept in told.decode()) == (130, True), told


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "message"),
    [
        (["upload", "absent"], {}, 2, "absent cannot be read"),
        (["upload"], {}, 2, "Missing argument"),
        (["upload", "a.txt"], {"CHUNK_SERVICE_URL": ""}, 2, "CHUNK_SERVICE_URL"),
        *(
            (["upload", "a.txt", "--url", url], {}, 2, "must be the service's http(s) address")
            for url in ("host:8000", "http://", "http://[::1", "http://host:65536", "ftp://host")
        ),
        (["upload", "a.txt"], {"CHUNK_SERVICE_TOKEN": ""}, 2, "CHUNK_SERVICE_TOKEN"),
        (["upload", "a.txt", "a.txt", "--name", "b"], {}, 2, "for one file"),
        (["upload", "a.txt", "--metadata", "x"], {}, 2, "KEY=TEXT"),
        (["upload", "a.txt", "--give-up-after", "soon"], {}, 2, "--give-up-after"),
        (["upload", "a.txt", "--url", NO_SUCH_URL, "--give-up-after", "1"], {}, 3, "no answer"),
        (["upload", "a.txt", "--token", "wrong"], {}, 4, "401"),
        (["upload", "a.txt", "--token", "ünï"], {}, 1, "no token has"),
        (["upload", "a.txt", "--token-file", "absent"], {}, 1, "token cannot be read"),
        (["upload", "a.txt", "--token-command", "false"], {}, 1, "printed none"),
    ],
)
async def test_exit_codes_say_what_to_do(
    service: RunningService,
    home: Path,
    arguments: list[str],
    settings: dict[str, str],
    code: int,
    message: str,
) -> None:
    (home / "a.txt").write_text("a")
    ended = await Command(service.url, home, settings).run(*arguments)
    assert (ended.code, message in ended.stderr) == (code, True), ended.stderr
