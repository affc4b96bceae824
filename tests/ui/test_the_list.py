"""The list of conversations: its tabs, its cards, its alerts, and ten thousand lines."""

import time

import pytest
from sqlalchemy import text

from tests.ten_thousand import fill
from tests.waiting import eventually

STORE = "store-1"


def agent(open_console, stack, name="console", **options):
    return open_console(name, **options).log_in(stack.demo, "agente.ladera")


def test_x(stack, open_console, customer):
    stack.write(customer, "Necesito hablar con un asesor, por favor")
    stack.wait_until_handled(customer)
    console = agent(open_console, stack)
    console.page.wait_for_timeout(1500)
    console.watched.screenshot("list-1280")
    print(console.page.title())
