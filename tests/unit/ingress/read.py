"""Reads our payload files, and deliveries written in a test, as the door does."""

import json
from pathlib import Path

from ingress.payloads import parse

PAYLOADS = Path(__file__).parents[2] / "payloads"
NUMBER = "100000000000001"
OURS = "576015550001"
LUCIA = "573005550101"


def only_change(name):
    (change,) = parse((PAYLOADS / f"{name}.json").read_bytes())
    return change


def only_message(name):
    change = only_change(name)
    (message,) = change.messages + change.echoes
    return message


def only_status(name):
    (status,) = only_change(name).statuses
    return status


def delivery(*messages, field="messages", **value):
    metadata = {"phone_number_id": NUMBER, "display_phone_number": OURS}
    value = {"metadata": metadata, "messages": list(messages)} | value
    return json.dumps({"entry": [{"changes": [{"field": field, "value": value}]}]}).encode()


def parsed(message, **value):
    (change,) = parse(delivery(message, **value))
    return change.messages[0]


def said(kind, content, **message):
    """Read a message of Lucía's, of one kind and with this in it."""
    return parsed({"from": LUCIA, "id": "wamid.a", "type": kind, kind: content} | message)
