"""What waits together is written together, in order; nobody waits for ever."""

import asyncio
import threading
from dataclasses import dataclass

import pytest

from common.errors import DatabaseUnavailableError, TemporaryError
from ingress import group_commit
from ingress.group_commit import GroupCommit


@dataclass(frozen=True)
class Written:
    """As much of a prepared delivery as the group looks at."""

    name: str
    items: tuple[str, ...] = ("one",)
    size: int = 10


class Writer:
    """Writes when it is let, and remembers what it was given together."""

    def __init__(self):
        self.groups = []
        self.may_go = threading.Event()
        self.outcome = lambda each: each.name

    def __call__(self, group):
        self.groups.append([each.name for each in group])
        assert self.may_go.wait(10)
        return [self.outcome(each) for each in group]


@pytest.fixture
def writer():
    made = Writer()
    yield made
    made.may_go.set()


def soon(commits, written, patience=60):
    """Commit with a deadline that is far off."""
    return commits.commit(written, asyncio.get_running_loop().time() + patience)


async def _settled():
    """Let every task go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_what_comes_while_one_is_written_is_the_next_group(writer):
    async def deliver():
        commits = GroupCommit(writer)
        alone = asyncio.create_task(soon(commits, Written("a")))
        await _settled()
        together = [asyncio.create_task(soon(commits, Written(name))) for name in "bcd"]
        await _settled()
        writer.may_go.set()
        return await asyncio.gather(alone, *together)

    assert asyncio.run(deliver()) == ["a", "b", "c", "d"]
    assert writer.groups == [["a"], ["b", "c", "d"]]


def test_a_group_is_cut_where_it_would_take_too_long(writer):
    big = tuple(map(str, range(600)))

    async def deliver():
        commits = GroupCommit(writer)
        first = asyncio.create_task(soon(commits, Written("a")))
        await _settled()
        rest = [asyncio.create_task(soon(commits, Written(name, big))) for name in "bcd"]
        await _settled()
        writer.may_go.set()
        await asyncio.gather(first, *rest)

    asyncio.run(deliver())
    assert writer.groups == [["a"], ["b", "c"], ["d"]]


def test_one_delivery_may_fail_beside_others_that_do_not(writer):
    writer.may_go.set()
    writer.outcome = lambda each: TemporaryError("no") if each.name == "b" else each.name

    async def deliver():
        commits = GroupCommit(writer)
        several = [soon(commits, Written(name)) for name in "abc"]
        return await asyncio.gather(*several, return_exceptions=True)

    first, second, third = asyncio.run(deliver())
    assert (first, third) == ("a", "c")
    assert isinstance(second, TemporaryError)


def test_what_breaks_the_writer_breaks_alone(writer):
    def outcome(each):
        return len(each.name) / 0 if each.name == "c" else each.name

    async def deliver():
        commits = GroupCommit(writer)
        writer.outcome = outcome
        several = [asyncio.create_task(soon(commits, Written(name))) for name in "abcd"]
        await _settled()
        writer.may_go.set()
        return await asyncio.gather(*several, return_exceptions=True)

    ended = asyncio.run(deliver())
    assert isinstance(ended.pop(2), ZeroDivisionError)
    assert ended == ["a", "b", "d"]
    assert writer.groups == [["a"], ["b", "c", "d"], ["b"], ["c"], ["d"]]


def test_a_writer_that_breaks_breaks_its_group_and_not_the_next(writer):
    writer.may_go.set()

    async def deliver():
        commits = GroupCommit(writer)
        writer.outcome = lambda each: len(each.name) / 0
        with pytest.raises(ZeroDivisionError):
            await soon(commits, Written("a"))
        writer.outcome = lambda each: each.name
        return await soon(commits, Written("b"))

    assert asyncio.run(deliver()) == "b"


def test_who_waits_too_long_is_told_so_and_is_not_written_later(writer, monkeypatch):
    monkeypatch.setattr(group_commit, "_STUCK_SECONDS", 0.05)
    monkeypatch.setattr(group_commit, "_LOOK_SECONDS", 0.01)

    async def deliver():
        commits = GroupCommit(writer)
        both = [asyncio.create_task(soon(commits, Written(name), 0.05)) for name in "ab"]
        ended = await asyncio.gather(*both, return_exceptions=True)
        with pytest.raises(DatabaseUnavailableError):
            await soon(commits, Written("c"))  # at once: the writer is known to be stuck
        writer.may_go.set()
        return ended

    assert all(isinstance(each, DatabaseUnavailableError) for each in asyncio.run(deliver()))
    assert writer.groups == [["a"]]


def test_too_much_waiting_is_refused(writer, monkeypatch):
    monkeypatch.setattr(group_commit, "_MOST_WAITING", 2)

    async def deliver():
        commits = GroupCommit(writer)
        waiting = []
        for name in "abc":
            waiting.append(asyncio.create_task(soon(commits, Written(name))))
            await _settled()
        with pytest.raises(TemporaryError, match="Too much"):
            await soon(commits, Written("d"))
        writer.may_go.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(deliver()) == ["a", "b", "c"]
