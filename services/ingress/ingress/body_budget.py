"""How many bytes of bodies this process holds before anything of them is believed. Pure.

Anybody may send; only what is signed is worth memory. Little is always taken, so that who sends
much shuts nobody out.
"""

MOST_BYTES = 96 * 1024 * 1024
# Meta's deliveries are smaller, but for large batches.
LITTLE_BYTES = 16 * 1024


class BodyBudget:
    """Counts for one event loop."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self.held = 0

    def share(self) -> "Share":
        return Share(self)

    @property
    def is_spent(self) -> bool:
        return self.held > self._most_bytes


class Share:
    """What one client's bytes take of the budget."""

    def __init__(self, budget: BodyBudget) -> None:
        self._budget = budget
        self._size = 0

    def hold(self, size: int) -> bool:
        """Hold so many bytes from now on; says whether there is room for them."""
        self._budget.held += size - self._size
        self._size = size
        return size <= LITTLE_BYTES or not self._budget.is_spent
