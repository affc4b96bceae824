"""The console's page, for now a word about itself, and what every answer says to a browser."""

from flask import Flask, Response, render_template

# Nothing comes from another host, and nothing may frame the console.
_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def add_pages(app: Flask) -> None:
    """Serve `/`, and guard it and every other answer."""
    app.add_url_rule("/", "index", lambda: render_template("index.html"))
    app.after_request(_guarded)


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
