"""The simulator's errors and the table that the worker acts on speak of the same things."""

import pytest

from common.send_errors import numbers_of, rule_for, rules
from simulator.graph_errors import error_body, graph_error


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_every_code_of_the_table_is_answered_with_its_http_status(rule):
    for code in numbers_of(rule):
        error = graph_error(code)

        assert error.http_status in rule.http, code
        assert error_body(error, "trace")["error"]["code"] == code
        assert error.title


def test_a_code_nobody_knows_is_a_plain_refusal():
    assert graph_error(777777).http_status == 400
    assert rule_for(777777).name == "not_in_the_table"
