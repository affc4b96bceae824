"""Log in, log out, and who am I."""

from flask import Response, make_response, request

from common.openapi import Blueprint
from notifier.access import console_session
from notifier.console_sessions import LIFETIME, ConsoleSession, key_of
from notifier.parts import parts
from notifier.schemas.sign_in import LoggedInSchema, LogInSchema

blueprint = Blueprint("sign_in", __name__, description="The log-in.")


@blueprint.route("/api/login", methods=["POST"])
@blueprint.arguments(LogInSchema)
@blueprint.response(200, LoggedInSchema)
def log_in(form: dict[str, str]) -> Response:
    """Log in: sets the cookie; whatever is wrong, one answer."""
    origin = request.headers.get("Origin")
    if origin is not None:  # browsers always say it here; another page must not log anyone in
        parts().access.check_origin(origin)
    token, session = parts().sign_in.log_in(
        form["email"], form["password"], request.remote_addr or ""
    )
    _end_former_log_in()
    response = _who(session)
    cookie = parts().access.cookie
    response.set_cookie(
        cookie.name,
        token,
        max_age=LIFETIME,
        path="/",
        secure=cookie.secure,
        httponly=True,
        samesite="Strict",
    )
    return response


@blueprint.route("/api/logout", methods=["POST"])
@blueprint.response(204)
def log_out() -> Response:
    """Log out: the session and its sockets end at once."""
    _end(console_session().key)
    response = make_response("", 204)
    cookie = parts().access.cookie
    response.delete_cookie(
        cookie.name, path="/", secure=cookie.secure, httponly=True, samesite="Strict"
    )
    return response


@blueprint.route("/api/me", methods=["GET"])
@blueprint.response(200, LoggedInSchema)
def me() -> Response:
    """Say who is logged in, as the log-in did."""
    return _who(console_session())


def _who(session: ConsoleSession) -> Response:
    me = session.agent
    answer = {"agent": me, "csrf_token": session.csrf_token, "may": me.may()}
    return make_response(LoggedInSchema().dump(answer))


def _end_former_log_in() -> None:
    """End the log-in that this one replaces in the same browser."""
    former = request.cookies.get(parts().access.cookie.name)
    if former:
        _end(key_of(former))


def _end(session_key: str) -> None:
    parts().sign_in.log_out(session_key)
    parts().open_sockets.close_of(session_key)
