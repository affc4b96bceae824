"""Takes a conversation, drains its inbox in order and answers."""
