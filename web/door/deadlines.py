"""Deadlines: how long a peer of the web server may let it wait. Who keeps each is named with it."""

from attrs import frozen


@frozen(kw_only=True)
class Deadlines:
    """In seconds; an accepted WebSocket has only that of `stalled_s`."""

    head_s: float = 5.0  # from the connection, or from the answer before, to a whole head: connection.py
    body_s: float = 10.0  # from where a handler asks for it to its end, else 408: Quart's BODY_TIMEOUT
    # To the first byte of an answer, else 503: answer_in_time.py. Twilio waits for 15 s; a backup may
    # take longer to begin.
    answer_s: float = 30.0
    # For 8 KiB of what is sent, else the connection breaks: peer.py. A slow phone takes that in a second.
    stalled_s: float = 5.0
    linger_s: float = 1.0  # to read on after the last answer, so that it arrives: connection.py


DEADLINES = Deadlines()
