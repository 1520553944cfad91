"""A browser is found, or installed as root and unpacked as anybody else, or missed aloud.

The machine is a PATH of its own, on which apt-get and dpkg-deb are told what to do.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_SCRIPTS = Path(__file__).parents[2] / "scripts"
_TOOLS = (
    *("sh", "cat", "chmod", "cp", "dirname", "find", "grep", "mkdir"),
    *("mv", "paste", "readlink", "rm", "seq", "sort"),
)
_BROWSER = 'echo "Chromium 150 from ${LD_LIBRARY_PATH:-the system}"'
_STUB = "echo 'install the snap' >&2; exit 1"
# Fetches into the cache that it is told, at the second try, as when a mirror was away.
_APT = """
echo "apt-get $*" >>"$LOG"
for each in "$@"; do case $each in Dir::Cache=*) cache=${each#*=} ;; esac; done
case "$*" in
  *update*) exit 0 ;;
  *--download-only*)
    grep -c 'install.*chromium' "$LOG" | grep -qx 1 && exit 100
    for name in chromium libc6 libnss3; do : >"$cache/archives/${name}_1_amd64.deb"; done ;;
  *install*) printf '#!/bin/sh\\necho Chromium\\n' >"$BIN/chromium"; chmod +x "$BIN/chromium" ;;
esac
"""
_DPKG = """
case "$2" in
  */libc6_*) exit 1 ;;
  */chromium_*)
    mkdir -p "$3/usr/lib/chromium" "$3/lib" && cp "$BIN/a-browser" "$3/usr/lib/chromium/chromium" ;;
  *) mkdir -p "$3/usr/lib/x86"; : >"$3/usr/lib/x86/libnss3.so" ;;
esac
"""


class _Machine:
    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.checkout = folder / "checkout"
        shutil.copytree(_SCRIPTS, self.checkout / "scripts")
        self.bin.mkdir()
        self.log.touch()
        for name in _TOOLS:
            found = shutil.which(name)
            assert found
            (self.bin / name).symlink_to(found)

    def has(self, name: str, script: str) -> str:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    def has_apt(self, *, user: int) -> None:
        programs = {"apt-get": _APT, "dpkg-deb": _DPKG, "id": f"echo {user}", "sleep": "exit 0"}
        for name, script in {**programs, "a-browser": _BROWSER}.items():
            self.has(name, script)

    def runs(self, script: str = "browser", **more: str) -> subprocess.CompletedProcess[str]:
        own = {"PATH": str(self.bin), "LOG": str(self.log), "BIN": str(self.bin)}
        others = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        return subprocess.run(
            [self.checkout / "scripts" / script],
            env={**others, **own, **more},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> _Machine:
    return _Machine(tmp_path)


def test_one_on_the_path_is_taken_unless_it_only_says_what_to_install(machine: _Machine) -> None:
    machine.has("chromium", _STUB)
    chrome = machine.has("google-chrome", _BROWSER)
    assert machine.runs().stdout.strip() == chrome


def test_the_one_that_is_named_comes_first(machine: _Machine) -> None:
    machine.has("chromium", _BROWSER)
    mine = machine.has("mine", _BROWSER)
    assert machine.runs(BROWSER_PATH=mine).stdout.strip() == mine


def test_one_that_is_named_and_can_not_be_run_is_said(machine: _Machine) -> None:
    machine.has("chromium", _BROWSER)
    result = machine.runs(BROWSER_PATH="/no/such/browser")
    assert (result.returncode, result.stdout) == (1, "")
    assert "BROWSER_PATH is /no/such/browser, and that can't be run." in result.stderr


@pytest.mark.parametrize("script", ["browser", "test-browser"])
def test_without_a_browser_it_fails_and_says_so(machine: _Machine, script: str) -> None:
    result = machine.runs(script)
    assert (result.returncode, result.stdout) == (1, "")
    assert "There is no Chromium" in result.stderr
    assert "apt install chromium" in result.stderr


def test_root_has_it_installed(machine: _Machine) -> None:
    machine.has_apt(user=0)
    result = machine.runs()
    assert result.stdout.strip() == str(machine.bin / "chromium")
    update, install = machine.log.read_text().splitlines()
    assert update.endswith("update")
    assert install.endswith("install --yes --no-install-recommends chromium")


def test_anybody_else_has_it_unpacked_once_without_the_systems_libc(machine: _Machine) -> None:
    machine.has_apt(user=1000)
    result = machine.runs()
    unpacked = machine.checkout / ".local/chromium"
    assert result.stdout.strip() == str(unpacked / "run")
    assert "Again ..." in result.stderr
    launched = subprocess.run(
        [unpacked / "run"],
        env={"PATH": str(machine.bin)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert launched.stdout.strip() == f"Chromium 150 from {unpacked}/usr/lib/x86"
    machine.log.write_text("")
    assert machine.runs().stdout == result.stdout
    assert machine.log.read_text() == ""
