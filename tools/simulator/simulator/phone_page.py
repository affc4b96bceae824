"""The phone page: static files, and what every answer tells a browser about itself."""

from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, send_from_directory
from flask.typing import ResponseReturnValue

from common.settings import Settings

_STATIC = Path(__file__).with_name("static")


def add_page(app: Flask, settings: Settings) -> None:
    """Serve `/` and its files, and guard every answer."""
    policy = content_policy(settings)

    def guarded(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    def show_console() -> ResponseReturnValue:
        return jsonify(console=settings.notifier_url)

    app.add_url_rule("/", "page", _index)
    app.add_url_rule("/static/<path:name>", "page_file", _file)
    app.add_url_rule("/sim/addresses", "addresses", show_console)
    app.after_request(guarded)


def content_policy(settings: Settings) -> str:
    """Allow nothing from elsewhere but files, and those only from the products' origin."""
    files = _origin(settings.base_url or settings.catalog_url)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' {files}".strip(),
            f"media-src 'self' {files}".strip(),
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _index() -> Response:
    return _file("index.html")


def _file(name: str) -> Response:
    """Send a file; a browser that has it already is told so."""
    return send_from_directory(_STATIC, name, max_age=0)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
