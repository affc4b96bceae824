"""How fast the load generator is by itself: against a server that answers and does nothing else.

`python -m benchmarks.volley.ceiling` is that server; `ceiling` starts it and measures.
"""

import os
import select
import socket
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.volley.fire import fire
from benchmarks.volley.shape import Outcome, Shape

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_MOST_BYTES = 65_536
_BACKLOG = 256


def ceiling(requests: Sequence[bytes], seconds: float) -> Outcome:
    """Send whole requests to a trivial server in a process of its own."""
    command = (sys.executable, "-m", "benchmarks.volley.ceiling", str(os.getpid()))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        try:
            told = server.stdout.readline() if server.stdout else b""
            return fire(Shape("127.0.0.1", int(told), seconds=seconds), requests)
        finally:
            server.kill()


def _serve(parent: int) -> None:
    """Answer each arrival; a request of the bench comes in one piece. Ends with its parent."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    print(listener.getsockname()[1], flush=True)
    epoll = select.epoll()
    epoll.register(listener, select.EPOLLIN)
    clients: dict[int, socket.socket] = {}
    while os.getppid() == parent:
        for number, _ in epoll.poll(1.0):
            if number == listener.fileno():
                client, _ = listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                clients[client.fileno()] = client
                epoll.register(client, select.EPOLLIN)
            elif clients[number].recv(_MOST_BYTES):
                clients[number].sendall(_ANSWER)
            else:
                clients.pop(number).close()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
