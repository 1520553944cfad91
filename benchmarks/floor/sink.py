"""`python -m benchmarks.floor.sink PORT`: takes bytes into memory, as any relay must, and no more.

Pieces are as large as a server under load gets them.
"""

import socket
import sys
import threading

_PIECE_BYTES = 256 * 1024


def main() -> None:
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=_swallow, args=(sock,), daemon=True).start()


def _swallow(sock: socket.socket) -> None:
    """Until the peer has sent all; closing tells it that all was taken."""
    piece = bytearray(_PIECE_BYTES)
    with sock:
        while sock.recv_into(piece):
            pass


if __name__ == "__main__":
    main()
