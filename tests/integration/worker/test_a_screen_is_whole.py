"""An old snapshot and the events since are a fresh snapshot, for every kind of change (P6)."""

import os
import random
import shutil
from contextlib import ExitStack
from dataclasses import replace

import pytest

from common.tokens import InternalTokens
from tests.integration.notifier.stand import ORIGIN, PASSWORD
from tests.waiting import eventually

from .consoles import open_desk
from .screens import Reducers, Screen
from .walks import STORE, Walk, hire, log_in

CHOSEN = os.environ.get("SEED")
SEEDS = [int(CHOSEN)] if CHOSEN else [random.randrange(100_000) for _ in range(3)]
pytestmark = pytest.mark.skipif(
    shutil.which("node") is None and "CI" not in os.environ, reason="node is not installed"
)


@pytest.fixture
def walk(system):
    with ExitStack() as running:
        settings = replace(system.settings, console_origins=(ORIGIN,))
        desk = open_desk(settings, system, running)
        token = InternalTokens(system.settings.service_keys).issue("catalog")
        email = hire(system.settings, token, "duena", "owner", PASSWORD)
        owner = log_in(desk.browser.url, email, PASSWORD)
        running.callback(owner.close)
        yield Walk(system, [desk.browser, owner], random.Random())


@pytest.fixture
def reducers():
    started = Reducers()
    yield started
    started.close()


def wander(walk, reducers, steps, seed):
    """Walk, and let screens be opened, lose their sockets and read now and then."""
    walk.dice.seed(seed)
    walk.begin()
    screens = [Screen(reducers, walk.agents[0], STORE, each) for each in walk.sessions()]
    for number in range(steps):
        walk.step()
        chosen = walk.dice.choice(screens)
        kind = walk.dice.random()
        if kind < 0.1:
            chosen.come_back()
        elif kind < 0.2:
            chosen.load_thread()
        elif kind < 0.25:
            chosen.load_lists()
        else:
            chosen.read(walk.dice.randrange(40))
        if number % max(steps // 4, 1) == 0:
            session_id = walk.dice.choice(walk.sessions())
            screens.append(Screen(reducers, walk.agents[0], STORE, session_id))
    return screens


def check_whole(walk, reducers, screens):
    head = walk.comes_to_rest()
    for each in screens:
        each.read_up_to(head)
        session_id = each.seen()["thread"]["id"]

        def fresh(session_id=session_id):
            opened = Screen(reducers, walk.agents[0], STORE, session_id)
            opened.close()
            return opened.seen()

        # A process knows a store for a second, a paused one too.
        eventually(lambda fresh=fresh: fresh()["stores"][0]["status"] == "active", 3, "the store")
        found = differences(each.seen(), fresh())
        assert not found, "\n".join(map(str, found))


def differences(kept, fresh):
    """Name everything that a screen kept by events shows otherwise than a fresh one."""
    kept_messages = {each["id"]: each for each in kept["thread"]["messages"]}
    fresh_messages = {each["id"]: each for each in fresh["thread"]["messages"]}
    shown = [each for each in kept_messages if each in fresh_messages]
    found = [
        (name, kept[name], fresh[name]) for name in ("stores", "lists") if kept[name] != fresh[name]
    ]
    if shown != list(fresh_messages):
        found.append(("order", shown, list(fresh_messages)))
    # Where the fresh page is the whole thread, what it does not show must stand nowhere.
    if fresh["thread"]["isWhole"] and (more := kept_messages.keys() - fresh_messages.keys()):
        found.append(("too much", sorted(more), []))
    found += list(_unlike(kept["lines"], fresh["lines"]))
    return found + list(_unlike(kept_messages, fresh_messages))


def _unlike(kept, fresh):
    for key, right in fresh.items():
        known = kept.get(key, {})
        for name in right:
            if known.get(name) != right[name]:
                yield (f"{right.get('role', 'line')} {name}", known.get(name), right[name])


def test_what_a_screen_knows_by_events_is_what_it_would_load(walk, reducers):
    seed = int(CHOSEN or random.randrange(100_000))
    print(f"\nseed {seed} (SEED={seed} repeats it)")
    screens = wander(walk, reducers, 40, seed)
    check_whole(walk, reducers, screens)
    print(walk.took)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS, ids=str)
def test_a_long_walk_leaves_every_screen_whole(walk, reducers, seed):
    print(f"\nseed {seed} (SEED={seed} repeats it)")
    for part in range(4):
        screens = wander(walk, reducers, 150, seed + part)
        check_whole(walk, reducers, screens)
        for each in screens:
            each.close()
    print(walk.took)
