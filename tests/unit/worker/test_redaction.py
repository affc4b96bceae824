# ruff: noqa: RUF001  # letters and digits that look like others are the point
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.redaction import Token, redact


def text_of(text):
    return redact(text).text


@pytest.mark.parametrize(
    "phone",
    [
        "3001234567",
        "300 123 4567",
        "300-123-4567",
        "300.123.4567",
        "300 123 45 67",
        "310 55 12 345",
        "+573001234567",
        "+57 300 1234567",
        "(+57) 300 123 4567",
        "57 3001234567",
        "0057 300 123 4567",
        "6012345678",
        "(601) 234 5678",
        "+57 (604) 2345678",
        "+1 415 555 2671",
        "+34 612 345 678",
        "+54 9 11 2345-6789",
        "+52 1 55 12 34 56 78",
        "+442071234567",
        "３００１２３４５６７",
        "٣٠٠١٢٣٤٥٦٧",
        "300\u00a0123\u20114567",
    ],
)
def test_a_phone_becomes_a_token(phone):
    assert text_of(f"llame al {phone}, gracias") == "llame al [TELÉFONO_1], gracias"


@pytest.mark.parametrize("phone", ["2345678", "234 5678", "(1) 234 56 78"])
def test_a_short_phone_needs_a_word_before_it(phone):
    assert text_of(f"tel: {phone}.") == "tel: [TELÉFONO_1]."
    assert text_of(f"quiero {phone}.") == f"quiero {phone}."


def test_one_phone_in_two_spellings_is_one_token():
    redaction = redact("3001234567 o +57 (300) 123-4567 o 310 555 1234")
    assert redaction.text == "[TELÉFONO_1] o [TELÉFONO_1] o [TELÉFONO_2]"
    assert redaction.tokens == (
        Token("phone", "[TELÉFONO_1]", "3001234567"),
        Token("phone", "[TELÉFONO_2]", "310 555 1234"),
    )


@pytest.mark.parametrize(
    "email",
    ["ana@correo.co", "Ana.Paz+luna@mi-tienda.com.co", "a_b@x.museum", "josé@peña.co", "1@2.co"],
)
def test_an_email_becomes_a_token(email):
    assert text_of(f"({email}).") == "([CORREO_1])."


def test_case_does_not_make_another_email():
    assert text_of("Ana@X.co y ana@x.co") == "[CORREO_1] y [CORREO_1]"


@pytest.mark.parametrize("text", ["@tienda", "ana@", "ana@correo", "a @ b.co", "50@3", "x@.co"])
def test_an_at_sign_alone_is_no_email(text):
    assert text_of(text) == text


@pytest.mark.parametrize(
    "card",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "378282246310005",
        "3782 822463 10005",
        "30569309025904",
        "3056 9309 0259 04",
        "4222222222222",
        "6304 0000 0000 0000 000",
        "6304-1234-5678-9012-347",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    ],
)
def test_a_card_becomes_a_token(card):
    assert text_of(f"pago con {card} ya") == "pago con [TARJETA_1] ya"


@pytest.mark.parametrize("number", ["4111 1111 1111 1112", "4111111111111112", "411111111111"])
def test_a_number_that_fails_the_check_is_no_card(number):
    assert text_of(number) == number


def test_cards_in_a_row_are_told_apart():
    row = "1234 4111 1111 1111 1111 5500 0000 0000 0004 99"
    assert text_of(row) == "1234 [TARJETA_1] [TARJETA_2] 99"


@pytest.mark.parametrize("nit", ["900.373.913-4", "900373913-4", "800197268 - 4"])
def test_a_nit_is_known_by_its_check_digit(nit):
    assert text_of(f"Factura a {nit}.") == "Factura a [DOCUMENTO_1]."


def test_a_wrong_check_digit_makes_no_nit():
    assert text_of("900.373.913-5") == "900.373.913-5"


