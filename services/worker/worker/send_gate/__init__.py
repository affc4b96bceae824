"""The gate that every send passes: paces, holds and circuits of all workers together, in Redis.

One script call for each question, by Redis's clock. Redis away: nothing goes. Why it is so stands
in docs/decisions/0032-the-send-gate.md; what the keys mean, in `lua/rules.lua`.
"""

from worker.send_gate.gate import GateClosedError, SendGate

__all__ = ["GateClosedError", "SendGate"]
