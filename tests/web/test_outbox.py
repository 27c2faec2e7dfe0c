import datetime as dt
import logging
import re
from functools import partial
from itertools import count

import pytest
import trio
from attrs import define, field

from rehearsal.virtual_time import inline
from storage import businesses, calls, erasure, outbox
from storage.database import open_database
from tests.office.support import CALL_SID, CALLER, NUMBER
from web.outbox import RETRY_AFTER_MIN, Outbox
from web.twilio.rest import WITHIN_S, Refused, Sent, TryAgain

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
MINUTE, HOUR = 60, 3_600
OVERLOADED = TryAgain("status 503")


def now():
    return NOON + dt.timedelta(seconds=trio.current_time())


@define
class Reader:
    """Runs the storage's code in the task that asks, and counts how often it is asked."""

    asked: int = 0

    async def __call__(self, sync_fn, /, *args, limiter=None):
        self.asked += 1
        return await inline(sync_fn, *args)


@pytest.fixture
def reader():
    return Reader()


@pytest.fixture
async def database(tmp_path, reader):
    """A real file whose code runs inline, so that the virtual clock counts."""
    async with open_database(tmp_path / "frontdesk.db", run_sync=reader) as opened:
        yield opened


@define
class Provider:
    """Takes messages as Twilio would, and says what it is told to say; "sent" once that is used up."""

    verdicts: list = field(factory=list)
    took_s: float = 0.0
    taken: list = field(factory=list, init=False)  # second, sender, recipient, body

    async def __call__(self, *, sender, recipient, body):
        self.taken.append((round(trio.current_time()), sender, recipient, body))
        await trio.sleep(self.took_s)
        return self.verdicts.pop(0) if self.verdicts else Sent()

    @property
    def seconds(self):
        return [second for second, *_ in self.taken]

    @property
    def bodies(self):
        return [body for *_, body in self.taken]


@define
class Desk:
    """A database with calls in it, and an outbox over it."""

    database: object
    business_id: int

    async def live(self, call_sid=CALL_SID, **more):
        begun = {"caller": CALLER, "lead_id": None, "started_at": now(), **more}
        begin = partial(calls.begin, call_sid=call_sid, **begun)
        await self.database.write(lambda conn: begin(conn, self.business_id))

    async def ended(self, call_sid=CALL_SID, outcome="completed"):
        finish = partial(calls.finish, call_sid=call_sid, detail="", duration_ms=1_000, events=[])
        await self.database.write(
            lambda conn: finish(conn, self.business_id, outcome=outcome, ended_at=now())
        )

    async def put(self, body="Hello", due=None, call_sid=CALL_SID, **more):
        row = {"kind": "confirmation", "recipient": CALLER, "body": body, "now": due or now(), **more}
        put = partial(outbox.put, call_sid=call_sid, **row)
        await self.database.write(lambda conn: put(conn, self.business_id))

    async def owner_phone(self, number):
        await self.database.write(
            lambda conn: businesses.change(conn, self.business_id, owner_phone=number) and None
        )

    async def rows(self):
        """Body, status, attempts and problem of every message."""
        query = "SELECT body, status, attempts, problem FROM outbox ORDER BY id"
        return await self.database.read(lambda conn: [tuple(row) for row in conn.execute(query)])


@pytest.fixture
def desk(database, business):
    return Desk(database, business.id)


@pytest.fixture
def box(database):
    return Outbox(database=database, now=now)


async def run_for(box, provider, seconds):
    with trio.move_on_after(seconds):
        await box.run(provider)


async def test_what_an_ended_call_left_is_sent_once_from_the_businesss_number(desk, box, autojump_clock):
    await desk.ended()
    await desk.put("first")
    await desk.owner_phone("+14155550177")
    await desk.put("second", recipient="+14155550177", kind="to_owner")
    provider = Provider()

    await run_for(box, provider, 24 * HOUR)
    assert provider.taken == [
        (0, NUMBER, CALLER, "first"),
        (0, NUMBER, "+14155550177", "second"),
    ]
    assert [status for _, status, *_ in await desk.rows()] == ["sent", "sent"]


async def test_what_is_erased_while_another_is_being_sent_is_not_sent_and_its_number_is_not_given_again(
    desk, box, database, autojump_clock
):
    await desk.ended("CA1")
    await desk.ended("CA2")
    await desk.put("first", call_sid="CA1")
    await desk.put("erased", call_sid="CA2")

    async def sends(*, sender, recipient, body):
        if body == "first":
            await database.write(lambda conn: erasure.erase_call(conn, desk.business_id, "CA2"))
            await desk.ended("CA3")
            await desk.put("third", call_sid="CA3")
        sent.append(body)
        return Sent()

    sent = []
    await run_for(box, sends, HOUR)
    assert sent == ["first", "third"]
    assert await desk.rows() == [("first", "sent", 1, ""), ("third", "sent", 1, "")]


