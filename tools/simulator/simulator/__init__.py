"""WhatsApp in a box: a fake Graph API that signs webhooks, sends statuses and injects faults."""
