"""`python -m benchmarks.volley SHAPE`: requests in on stdin, what came of them out on stdout."""

import gc
import sys

from benchmarks.volley.loops import Volley
from benchmarks.volley.shape import Shape, unpacked


def main() -> None:
    """Load everything, then send; nothing but sending happens while the clock runs."""
    shape = Shape.from_text(sys.argv[1])
    requests = unpacked(sys.stdin.buffer.read())
    gc.disable()
    gc.freeze()
    with Volley(shape, requests) as volley:
        volley.send_all()
    sys.stdout.buffer.write(volley.outcome.to_bytes())


if __name__ == "__main__":
    main()
