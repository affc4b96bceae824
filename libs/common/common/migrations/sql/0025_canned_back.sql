DROP FUNCTION begin_conversation;
DROP TABLE canned_replies;
