"""The console's page as a browser gets it: from where it may load, and how it is kept."""

import re


def directives(answer):
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, _, sources in (part.partition(" ") for part in parts)}


def test_the_page_loads_from_its_own_host_and_pictures_from_the_catalogs_too(browser, settings):
    policy = directives(browser().get("/"))
    own = {each: policy[each] for each in ("script-src", "style-src", "connect-src", "form-action")}
    assert set(own.values()) == {"'self'"}
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["img-src"].split()[:2] == ["'self'", settings.base_url]


def test_all_the_page_names_is_there_without_a_log_in_and_kept_by_its_tag(browser):
    stranger = browser()
    page = stranger.get("/")
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(named) > 10
    for path in ("/", *named):
        answer = stranger.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        again = {"If-None-Match": answer.headers["ETag"]}
        kept = stranger.http.get(stranger.url + path, headers=again, timeout=5)
        assert kept.status_code == 304, path


def test_what_is_private_is_never_kept(browser):
    assert browser().get("/api/me").headers["Cache-Control"] == "no-store"
