"""The webhook's own road past Flask: an ASGI application that answers deliveries itself.

Everything else, and every other method, is the Flask application's, in threads. Deliveries are
most of what comes, and Flask would cost each of them more than all the rest does.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from common.addresses import client_address
from common.errors import InvalidRequestError
from ingress import patience
from ingress.answers import Answer, refusal
from ingress.door import BODY_LIMIT, Delivery, Door

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_PREFIX = "/webhooks/"
_SIGNATURE = b"x-hub-signature-256"
_FORWARDED = b"x-forwarded-for"
_LINGER_BYTES = 4 * BODY_LIMIT


class SlowBodyError(InvalidRequestError):
    """The body did not come in time."""

    code = "too_slow"
    status = 408

    def __init__(self) -> None:
        super().__init__("The body did not come in time.")


class ClientGoneError(Exception):
    """Nobody waits for an answer any more."""


class Webhook:
    """Answers `POST /webhooks/<store>`; all else goes to `rest`."""

    def __init__(self, door: Door, rest: Application, trusted_proxies: int) -> None:
        self.door = door
        self._rest = rest
        self.trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif store_id := _store_of(scope):
            await self._deliver(store_id, scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    async def _deliver(self, store_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _body(scope, receive)
        except ClientGoneError:
            return
        except SlowBodyError as error:
            await _answer(send, refusal(error))
            return
        if body is None:
            await _answer(send, self.door.too_large(store_id))
            await _linger(receive)
            return
        headers = scope["headers"]
        delivery = Delivery(
            store_id=store_id,
            signatures=[_text(value) for name, value in headers if name == _SIGNATURE],
            body=body,
            address=self._address(scope),
        )
        await _answer(send, await self.door.receive(delivery))

    def _address(self, scope: Scope) -> str:
        peer = scope["client"][0] if scope.get("client") else ""
        if not self.trusted_proxies:
            return str(peer)
        told = [_text(value) for name, value in scope["headers"] if name == _FORWARDED]
        return client_address(str(peer), told, self.trusted_proxies)


def _store_of(scope: Scope) -> str:
    """Name the store whose webhook this is; empty when it is something else."""
    path = scope["path"]
    if scope["type"] != "http" or scope["method"] != "POST" or not path.startswith(_PREFIX):
        return ""
    store_id = str(path.removeprefix(_PREFIX))
    return "" if "/" in store_id else store_id


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """Read the body; None when it is over the limit. Most come whole, with the headers."""
    if _announced(scope) > BODY_LIMIT:
        return None
    try:
        async with asyncio.timeout(patience.BODY_SECONDS) as limit:
            message = await _next(receive)
            if message.get("more_body"):
                return await _rest_of(message["body"], receive, limit)
    except TimeoutError as error:
        raise SlowBodyError from error
    body = bytes(message.get("body", b""))
    return body if len(body) <= BODY_LIMIT else None


async def _rest_of(begun: bytes, receive: Receive, limit: asyncio.Timeout) -> bytes | None:
    body = bytearray(begun)
    is_whole = False
    while not is_whole:
        message = await _next(receive)
        if limit.expired():
            # Python 3.11's wait_for, inside `receive`, forgets a time-out that comes with a piece.
            raise SlowBodyError
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            return None
        is_whole = not message.get("more_body")
    return bytes(body)


async def _linger(receive: Receive) -> None:
    """Let what still comes go by for a moment: closing upon it would take the answer back."""
    left = _LINGER_BYTES
    with suppress(TimeoutError, ClientGoneError):
        async with asyncio.timeout(patience.LINGER_SECONDS) as limit:
            while left > 0 and not limit.expired():
                message = await _next(receive)
                left = left - len(message.get("body", b"")) if message.get("more_body") else 0


async def _next(receive: Receive) -> Message:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    return message


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _answer(send: Send, answer: Answer) -> None:
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _live(receive: Receive, send: Send) -> None:
    """Say yes to the server's start and stop: the door begins with its first delivery."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _text(value: bytes) -> str:
    return value.decode("latin-1")
