"""A load generator in a process of its own: it sends given bytes and notes when each was answered.

It knows nothing of WhatsApp. Requests are built before it starts its clock and come in on its
standard input; what came of them leaves on its standard output. `fire` is how others use it.
"""

from benchmarks.volley.fire import fire
from benchmarks.volley.shape import Outcome, Shape

__all__ = ["Outcome", "Shape", "fire"]
