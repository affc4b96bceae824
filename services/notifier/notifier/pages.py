"""The console's page, and what every answer says to a browser.

The page is what lies in `static`; it asks for everything else by REST and the socket. It may
show pictures of the console's own host and of the catalog's, and reach nothing else.
"""

from urllib.parse import urlsplit

from flask import Flask, Response


def add_pages(app: Flask, pictures_url: str) -> None:
    """Serve `/`, and guard it and every other answer.

    `pictures_url` is where relative paths of pictures lead: its origin may be shown from.
    """
    policy = _policy(pictures_url)

    def guarded(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # A picture's host has no business knowing who looks at it.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.add_url_rule("/", "index", lambda: app.send_static_file("index.html"))
    app.after_request(guarded)


def _policy(pictures_url: str) -> str:
    """Write the Content-Security-Policy: nothing inline, nothing of others, no frame around."""
    parts = urlsplit(pictures_url)
    pictures = f" {parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self'{pictures} data: blob:",
            "media-src 'self'",
            "connect-src 'self'",
            "font-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
