"""A small siege: strangers of every kind at once around a real call, more than there is room for."""

from tests.siege import ANSWERED_WITHIN_S, WAYS, under
from tests.strangers import KINDS

# Room for 116 connections beside the calls.
FILES = 260


async def test_a_call_is_heard_whole_and_webhooks_are_answered_whatever_strangers_hold_open(tmp_path):
    way = WAYS["each from its own"]
    seen = await under(list(KINDS), way, tmp_path, number=20, seconds=0, files=FILES)
    faults = seen.faults(health_within_s=ANSWERED_WITHIN_S)
    # Whether all is in time beside other tests is not the door's doing; `make siege` judges it.
    assert [fault for fault in faults if "broke off" not in fault] == []
    assert seen.begins["HTTP/1.1 101"] > 0
