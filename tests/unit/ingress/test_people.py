"""Who wrote: by number, by id, by both, and who they are now."""

import pytest

from ingress.payloads import parse

from .read import LUCIA, OURS, delivery, only_change, only_message, parsed


def who(message):
    return message.phone, message.user_id, message.name


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("text", (LUCIA, "CO.prueba101", "Lucía Prueba")),
        ("image", (LUCIA, None, "Lucía Prueba")),
        ("text_username", (None, "CO.oculta1", "Persona Oculta")),
        ("without_number", (None, "CO.oculta1", "Persona Oculta")),
        ("text_id_as_number", (None, "CO.oculta2", "Persona Oculta")),
        ("text_linked_device", (None, "90000000000001@lid", "")),
        # Of a group, the participant who wrote.
        ("text_in_a_group", (LUCIA, "CO.prueba101", "Lucía Prueba")),
        # Of an echo and of our own calls, whom it went to.
        ("echo_text", (LUCIA, None, "")),
        ("echo_edit", (LUCIA, "CO.prueba101", "")),
        ("call_connect", (LUCIA, None, "Lucía Prueba")),
        ("call_from_us", (LUCIA, None, "Lucía Prueba")),
    ],
)
def test_the_customer_is_known_by_what_there_is(name, person):
    assert who(only_message(name)) == person


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("text", "user"),
        ("own_number", "agent"),
        ("echo_text", "agent"),
        ("echo_revoke", "agent"),
        ("call_connect", "user"),
        ("call_from_us", "agent"),
    ],
)
def test_what_came_from_the_stores_side_is_no_customers(name, author):
    assert only_message(name).author == author


def test_echoes_are_apart_from_what_customers_sent():
    change = only_change("echo_text")

    assert (change.messages, len(change.echoes)) == ((), 1)


def test_our_own_number_is_known_however_it_is_written():
    metadata = {"phone_number_id": "1", "display_phone_number": "+57 (601) 555-0001"}
    message = {"from": OURS, "id": "a", "type": "text"}

    assert parsed(message, metadata=metadata).author == "agent"
    assert parsed(message, metadata={"phone_number_id": "1"}).author == "user"
    assert parsed({"from": "", "id": "a"}, metadata={"phone_number_id": "1"}).author == "user"


@pytest.mark.parametrize(
    ("name", "was", "now"),
    [
        ("number_changed", (LUCIA, None), ("573005550102", None)),
        ("number_changed_with_id", (LUCIA, "CO.prueba101"), ("573005550102", "CO.prueba102")),
        ("user_id_changed", (None, "CO.prueba101"), (None, "CO.prueba102")),
    ],
)
def test_who_changed_a_number_or_an_id_is_known_by_both(name, was, now):
    message = only_message(name)

    assert (message.phone, message.previous_user_id) == was
    assert (message.new_phone, message.user_id) == now


def system(note, **message):
    return parsed({"id": "a", "type": "system", "system": note} | message)


def test_the_former_shapes_of_a_changed_number_are_read_too():
    former = system(
        {"type": "customer_changed_number", "new_wa_id": "573005550102", "customer": LUCIA}
    )

    assert (former.phone, former.new_phone) == (LUCIA, "573005550102")


def test_nobody_becomes_somebody_else_by_words():
    """A profile name could say "changed from … to …" as well."""
    message = system(
        {
            "type": "user_changed_user_id",
            "user_id": "CO.mala",
            "body": "User x changed from CO.victima to CO.mala",
        }
    )

    assert (message.user_id, message.previous_user_id) == ("CO.mala", None)


def test_only_a_system_message_says_who_somebody_is_now():
    note = {"wa_id": "573005550102", "previous_user_id": "CO.victima", "user_id": "CO.mala"}
    message = parsed({"from": LUCIA, "id": "a", "type": "text", "system": note, "text": {}})

    assert (message.new_phone, message.previous_user_id, message.user_id) == (None, None, None)


def test_an_id_in_the_place_of_a_number_is_an_id():
    message = parsed({"from": "CO.abc", "id": "a"}, contacts=[{"wa_id": "CO.abc", "profile": {}}])

    assert (message.phone, message.user_id) == (None, "CO.abc")


def test_one_persons_name_is_never_given_to_another():
    contacts = [{"wa_id": "573001", "profile": {"name": "Ana"}}, {"user_id": "CO.b"}]

    assert parsed({"from_user_id": "CO.b", "id": "a"}, contacts=contacts).name == ""
    assert parsed({"id": "a"}, contacts=contacts).name == ""
    assert parsed({"from": "573001", "id": "a"}, contacts=contacts).name == "Ana"


def test_one_listed_person_is_not_everybody_who_wrote():
    contacts = [{"wa_id": "573001", "user_id": "CO.ana", "profile": {"name": "Ana"}}]
    ana, other = {"from": "573001", "id": "a"}, {"from": "573002", "id": "b"}
    (change,) = parse(delivery(ana, other, contacts=contacts))

    assert [who(each) for each in change.messages] == [
        ("573001", "CO.ana", "Ana"),
        ("573002", None, ""),
    ]


def test_who_has_another_id_is_somebody_else():
    contacts = [{"wa_id": "573001", "user_id": "CO.ana", "profile": {"name": "Ana"}}]

    assert who(parsed({"from_user_id": "CO.eva", "id": "a"}, contacts=contacts)) == (
        None,
        "CO.eva",
        "",
    )


def test_a_number_may_differ_from_the_one_on_the_list():
    contacts = [{"wa_id": "521001", "user_id": "MX.eva", "profile": {"name": "Eva"}}]

    assert who(parsed({"from": "52001", "id": "a"}, contacts=contacts)) == (
        "52001",
        "MX.eva",
        "Eva",
    )


def test_the_first_on_the_list_with_the_number_or_the_id_is_meant():
    contacts = [
        {"wa_id": "573001", "profile": {"name": "Ana"}},
        {"wa_id": "573002", "user_id": "CO.eva", "profile": {"name": "Eva"}},
        {"wa_id": "573001", "user_id": "CO.eva", "profile": {"name": "Otra"}},
    ]

    def name(**sender):
        return parsed({"id": "a"} | sender, contacts=contacts).name

    assert name(**{"from": "573001", "from_user_id": "CO.eva"}) == "Ana"
    assert name(**{"from": "573009", "from_user_id": "CO.eva"}) == "Eva"
    assert name(**{"from": "573009", "from_user_id": "CO.nadie"}) == ""
