"""The send gate on real Redis. Where time matters, the test moves the scripts' clock."""

import itertools
import math
from dataclasses import replace

import pytest
import redis

from common.queues import redis_client
from common.send_errors import rule_for
from tests.integration.worker.senders import Orders, run_senders
from tests.journeys.sliding import most_within, rate_of
from worker.send_gate import GateClosedError, SendGate
from worker.send_gate.scripts import GateScripts

LIMIT_SHARE = 0.94
INTERVAL = 100 / LIMIT_SHARE  # ms, at ten a second
START = 1_000_000.0


class Desk:
    """A gate, its clock, and stores with the settings a test wants."""

    def __init__(self, client, stores, store):
        self.client, self.now, self.store, self.stores = client, START, store, stores
        self.gate = SendGate(GateScripts(client), stores, lambda: self.now)
        client.set("mostrador:send-since", 0)  # it has been up for a while
        self._numbers = itertools.count(1)

    def with_(self, store=None, **settings):
        store = store or self.store
        usual = {"send_rate": 10.0, "pair_rate": 0.0} | settings
        return replace(store, settings=replace(store.settings, **usual))

    def ask(self, store, conversation=None, part=None):
        number = next(self._numbers)
        return self.gate.ask(store, conversation or f"c{number}", part or f"p{number}")

    def wait(self, store, conversation=None, part=None):
        return self.ask(store, conversation, part).wait * 1000

    def later(self, milliseconds):
        self.now += milliseconds

    def went_in(self, store, milliseconds, step=5.0):
        """Count what goes when somebody new asks all the time."""
        ends, went = self.now + milliseconds, 0
        while self.now < ends:
            went += self.ask(store, part=f"e{went}").may_go
            self.later(step)
        self.client.delete(f"mostrador:send:{store.store_id}:line")
        return went

    def fail(self, store, times=5):
        for _ in range(times):
            self.gate.failed(store)


@pytest.fixture
def client(redis_url):
    return redis_client(redis_url)


@pytest.fixture
def desk(client, stores, store):
    return Desk(client, stores, store)


@pytest.fixture
def other(desk, two_stores):
    return desk.with_(two_stores[1])


def test_a_number_goes_at_an_even_spacing_and_who_waits_is_told_when(desk):
    store = desk.with_()

    assert [desk.wait(store) for _ in range(4)] == [0, 107, 213, 320]
    desk.later(60_000)
    assert desk.wait(store) == 0  # a long silence is no credit
    assert desk.wait(store) > 90


def test_who_waits_goes_before_who_comes_and_keeps_the_place_when_early(desk):
    store = desk.with_()
    desk.ask(store)
    assert [desk.wait(store, part=part) for part in ("a", "b")] == [107, 213]

    desk.later(50)
    assert desk.wait(store, part="a") == 57
    desk.later(57)
    assert desk.wait(store, part="new") > 200
    assert desk.wait(store, part="a") == 0
    assert desk.wait(store, part="b") == 106


def test_sends_of_a_number_at_its_limit_all_leave_the_same_while_after_they_were_let_go(desk):
    store = desk.with_()
    assert desk.ask(store).lead == 0
    desk.ask(store, part="waits")
    desk.later(107)
    assert desk.ask(store, part="waits").lead == 0.15
    desk.later(500)
    assert desk.ask(store).lead == 0.15
    desk.later(1_000)
    assert desk.ask(store).lead == 0


def test_who_is_late_goes_at_once_and_holds_back_nobody_for_longer_than_an_interval(desk):
    store = desk.with_()
    desk.ask(store)
    for part in ("late", "never", "c"):
        desk.ask(store, part=part)

    desk.later(3 * INTERVAL + 1)
    assert desk.wait(store, part="c") == 0
    assert desk.wait(store, part="late") <= math.ceil(INTERVAL)
    desk.later(INTERVAL)
    assert desk.wait(store, part="late") == 0
    desk.later(2_000)
    assert desk.wait(store) == 0


