"""Search over real PostgreSQL with its Spanish stemmer."""

import pytest

PRODUCTS = {
    "cafe-huila": ("Café del Huila, 500 g", "Tueste medio con notas de panela."),
    "cafe-narino": ("Café de Nariño, 250 g", "Tueste claro y floral."),
    "prensa": ("Prensa francesa, 600 ml", "Cafetera de émbolo para hacer buen café."),
    "filtros": ("Filtros de papel", "Para el gotero."),
}
KNOWLEDGE = {
    "envios": ("Envíos y domicilios", "Envío nacional a toda Colombia: $15.000."),
    "horario": ("Horario", "Abrimos de lunes a sábado."),
    "donde": ("Dónde estamos", "La tienda está ubicada al lado de la panadería."),
}


@pytest.fixture
def shop(ask, store):
    for product_id, (name, description) in PRODUCTS.items():
        form = {"name": name, "description": description, "price": "10", "images": ["/x.jpg"]}
        ask("PUT", f"/stores/{store}/products/{product_id}", form)
    for knowledge_id, (title, text) in KNOWLEDGE.items():
        ask("PUT", f"/stores/{store}/knowledge/{knowledge_id}", {"title": title, "text": text})
    return store


@pytest.fixture
def find(ask, shop):
    def finding(question, **query):
        return ask("GET", f"/stores/{shop}/search?{_encoded(q=question, **query)}").json

    return finding


@pytest.mark.parametrize(
    ("question", "product"),
    [
        ("¿tienen café del Huila?", "cafe-huila"),
        ("CAFE HUILA", "cafe-huila"),
        ("cafés de narino", "cafe-narino"),
        ("cuánto vale la prensa francesa", "prensa"),
        ("¿Venden PRENSAS FRANCESAS?", "prensa"),
        ("un filtro por favor", "filtros"),
    ],
)
def test_the_product_asked_for_comes_first(find, question, product):
    assert find(question)["products"][0]["id"] == product


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("hacen envios?", "envios"),
        ("¿Cuánto cuesta el envío?", "envios"),
        ("que horarios manejan", "horario"),
        ("¿dónde están ubicados?", "donde"),
        ("abren los sabados", "horario"),
    ],
)
def test_the_passage_asked_for_comes_first(find, question, passage):
    assert find(question)["knowledge"][0]["id"] == passage


def test_what_is_found_tells_what_an_answer_needs(find):
    best = find("huila")["products"][0]
    assert best.pop("score") > 0
    assert best == {
        "id": "cafe-huila",
        "name": "Café del Huila, 500 g",
        "description": "Tueste medio con notas de panela.",
        "price": "10.00",
        "currency": "COP",
        "has_image": True,
    }


def test_a_word_of_the_name_weighs_more_than_one_of_the_description(find):
    found = [each["id"] for each in find("café")["products"]]
    assert set(found[:2]) == {"cafe-huila", "cafe-narino"}
    assert found[2] == "prensa"


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Hola, buenas",
        "¿?",
        "de la",
        "bicicleta",
        "' OR 1=1 --",
        "& | ! <-> :*",
        "\x00",
        "é" * 900,
    ],
)
def test_a_question_without_a_known_word_finds_nothing(find, question):
    assert find(question) == {"products": [], "knowledge": []}


def test_signs_of_the_query_language_are_only_signs(find):
    assert find("huila & !café <-> (nada):*")["products"][0]["id"] == "cafe-huila"


def test_what_is_not_available_or_gone_is_not_found(ask, shop, find):
    path = f"/stores/{shop}/products/cafe-huila"
    ask("PATCH", path, {"available": False})
    assert "cafe-huila" not in [each["id"] for each in find("huila")["products"]]
    ask("PATCH", path, {"available": True, "name": "Panela orgánica"})
    assert find("huila")["products"] == []
    assert find("organica")["products"][0]["id"] == "cafe-huila"
    ask("DELETE", path)
    assert find("organica")["products"] == []


def test_no_more_is_given_than_asked_for(find):
    assert len(find("café", limit=1)["products"]) == 1


@pytest.mark.parametrize("query", ["", "q=x&limit=0", "q=x&limit=51", "q=x&limit=many"])
def test_an_odd_search_is_refused(ask, shop, query):
    assert ask("GET", f"/stores/{shop}/search?{query}").status_code == 400


def _encoded(**query):
    from urllib.parse import urlencode

    return urlencode(query)
