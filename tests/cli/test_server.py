"""The server as a process: what it was made of is not searched for garbage any more."""

import socket
import subprocess
import sys

import httpx

PATIENCE_SECONDS = 30
# Modules alone are tens of thousands of objects.
MANY = 10_000
PROGRAM = """
import gc, socket, sys
import uvicorn
from chunk_service.cli.server import run_server

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": str(gc.get_freeze_count()).encode()})

listener = socket.socket(fileno=int(sys.argv[1]))
run_server(uvicorn.Config(app, lifespan="off", log_config=None), [listener])
"""


def test_what_a_server_is_made_of_is_searched_for_garbage_no_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.fileno()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = (sys.executable, "-c", PROGRAM, str(number))
        with subprocess.Popen(command, pass_fds=[number]) as process:
            try:
                frozen = int(httpx.get(url, timeout=PATIENCE_SECONDS, trust_env=False).text)
            finally:
                process.terminate()
    assert frozen > MANY
    assert process.returncode == 0
