"""What the figures were measured on: machine, kernel, disk, versions."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from chunk_service.cli.stack.postgres_programs import postgres_programs

_PACKAGES = ("chunk-service", "uvicorn", "uvloop", "aiobotocore", "asyncpg", "boto3")


def described(folder: Path) -> dict[str, str]:
    """Name and value, for the page; `folder` is where spools and databases were."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores, shared by all processes",
        "memory": f"{memory_gib:.0f} GiB",
        "file system": _file_system(folder),
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": _postgres(),
        "packages": packages,
        "load average when it ended": load,
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _file_system(folder: Path) -> str:
    """The type of the longest mount point above the folder."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    above = [(point, kind) for point, kind in mounts if folder.resolve().is_relative_to(point)]
    return max(above, key=lambda mount: len(mount[0]))[1]


def _postgres() -> str:
    program = postgres_programs().folder / "postgres"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip().rpartition(" ")[2]
