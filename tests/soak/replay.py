"""Captured deliveries in random order and batches, twice: `make soak PART=payloads PAYLOADS=`."""

import copy
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.journeys.crowd import Crowd
from tests.journeys.stack import Agent

from .ends import ends_of, wamids_of
from .posting import Post, Target, addressed, targets

_MOST_IN_A_DELIVERY = 5
_PATIENCE_SECONDS = 120
_ROUNDS = 2


class Replay:
    """One run over a folder. Each file's events get ids of their own: many files share them."""

    def __init__(self, crowd: Crowd, seed: int, folder: Path) -> None:
        self._crowd = crowd
        self._dice = random.Random(seed)
        self._post = Post(crowd.demo["ingress"])
        self._targets = targets(crowd)
        self._now = time.time()
        found = {path.stem: json.loads(path.read_bytes()) for path in folder.rglob("*.json")}
        self._captured = {
            name: payload
            for name, payload in sorted(found.items())
            if isinstance(payload, dict) and "entry" in payload
        }

    def run(self) -> list[str]:
        """Post all, let the workers finish, and list every fault."""
        expected = {target.store: self._events(target) for target in self._targets}
        for _ in range(_ROUNDS):
            deliveries = [each for target in self._targets for each in self._batches(target)]
            self._dice.shuffle(deliveries)
            self._post.deliver_all(deliveries)
        ends = ends_of(self._crowd, list(expected), _PATIENCE_SECONDS)
        print(
            f"{len(self._captured)} files, {_ROUNDS} times to two stores in"
            f" {sum(self._post.answers.values())} deliveries: answers {dict(self._post.answers)},"
            f" {sum(map(len, expected.values()))} events; ends: {ends}",
            flush=True,
        )
        faults = [
            f"{many} deliveries were answered {status}"
            for status, many in self._post.answers.items()
            if status != 200
        ]
        for store, wamids in expected.items():
            faults += [*self._missing(store, wamids), *self._unlisted(store)]
        return [*faults, *ends.faults]

    def _of_store(self, target: Target, name: str) -> Any:
        payload = addressed(copy.deepcopy(self._captured[name]), target.number)
        for element in _elements(payload):
            element["id"] = f"{element.get('id')}#{name}#{target.store}"
            if target is self._targets[1]:
                element["timestamp"] = str(int(self._now))  # captured ones are too old to answer
        return payload

    def _batches(self, target: Target) -> Iterator[tuple[Target, Any]]:
        """Merge files: entries beside each other, or the changes of several in one entry."""
        names = list(self._captured)
        self._dice.shuffle(names)
        while names:
            many = self._dice.randint(1, _MOST_IN_A_DELIVERY)
            some, names = names[:many], names[many:]
            payloads = [self._of_store(target, name) for name in some]
            entries = [each for payload in payloads for each in _listed(payload, "entry")]
            if len(entries) > 1 and self._dice.random() < 0.5:
                changes = [each for entry in entries for each in _listed(entry, "changes")]
                entries = [entries[0] | {"changes": changes}]
            yield target, payloads[0] | {"entry": entries or payloads[0]["entry"]}

    def _events(self, target: Target) -> set[str]:
        payloads = [self._of_store(target, name) for name in self._captured]
        return {each["id"] for payload in payloads for each in _elements(payload, ("messages",))}

    def _missing(self, store: str, wamids: set[str]) -> list[str]:
        held = wamids_of(self._crowd, store)
        aside = self._crowd.sql(
            "SELECT reason, count(*) AS many FROM quarantine WHERE store_id = :store GROUP BY 1",
            store=store,
        )
        print(f"{store}: {len(held)} events; set aside: {[tuple(row.values()) for row in aside]}")
        lost = [f"{each} is not in the inbox of {store}" for each in sorted(wamids - held)]
        other = {each for each in held if "#" in each and f"#{store}" not in each}
        return [*lost, *(f"{each} is in {store}" for each in sorted(other))]

    def _unlisted(self, store: str) -> list[str]:
        """Lay what an agent is shown beside what customers sent."""
        login = next(each for each in self._crowd.demo["agents"] if store in each["stores"])
        shown = set(_shown(self._crowd.agent(login["email"]), store))
        rows = self._crowd.sql(
            "SELECT inbox_id, event_id, outcome FROM inbox WHERE store_id = :store"
            " AND kind = 'message' AND inbox_id NOT IN ("
            # A reaction, an edit or a revoke is shown on its target, or waits for it.
            " SELECT change_id FROM message_changes WHERE store_id = :store)",
            store=store,
        )
        return [
            f"{row['event_id']} is not listed for the agent of {store}: {row['outcome']}"
            for row in rows
            if str(row["inbox_id"]) not in shown
        ]


def _listed(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _elements(payload: Any, names: tuple[str, ...] = ("messages", "statuses")) -> list[Any]:
    """List the messages and statuses of a delivery, and no history.

    Without a number nobody knows whose they are: they are set aside for a person.
    """
    changes = [
        change for entry in _listed(payload, "entry") for change in _listed(entry, "changes")
    ]
    values = [
        change["value"]
        for change in changes
        if change.get("field", "messages") == "messages" and "metadata" in change.get("value", ())
    ]
    return [each for value in values for name in names for each in _listed(value, name)]


def _shown(agent: Agent, store: str) -> Iterator[str]:
    """Read every page of every session through the console."""
    path, cursor = f"/api/stores/{store}/sessions", ""
    while True:
        page = agent.get(path, filter="all", cursor=cursor).json()
        for session in page["sessions"]:
            yield from _thread(agent, f"{path}/{session['id']}/messages")
        cursor = page["next_cursor"]
        if not cursor:
            return


def _thread(agent: Agent, path: str) -> Iterator[str]:
    before: dict[str, str] = {}
    while True:
        page = agent.get(path, **before).json()
        yield from (each["id"] for each in page["messages"])
        if not page["next_before"]:
            return
        before = {"before": page["next_before"]}
