"""The webhook's own road past Flask: an ASGI application that answers deliveries itself.

Everything else, and every other method, is the Flask application's, in threads. Deliveries are
most of what comes, and Flask would cost each of them more than all the rest does.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from common.addresses import client_address
from common.errors import ServiceError
from ingress import patience
from ingress.answers import Answer
from ingress.body_budget import Share
from ingress.door import BODY_LIMIT, Delivery, Door
from ingress.refusals import FullError, SlowBodyError, too_large

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_PREFIX = "/webhooks/"
_SIGNATURE = b"x-hub-signature-256"
_FORWARDED = b"x-forwarded-for"
_LINGER_BYTES = 4 * BODY_LIMIT


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
        share = self.door.budget.share()
        try:
            body = await _body(scope, receive, share)
            signatures = [_text(value) for name, value in scope["headers"] if name == _SIGNATURE]
            delivery = Delivery(store_id, signatures, body, self._address(scope))
            await _answer(send, await self.door.receive(delivery))
        except ClientGoneError:
            return
        except ServiceError as error:
            await _answer(send, self.door.refuse(error, store_id))
            await _linger(receive)
        finally:
            share.hold(0)

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


async def _body(scope: Scope, receive: Receive, share: Share) -> bytes:
    """Read the body; most come whole, with the headers.

    Raises TooLargeError, SlowBodyError, FullError or ClientGoneError.
    """
    if _announced(scope) > BODY_LIMIT:
        raise too_large()
    try:
        async with asyncio.timeout(patience.BODY_SECONDS) as limit:
            return await _pieces(receive, share, limit)
    except TimeoutError as error:
        raise SlowBodyError from error


async def _pieces(receive: Receive, share: Share, limit: asyncio.Timeout) -> bytes:
    body = bytearray()
    is_whole = False
    while not is_whole:
        message = await _next(receive)
        if limit.expired():
            # Python 3.11's wait_for, inside `receive`, forgets a time-out that comes with a piece.
            raise SlowBodyError
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise too_large()
        if not share.hold(len(body)):
            raise FullError
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
