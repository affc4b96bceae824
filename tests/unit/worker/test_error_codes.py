import pytest

from worker.channels.error_codes import Action, Scope, rule_for


@pytest.mark.parametrize("code", [0, 3, 10, 190, 200, 299, 368, 131031, 131042, 131048, 133010])
def test_trouble_of_the_store_pauses_the_store(code):
    assert (rule_for(code).action, rule_for(code).scope) == (Action.PAUSE, Scope.STORE)


def test_a_pause_ends_within_half_a_minute_of_its_cause():
    assert rule_for(190).wait_seconds <= 30


@pytest.mark.parametrize(("code", "scope"), [(4, "app"), (130429, "store"), (131056, "pair")])
def test_a_limit_slows_only_whom_it_concerns(code, scope):
    assert (rule_for(code).action, rule_for(code).scope.value) == (Action.AGAIN, scope)


@pytest.mark.parametrize("code", [131047, 131026, 131050, 131062])
def test_what_concerns_a_contact_gives_up_on_that_contact(code):
    assert (rule_for(code).action, rule_for(code).scope) == (Action.GIVE_UP, Scope.PAIR)


@pytest.mark.parametrize("code", [100, 131008, 131053, 132000, 132999, 135000])
def test_a_wrong_request_is_given_up(code):
    assert rule_for(code, status=500).is_temporary is False


@pytest.mark.parametrize(("status", "is_temporary"), [(400, False), (403, False), (500, True)])
def test_an_unknown_code_goes_by_the_status(status, is_temporary):
    assert rule_for(777_777, status).is_temporary is is_temporary
