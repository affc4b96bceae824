DROP INDEX outbox_tried_before;
