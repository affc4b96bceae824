"""`make chat` with words through a pipe: the real webhook and back."""

import os
import subprocess
import sys

import pytest


def chat(stack, words, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "devstack", "chat", *arguments],
        env=os.environ | {"PORT_BASE": str(stack.port_base)},
        input=words,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_question_in_the_terminal_gets_text_and_the_pictures_address(stack, phone):
    said = chat(stack, "¿Tienen café del Huila?\n", "--from", phone)

    assert (said.returncode, said.stderr) == (0, "")
    text, picture = [line for line in said.stdout.splitlines() if line.startswith("  < ")]
    assert "Huila" in text
    assert picture.endswith("/static/pictures/cafe-huila-500.jpg]")


@pytest.mark.long
def test_what_was_said_before_is_not_said_again(stack, phone):
    stack.write(phone, "¿Tienen café del Huila?")
    stack.wait_until_handled(phone)

    said = chat(stack, "Quiero hablar con una persona\n", "--from", phone)

    assert [line for line in said.stdout.splitlines() if "Huila" in line] == []


def test_a_store_that_is_none_is_named(stack):
    said = chat(stack, "Hola\n", "--store", "nobody")

    assert said.returncode == 1
    assert said.stderr.startswith("mostrador: The simulator says: ")
    assert said.stderr.count("\n") == 1
