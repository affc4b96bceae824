"""What an agent would miss on day one and no other browser test shows; docs/console.md lists all."""

from tests.waiting import eventually

from .conftest import new_customer

ASKS = "Necesito hablar con un asesor"
WAITING = "[data-filter=waiting][aria-pressed=true]"


def test_a_reply_that_comes_after_the_takeover_is_never_seen_and_all_see_who_answers(
    stack, open_console, customer
):
    stack.write(customer, "Hola", name="Rosa Elvira")
    stack.wait_until_handled(customer)
    session, sent = stack.session_of(customer), len(stack.sent(customer))
    agent = open_console("agent").log_in(stack.demo, "agente.ladera")
    colleague = open_console("colleague").log_in(stack.demo, "duena.ladera")
    for each in (agent, colleague):
        each.open(session)
    waits = stack.fail_points.with_name(f"{stack.fail_points.name}.paused")
    stack.fail_points.write_text("pause:worker.remembered")
    stack.write(customer, "¿Tienen café del Huila?")  # the bot hears it, and is held there
    eventually(waits.exists, 20, "the bot to begin")
    agent.message("¿Tienen café del Huila?").wait_for()

    agent.find("take-over").click()
    agent.wait_for_state("human")
    waits.unlink()
    stack.wait_until_handled(customer)
    stack.write(customer, "¿Sigue ahí?")  # while the bot is off

    for each in (agent, colleague):
        each.message("¿Sigue ahí?").wait_for()
        assert each.message("Huila").count() == 1
    stack.wait_until_handled(customer)
    assert len(stack.sent(customer)) == sent
    assert "La atiendes tú" in agent.find("state").inner_text()
    assert "Camila Rojas" in colleague.find("state").inner_text()
    agent.find("give-back").click()
    for each in (agent, colleague):
        each.wait_for_state("bot")


def test_who_waits_longest_is_first_and_is_found_by_name_number_and_words_and_comes_back(
    stack, open_console
):
    people = {name: new_customer() for name in ("Zulema Ibáñez", "Óscar Yate")}
    for name, phone in people.items():
        stack.write(phone, f"Soy de la vereda {name.split()[1]}", name=name)
        stack.wait_until_handled(phone)
        stack.write(phone, ASKS, name=name)
        stack.wait_until_handled(phone)
    first, second = map(stack.session_of, people.values())
    stack.sql(
        "UPDATE conversations SET waiting_since = now() - interval '2 days'"
        " WHERE session_id = CAST(:id AS uuid)",
        id=second,
    )
    console = open_console("agent").log_in(stack.demo, "agente.ladera")
    console.find("filter-waiting").click()
    console.page.locator(WAITING).wait_for()
    console.conversation(first).wait_for()
    order = console.find("conversation").evaluate_all("all => all.map((x) => x.dataset.sessionId)")
    assert order.index(second) < order.index(first)

    for words in ("zulema ibanez", people["Zulema Ibáñez"][-7:], "vereda Ibáñez"):
        console.find("search").fill(words)
        console.conversation(second).wait_for(state="detached")
        console.conversation(first).wait_for()
        console.find("search").fill("")
        console.conversation(second).wait_for()
    console.open(first)
    console.find("resolve").click()
    console.wait_for_state("resolved")
    console.find("take-over").click()
    console.wait_for_state("human")
