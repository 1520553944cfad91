"""The options of `weed mini`: everything on the loopback interface, nothing that calls home.

They stand in a file of mode 600, since everybody may read the arguments of a process. The file
of the run before tells which Unix sockets that run has left in /tmp, the only place weed knows.
"""

import json
import re
from pathlib import Path

from chunk_service.cli.stack.ports import LOOPBACK, free_ports
from chunk_service.cli.stack.secret_files import write_secret

_SERVERS = ("master", "volume", "filer", "admin")
# some of its parts look for each other at this distance, whatever the options say
_GRPC_OFFSET = 10_000
_OFF = ("master.telemetry", "admin.ui", "webdav", "s3.autoCreateBucket")
_SOCKETS = Path("/tmp")  # noqa: S108 - weed offers no other place


def choose_ports(s3_port: int | None) -> dict[str, int]:
    """Free ports for each of its servers, for HTTP and gRPC, by the option that sets them."""
    *pairs, any_s3_port, s3_grpc_port = free_ports(len(_SERVERS) + 2, also_free_at=_GRPC_OFFSET)
    http = dict(zip(_SERVERS, pairs, strict=True))
    return {
        **{f"{server}.port": port for server, port in http.items()},
        **{f"{server}.port.grpc": port + _GRPC_OFFSET for server, port in http.items()},
        "s3.port": s3_port or any_s3_port,
        "s3.port.grpc": s3_grpc_port,
    }


def options_file(folder: Path) -> Path:
    return folder / "weed.options"


def write_options(folder: Path, ports: dict[str, int], *, access_key: str, secret_key: str) -> None:
    """One user with these keys; everybody else is refused."""
    identity = {
        "name": "development",
        "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    write_secret(folder / "s3.json", json.dumps({"identities": [identity]}))
    options: dict[str, object] = {
        "dir": folder / "data",
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        "s3.config": folder / "s3.json",
        # by itself it makes them so large that a few buckets take all there is room for
        "master.volumeSizeLimitMB": 128,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "admin.password": secret_key,
        **dict.fromkeys(_OFF, "false"),
        **ports,
    }
    lines = "".join(f"{name}={value}\n" for name, value in options.items())
    write_secret(options_file(folder), lines)


def remove_sockets(folder: Path) -> None:
    """Those of the run that the options file was written for, which has ended."""
    path = options_file(folder)
    text = path.read_text() if path.exists() else ""
    for port in re.findall(r"^\S+\.port(?:\.grpc)?=(\d+)$", text, flags=re.MULTILINE):
        for socket in _SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
            socket.unlink(missing_ok=True)
