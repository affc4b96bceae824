"""The tags a language model writes into a reply, and how they come out of it. Pure and linear.

Only tags that are known go: "5 < 10 y 20 > 3" and "menos de <5 y >2" are ordinary text. No
pattern repeats without a bound, or past the next bracket of its kind.
"""

import re

GAP = "\x00"  # stands where words were taken out; no text to be stored may hold a NUL

_HIDDEN = "thinking|think|thought|reasoning|scratchpad|reflection"
_BLOCKS = "br|p|div|li|ul|ol|h[1-6]"
_INLINE = (
    "answer|response|reply|message|output|final|result|text|products?|image|passages?|knowledge"
    "|context|html|body|span|strong|em|code|pre|b|i|u|s|a"
)
# Attributes must look like attributes: in "<b and c>" the letter is no tag.
_ATTRIBUTES = (
    r"(?:\s{1,4}[\w:-]{1,40}\s{0,4}=\s{0,4}"
    r"(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'|[^\s\"'<>]{1,200})){0,8}\s{0,4}/?"
)
# A hidden tag need not even be closed: what follows it is hidden too.
_HIDDEN_TAG = re.compile(rf"<(?=/?[a-z])(/?)(?:{_HIDDEN})\b[^<>]{{0,200}}>?", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"<(?=/?[a-z])/?(?:{_BLOCKS}){_ATTRIBUTES}>", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"<(?=/?[a-z])/?(?:{_INLINE}){_ATTRIBUTES}>", re.IGNORECASE)

_IMAGE = r"\[\s{0,8}SEND[_ -]?IMAGE"
_IMAGE_TAG = re.compile(
    rf"{_IMAGE}(?:(?P<inside>[^\[\]]*+(?:\[[^\[\]]*+\][^\[\]]*+)?)\]|\s{{0,8}}:?\s{{0,8}}[\w-]*+)",
    re.IGNORECASE,
)
_IMAGE_ID = re.compile(r"\s*:\s*([A-Za-z0-9_-]{1,64})\s*")
_IMAGE_OPENING = re.compile(r"\[(?=\s{0,8}SEND[_ -]?IMAGE)", re.IGNORECASE)
_TAG_OPENING = re.compile(
    rf"<(?=\s{{0,8}}/?\s{{0,8}}[a-z])(?=[\s/]*+(?:{_HIDDEN}|{_BLOCKS}|{_INLINE}"
    r"|system|user|assistant|instructions)\b)",
    re.IGNORECASE,
)
_HARMLESS_BRACKET = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"


def without_hidden(text: str) -> str:
    """Drop what a model thinks aloud, tags and content, closed or not.

    A closing tag without an opening one ends thoughts that began with the text, as some models
    write them; unless nothing follows it.
    """
    parts: list[str] = []
    depth = position = 0
    for tag in _HIDDEN_TAG.finditer(text):
        if depth == 0:
            parts += (text[position : tag.start()], GAP)
        position = tag.end()
        if not tag[1]:
            depth += 1
        elif depth:
            depth -= 1
        elif text[position:].strip():
            parts.clear()
    if depth == 0:
        parts.append(text[position:])
    return "".join(parts)


def without_known_tags(text: str) -> str:
    """Drop the tags of markup; what ends a line on a page ends one here."""
    return _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", text))


def take_images(text: str) -> tuple[str, list[str]]:
    """Take the picture tags out of a text, the malformed ones too; return the well-formed ids."""
    ids: list[str] = []

    def take(tag: re.Match[str]) -> str:
        well_formed = _IMAGE_ID.fullmatch(tag["inside"] or "")
        if well_formed:
            ids.append(well_formed[1])
        return GAP

    return _IMAGE_TAG.sub(take, text), ids


def without_openings(text: str) -> str:
    """Change the bracket that opens each known tag, so that it is a tag no more."""
    return _TAG_OPENING.sub(_HARMLESS_BRACKET, _IMAGE_OPENING.sub("(", text))
