"""The store's own pictures as a customer forwards them: fetched from the catalog when asked for.

The phone page offers them by the name of their file. Only addresses of the demo's products are
asked, and what comes must be a picture.
"""

import requests

from common.errors import InvalidRequestError, NotFoundError
from simulator.media_shelf import MediaShelf, Picture
from simulator.store_book import StoreBook

PREFIX = "sample-"
_TIMEOUT_SECONDS = (2.0, 5.0)


class ProductPictures:
    """Finds `sample-<file>` among the products' pictures, once."""

    def __init__(self, stores: StoreBook, shelf: MediaShelf) -> None:
        self._stores = stores
        self._shelf = shelf

    def get(self, media_id: str) -> Picture:
        """Fetch a product's picture and keep it; raises NotFoundError."""
        address = self._address_of(media_id.removeprefix(PREFIX))
        if not media_id.startswith(PREFIX) or address is None:
            raise NotFoundError("There is no such media.")
        try:
            with requests.Session() as http:
                http.trust_env = False
                answer = http.get(address, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
            return self._shelf.add(answer.content, media_id)
        except (requests.RequestException, InvalidRequestError) as error:
            raise NotFoundError("The catalog has no such picture.") from error

    def _address_of(self, file: str) -> str | None:
        pictures = (each.picture for store in self._stores.all() for each in store.products)
        return next((each for each in pictures if file and each.endswith(f"/{file}")), None)
