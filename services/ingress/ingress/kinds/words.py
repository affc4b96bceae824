"""What is written, tapped or attached."""

from collections.abc import Mapping
from typing import Any

from common import contents
from ingress import fields
from ingress.kinds import forms

_LONGEST_WORDS = 1024

_File = Mapping[str, Any]


def text(content: Mapping[str, Any]) -> contents.Text:
    return contents.Text(fields.text(content.get("body")))


def image(content: _File) -> contents.Image:
    return contents.Image(_file(content), fields.text(content.get("caption")))


def video(content: _File) -> contents.Video:
    return contents.Video(_file(content), fields.text(content.get("caption")))


def document(content: _File) -> contents.Document:
    return contents.Document(_file(content), fields.text(content.get("caption")))


def audio(content: _File) -> contents.Audio:
    return contents.Audio(_file(content), voice=fields.flag(content.get("voice")))


def sticker(content: _File) -> contents.Sticker:
    return contents.Sticker(_file(content), animated=fields.flag(content.get("animated")))


def _file(content: _File) -> dict[str, str]:
    """Name the file. Its `url` is left out: it is good for five minutes, the id for days."""
    # A mangled id would be asked for in vain, so it is kept only as it came.
    media_id = fields.identifier(content.get("id"))
    named = {
        "id": "" if media_id.startswith("hash.") else media_id,
        "mime_type": fields.label(content.get("mime_type")),
        "sha256": fields.label(content.get("sha256")),
        "filename": fields.label(content.get("filename")),
    }
    return {name: value for name, value in named.items() if value}


def choice(content: Mapping[str, Any]) -> contents.Choice:
    """Read an answer to something interactive; of a sub-kind nobody knows, its title if any."""
    kind = fields.text(content.get("type"))
    reply = fields.mapping(content.get(kind))
    if kind == "nfm_reply":
        return _filled_in(reply)
    if kind == "call_permission_reply":
        # It allows a call and says nothing, so a bot has nothing to read.
        return contents.Choice(type=kind, answers=forms.plain(reply))
    return contents.Choice(
        words=fields.text(reply.get("title")),
        type=fields.label(kind),
        id=fields.label(reply.get("id")),
        title=fields.label(reply.get("title"), _LONGEST_WORDS),
        description=fields.label(reply.get("description"), _LONGEST_WORDS),
    )


def _filled_in(reply: Mapping[str, Any]) -> contents.Choice:
    answers = forms.answers(reply.get("response_json"))
    return contents.Choice(
        words=forms.lines(answers) or fields.text(reply.get("body")),
        type="nfm_reply",
        title=fields.label(reply.get("body"), _LONGEST_WORDS),
        answers=answers,
    )


def button(content: Mapping[str, Any]) -> contents.Button:
    return contents.Button(
        fields.text(content.get("text")), fields.label(content.get("payload"), _LONGEST_WORDS)
    )


def request_welcome(_: Mapping[str, Any]) -> contents.RequestWelcome:
    return contents.RequestWelcome()
