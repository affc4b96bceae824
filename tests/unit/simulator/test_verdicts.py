"""The fate of a request: what a ledger counts must be what WhatsApp took."""

import pytest

from simulator.faults import OUTCOMES, Fault
from simulator.graph_requests import OutboundMessage, ReadReceipt
from simulator.verdicts import judge

MESSAGE = OutboundMessage("+573001112233", "573001112233", None, "text", None)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_message_has_a_wamid_exactly_when_it_was_accepted(outcome):
    verdict = judge(MESSAGE, Fault("a", outcome), "wamid.1", "trace")

    assert (verdict.outcome == "accepted") is OUTCOMES[outcome]
    assert verdict.wamid == ("wamid.1" if OUTCOMES[outcome] else None)


@pytest.mark.parametrize("outcome", ["hang", "reset", "accept_then_hang", "accept_then_reset"])
def test_silence_has_no_http_status_and_is_bounded(outcome):
    verdict = judge(MESSAGE, Fault("a", outcome), "wamid.1", "trace")

    assert (verdict.http_status, verdict.ending) == (None, "reset")
    assert verdict.seconds == (120.0 if "hang" in outcome else 0.0)


def test_a_read_receipt_is_never_an_accepted_message():
    plain = judge(ReadReceipt("wamid.0"), None, "wamid.1", "trace")
    cut = judge(ReadReceipt("wamid.0"), Fault("a", "accept_then_reset"), "wamid.1", "trace")

    assert (plain.outcome, plain.wamid, plain.body) == ("read", None, {"success": True})
    assert (cut.outcome, cut.wamid) == ("read", None)


def test_an_edge_answer_is_not_a_graph_error():
    verdict = judge(MESSAGE, Fault("a", "http", http_status=504), "wamid.1", "trace")

    assert (verdict.http_status, verdict.error_code) == (504, None)
    assert isinstance(verdict.body, str)
