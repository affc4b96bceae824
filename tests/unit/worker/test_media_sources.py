import pytest

from worker.media_sources import ForbiddenSourceError, MediaSources, Origin

GRAPH = MediaSources(Origin.of("https://graph.facebook.com"))
FAKE = MediaSources(Origin.of("http://127.0.0.1:8004"))


@pytest.mark.parametrize(
    ("url", "wants_token"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=a", True),
        ("https://graph.facebook.com/v21.0/1", True),
        ("https://LOOKASIDE.fbsbx.com:443/x", True),
        ("https://mmg.whatsapp.net/v/t62.7118-24/x.enc?ccb=11", False),
        ("https://scontent.xx.fbcdn.net/v/x.jpg", False),
    ],
)
def test_meta_s_hosts_may_be_asked_and_two_of_them_with_the_token(url, wants_token):
    assert GRAPH.check(url).wants_token is wants_token


@pytest.mark.parametrize(
    "url",
    [
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://evil-fbcdn.net/x",
        "https://fbcdn.net.evil.example/",
        "https://fbcdn.net@evil.example/",
        "https://lookaside.fbsbx.com@evil.example/",
        "https://evil.example#@lookaside.fbsbx.com/",
        "https://evil.example\\@lookaside.fbsbx.com/",
        "https://evil.example/lookaside.fbsbx.com",
        "https://lookaside.fbsbx.com./x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "file:///etc/passwd",
        "ftp://lookaside.fbsbx.com/x",
        "//lookaside.fbsbx.com/x",
        "https:///x",
        "https://lookaside.fbsbx.com/x y",
        "https://lookaside.fbsbx.com/\r\nHost: evil.example",
        "https://lookaside.fbsbx.com:99999999/",
        "https://l\u043eokaside.fbsbx.com/",
        "https://lookaside.fbsbx.com/" + "x" * 5000,
        "",
    ],
)
def test_nothing_else_may_be_asked(url):
    with pytest.raises(ForbiddenSourceError):
        GRAPH.check(url)


def test_a_fake_of_the_graph_api_may_be_private_and_plain_but_only_at_its_own_origin():
    source = FAKE.check("http://127.0.0.1:8004/whatsapp_business/attachments/?mid=1")

    assert source.is_own
    assert source.wants_token
    for url in ("http://127.0.0.1:8005/x", "https://127.0.0.1:8004/x", "http://localhost:8004/x"):
        with pytest.raises(ForbiddenSourceError):
            FAKE.check(url)


def test_a_redirect_keeps_the_token_within_its_origin_only():
    first = GRAPH.check("https://lookaside.fbsbx.com/a/b")

    assert GRAPH.follow(first, "../c?d=1").url == "https://lookaside.fbsbx.com/c?d=1"
    assert GRAPH.follow(first, "../c?d=1").wants_token
    away = GRAPH.follow(first, "https://graph.facebook.com/x")
    assert not away.wants_token
    assert not GRAPH.follow(away, "https://lookaside.fbsbx.com/x").wants_token
    for location in ("https://evil.example/", "http://lookaside.fbsbx.com/", "//evil.example/"):
        with pytest.raises(ForbiddenSourceError):
            GRAPH.follow(first, location)
