"""Every metric, by name, in one place: an outsider can recompute the ledger from them."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

webhook_deliveries = Counter(
    "mostrador_webhook_deliveries_total", "Deliveries by how they ended.", ["store", "outcome"]
)
deliveries_waiting = Gauge(
    "mostrador_deliveries_waiting", "Deliveries that wait for the commit before theirs to end."
)
messages_received = Counter(
    "mostrador_messages_received_total", "Messages committed for the first time.", ["store"]
)
messages_duplicate = Counter(
    "mostrador_messages_duplicate_total", "Messages that were there already.", ["store"]
)
quarantined = Counter(
    "mostrador_quarantined_total", "Parts of deliveries set aside, by reason.", ["store", "reason"]
)
account_notices = Counter(
    "mostrador_account_notices_total",
    "What WhatsApp said of accounts, numbers and templates.",
    ["store", "severity"],
)
messages_handled = Counter(
    "mostrador_messages_handled_total", "Messages by how their turn ended.", ["store", "outcome"]
)
statuses_handled = Counter(
    "mostrador_statuses_handled_total", "Statuses by what became of them.", ["store", "outcome"]
)
sends = Counter("mostrador_sends_total", "Parts sent by outcome.", ["store", "outcome"])
dead_letters = Counter("mostrador_dead_letters_total", "Messages given up.", ["store"])
stores_paused = Counter(
    "mostrador_store_paused_total", "Times a store was paused for a reason.", ["store", "reason"]
)
send_alerts = Counter(
    "mostrador_send_alerts_total",
    "Sends refused for what a person must put right, by the rule of docs/send-errors.md.",
    ["store", "rule"],
)
confirmed_duplicates = Counter(
    "mostrador_confirmed_duplicates_total", "Parts that WhatsApp took twice.", ["store"]
)
handovers = Counter("mostrador_handovers_total", "Handovers by reason.", ["store", "reason"])
handovers_waiting = Counter(
    "mostrador_handovers_waiting_total",
    "Times the console was told of a customer in the queue whom nobody took.",
    ["store"],
)
media_fetched = Counter(
    "mostrador_media_total",
    "Fetches of customers' files by how they ended.",
    ["store", "outcome"],
)
uploads = Counter(
    "mostrador_uploads_total",
    "Files that were to be sent by WhatsApp's id: uploaded, known from before, failed.",
    ["store", "outcome"],
)
template_lists = Counter(
    "mostrador_template_lists_total",
    "Reads of stores' lists of templates by how they ended.",
    ["store", "outcome"],
)
webhook_seconds = Histogram(
    "mostrador_webhook_seconds", "Delivery in to answer out.", ["store"], buckets=_SECONDS
)
message_to_reply_seconds = Histogram(
    "mostrador_message_to_reply_seconds",
    "Message committed to its first part accepted.",
    ["store"],
    buckets=_SECONDS,
)
assistant_seconds = Histogram(
    "mostrador_assistant_seconds", "One answer of the assistant.", ["store"], buckets=_SECONDS
)
send_seconds = Histogram("mostrador_send_seconds", "One send.", ["store"], buckets=_SECONDS)
queue_depth = Gauge("mostrador_queue_depth", "Doorbells waiting.", ["store"])
oldest_pending_seconds = Gauge(
    "mostrador_oldest_pending_seconds", "Age of the oldest message due.", ["store"]
)
console_sockets = Gauge("mostrador_console_sockets", "Open console sockets.", ["store"])
