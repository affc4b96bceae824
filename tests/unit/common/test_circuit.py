from common.circuit import Circuit
from tests.waiting import eventually


def test_a_circuit_is_closed_until_something_fails():
    assert not Circuit().is_open


def test_a_failure_opens_it_for_a_moment_and_no_longer():
    circuit = Circuit(rest_seconds=0.05)
    circuit.trip()

    assert circuit.is_open
    eventually(lambda: not circuit.is_open, 2, "the circuit closing")
