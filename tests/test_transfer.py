"""A caller who asks for a person, over real sockets: put through, and back if nobody answers."""

import datetime as dt
from contextlib import asynccontextmanager
from functools import partial

import trio
from attrs import define, frozen

from engine.prompt import notice
from office import recordings
from office.language import spoken
from office.stored_account import read
from simulator.caller import HangUp, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model import Model
from simulator.model_script import Call, ModelScript, Reply
from simulator.model_server import serve_model
from simulator.phone import CallReport, place_call
from simulator.tones import murmur
from simulator.twilio_http import Dial
from storage import businesses, calls, facts, messages
from storage.database import open_database
from storage.records import Call as CallRow
from storage.records import EventRow, Flag, Outgoing, Person, from_row
from tests.office.support import CALLER, NUMBER
from web import configuration, server
from web.pages.picture import draw
from web.twilio.twiml import ENGLISH

PERSON, OWNER = "+14155550111", "+14155550177"
RING_S = 20  # as long as the person's telephone rings: it is the server's clock that is put forward
NOBODY = "I'm sorry, nobody could take your call just now. Can I take a message?"
NOTICE = notice.standard("en", recorded=True)
BUSY = f"{NOTICE} {NOBODY}"
MESSAGE = "Please ring me back about the invoice."

GREETING = Reply(f"{NOTICE} Hello, this is Salon. How can I help you?", murmur(400, pitch=180))
TAKE_MESSAGE = Call("take_message", {"text": MESSAGE})
EARLIER = "I shall be late tomorrow."
TAKE_EARLIER = Call("take_message", {"text": EARLIER})
UNTRUE = "You are booked for Tuesday at nine."
THROUGH = Reply(f"{UNTRUE} I am putting you through, please stay on the line.", murmur(700, pitch=190))
NOTED = Reply("I have noted that. Goodbye.", murmur(400, pitch=190))

ASKS = [
    *(UntilBotSpeaks(100), UntilBotQuiet(100)),
    *(Say("I want to speak to Rosa.", murmur(500)), UntilBotSpeaks(100), UntilClosed()),
]
LEAVES_WORD = [
    *(UntilBotSpeaks(100), UntilBotQuiet(100)),
    *(Say("Tell her to ring me back.", murmur(500)), UntilBotSpeaks(100), UntilBotQuiet(200), HangUp()),
]


def transfers(*before: Call) -> ModelScript:
    calls_made = (*before, Call("transfer_to_human", {"name": "Rosa"}))
    return ModelScript(
        replies=[GREETING, Reply(calls=calls_made), THROUGH], hears=["I want to speak to Rosa."]
    )


TAKES_MESSAGE = ModelScript(
    replies=[Reply(BUSY, murmur(400, pitch=180)), Reply(calls=(TAKE_MESSAGE,)), NOTED],
    hears=["Tell her to ring me back."],
)


@define
class Clock:
    """The server's: put forward while the person's telephone rings."""

    rung_s: int = 0
    _streams: int = 0

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.rung_s)

    def caller_event(self, moment) -> None:
        if moment.kind == "start":
            self._streams += 1
            self.rung_s = RING_S * (self._streams - 1)


@frozen(kw_only=True)
class Rows:
    """What one call left in the file."""

    call: CallRow
    events: tuple[EventRow, ...]
    messages: tuple[str, ...]
    told: tuple[Outgoing, ...]
    flags: tuple[Flag, ...]


@frozen(kw_only=True)
class Transferred:
    """A call that is over."""

    report: CallReport
    models: tuple[Model, ...]
    rows: Rows

    def said(self) -> list[tuple[str, str]]:
        return [(e.kind, e.fields["text"]) for e in self.rows.events if e.kind in ("user_said", "bot_said")]


async def prepared(path, **more):
    def write(conn):
        businesses.add(conn, name="Salon", number=NUMBER, timezone="America/Los_Angeles", language="en")
        businesses.change(conn, 1, owner_phone=OWNER, **more)
        facts.set_people(conn, 1, [Person(name="Rosa", phone=PERSON)])

    async with open_database(path) as database:
        await database.write(write)


@asynccontextmanager
async def serving(path, model_url, now, stop=None):
    stop = trio.Event() if stop is None else stop
    environment = {
        "FRONTDESK_REALTIME_URL": model_url,
        "OPENAI_API_KEY": "sk-simulated",
        "FRONTDESK_DETECTOR": "level",
    }
    serve = partial(server.serve, configuration.load(environment), host="127.0.0.1", port=0)
    async with trio.open_nursery() as nursery:
        host, port = await nursery.start(partial(serve, database=path, stop=stop.wait, now=now))
        yield f"http://{host}:{port}"
        stop.set()


def left_in(conn, call_sid):
    told = conn.execute("SELECT * FROM outbox WHERE call_sid = ? ORDER BY id", (call_sid,))
    return Rows(
        call=calls.get(conn, 1, call_sid),
        events=calls.events(conn, 1, call_sid),
        messages=tuple(message.text for message in messages.of_call(conn, 1, call_sid)),
        told=tuple(from_row(Outgoing, row) for row in told),
        flags=calls.flags(conn, 1, call_sid),
    )


async def ring(tmp_path, nursery, scripts, *, later=(), dial_status, stops=False, **more):
    """One call; `more` is of the business. A server that `stops` is told to while the call is live."""
    path = str(tmp_path / "frontdesk.db")
    await prepared(path, **more)
    models, clock, stop = await nursery.start(serve_model, iter(scripts).__next__), Clock(), trio.Event()

    def observe(moment):
        clock.caller_event(moment)
        if stops and moment.kind == "bot speaks":
            stop.set()

    with trio.fail_after(30):
        async with serving(path, models.url, clock.now, stop) as url:
            report = await place_call(
                url,
                ASKS,
                called=NUMBER,
                caller=CALLER,
                on_event=observe,
                later=later,
                dial_status=dial_status,
            )
    async with open_database(path) as database:
        rows = await database.read(partial(left_in, call_sid=report.call_sid))
    done = Transferred(report=report, models=tuple(models.models), rows=rows)
    assert [problem for peer in (*done.report.carriers, *done.models) for problem in peer.violations] == []
    assert len(done.report.carriers) == len(done.models) == len(scripts)
    return done