@pytest.mark.parametrize(
    "lead",
    [
        "cédula ",
        "cedula: ",
        "CÉDULA DE CIUDADANÍA No. ",
        "mi cédula es la número ",
        "CC ",
        "C.C. ",
        "c.c",
        "c. c. # ",
        "documento de identidad: ",
        "NIT ",
        "identificación ",
    ],
)
@pytest.mark.parametrize("number", ["1020345678", "1.020.345.678", "52 123 456"])
def test_a_number_introduced_as_a_document_is_one(lead, number):
    assert text_of(f"{lead}{number} gracias") == f"{lead}[DOCUMENTO_1] gracias"


@pytest.mark.parametrize("text", ["accesorio 1020345", "cc 500", "documento 2024", "vacc 1234567"])
def test_words_that_only_look_like_an_introduction_introduce_nothing(text):
    assert text_of(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "Calle 45 # 12-30",
        "calle 45 #12 - 30 sur",
        "Cra. 7 No. 32-16 apto 301",
        "cr 15 #93a-75",
        "Carrera 7a bis # 12-30 sur, torre 2 apto 504",
        "Avenida El Dorado # 68-95",
        "AV. 68 # 13 - 20",
        "Diagonal 25G 95a-85",
        "Transversal 93 # 51-98 oficina 402",
        "Cl 100 19-61 piso 3",
        "Kr 43A#1-50",
        "Calle del Arsenal # 8B-50",
        "Calle 10 # 5",
    ],
)
def test_an_address_becomes_a_token(address):
    assert text_of(f"vivo en {address}.") == "vivo en [DIRECCIÓN_1]."


@pytest.mark.parametrize("text", ["la calle 80", "calle 5 con 3", "av. siempre viva", "clase 3-4"])
def test_a_street_without_a_plate_is_no_address(text):
    assert text_of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "$ 45.000",
        "$45,000.50",
        "45000 pesos",
        "3001234567 pesos",
        "$3001234567",
        "$ 3001234567",
        "COP 3001234567",
        "3001234567,50",
        "3.001.234.567",
        "quiero 12 unidades de 500 g y 3 de 250",
        "tallas 34 35 36 37 38 39 40",
        "a las 10:30 del 22/11/2026 o 2026-11-22",
        "pedido 123003001234567890123",
        "12345678901234567890",
        "ABC3001234567DEF",
        "wamid.HBgMNTczMDAxMjM0NTY3",
        "1,5 kg + 2 x 1.500",
        "",
        "\ud800 \x00 ñandú İ 😀",
    ],
)
def test_what_is_not_personal_stays_as_it_is(text):
    assert redact(text) == redact("").__class__(text, ())


def test_kinds_are_numbered_apart_from_left_to_right():
    redaction = redact("ana@x.co 3001234567 beto@x.co Calle 1 # 2-3 3109876543")
    assert redaction.text == "[CORREO_1] [TELÉFONO_1] [CORREO_2] [DIRECCIÓN_1] [TELÉFONO_2]"
    assert [token.label for token in redaction.tokens] == redaction.text.split()


def test_a_number_inside_an_email_is_part_of_it():
    assert text_of("3001234567@correo.co") == "[CORREO_1]"


def test_numbering_goes_on_from_the_tokens_known():
    known = redact("soy CC 1020345678, cel 3001234567").tokens
    redaction = redact("o al 3109876543, o al 300 123 4567, CC 1.020.345.678", known)
    assert redaction.text == "o al [TELÉFONO_2], o al [TELÉFONO_1], CC [DOCUMENTO_1]"
    assert redaction.tokens[:2] == known


def test_redacting_twice_changes_nothing():
    once = text_of("cc 1020345678, tel 3001234567, ana@x.co, calle 1 # 2-3, 4111111111111111")
    assert text_of(once) == once


def test_a_token_does_not_show_what_it_stands_for():
    assert "3001234567" not in repr(redact("3001234567"))


@given(st.text())
def test_any_text_can_be_redacted(text):
    redaction = redact(text)
    for token in reversed(redaction.tokens):
        assert token.label in redaction.text
        assert token.value in text


@given(st.lists(st.sampled_from("0123456789 -.()+#$%,@aé"), max_size=60).map("".join))
def test_redacted_numbers_stay_redacted(text):
    once = redact(text)
    assert redact(once.text, once.tokens).tokens == once.tokens
