"""What each kind is sent as, and the limits that are checked where a content is made."""

import json

import pytest

from common.inbound import AgentCommand
from common.menus import menu_of
from common.sealing import StoreSeal
from worker.bodies import Body
from worker.catalog import ResolvedImage
from worker.channels.contents import Audio, Document, Picture, TemplateMessage, Text, Video
from worker.plans import Plan, of_command, prepare

SEAL = StoreSeal("store-1", b"k" * 32)
BUTTONS = {"type": "button", "body": "¿Cuál?", "buttons": [{"id": "a", "title": "Uno"}]}
ROW = {"id": "r1", "title": "Café", "description": "De Huila"}
LIST = {"type": "list", "body": "¿Cuál?", "button": "Ver", "sections": [{"rows": [ROW]}]}
GRAPH = [
    (Text("hola"), {"type": "text", "text": {"body": "hola", "preview_url": False}}),
    (Picture("https://x/y.jpg"), {"type": "image", "image": {"link": "https://x/y.jpg"}}),
    (
        Picture("https://x/y.jpg", caption="Esta").uploaded("77"),
        {"type": "image", "image": {"id": "77", "caption": "Esta"}},
    ),
    (
        Document(media_id="7", filename="lista.pdf", caption="La lista"),
        {
            "type": "document",
            "document": {"id": "7", "caption": "La lista", "filename": "lista.pdf"},
        },
    ),
    (Audio(media_id="7"), {"type": "audio", "audio": {"id": "7"}}),
    (Audio(media_id="7", is_voice=True), {"type": "audio", "audio": {"id": "7", "voice": True}}),
    (Video(media_id="7", caption="Así"), {"type": "video", "video": {"id": "7", "caption": "Así"}}),
    (
        TemplateMessage("bienvenida", "es"),
        {"type": "template", "template": {"name": "bienvenida", "language": {"code": "es"}}},
    ),
    (
        menu_of(BUTTONS),
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "¿Cuál?"},
                "action": {
                    "buttons": [{"type": "reply", "reply": {"id": "a", "title": "Uno"}}],
                },
            },
        },
    ),
    (
        menu_of(LIST),
        {
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "¿Cuál?"},
                "action": {"button": "Ver", "sections": [{"rows": [ROW]}]},
            },
        },
    ),
]


@pytest.mark.parametrize(("content", "graph"), GRAPH)
def test_each_kind_is_sent_in_the_shape_graph_takes(content, graph):
    assert content.as_graph() == graph


def buttons(count=1, **of_each):
    return [{"id": str(number), "title": f"x{number}"} | of_each for number in range(count)]


def sections(count=1, rows=1, title="t", **of_row):
    return [
        {
            "title": title,
            "rows": [{"id": f"{number}.{row}", "title": f"x{row}"} | of_row for row in range(rows)],
        }
        for number in range(count)
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Text(""),
        lambda: Text("x" * 4097),
        lambda: Text("🌻" * 2049),
        lambda: Picture("x", caption="x" * 1025),
        lambda: Document("x", filename="x" * 241),
        lambda: Audio("x", caption="x"),
        lambda: Picture().as_graph(),
        lambda: TemplateMessage("", "es"),
        lambda: menu_of({}),
        lambda: menu_of({"type": "flow"}),
        lambda: menu_of(BUTTONS | {"body": ""}),
        lambda: menu_of(BUTTONS | {"body": "x" * 1025}),
        lambda: menu_of(BUTTONS | {"body": 5}),
        lambda: menu_of(BUTTONS | {"buttons": []}),
        lambda: menu_of(BUTTONS | {"buttons": 5}),
        lambda: menu_of(BUTTONS | {"buttons": ["x"]}),
        lambda: menu_of(BUTTONS | {"buttons": buttons(4)}),
        lambda: menu_of(BUTTONS | {"buttons": buttons(2, id="same")}),
        lambda: menu_of(BUTTONS | {"buttons": [*buttons(1), *buttons(1, id="a", title="x0 ")]}),
        lambda: menu_of(BUTTONS | {"buttons": buttons(title="x" * 21)}),
        lambda: menu_of(BUTTONS | {"buttons": buttons(title="")}),
        lambda: menu_of(BUTTONS | {"buttons": buttons(id="x" * 201)}),
        lambda: menu_of(BUTTONS | {"buttons": buttons(description="x")}),
        lambda: menu_of(LIST | {"body": "x" * 4097}),
        lambda: menu_of(LIST | {"button": "x" * 21}),
        lambda: menu_of(LIST | {"sections": []}),
        lambda: menu_of(LIST | {"sections": sections(1, 11)}),
        lambda: menu_of(LIST | {"sections": sections(2, 6)}),
        lambda: menu_of(LIST | {"sections": sections(2, 1, title="")}),
        lambda: menu_of(LIST | {"sections": sections(title="x" * 25)}),
        lambda: menu_of(LIST | {"sections": sections(2, 0)}),
        lambda: menu_of(LIST | {"sections": sections(id="same", rows=2)}),
        lambda: menu_of(LIST | {"sections": [{"rows": buttons(2, title="x")}]}),
        lambda: menu_of(LIST | {"sections": [{"rows": buttons(title="x" * 25)}]}),
        lambda: menu_of(LIST | {"sections": [{"rows": buttons(description="x" * 73)}]}),
    ],
)
def test_what_whatsapp_would_refuse_cannot_be_made(wrong):
    with pytest.raises(ValueError):
        wrong()


