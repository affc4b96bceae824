"""The page's files: both languages complete, nothing inline, every size within the house's."""

import re
from dataclasses import replace
from pathlib import Path

import simulator
from common.settings import Settings
from simulator.phone_page import content_policy

STATIC = Path(simulator.__file__).with_name("static")
MARKUP = (STATIC / "index.html").read_text(encoding="utf-8")
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.js")}


def keys_of(language):
    section = re.search(
        rf"^  {language}: \{{(.*?)^  \}}", SCRIPTS["texts.js"], re.MULTILINE | re.DOTALL
    )
    return re.findall(r"^    (\w+):", section[1], re.MULTILINE)


def test_both_languages_say_the_same_things():
    assert keys_of("es")
    assert keys_of("es") == keys_of("en")


def test_every_text_that_the_page_names_exists():
    named = re.findall(r'data-text="(\w+)"', MARKUP)
    for script in SCRIPTS.values():
        named += re.findall(r'\b(?:text|label|hint): "(\w+)"', script)
        named += re.findall(r'\btext\("(\w+)"\)', script)

    assert set(named) <= set(keys_of("es"))


def test_nothing_is_inline_and_nothing_parses_markup():
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", MARKUP)
    for name, script in SCRIPTS.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(", script), name


def test_every_module_is_loaded_ahead():
    modules = {name for name in SCRIPTS if name != "first.js"}

    assert set(re.findall(r'modulepreload" href="/static/([\w.]+)"', MARKUP)) == modules


def test_the_files_stay_small():
    sizes = {path.name: path.read_text().count("\n") for path in STATIC.iterdir()}

    assert {name: size for name, size in sizes.items() if size > 180} == {}


def test_pictures_may_come_from_the_catalog_and_nothing_else_from_anywhere():
    settings = replace(Settings.from_environment(), base_url="https://shop.test/media/")

    policy = content_policy(settings)

    assert "img-src 'self' https://shop.test;" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
