"""The parts of Dramatiq that its documentation does not promise and our broker needs.

When one of these fails after an upgrade, read `common/queues` before anything else.
"""

import inspect
from importlib.metadata import version

import dramatiq
from dramatiq import worker as dramatiq_worker
from dramatiq.worker import ConsumerThread, Worker, WorkerThread


def test_the_minor_version_is_the_one_whose_worker_was_read():
    assert version("dramatiq").split(".")[:2] == ["2", "2"]


def test_a_worker_finds_a_consumer_by_the_messages_queue_name():
    source = inspect.getsource(WorkerThread.process_message)

    assert "self.consumers[message.queue_name].post_process_message(message)" in source


def test_a_worker_makes_one_consumer_for_each_declared_queue():
    source = inspect.getsource(Worker._add_consumer)

    assert "self.consumers[queue_name] = ConsumerThread(" in source
    assert "self.broker.consume(" in inspect.getsource(ConsumerThread.run)


def test_a_worker_tells_middleware_before_it_stops_its_threads():
    source = inspect.getsource(Worker.stop)

    assert source.index('emit_before("worker_shutdown"') < source.index("thread.stop()")
    assert source.index("requeue_messages(messages)") < source.index("consumer.close()")


def test_an_answered_message_is_acknowledged_by_the_thread_that_ran_it():
    source = inspect.getsource(ConsumerThread.post_process_message)

    assert "self.consumer.ack(message)" in source
    assert "self.consumer.nack(message)" in source


def test_middleware_hears_of_a_message_on_the_thread_that_runs_it():
    source = inspect.getsource(WorkerThread.process_message)

    assert source.index('emit_before("process_message", message)') < source.index(
        "actor(*message.args"
    )


def test_a_message_proxy_passes_everything_else_on_to_its_message():
    message = dramatiq.Message("messages", "answer_conversation", ("store-1", "a"), {}, {})
    proxy = dramatiq.MessageProxy(message)

    assert (proxy.queue_name, proxy.actor_name, proxy.args) == (
        "messages",
        "answer_conversation",
        ("store-1", "a"),
    )
    assert hasattr(dramatiq_worker, "join_all")
