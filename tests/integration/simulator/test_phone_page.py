"""The phone page's routes on real sockets: threads, live events, pictures, the page itself."""

import json
from contextlib import closing

import pytest
import requests

from .stand import CUSTOMER, PATIENCE_SECONDS, STORE, text_to, wait_until

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PHONE = f"/{STORE}/phones/{CUSTOMER}"


def write(simulator, text="Hola", **more):
    answer = simulator.control(
        "POST", f"/{STORE}/messages", {"from": CUSTOMER, "text": text, **more}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def thread(simulator):
    return simulator.control("GET", f"{PHONE}/thread").json()


def listen(simulator, path=f"{PHONE}/events", **options):
    options.setdefault("timeout", PATIENCE_SECONDS)
    return requests.get(f"{simulator.url}/sim{path}", stream=True, **options)


def events(response):
    """Yield (event, data, id) of each frame."""
    frame = {}
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        if line:
            name, _, value = line.partition(": ")
            frame[name] = value
        elif frame:
            if "event" in frame:
                yield frame["event"], json.loads(frame["data"]), frame.get("id")
            frame = {}


def test_a_thread_shows_both_sides_in_order(simulator):
    write(simulator, "¿Tienen café?")
    simulator.send(text_to(CUSTOMER, "Sí"))

    shown = [
        (each["direction"], each["kind"], each["status"], each["content"]["text"]["body"])
        for each in thread(simulator)["messages"]
    ]

    assert shown == [
        ("out", "text", "delivered", "¿Tienen café?"),
        ("in", "text", "delivered", "Sí"),
    ]


def test_a_message_that_ingress_does_not_take_has_failed(simulator, ingress):
    ingress.answers.append(503)
    write(simulator)

    [message] = thread(simulator)["messages"]

    assert (message["status"], message["answer"]) == ("failed", 503)


def test_a_refused_send_never_reaches_the_phone(simulator):
    simulator.arm(outcome="error")
    simulator.send()

    assert thread(simulator)["messages"] == []


def test_news_arrive_live(simulator):
    with closing(listen(simulator)) as response:
        heard = events(response)
        wamid = write(simulator)["wamid"]
        first = [next(heard)[1]["message"]["status"] for _ in range(2)]
        receipt = {"status": "read", "message_id": wamid, "typing_indicator": {"type": "text"}}
        simulator.send({"messaging_product": "whatsapp", **receipt})
        read, typing = next(heard), next(heard)
        simulator.send(text_to(CUSTOMER, "Sí"))
        reply = next(heard)

    assert first == ["sent", "delivered"]
    assert read[1]["message"]["status"] == "read"
    assert typing[0] == "typing"
    assert reply[1]["message"]["content"]["text"]["body"] == "Sí"


def test_a_stream_goes_on_after_the_last_event_heard(simulator):
    write(simulator, "uno")
    cursor = thread(simulator)["cursor"]
    write(simulator, "dos")

    with closing(listen(simulator, headers={"Last-Event-ID": cursor})) as response:
        event, told, _ = next(events(response))

    assert event == "message"
    assert told["message"]["content"]["text"]["body"] == "dos"


def test_a_cursor_of_another_run_is_told_to_start_again(simulator):
    with closing(listen(simulator, headers={"Last-Event-ID": "another.9"})) as response:
        assert next(events(response))[0] == "reset"


def test_one_stream_follows_several_phones(simulator):
    path = f"/events?phone={STORE}:{CUSTOMER}&phone={STORE}:573009998877"
    with closing(listen(simulator, path)) as response:
        heard = events(response)
        write(simulator)
        simulator.send(text_to("573009998877", "Hola"))
        phones = {next(heard)[1]["phone"] for _ in range(3)}

    assert phones == {CUSTOMER, "573009998877"}


def test_the_25th_listener_is_sent_away_until_a_page_is_closed(simulator):
    listening = [listen(simulator) for _ in range(24)]
    refused = listen(simulator)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "1"

    for response in listening:
        response.close()

    wait_until(lambda: is_welcome(simulator))


def is_welcome(simulator):
    with closing(listen(simulator)) as response:
        return response.status_code == 200


@pytest.mark.parametrize("path", ["/no-store/phones/573001112233/thread", "/events?phone=x:573"])
def test_an_unknown_store_has_no_phones(simulator, path):
    assert simulator.control("GET", path).status_code == 404


@pytest.mark.parametrize("path", [f"/{STORE}/phones/a b/thread", "/events"])
def test_what_is_no_phone_is_refused(simulator, path):
    assert simulator.control("GET", path).status_code == 400


def test_an_uploaded_picture_is_served_back_and_cannot_run(simulator):
    kept = requests.post(f"{simulator.url}/sim/media", data=PNG, timeout=10).json()

    served = requests.get(kept["url"], timeout=10)

    assert kept["mime_type"] == served.headers["Content-Type"] == "image/png"
    assert served.content == PNG
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert served.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("content", [b"", b"<svg onload='x()'/>", PNG + b"\0" * 5_000_000])
def test_what_is_no_small_picture_is_refused(simulator, content):
    answer = requests.post(f"{simulator.url}/sim/media", data=content, timeout=10)

    assert answer.status_code == 400


def test_the_page_is_guarded_and_not_sent_twice(simulator):
    page = requests.get(simulator.url, timeout=10)
    again = requests.get(simulator.url, headers={"If-None-Match": page.headers["ETag"]}, timeout=10)

    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert again.status_code == 304
    assert requests.get(f"{simulator.url}/static/../app.py", timeout=10).status_code == 404


def test_stores_are_listed_with_their_goods_and_no_secret(simulator, settings):
    product = {"id": "p", "name": "Café", "image_url": "http://127.0.0.1:1/cafe.jpg"}
    store = {"id": "store-9", "phone_number_id": "9", "app_secret": "hidden", "products": [product]}
    (settings.data_dir / "demo.json").write_text(json.dumps({"stores": [store]}))

    answer = simulator.control("GET", "/stores")

    listed = {each["id"]: each for each in answer.json()["stores"]}
    assert listed["store-9"]["products"] == [
        {"name": "Café", "picture": "http://127.0.0.1:1/cafe.jpg"}
    ]
    assert "hidden" not in answer.text
