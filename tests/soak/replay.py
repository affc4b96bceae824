"""Captured deliveries in random order and batches, twice: `make soak PART=payloads PAYLOADS=`."""

import copy
import json
import random
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.journeys.crowd import Crowd
from tests.journeys.stack import Agent

from .ends import ends_of, wamids_of
from .posting import Post, Target, addressed, targets

_MOST_IN_A_DELIVERY = 5
_PATIENCE_SECONDS = 120
_ROUNDS = 2
# What has an id, by the field of its change; and the fields that belong to one number.
_NAMES = {"messages": ("messages", "statuses"), "calls": ("calls",)}
_WITH_NUMBER = {*_NAMES, "smb_message_echoes"}


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
        for target in self._targets:
            faults += [
                *self._missing(target.store, expected[target.store]),
                *self._set_aside(target),
                *self._unlisted(target.store),
            ]
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
        return {
            _event_id(name, each) for payload in payloads for name, each in _named_elements(payload)
        }

    def _nameless(self, target: Target) -> int:
        """Count the changes that name no number: each is to be set aside once, nothing else is."""
        payloads = [self._of_store(target, name) for name in self._captured]
        return len({json.dumps(each) for each in _changes(payloads) if _is_nameless(each)})

    def _missing(self, store: str, wamids: set[str]) -> list[str]:
        held = wamids_of(self._crowd, store)
        lost = [f"{each} is not in the inbox of {store}" for each in sorted(wamids - held)]
        other = {each for each in held if "#" in each and f"#{store}" not in each}
        return [*lost, *(f"{each} is in {store}" for each in sorted(other))]

    def _set_aside(self, target: Target) -> list[str]:
        rows = self._crowd.sql(
            "SELECT reason, count(*) AS many FROM quarantine WHERE store_id = :store GROUP BY 1",
            store=target.store,
        )
        aside = {row["reason"]: row["many"] for row in rows}
        found, expected = aside.get("no_number", 0), self._nameless(target)
        print(f"{target.store}: set aside: {aside}; {expected} changes name no number")
        if found == expected:
            return []
        return [f"{found} changes without a number are set aside at {target.store}, of {expected}"]

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


def _changes(payloads: Iterable[Any]) -> list[Any]:
    entries = [entry for payload in payloads for entry in _listed(payload, "entry")]
    return [change for entry in entries for change in _listed(entry, "changes")]


def _field(change: Any) -> str:
    """Name the field; some who pass deliveries on leave it out."""
    found: str = change.get("field", "messages" if "messages" in change.get("value", ()) else "")
    return found


def _is_nameless(change: Any) -> bool:
    value = change.get("value", {})
    return _field(change) in _WITH_NUMBER and not value.get("metadata", {}).get("phone_number_id")


def _elements(payload: Any) -> list[Any]:
    return [element for _, element in _named_elements(payload)]


def _named_elements(payload: Any) -> list[tuple[str, Any]]:
    """List the messages, statuses and calls of a delivery with what they are, and no history.

    Without a number nobody knows whose they are: they are set aside for a person.
    """
    return [
        (name, element)
        for change in _changes([payload])
        if not _is_nameless(change)
        for name in _NAMES.get(_field(change), ())
        for element in _listed(change["value"], name)
    ]


def _event_id(name: str, element: Any) -> str:
    """Name an element as the inbox does: what is told of one message or call shares its id."""
    told = {"statuses": "status", "calls": "event"}.get(name)
    return f"{element['id']}|{element.get(told, '')}" if told else str(element["id"])


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
