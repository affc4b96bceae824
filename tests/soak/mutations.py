"""Broken payloads, validly signed, each beside a good message: `make soak PART=mutations`."""

import json
import random
import time
from pathlib import Path
from typing import Any

from tests.journeys.crowd import Crowd
from tests.unit.ingress.mutations import mutated

from .ends import ends_of, wamids_of
from .posting import Post, Target, addressed, entry, targets, text

_PAYLOADS = Path(__file__).parents[1] / "payloads"
_CUSTOMERS = 300  # of each store, who send the good ones
_PATIENCE_SECONDS = 1_500
_AT_ONCE = 1_000  # as many are made, then posted
_FOREIGN = 0.1  # the share of deliveries that bring a message to the other store's number
# How many in a hundred may be refused as a whole: no JSON, or nested too deep.
_MOST_REFUSED = 6


class Mutations:
    """One run: what was sent, what was answered, and what came of it."""

    def __init__(self, crowd: Crowd, seed: int, count: int) -> None:
        self._crowd, self._count = crowd, count
        self._dice = random.Random(seed)
        self._post = Post(crowd.demo["ingress"])
        self._targets = targets(crowd)
        self._own = [json.loads(path.read_bytes()) for path in sorted(_PAYLOADS.rglob("*.json"))]
        self._taken: dict[str, set[str]] = {each.store: set() for each in self._targets}

    def run(self) -> list[str]:
        """Post all, let the workers finish, and list every fault."""
        before = {name: self._crowd.pids(name) for name in ("ingress", "worker")}
        began = time.monotonic()
        for first in range(0, self._count, _AT_ONCE):
            self._post_some(range(first, min(first + _AT_ONCE, self._count)))
        posted = time.monotonic() - began
        ends = ends_of(self._crowd, list(self._taken), _PATIENCE_SECONDS)
        drained = time.monotonic() - began - posted
        print(
            f"{self._count} deliveries in {posted:.0f} s, answers {dict(self._post.answers)}"
            f" {dict(self._post.refusals)}, {sum(map(len, self._taken.values()))} good siblings, drained {drained:.0f} s later;"
            f" ends: {ends}",
            flush=True,
        )
        faults = [*self._answer_faults(), *self._sibling_faults(), *ends.faults]
        for name, pids in before.items():
            if self._crowd.pids(name) != pids:
                faults.append(f"{name} was started again")
        return faults

    def _post_some(self, numbers: range) -> None:
        made = [self._delivery(number) for number in numbers]
        answers = self._post.deliver_all((target, envelope) for target, envelope, _ in made)
        for (target, _, wamid), status in zip(made, answers, strict=True):
            if status == 200:
                self._taken[target.store].add(wamid)

    def _delivery(self, number: int) -> tuple[Target, Any, str]:
        """Put a broken payload, a good message and sometimes another store's into one delivery."""
        at = number % 2
        target, other = self._targets[at], self._targets[1 - at]
        broken = mutated(self._dice, addressed(self._dice.choice(self._own), target.number))
        entries = broken.get("entry") if isinstance(broken, dict) else broken
        entries = list(entries) if isinstance(entries, list) else [entries]
        wamid, phone = f"wamid.good{number}", f"5731{at}{self._dice.randrange(_CUSTOMERS):07}"
        good = entry(target, text(phone, wamid, f"bien {number}", time.time()))
        foreign = entry(other, text(phone, f"wamid.foreign{number}", "hola", time.time()))
        for each in (good, foreign) if self._dice.random() < _FOREIGN else (good,):
            entries.insert(self._dice.randint(0, len(entries)), each)
        return target, {"object": "whatsapp_business_account", "entry": entries}, wamid

    def _answer_faults(self) -> list[str]:
        answers = self._post.answers
        faults = [
            f"{many} deliveries were answered {status or 'by nothing'}"
            for status, many in answers.items()
            if status >= 500 or status == 0
        ]
        refused = sum(many for status, many in answers.items() if 400 <= status < 500)
        if refused * 100 > self._count * _MOST_REFUSED:
            faults.append(f"{refused} deliveries were refused")
        return faults

    def _sibling_faults(self) -> list[str]:
        faults = []
        for target in self._targets:
            held = wamids_of(self._crowd, target.store)
            good = {each for each in held if each.startswith("wamid.good")}
            if lost := self._taken[target.store] - good:
                faults.append(f"{len(lost)} good messages of {target.store} are missing")
            if foreign := {each for each in held if each.startswith("wamid.foreign")}:
                faults.append(f"{len(foreign)} messages are in {target.store}, another's")
            if more := good - self._taken[target.store]:
                faults.append(f"{len(more)} messages of {target.store} were stored and refused")
        return faults
