from devstack.__main__ import main
from devstack.chat import shown
from devstack.ports import is_free


def test_a_text_is_printed_in_one_line():
    request = {"type": "text", "text": {"body": "Café del Huila\n45.000 COP"}}

    assert shown(request) == "  < Café del Huila 45.000 COP"


def test_a_picture_is_printed_as_its_address():
    request = {"type": "image", "image": {"link": "http://shop.test/a.jpg", "caption": "Café"}}

    assert shown(request) == "  < Café [http://shop.test/a.jpg]"


def test_a_reply_cannot_steer_the_terminal():
    assert "\x1b" not in shown({"type": "text", "text": {"body": "\x1b[2J\u202egone"}})


def test_what_has_neither_text_nor_address_is_named():
    assert shown({"type": "reaction", "reaction": {}}) == "  < reaction"


def test_a_chat_while_nothing_runs_is_refused_in_one_sentence(monkeypatch, capsys):
    base = next(each for each in range(48_000, 60_000, 20) if is_free(each + 4))
    monkeypatch.setenv("PORT_BASE", str(base))

    assert main(["chat"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "make run" in said.err
