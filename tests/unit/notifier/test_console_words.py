"""What the console says of each kind of message, run by node on the files that are served."""

import json
import subprocess

import pytest

from .test_console_state import HERE, NODE, STATIC
from .test_console_state import pytestmark as pytestmark  # noqa: PLC0414  # the same reason to skip


def said(*calls):
    command = [NODE, str(HERE / "console_words.mjs"), STATIC.as_uri()]
    asked = json.dumps(calls)
    run = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def of_kinds(name, *given):
    return said(["kinds", name, *given])[0]


@pytest.mark.parametrize(
    ("line", "spanish", "english"),
    [
        ({"preview": "hola", "preview_kind": "text"}, "hola", "hola"),
        ({"preview": "[image]", "preview_kind": "image"}, "📷 Foto", "📷 Photo"),
        ({"preview": "¿Es este?", "preview_kind": "image"}, "📷 ¿Es este?", "📷 ¿Es este?"),
        ({"preview": "[image]", "preview_kind": "text"}, "[image]", "[image]"),
        (
            {"preview": "hola", "preview_kind": "revoke"},
            "🚫 Mensaje eliminado",
            "🚫 Message deleted",
        ),
        ({"preview": "[audio]"}, "🎤 Audio", "🎤 Audio"),
        ({"preview": "[xyz]", "preview_kind": "xyz"}, "Mensaje especial", "Special message"),
        ({"preview": None, "preview_kind": None}, "", ""),
    ],
)
def test_the_list_says_what_a_message_without_words_is(line, spanish, english):
    assert said(["kinds", "preview", "es", line], ["kinds", "preview", "en", line]) == [
        spanish,
        english,
    ]


def test_a_reason_that_nobody_foresaw_is_shown_as_it_is():
    assert of_kinds("mediaFault", "en", "expired").endswith("no longer has it.")
    assert of_kinds("mediaFault", "en", "404") == of_kinds("mediaFault", "en", "expired")
    assert of_kinds("mediaFault", "en", "503").endswith("did not answer.")
    assert of_kinds("mediaFault", "en", "melted").endswith("melted.")
    assert "goes on by itself" in of_kinds("pausedFor", "en", "token_expired")
    assert "Reason: moon." in of_kinds("pausedFor", "en", "moon")
    assert "Whoever runs it paused it." in of_kinds("pausedFor", "en", "")


def test_our_own_reasons_are_said_in_the_agents_language():
    taken = {"error_code": "", "error": "A person has taken over."}
    off = {"error_code": "", "error": "The bot is off."}

    assert said(["failures", "reasonOf", "es", taken], ["failures", "reasonOf", "en", off]) == [
        "Una persona tomó la conversación.",
        "The bot was switched off.",
    ]


def test_notes_of_whatsapp_say_what_happened():
    number = {"kind": "system", "details": {"wa_id": "573001112233"}}
    call = {"kind": "call", "details": {"direction": "user_initiated"}}

    assert of_kinds("noteOf", "en", number) == (
        "The customer changed numbers: it is +57 300 111 2233 now"
    )
    assert "customer called" in of_kinds("noteOf", "en", call)
    assert of_kinds("noteOf", "en", {"kind": "system", "content": ""}) == "WhatsApp notice"


def test_what_was_not_delivered_is_named_with_its_errors():
    poll = {"type": "poll", "errors": [{"code": "131051", "title": "Unknown"}]}

    assert of_kinds("undelivered", "en", poll) == [
        "WhatsApp did not deliver this kind of message: poll",
        "131051: Unknown",
    ]
    assert of_kinds("undelivered", "en", {}) == ["WhatsApp did not deliver this kind of message"]


def test_names_cannot_turn_the_direction_of_what_follows():
    assert said(["words", "plain", "factura\u202efdp.exe"]) == ["facturafdp.exe"]


def test_sizes_and_amounts_read_as_people_write_them():
    assert said(
        ["words", "size", "en", 1_284_213],
        ["words", "size", "en", 0],
        ["words", "size", "en", None],
        ["words", "money", "en", 1234.5, "USD"],
        ["words", "money", "en", 3, "not a currency"],
    ) == ["1.2 MB", "0 B", "", "US$1,234.5", "3 not a currency"]


def test_who_runs_a_store_resumes_what_no_new_token_does():
    asked = [
        ("owner", "spam_limit"),
        ("administrator", ""),
        ("agent", ""),
        ("owner", "token_expired"),
    ]
    stores = [{"role": role, "paused_reason": reason} for role, reason in asked]

    assert said(*(["state", "mayResume", each] for each in stores)) == [True, True, False, False]