async def test_what_an_owner_is_told_goes_to_the_number_that_is_theirs_as_it_is_sent(
    desk, box, autojump_clock
):
    await desk.ended()
    for body, hours in (("to the new number", 1), ("to nobody", 2)):
        due = now() + dt.timedelta(hours=hours)
        await desk.put(body, due=due, recipient="+14155550177", kind="to_owner")
    provider = Provider()

    await desk.owner_phone("+14155550178")
    await run_for(box, provider, HOUR + 1)
    await desk.owner_phone(None)
    await run_for(box, provider, HOUR)
    assert provider.taken == [(HOUR, NUMBER, "+14155550178", "to the new number")]
    assert await desk.rows() == [
        ("to the new number", "sent", 1, ""),
        ("to nobody", "failed", 1, "the owner gets no texts any more"),
    ]


async def test_each_businesss_messages_come_from_its_own_number(desk, box, database, autojump_clock):
    add = partial(
        businesses.add, name="Other", number="+14155550101", timezone="Europe/Berlin", language="en"
    )
    other = Desk(database, (await database.write(add)).id)
    for some in (desk, other):
        await some.ended()
        await some.put()
    provider = Provider()

    await run_for(box, provider, MINUTE)
    assert sorted(sender for _, sender, *_ in provider.taken) == [NUMBER, "+14155550101"]


async def test_nothing_is_sent_while_its_call_runs_and_at_once_when_it_ends(desk, box, autojump_clock):
    await desk.live()
    await desk.live("CAother")
    await desk.ended("CAother")
    await desk.put("of a live call")
    await desk.put("of another", call_sid="CAother")
    provider = Provider()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(box.run, provider)
        await trio.sleep(3 * HOUR)
        assert provider.bodies == ["of another"]
        await trio.sleep(10.5)
        await desk.ended()
        box.wake()
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert provider.taken[1:] == [(3 * HOUR + 10, NUMBER, CALLER, "of a live call")]


async def test_a_call_that_goes_on_after_a_transfer_is_live_again(desk, box, autojump_clock):
    await desk.live()
    await desk.ended(outcome="transferred")
    await desk.put(due=now() + dt.timedelta(hours=1))
    await trio.sleep(30)
    await desk.live(again=True)
    provider = Provider()

    await run_for(box, provider, 3 * HOUR)
    assert provider.taken == []


async def test_a_message_is_sent_when_it_becomes_due(desk, box, autojump_clock):
    await desk.ended()
    await desk.put("later", due=NOON + dt.timedelta(hours=2, minutes=30))
    await desk.put("soon", due=NOON + dt.timedelta(seconds=7))
    provider = Provider()

    await run_for(box, provider, 24 * HOUR)
    assert list(zip(provider.seconds, provider.bodies, strict=True)) == [(7, "soon"), (9_000, "later")]


async def test_a_message_that_becomes_due_while_it_is_looked_for_is_sent_at_once(
    desk, database, autojump_clock
):
    await desk.ended()
    await desk.put(due=NOON + dt.timedelta(seconds=1))
    provider, seconds = Provider(), count(step=2)

    def slowly():  # two seconds pass from one look at the clock to the next
        return NOON + dt.timedelta(seconds=next(seconds))

    await run_for(Outbox(database=database, now=slowly), provider, MINUTE)
    assert provider.seconds == [0]