def steps(report):
    return [answer.path.rpartition("/")[2] for answer in report.answers]


def told_owner(*lines):
    who = spoken.Who(number=CALLER)
    return spoken.to_owner(
        "en", "Salon", who, [spoken.say("en", "owner_message", text=line) for line in lines]
    )


PUT_THROUGH = (Dial(number=PERSON, caller_id=NUMBER, action="/twilio/dialled"),)


async def test_a_caller_whom_nobody_answers_is_back_with_the_bot_and_leaves_a_message(tmp_path, nursery):
    done = await ring(
        tmp_path,
        nursery,
        [transfers(TAKE_EARLIER), TAKES_MESSAGE],
        later=[LEAVES_WORD],
        dial_status="no-answer",
        keeps_audio=True,
    )

    assert steps(done.report) == ["voice", "after", "dialled", "after", "status"]
    assert (done.report.dialled, done.report.spoken_after) == (PUT_THROUGH, ())
    first, second = done.report.carriers
    assert first.played.endswith(THROUGH.audio)  # before the line was given to the person
    assert second.played == TAKES_MESSAGE.replies[0].audio + NOTED.audio
    assert f"Tell the caller exactly: {BUSY}" in str(done.models[1].conversation.items)
    assert done.said() == [
        ("bot_said", GREETING.text),
        ("user_said", "I want to speak to Rosa."),
        ("bot_said", THROUGH.text),
        ("bot_said", BUSY),
        ("user_said", "Tell her to ring me back."),
        ("bot_said", NOTED.text),
    ]
    call, events = done.rows.call, done.rows.events
    assert (call.outcome, call.caller) == ("caller_hung_up", CALLER)
    assert (call.transfer_to, call.dial_status) == (PERSON, "no-answer")
    streams = [event for event in events if event.kind in ("call_started", "hang_up")]
    assert [(event.kind, event.fields.get("outcome")) for event in streams] == [
        ("call_started", None),
        ("hang_up", "transferred"),
        ("call_started", None),
        ("hang_up", "caller_hung_up"),
    ]
    assert [event.seq for event in events] == list(range(len(events)))
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
    away_ms = streams[2].at_ms - streams[1].at_ms
    assert RING_S * 1000 - 1000 <= away_ms < RING_S * 1000 + 3000  # the rows keep whole seconds
    assert call.duration_ms == events[-1].at_ms
    assert abs(call.duration_ms - (call.ended_at - call.started_at).total_seconds() * 1000) <= 1000
    assert done.rows.messages == (EARLIER, MESSAGE)
    (told,) = done.rows.told
    assert (told.kind, told.channel, told.recipient, told.body, told.status) == (
        *("to_owner", "sms", OWNER, told_owner(EARLIER, MESSAGE), "pending"),
    )
    assert 0 <= (told.due_at - call.ended_at).total_seconds() <= 1  # at once; the rows keep whole seconds

    assert [flag.said for flag in done.rows.flags] == [UNTRUE]
    bars = [bar.kind for row in draw(read(events), call.duration_ms).rows for bar in row.bars]
    assert bars.count("caller") == 2

    folder = recordings.folder_of(tmp_path / "frontdesk.db")
    names = [f"{call.call_sid}.jsonl", f"{call.call_sid}.2.jsonl"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    kept = [recordings.read(folder / name).events for name in names]
    assert [(e.kind, e.fields) for each in kept for e in each] == [(e.kind, e.fields) for e in events]


async def test_a_caller_whom_the_person_answers_is_gone_and_the_owner_is_told_at_once(tmp_path, nursery):
    done = await ring(tmp_path, nursery, [transfers(TAKE_MESSAGE)], dial_status="completed")

    assert steps(done.report) == ["voice", "after", "dialled", "status"]
    assert (done.report.dialled, done.report.spoken_after) == (PUT_THROUGH, ())
    assert done.report.hung_up_by == "server"
    assert done.report.carrier.played == GREETING.audio + THROUGH.audio
    call, events = done.rows.call, done.rows.events
    assert (call.outcome, call.transfer_to, call.dial_status) == ("transferred", PERSON, "completed")
    assert call.duration_ms == events[-1].at_ms
    (told,) = done.rows.told
    assert (told.kind, told.recipient, told.body) == ("to_owner", OWNER, told_owner(MESSAGE))
    assert told.due_at - call.ended_at <= dt.timedelta(seconds=2)


async def test_of_a_caller_whom_nobody_answers_and_who_cannot_come_back_the_owner_is_told_at_once(
    tmp_path, nursery
):
    done = await ring(tmp_path, nursery, [transfers(TAKE_MESSAGE)], dial_status="busy", stops=True)

    assert steps(done.report) == ["voice", "after", "dialled", "status"]
    assert (done.report.dialled, done.report.spoken_after) == (PUT_THROUGH, (ENGLISH.nobody_answered,))
    call = done.rows.call
    assert (call.outcome, call.transfer_to, call.dial_status) == ("transferred", PERSON, "busy")
    (told,) = done.rows.told
    assert (told.kind, told.body) == ("to_owner", told_owner(MESSAGE))
    assert told.due_at - call.ended_at <= dt.timedelta(seconds=2)
