"""Writes the error table as a page: `make docs` puts it into docs/send-errors.md."""

from collections.abc import Iterator

from common.send_errors import (
    AGENT_SENDS,
    AGENT_WAIT_SECONDS,
    Action,
    ErrorRule,
    Scope,
    rules,
)

_HEAD = """# What WhatsApp's errors ask for

Written by `make docs` from [errors.toml](../libs/common/common/send_errors/errors.toml); edit
that, not this page. The table is in force for the answer to a send and for a status that says
later that the send failed.

- **action**: *again* is another send of the same part, under a new attempt number. *pause* keeps
  it, and everything else of the store, until somebody puts the matter right. *give up* fails it,
  with the reason in words.
- **reaches**: whose sends wait meanwhile: only this message, this contact's, the store's, or all
  stores' of the app.
- **sends at most**: counted from the first one, or from an agent's *Retry*.
- **waits**: before the second send, the third and so on. `Retry-After`, in seconds or as a date,
  an hour at most, goes before it.

| code | HTTP | means | action | reaches | sends at most | waits | besides |
|---|---|---|---|---|---|---|---|
"""
_FOOT = """
Not in the table, because nobody refused anything: a 5xx without a Graph error in it, an answer
that never came, a connection that was cut after the request. Such a part is *unknown* and is
never sent again blindly.

Where Meta names no number, [0033](decisions/0033-the-error-table.md) says why it is this one.
"""
_ACTIONS = {Action.AGAIN: "again", Action.PAUSE: "pause", Action.GIVE_UP: "give up"}
_REACHES = {
    Scope.MESSAGE: "message",
    Scope.PAIR: "contact",
    Scope.STORE: "store",
    Scope.APP: "app",
}
_EFFECTS = {
    "slow_number": "the number's pace is halved",
    "breaks_circuit": "counts for the circuit breaker",
    "drops_part": "the rest of the reply goes",
    "marks_contact": "the contact is marked",
    "flags_product": "the product's picture is flagged",
    "bot_only": "agents' sends go on"
    f" (a refused one: {AGENT_SENDS} sends, {AGENT_WAIT_SECONDS:g} s apart)",
    "alert": "alert",
}
_NAMES = {
    "not_connected": "no connection",
    "server_fault": "any other, 5xx",
    "not_in_the_table": "any other",
}
_WAITS_SHOWN, _MANY = 4, 99


def page() -> str:
    """Write the whole page."""
    return _HEAD + "".join(f"| {' | '.join(_cells(rule))} |\n" for rule in rules()) + _FOOT


def _cells(rule: ErrorRule) -> Iterator[str]:
    yield ", ".join(_NAMES.get(str(code), str(code)) for code in rule.codes)
    yield ", ".join(map(str, rule.http)) or "–"  # noqa: RUF001  # an empty cell
    yield rule.meaning
    yield _ACTIONS[rule.action] + (f" (`{rule.reason}`)" if rule.reason else "")
    yield _REACHES[rule.scope]
    yield _most_of(rule)
    yield _waits(rule)
    yield ", ".join(words for name, words in _EFFECTS.items() if name in rule.effects)


def _most_of(rule: ErrorRule) -> str:
    if rule.pauses:
        return "–"  # noqa: RUF001
    until = f", {rule.lasts / 3600:g} h at most" if rule.lasts else ""
    return f"{rule.attempts or 'until the window closes'}{until}"


def _waits(rule: ErrorRule) -> str:
    if rule.action is not Action.AGAIN:
        return ""
    many = rule.attempts - 1 if rule.attempts else _MANY
    waits = [rule.wait_after(refusals) for refusals in range(1, many + 1)]
    if len(set(waits)) == 1:
        return f"{waits[0]:g} s"
    shown = ", ".join(f"{wait:g}" for wait in waits[:_WAITS_SHOWN])
    return f"{shown} s" if many <= _WAITS_SHOWN else f"{shown} … {waits[-1]:g} s"