@pytest.mark.parametrize(
    ("text", "content", "graph"),
    [
        ("hola", {}, GRAPH[0][1]),
        ("hola", {"kind": "text"}, GRAPH[0][1]),
        ("¿Cuál?", {"kind": "interactive", "interactive": BUTTONS}, GRAPH[8][1]),
        ("Hola", {"kind": "template", "name": "bienvenida", "language": "es"}, GRAPH[7][1]),
        (
            "La lista",
            {"kind": "document", "place": "0" * 32, "filename": "lista.pdf", "caption": ""},
            GRAPH[3][1],
        ),
        ("", {"kind": "audio", "place": "0" * 32, "voice": True}, GRAPH[5][1]),
    ],
)
def test_what_an_agent_asks_for_becomes_that_kind(text, content, graph):
    command = AgentCommand("c", "send", "m", "a", "Ana", text, content | {"reply_to": "wamid.1"})
    plan = of_command(AgentCommand.from_bytes(command.to_bytes()))
    (going,) = prepare(SEAL, plan)[1]

    assert going.uploaded("7").content.as_graph() == graph
    assert (going.body.reply_to, going.outbox_id, going.shown.content) == ("wamid.1", "m", text)
    assert Body.unsealed(SEAL, going.body.sealed(SEAL)) == going.body


def test_rows_of_the_version_before_still_open_and_new_ones_open_there():
    for old in ({"text": "x"}, {"text": "", "link": "https://x/y.jpg", "product_id": "p"}):
        sealed = SEAL.seal(json.dumps({"link": "", "product_id": ""} | old).encode())
        body = Body.unsealed(SEAL, sealed)
        assert body.kind == ("image" if "link" in old else "text")
        assert set(json.loads(SEAL.open(body.sealed(SEAL)))) <= {"text", "link", "product_id"}


def test_a_reply_has_no_more_pictures_than_its_store_wants():
    found = [ResolvedImage(str(number), f"https://x/{number}.jpg") for number in range(4)]
    assert [each.kind for each in Plan.of_reply("hola", found, 2).bodies] == [
        "text",
        "image",
        "image",
    ]


def test_a_product_of_an_agents_goes_under_its_picture_or_as_its_words():
    content = {"kind": "text", "product_id": "p", "reply_to": "wamid.1"}
    plan = of_command(AgentCommand("c", "send", "m", "a", "Ana", "Café — $ 45.000", content))
    assert plan.product_ids == ("p",)

    pictured = plan.pictured([ResolvedImage("p", "https://x/y.jpg")])
    (going,) = prepare(SEAL, pictured)[1]
    assert going.content == Picture("https://x/y.jpg", caption="Café — $ 45.000")
    assert (going.body.product_id, going.body.reply_to, going.outbox_id) == ("p", "wamid.1", "m")
    assert pictured.product_ids == ()

    (alone,) = prepare(SEAL, plan.pictured([]))[1]
    assert alone.content == Text("Café — $ 45.000")
