-- What was tried again keeps its place under its former wamids: a customer may quote those.
CREATE INDEX outbox_tried_before ON outbox (store_id, conversation_id)
    WHERE failed_wamids <> '{}' OR duplicate_wamid IS NOT NULL;
