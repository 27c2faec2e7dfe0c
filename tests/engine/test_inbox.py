"""The inbox: whole frames, bounded, the oldest dropped and replaced by silence."""

from hypothesis import given
from hypothesis import strategies as st

from engine.caller.inbox import SILENT_FRAME, Inbox


def drained(inbox: Inbox) -> list[bytes]:
    return list(iter(inbox.take, None))


@given(st.lists(st.binary(max_size=500), max_size=20))
def test_payloads_of_any_size_come_out_as_frames_in_order(payloads):
    inbox = Inbox(1_000)
    for payload in payloads:
        inbox.put(payload)
    whole = b"".join(payloads)
    assert drained(inbox) == [whole[i : i + 160] for i in range(0, len(whole) - 159, 160)]


def test_a_full_inbox_drops_its_oldest_frames_and_keeps_their_time():
    inbox = Inbox(3)
    for number in range(5):
        inbox.put(bytes([number]) * 160)
    kept = [bytes([number]) * 160 for number in (2, 3, 4)]
    assert (drained(inbox), inbox.dropped) == ([SILENT_FRAME, SILENT_FRAME, *kept], 2)
