"""Step 10. Carries what is committed to the rooms, store by store, in the order of its numbers.

One thread for each process, and a few that carry for it. A hint only says where to look: the
rows are the truth, and a look at every listened-to store repairs lost hints (P6, P8). An error
that nobody foresaw ends the process, loudly: sockets reconnect elsewhere, and nothing is missed.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import structlog
from sqlalchemy import text

from common import events
from common.database import Database
from common.errors import ServiceError, TemporaryError
from common.logs import traceback_of
from notifier import frames, rendering
from notifier.frames import Told
from notifier.hints import Heard, Hints
from notifier.message_reader import MessageReaders
from notifier.revocations import Revocations
from notifier.rooms import Rooms

_LOG = structlog.get_logger()

_BATCH = 200
_CARRIERS = 4
_LOOK_SECONDS = 1.0
_REPAIR_SECONDS = 5.0
_HEADS = text("SELECT store_id, last_seq FROM event_heads_of(:store_ids)")


class Relay:
    """Reads events and tells the rooms."""

    def __init__(
        self,
        database: Database,
        readers: MessageReaders,
        rooms: Rooms,
        hints: Hints,
        revocations: Revocations,
        end_process: Callable[[], None],
    ) -> None:
        self._database = database
        self._readers = readers
        self._rooms = rooms
        self._hints = hints
        self._revocations = revocations
        self._end_process = end_process
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._is_down = False
        self._repair_at = 0.0
        self._carriers = ThreadPoolExecutor(_CARRIERS, "carrier")
        self._owed: set[str] = set()  # stores that could not be read for now

    def start(self) -> None:
        """Begin, unless it has begun: after the server's fork, and at the first socket at last."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._hints.close()
        with self._starting:
            if self._thread is not None:
                self._thread.join(_REPAIR_SECONDS)
        self._carriers.shutdown(wait=False)

    def _run(self) -> None:
        try:
            while not self._stopping:
                self.step(self._hints.wait(_LOOK_SECONDS))
        except Exception as error:  # noqa: BLE001  # logged, and the process ends
            if self._stopping:
                return  # what it reads from is being closed
            _LOG.error("relay_died", **traceback_of(error))
            self._end_process()

    def step(self, heard: Heard) -> None:
        """Do what one look at the hints asks for; the database may be away meanwhile."""
        for each in heard.typing:
            whisper = frames.typing(each.session_id, each.agent_id, each.agent_name)
            self._rooms.whisper(each.store_id, each.session_id, whisper)
        for presence in heard.presence:
            told = frames.presence(presence.session_id, presence.agents)
            self._rooms.whisper(presence.store_id, presence.session_id, told)
        self._owed |= heard.stores & self._rooms.stores()
        try:
            self._revocations.look(heard.log_ins)
            self._repair(everything=heard.everything)
            self._carry_owed()
        except TemporaryError as error:
            self._note_down(error)
        else:
            self._is_down = False

    def _repair(self, *, everything: bool) -> None:
        """Look for what no hint told of: unnumbered events, and numbers given elsewhere."""
        if not everything and time.monotonic() < self._repair_at:
            return
        self._owed |= set(events.stores_to_sequence(self._database))
        self._owed |= self._behind()
        self._repair_at = time.monotonic() + _REPAIR_SECONDS

    def _behind(self) -> set[str]:
        listened_to = sorted(self._rooms.stores())
        if not listened_to:
            return set()
        with self._database.everywhere() as connection:
            heads = connection.execute(_HEADS, {"store_ids": listened_to}).all()
        return {
            row.store_id for row in heads if row.last_seq > (self._rooms.told(row.store_id) or 0)
        }

    def _carry_owed(self) -> None:
        """Carry some stores at once, each by itself; who is listened to comes first."""
        listened_to = self._rooms.stores()
        owed = sorted(self._owed, key=lambda each: each not in listened_to)
        carried = [(each, self._carriers.submit(self._carry, each)) for each in owed]
        wait([future for _, future in carried])
        for store_id, future in carried:
            try:
                future.result()
            except TemporaryError:
                raise
            except ServiceError as error:  # one store's trouble is not the others'
                _LOG.error("store_not_told", store=store_id, code=error.code)
            self._owed.discard(store_id)

    def _carry(self, store_id: str) -> None:
        """Have a store's events numbered, and tell them to who listens."""
        while True:
            told = self._rooms.told(store_id)
            if told is None:
                events.sequence(self._database, store_id)
                return
            head, rendered = self._read(store_id, told)
            # Told only now: until the commit the numbers may still become others.
            if rendered and rendered[0].seq == told + 1:
                self._rooms.tell(store_id, rendered)
            elif told < head:
                self._rooms.resync(store_id, head)  # rows beyond their retention are gone
            if (self._rooms.told(store_id) or head) >= head:
                return

    def _read(self, store_id: str, told: int) -> tuple[int, list[Told]]:
        """Read a batch and the head, numbering first, in one transaction: ways cost time."""
        reader = self._readers.of(self._readers.stores.get(store_id))
        with self._database.store(store_id) as connection:
            head = events.sequence_in(connection, store_id)
            if head <= told:
                return head, []
            batch = events.after(connection, store_id, told, _BATCH)
            return head, rendering.render(connection, reader, batch)

    def _note_down(self, error: TemporaryError) -> None:
        if not self._is_down:
            _LOG.warning("relay_waits", code=error.code)
        self._is_down = True
