"""A door that runs, whichever side's, and the ways to start ours."""

import itertools
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from benchmarks.deliveries import Address
from devstack.processes import Program

_GUNICORN = ("-m", "gunicorn")


@dataclass(frozen=True)
class RunningDoor:
    """Where it is, the process that everything of it is below, and how many of them serve."""

    address: Address
    pid: int
    processes: int

    @property
    def url(self) -> str:
        return f"http://{self.address.host}:{self.address.port}{self.address.path}"


@dataclass(frozen=True)
class Variant:
    """A way to start our door: settings of its own, and gunicorn's arguments unless as shipped."""

    label: str = "ours"
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()

    def applied_to(self, shipped: Program) -> Program:
        """Replace what stands behind `-m gunicorn`, if the variant says anything of it."""
        if not self.arguments:
            return shipped
        return replace(shipped, command=(shipped.command[0], *_GUNICORN, *self.arguments))


def variants(text: str) -> tuple[Variant, ...]:
    """Read the ways to start our door: `NAME=value… arguments of gunicorn…`, parted by `;`.

    Nothing is the way it ships. Arguments stand for all that follows `gunicorn` there. The
    first is called `ours`, because the ratios are of it; others are called by their words.
    """
    first, *others = map(_variant, text.split(";"))
    return (replace(first, label="ours"), *others)


def _variant(text: str) -> Variant:
    words = shlex.split(text)
    named = list(itertools.takewhile(_is_assignment, words))
    environment = dict(word.split("=", 1) for word in named)
    return Variant(f"ours ({' '.join(words)})", environment, tuple(words[len(named) :]))


def _is_assignment(word: str) -> bool:
    return word.partition("=")[0].isidentifier() and "=" in word
