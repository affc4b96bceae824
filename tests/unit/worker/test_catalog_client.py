import pytest

from common.tokens import InternalTokens
from worker.assistant.port import Passage
from worker.catalog import CatalogClient, CatalogUnavailableError, ResolvedImage, ResolvedImages

TOKENS = InternalTokens(("k" * 32,))
PRODUCT = {
    "id": "p1",
    "name": "Café",
    "description": "Molido",
    "price": "45000.00",
    "currency": "COP",
    "has_image": True,
    "score": 0.5,
}
KNOWLEDGE = {"id": "k1", "title": "Horario", "text": "De 8 a 18", "score": 0.2}


@pytest.fixture
def catalog(loopback):
    return CatalogClient(loopback.url, TOKENS)


def test_a_search_brings_products_then_knowledge(catalog, loopback, answer):
    loopback.answers(answer(200, {"products": [PRODUCT], "knowledge": [KNOWLEDGE]}))
    assert catalog.search("store-1", "¿café & pan?", limit=3) == (
        Passage("product", "p1", "Café", "Molido", "45000.00", "COP", has_image=True, score=0.5),
        Passage("knowledge", "k1", "Horario", "De 8 a 18", score=0.2),
    )
    path = "/stores/store-1/search?q=%C2%BFcaf%C3%A9+%26+pan%3F&limit=3"
    assert loopback.requests[0]["path"] == path


def test_the_token_opens_that_store_of_the_catalog_only(catalog, loopback, answer):
    loopback.answers(answer(200, {"products": [], "knowledge": []}))
    catalog.search("store-1", "pan")
    token = loopback.requests[0]["headers"]["authorization"].removeprefix("Bearer ")
    assert TOKENS.verify(token, "catalog").store_id == "store-1"


def test_a_blank_question_is_not_asked(catalog, loopback):
    assert catalog.search("store-1", "  \n") == ()
    assert loopback.requests == []


def test_a_long_question_fits_into_an_address(catalog, loopback, answer):
    loopback.answers(answer(200, {"products": [], "knowledge": []}))
    catalog.search("store-1", "😀" * 60_000)
    assert len(loopback.requests[0]["path"]) < 8000


def test_a_store_id_cannot_leave_its_place_in_the_address(catalog, loopback, answer):
    loopback.answers(answer(200, {"products": [], "knowledge": []}))
    catalog.search("../agents?x=", "pan")
    assert loopback.requests[0]["path"].startswith("/stores/..%2Fagents%3Fx%3D/search?")


def test_pictures_come_in_the_order_asked(catalog, loopback, answer):
    images = [
        {"product_id": "p1", "url": "https://x/1"},
        {"product_id": "p2", "url": "https://x/2"},
    ]
    loopback.answers(answer(200, {"images": images, "missing": ["p3"]}))
    assert catalog.resolve_images("store-1", ["p2", "p3", "p1", "p2"]) == ResolvedImages(
        (ResolvedImage("p2", "https://x/2"), ResolvedImage("p1", "https://x/1")), ("p3",)
    )
    assert loopback.requests[0]["json"] == {"product_ids": ["p2", "p3", "p1"]}


def test_a_picture_nobody_asked_for_is_left_out(catalog, loopback, answer):
    images = [{"product_id": "other", "url": "https://x/9"}]
    loopback.answers(answer(200, {"images": images, "missing": []}))
    assert catalog.resolve_images("store-1", ["p1"]) == ResolvedImages((), ("p1",))


def test_no_ids_are_not_asked_for(catalog, loopback):
    assert catalog.resolve_images("store-1", []) == ResolvedImages((), ())
    assert loopback.requests == []


def test_a_store_the_catalog_does_not_know_has_no_pictures(catalog, loopback, answer):
    loopback.answers(answer(404, {"error": {"code": "store_not_found"}}))
    assert catalog.resolve_images("store-1", ["p1"]) == ResolvedImages((), ("p1",))


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503, 302])
def test_a_search_that_fails_is_worth_another_attempt(catalog, loopback, answer, status):
    loopback.answers(answer(status, b"", Retry_After="3"))
    with pytest.raises(CatalogUnavailableError) as caught:
        catalog.search("store-1", "pan")
    assert caught.value.retry_after == 3


@pytest.mark.parametrize("status", [400, 401, 500, 503])
def test_pictures_that_fail_are_worth_another_attempt(catalog, loopback, answer, status):
    loopback.answers(answer(status, b""))
    with pytest.raises(CatalogUnavailableError):
        catalog.resolve_images("store-1", ["p1"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"5",
        b"\xff",
        b'{"products": 5, "knowledge": []}',
        b'{"products": [{"id": 1}], "knowledge": []}',
        b'{"images": [5]}',
        b'{"images": null}',
    ],
)
def test_an_answer_that_cannot_be_read_is_no_answer(catalog, loopback, answer, body):
    loopback.answers(answer(200, body))
    for ask in (catalog.search, catalog.resolve_images):
        with pytest.raises(CatalogUnavailableError):
            ask("store-1", "p1")


def test_nobody_there_is_worth_another_attempt(nobody_listens):
    with pytest.raises(CatalogUnavailableError):
        CatalogClient(nobody_listens, TOKENS).search("store-1", "pan")


def test_a_reset_is_worth_another_attempt(catalog, loopback, acts):
    loopback.answers(acts["reset"])
    with pytest.raises(CatalogUnavailableError):
        catalog.search("store-1", "pan")


def test_a_kept_connection_that_was_closed_costs_a_second_try_and_nothing_else(
    catalog, loopback, answer
):
    """The server closes each connection after its answer, without having said so."""
    loopback.answers(answer(200, {"products": [], "knowledge": [KNOWLEDGE]}))

    assert [len(catalog.search("store-1", "pan")) for _ in range(3)] == [1, 1, 1]
    assert len(loopback.requests) == 3