@pytest.mark.long  # three processes to start: `make sending`
@pytest.mark.measures
def test_processes_full_of_threads_never_exceed_a_numbers_limit_together(redis_url):
    limits = {"slow": 10.0, "fast": 80.0}

    found = run_senders(3, Orders(redis_url, limits, 4, parts=80, seconds=2.2, lateness=0.01))

    for name, limit in limits.items():
        went, asks = found[name]
        print(f"{name}: {len(went)} sends, {rate_of(went):.2f}/s, of {asks} asks")
        assert most_within(went, 1.0) <= limit * 1.1
        assert rate_of(sorted(went)[len(went) // 4 :]) >= limit * 0.5  # on a busy machine


def test_a_herd_that_comes_late_is_put_in_a_line_again(desk):
    store = desk.with_()
    desk.ask(store)
    parts = [f"h{number}" for number in range(8)]
    for part in parts:
        desk.ask(store, part=part)
    desk.later(5_000)

    waits = [desk.wait(store, part=part) for part in parts]

    assert waits[0] == 0
    assert all(80 < after - before < 120 for before, after in itertools.pairwise(waits))
    for part, wait in zip(parts[1:], waits[1:], strict=True):
        desk.now = START + 5_000 + wait
        assert desk.wait(store, part=part) == 0


def test_a_changed_rate_is_in_force_at_once_and_reaches_who_waits_within_fifteen_seconds(desk):
    slow, fast = desk.with_(send_rate=1.0), desk.with_(send_rate=100.0)
    desk.ask(slow)
    waits = [desk.wait(slow, part=f"w{number}") for number in range(60)]
    assert max(waits) == 15_000

    desk.later(500)
    assert desk.wait(fast, part="w59") < 1_000


def test_a_number_told_to_be_slower_is_halved_once_a_second_and_rises_in_two_minutes(desk):
    store, rule = desk.with_(send_rate=80.0), rule_for(130429)
    assert desk.went_in(store, 2_000) == pytest.approx(151, abs=3)

    for _ in range(5):
        desk.gate.refused(store, "c", rule, 0)
    assert desk.went_in(store, 900) == pytest.approx(35, abs=2)
    desk.later(200)
    desk.gate.refused(store, "c", rule, 0)
    assert desk.went_in(store, 2_000) == pytest.approx(39, abs=3)
    desk.later(58_000)
    assert desk.went_in(store, 2_000) == pytest.approx(97, abs=5)
    desk.later(60_000)
    assert desk.went_in(store, 2_000) == pytest.approx(151, abs=3)
    for _ in range(20):
        desk.gate.refused(store, "c", rule, 0)
        desk.later(1_000)
    assert desk.went_in(store, 2_000) >= 9  # a sixteenth of 80/s, and rising


def test_a_pair_has_a_burst_that_comes_back_slowly_and_slows_nobody_else(desk):
    store = desk.with_(send_rate=1000.0, pair_rate=6.0, pair_burst=3)

    def wait(conversation):
        desk.later(10)
        return desk.wait(store, conversation)

    assert [wait("anna") for _ in range(3)] == [0, 0, 0]
    assert 5_900 < wait("anna") <= 6_000
    assert wait("bert") == 0
    desk.later(6_000)
    assert wait("anna") == 0
    assert wait("anna") > 5_000
    desk.later(18_100)
    assert [wait("anna") for _ in range(3)] == [0, 0, 0]
    assert desk.with_().settings.pair_rate == 0
    assert desk.wait(desk.with_(send_rate=1000.0), "anna") <= 11


@pytest.mark.parametrize(
    ("code", "held"),
    [
        (131000, set()),
        (131056, {"same pair"}),
        (80007, {"same pair", "store"}),
        (4, {"same pair", "store", "other of the app"}),
    ],
)
def test_a_hold_reaches_what_its_scope_says_for_as_long_as_it_says(
    desk, other, code, held, monkeypatch
):
    monkeypatch.setattr(desk.stores.__class__, "app_of", lambda _, __: "one-app")
    asks = {
        "same pair": (desk.with_(), "anna"),
        "store": (desk.with_(), "bert"),
        "other of the app": (other, "anna"),
    }

    def waits():
        desk.later(500)
        for each in asks.values():
            desk.client.zremrangebyrank(f"mostrador:send:{each[0].store_id}:line", 0, -1)
        found = {}
        for name, (store, conversation) in asks.items():
            found[name] = desk.wait(store, conversation)
        return found

    desk.gate.refused(desk.with_(), "anna", rule_for(code), 16.0)

    assert {name for name, wait in waits().items() if wait > 14_000} == held
    desk.later(16_000)
    assert not {name for name, wait in waits().items() if wait > 200}


def test_five_failures_in_a_row_open_a_stores_circuit_and_a_probe_closes_it(desk, other):
    store = desk.with_()
    desk.fail(store, 4)
    desk.gate.went(store)
    desk.fail(store, 4)
    watched = desk.ask(store)
    assert watched.may_go
    assert watched.is_watched
    desk.fail(store, 2)  # the sixth went off before the circuit opened
    assert desk.wait(store, part="first") == 2_000
    assert desk.wait(other) == 0

    desk.later(2_001)
    assert desk.ask(store, part="first").may_go  # the probe
    desk.later(INTERVAL * 2)
    assert desk.wait(store, part="second") > 900
    desk.gate.failed(store)
    assert desk.wait(store, part="second") > 3_900

    desk.later(4_001)
    assert desk.ask(store, part="second").may_go
    desk.later(300)
    desk.gate.went(store)
    closed = desk.ask(store, part="third")
    assert closed.may_go
    assert not closed.is_watched


def test_a_probe_frees_itself_and_a_refusal_that_is_no_failure_answers_it(desk):
    store = desk.with_()
    desk.fail(store)
    desk.later(2_001)
    assert desk.ask(store).may_go
    desk.later(29_000)
    assert not desk.ask(store, part="next").may_go
    desk.later(2_000)
    assert desk.ask(store, part="next").may_go

    desk.gate.refused(store, "c", rule_for(131000), 4.0)
    desk.later(200)
    assert not desk.ask(store).is_watched


def test_an_open_circuit_opens_for_twice_as_long_up_to_a_minute(desk):
    store, lengths = desk.with_(), []
    desk.fail(store)
    for _ in range(7):
        lengths.append(round(desk.wait(store, part="one") / 1000))
        desk.later(lengths[-1] * 1000 + 1)
        desk.ask(store, part="one")
        desk.gate.failed(store)

    assert lengths == [2, 4, 8, 16, 32, 60, 60]


def test_three_open_stores_open_their_app_and_ten_failures_of_two_stores_too(desk, monkeypatch):
    apps = {}
    monkeypatch.setattr(desk.stores.__class__, "app_of", lambda _, store: apps[store.store_id])
    many = [desk.with_(replace(desk.store, store_id=f"store-{number}")) for number in range(1, 7)]
    apps |= {store.store_id: "one" if store in many[:4] else "two" for store in many}

    for store in many[:2]:
        desk.fail(store, 5)
        assert desk.ask(many[3]).may_go
        desk.client.delete("mostrador:send-app:one:circuit")
        desk.later(200)
    desk.fail(many[2], 5)
    assert desk.wait(many[3], part="a") == 2_000
    assert desk.ask(many[4]).may_go

    desk.later(2_001)
    assert desk.ask(many[3], part="a").may_go  # the app's one probe
    desk.later(200)
    assert not desk.ask(many[3], part="b").may_go
    desk.gate.went(many[3])
    assert desk.ask(many[3], part="b").may_go  # before the time it was told

    desk.fail(many[4], 4)
    desk.gate.failed(many[5])
    desk.fail(many[4], 4)
    assert desk.ask(many[5]).may_go
    desk.gate.failed(many[5])
    assert desk.wait(many[5]) >= 1_900


def test_nothing_goes_when_redis_is_away_and_what_it_should_be_told_is_let_go(desk, stores):
    away = redis.Redis(port=1, socket_connect_timeout=0.2, retry=None)
    gate = SendGate(GateScripts(away), stores)

    with pytest.raises(GateClosedError) as refusal:
        gate.ask(desk.with_(), "c", "p")
    gate.went(desk.with_())
    gate.failed(desk.with_())
    gate.refused(desk.with_(), "c", rule_for(131056), 4.0)

    assert refusal.value.code == "gate_closed"


def test_an_emptied_redis_begins_as_if_each_number_had_just_sent(desk, other):
    store = desk.with_()
    assert desk.ask(store).may_go
    desk.client.flushall()

    assert [desk.wait(each, part="a") for each in (store, other)] == [107, 107]
    desk.later(107)
    assert desk.ask(store, part="a").may_go


def test_what_the_gate_keeps_ends_by_itself_and_a_quiet_store_keeps_nothing(desk):
    store = desk.with_(pair_rate=6.0)
    for part in ("a", "b", "c"):
        desk.ask(store, "anna", part)
    desk.fail(store, 10)
    desk.gate.refused(store, "anna", rule_for(4), 60.0)
    desk.gate.refused(store, "anna", rule_for(130429), 60.0)

    keys = [key.decode() for key in desk.client.scan_iter("mostrador:send*")]
    ends = {key: desk.client.pttl(key) for key in keys}

    assert len(keys) >= 6
    assert [key for key, left in ends.items() if left < 0] == ["mostrador:send-since"]
    assert max(ends.values()) <= 670_000
    assert "app-secret" not in " ".join(keys)
