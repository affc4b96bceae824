"""Meta's verification of a store's route: answers the challenge to who knows the verify token."""

import hmac

from flask import Blueprint, Response, request

from common.addresses import client_address
from common.errors import NotAllowedError, StoreNotFoundError
from common.stores import Stores
from ingress.failure_limits import FailureLimits, TooManyFailuresError

_LONGEST_CHALLENGE = 256


def verification_routes(stores: Stores, limits: FailureLimits, trusted_proxies: int) -> Blueprint:
    """Make the route that Meta calls once, when somebody sets the webhook up."""
    routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")

    @routes.get("/<store_id>")
    def verify(store_id: str) -> Response:
        address = client_address(
            request.remote_addr or "", request.headers.getlist("X-Forwarded-For"), trusted_proxies
        )
        try:
            return _challenge_answer(stores.verify_tokens(stores.get(store_id)))
        except (NotAllowedError, StoreNotFoundError) as failure:
            # Who has the right word is answered, whoever guesses from the same address.
            if limits.count(address):
                raise TooManyFailuresError from failure
            raise

    return routes


def _challenge_answer(tokens: tuple[str, ...]) -> Response:
    given = request.args.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(token.encode(), given) for token in tokens]
    if request.args.get("hub.mode") != "subscribe" or not any(matches):
        raise NotAllowedError("The verify token does not match.")
    challenge = request.args.get("hub.challenge", "")[:_LONGEST_CHALLENGE]
    return Response(challenge, content_type="text/plain; charset=utf-8")
