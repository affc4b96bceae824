"""The console's page: its texts in two languages, and what its files may not hold."""

import re
from pathlib import Path

STATIC = Path(__file__).parents[3] / "services" / "notifier" / "notifier" / "static"
SOURCES = {path.name: path.read_text() for path in STATIC.glob("*.js")}
PAGE = (STATIC / "index.html").read_text()
_PRELOAD = 'rel="modulepreload"'  # the list of the modules says nothing of its own
_LANES = ("_list", "_panel", "_compose", "_supervisor")
_ENTRY = re.compile(r'(\w+): "([^"]*)"')


def texts():
    return {language: _texts_of(language) for language in ("es", "en")}


def _texts_of(language):
    files = (f"texts{lane}_{language}.js" for lane in ("", *_LANES))
    return {key: text for name in files for key, text in _ENTRY.findall(SOURCES[name])}


def test_both_languages_say_the_same_things():
    spanish, english = texts()["es"], texts()["en"]
    assert len(spanish) > 80
    assert list(spanish) == list(english)


def test_both_languages_fill_in_the_same_values():
    spanish, english = texts()["es"], texts()["en"]
    for key, text in spanish.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), key


def test_every_text_the_page_names_exists():
    named = set(re.findall(r'data-(?:text|label|placeholder)="(\w+)"', PAGE))
    for source in SOURCES.values():
        named |= set(re.findall(r'say\(language, "(\w+)"', source))
    assert len(named) > 40
    assert named <= set(texts()["es"])


def test_outside_text_goes_in_as_text_alone():
    for name, source in SOURCES.items():
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in source, (name, way)


def test_the_page_holds_nothing_inline_and_nothing_of_other_hosts():
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", PAGE)
    assert not re.search(r'(?:src|href)="(?!/static/)', PAGE)


def test_every_module_is_preloaded():
    preloaded = set(re.findall(r'modulepreload" href="/static/(\w+\.js)"', PAGE))
    assert preloaded == set(SOURCES) - {"main.js"}


def test_no_file_of_the_page_is_long():
    for path in STATIC.iterdir():
        lines = [each for each in path.read_text().splitlines() if _PRELOAD not in each]
        assert len(lines) <= 200, path.name