async def test_a_failure_is_tried_again_less_and_less_often_and_then_given_up(
    desk, box, caplog, autojump_clock
):
    await desk.ended()
    await desk.put()
    provider = Provider([OVERLOADED] * 100)

    await run_for(box, provider, 48 * HOUR)
    assert [second // MINUTE for second in provider.seconds] == [0, 1, 6, 21, 81, 321]
    assert await desk.rows() == [("Hello", "failed", len(RETRY_AFTER_MIN) + 1, "status 503")]
    assert [(record.levelname, record.getMessage()) for record in caplog.records][-1] == (
        "ERROR",
        f"outbox: confirmation 1 of business 1, call {CALL_SID} given up after 6 attempts: status 503",
    )


async def test_a_message_that_gets_through_in_the_end_is_sent_no_more(desk, box, autojump_clock):
    await desk.ended()
    await desk.put()
    provider = Provider([OVERLOADED, OVERLOADED])

    await run_for(box, provider, 48 * HOUR)
    assert [second // MINUTE for second in provider.seconds] == [0, 1, 6]
    assert [status for _, status, *_ in await desk.rows()] == ["sent"]


async def test_one_message_that_fails_does_not_hold_up_the_others(desk, box, autojump_clock):
    await desk.ended()
    await desk.put("fails")
    await desk.put("arrives")
    provider = Provider([OVERLOADED])

    await run_for(box, provider, 30)
    assert provider.bodies == ["fails", "arrives"]


async def test_what_is_refused_for_good_is_not_tried_again(desk, box, autojump_clock):
    await desk.ended()
    await desk.put()
    provider = Provider([Refused("status 400, code 21610")])

    await run_for(box, provider, 48 * HOUR)
    assert (provider.seconds, await desk.rows()) == (
        [0],
        [("Hello", "failed", 1, "status 400, code 21610")],
    )


async def test_whatsapp_is_a_channel_that_is_off(desk, box, autojump_clock):
    await desk.ended()
    await desk.put(channel="whatsapp")
    provider = Provider()

    await run_for(box, provider, 48 * HOUR)
    assert (provider.taken, await desk.rows()) == ([], [("Hello", "failed", 1, "channel off")])


async def test_the_news_of_a_week_ago_is_not_told(desk, box, autojump_clock):
    await desk.ended()
    await desk.put("a day old", due=NOON - dt.timedelta(hours=24))
    await desk.put("older", due=NOON - dt.timedelta(hours=24, seconds=2))
    provider = Provider()

    await run_for(box, provider, HOUR)
    assert provider.bodies == ["a day old"]
    assert await desk.rows() == [
        ("a day old", "sent", 1, ""),
        ("older", "failed", 1, "not sent within a day"),
    ]


async def test_a_disk_that_cannot_take_the_status_makes_no_message_go_out_twice(
    desk, box, database, autojump_clock
):
    await desk.ended()
    await desk.put("first")
    await desk.put("second")
    provider = Provider()
    writer = await database.write(lambda conn: conn)

    writer.execute("PRAGMA query_only = ON")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(box.run, provider)
        for _ in range(20):
            await trio.sleep(9 * MINUTE)
            box.wake()
        assert provider.bodies == ["first"]  # and the second is not begun
        writer.execute("PRAGMA query_only = OFF")
        await trio.sleep(MINUTE)
        nursery.cancel_scope.cancel()
    assert provider.bodies == ["first", "second"]
    assert [status for _, status, *_ in await desk.rows()] == ["sent", "sent"]


async def test_after_a_crash_a_message_whose_fate_is_unknown_goes_out_again(
    desk, box, database, autojump_clock
):
    await desk.ended()
    await desk.put()
    provider = Provider()
    writer = await database.write(lambda conn: conn)
    writer.execute("PRAGMA query_only = ON")
    await run_for(box, provider, HOUR)
    writer.execute("PRAGMA query_only = OFF")

    await run_for(Outbox(database=database, now=now), provider, HOUR)
    assert provider.bodies == ["Hello", "Hello"]


@pytest.mark.parametrize("rows", [0, 1])
async def test_nobody_asks_the_database_as_long_as_nothing_can_be_due(
    desk, box, reader, rows, autojump_clock
):
    await desk.live()
    for _ in range(rows):
        await desk.put()  # due, but of a live call
    asked = reader.asked

    await run_for(box, Provider(), 59 * MINUTE)
    assert reader.asked - asked == 2  # what is due, and when something will be


async def test_a_database_in_trouble_is_asked_once_a_minute(desk, box, database, reader, autojump_clock):
    await desk.ended()
    await desk.put()
    writer = await database.write(lambda conn: conn)
    writer.execute("PRAGMA query_only = ON")
    asked = reader.asked

    await run_for(box, Provider(), 59.5 * MINUTE)
    writer.execute("PRAGMA query_only = OFF")
    # What is due, whether it still is, whose it is, and its end that cannot be written; then only the latter.
    assert reader.asked - asked == 4 + 59


async def test_the_message_under_way_when_the_server_stops_is_finished(desk, box, autojump_clock):
    await desk.ended()
    await desk.put("first")
    await desk.put("second")
    provider = Provider(took_s=5)

    await run_for(box, provider, 2)
    assert (trio.current_time(), provider.bodies) == (pytest.approx(5), ["first"])
    assert [status for _, status, *_ in await desk.rows()] == ["sent", "pending"]


async def test_a_provider_that_hangs_does_not_keep_the_server_from_stopping(desk, box, autojump_clock):
    await desk.ended()
    await desk.put()

    await run_for(box, Provider(took_s=HOUR), 2)
    assert trio.current_time() == pytest.approx(WITHIN_S + 5)


async def test_no_log_line_holds_a_number_or_a_text(desk, box, database, caplog, autojump_clock):
    caplog.set_level(logging.DEBUG)
    await desk.ended()
    for n in range(3):
        await desk.put(f"secret {n}")
    writer = await database.write(lambda conn: conn)
    provider = Provider([OVERLOADED, Refused("status 400")])

    await run_for(box, provider, HOUR)
    await desk.put("secret 3")
    writer.execute("PRAGMA query_only = ON")
    await run_for(box, provider, 5 * MINUTE)
    writer.execute("PRAGMA query_only = OFF")

    lines = caplog.text.replace(CALL_SID, "")
    assert "not sent, tried again at 12:01: status 503" in lines
    assert "nothing is sent until it is not" in lines
    assert re.findall(r"secret|\d{7,}", lines) == []
