"""One application for every stand-in: always ready, and a catalog that keeps what it is given.

What was PUT or POSTed is a file, so that it survives a restart as a database would.
"""

import json
import os
from pathlib import Path
from urllib.parse import quote

_KEPT = Path(os.environ["DATA_DIR"]) / "stand-in"


def application(environ, start_response):
    status, answer = _answer(environ["REQUEST_METHOD"], environ["PATH_INFO"], _body(environ))
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]


def _body(environ):
    text = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return json.loads(text) if text else None


def _answer(method, path, body):
    if path == "/readyz":
        return "200 OK", {"status": "ready"}
    if path == "/environment":
        return "200 OK", dict(os.environ)
    if path == "/agents/verify":
        return _verified(body)
    if method == "GET":
        return _read(path)
    if method == "POST":
        path = f"{path}/{body['email']}"
    return _kept(method, path, body)


def _file(path):
    return _KEPT / quote(path, safe="")


def _read(path):
    if path.endswith("/agents"):
        listed = [json.loads(each.read_text()) for each in _KEPT.glob(f"{quote(path, safe='')}*")]
        return "200 OK", {"agents": [{**each, "id": each["email"]} for each in listed]}
    if not _file(path).exists():
        return "404 Not Found", {"error": {"code": "not_found", "message": "Absent."}}
    return "200 OK", json.loads(_file(path).read_text())


def _kept(method, path, body):
    _KEPT.mkdir(exist_ok=True)
    if method == "POST" and _file(path).exists():
        return "409 Conflict", {"error": {"code": "already_exists", "message": "Present."}}
    _file(path).write_text(json.dumps(body))
    with (_KEPT / "changes").open("a") as changes:
        changes.write(f"{method} {path}\n")
    return "201 Created", body


def _verified(body):
    known = [json.loads(each.read_text()) for each in _KEPT.glob("*%40*")]
    logins = [(each["email"], each["password"]) for each in known]
    accepted = (body["email"], body["password"]) in logins
    return ("200 OK" if accepted else "401 Unauthorized"), {}
