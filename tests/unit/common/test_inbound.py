from hypothesis import given
from hypothesis import strategies as st

from common.inbound import AgentCommand, InboundMessage, StatusUpdate

ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=40)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(wamid=ANY_TEXT, text=ANY_TEXT, raw=st.dictionaries(ANY_TEXT, ANY_JSON, max_size=3))
def test_a_message_comes_back_as_it_went_lone_surrogates_and_all(wamid, text, raw):
    message = InboundMessage(
        wamid, "text", text, phone="573001112233", sent_at=1, reply_to="b", raw=raw
    )

    assert InboundMessage.from_bytes(message.to_bytes()) == message


@given(title=ANY_TEXT, raw=st.dictionaries(ANY_TEXT, ANY_JSON, max_size=3))
def test_a_status_comes_back_as_it_went(title, raw):
    status = StatusUpdate("wamid.A", "failed", 1, "callback", "131047", title, raw)

    assert StatusUpdate.from_bytes(status.to_bytes()) == status


def test_a_row_of_another_version_is_read_without_the_fields_this_one_does_not_know():
    former = b'{"wamid": "wamid.A", "status": "read", "recipient_phone": "573005550101"}'

    assert StatusUpdate.from_bytes(former) == StatusUpdate("wamid.A", "read")


def test_an_agents_command_comes_back_as_it_went():
    command = AgentCommand("client", "send", "message", "agent", "Ana", "¿qué tal? \ud83c")

    assert AgentCommand.from_bytes(command.to_bytes()) == command


def test_a_status_is_one_event_for_each_step_of_a_send():
    assert StatusUpdate("wamid.A", "read").event_id == "wamid.A|read"
