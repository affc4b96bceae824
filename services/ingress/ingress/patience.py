"""How long the door waits for who calls, in seconds. Whoever needs longer must come again.

Read when they are needed, so that a server may be started with shorter ones. Pure.
"""

# From the connection, or the first byte after an answer, to the end of the headers.
HEADER_SECONDS = 10.0
# 3 MB at a slow mobile line's speed, with room; Meta's lines are not slow.
BODY_SECONDS = 10.0
# Meta keeps its connections; a new one costs more than a quiet one.
IDLE_SECONDS = 75.0
# What is still coming in when a body was refused: closing upon it would take the answer back.
LINGER_SECONDS = 2.0
# A connection that is not Meta's in its plain form, from there on: gunicorn's own protocol has no
# time-out for headers that never end, nor for answers that nobody reads.
GUEST_SECONDS = 55.0
