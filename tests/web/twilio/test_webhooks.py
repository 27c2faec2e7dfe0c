import datetime as dt
import logging
import re
from functools import partial
from urllib.parse import urlencode

import pytest
import trio
import trio.testing

from engine.outcome import Outcome
from engine.ports import Back
from engine.switchboard import Switchboard
from office.grant import Grant
from rehearsal.virtual_time import inline
from storage import blocked, businesses, calls, facts
from storage.database import open_database
from storage.records import Person
from tests.office.support import CALL_SID, CALLER, FORM, NUMBER, PUBLIC_URL, TOKEN, local, public, signed_form
from web import configuration, signature
from web.app import build_pages
from web.health import Health
from web.origin import Origin
from web.twilio import twiml
from web.twilio.tokens import StreamTokens
from web.twilio.twiml import ENGLISH, HEBREW
from web.twilio.webhooks import Webhooks

CALL = {"CallSid": CALL_SID, "From": CALLER, "To": NUMBER, "CallStatus": "ringing", "CallToken": "%7B%22a%22"}
PATHS = ["/twilio/voice", "/twilio/after", "/twilio/dialled", "/twilio/status"]
PERSON = "+14155550177"
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


class Desk:
    """The pages of a server, without the server."""

    def __init__(self, database, configured):
        self.switchboard = Switchboard(max_calls=1)
        self.tokens = StreamTokens(lambda: 0.0)
        self.database = database
        self.over = []  # what is said to be over: the call, how its transfer ended, is its caller back
        self.reached = []  # the businesses that calls are said to have come to
        origin = Origin(configured)
        webhooks = Webhooks(
            origin=origin,
            tokens=self.tokens,
            switchboard=self.switchboard,
            database=self.database,
            transfer_over=self.transfer_over,
            reached=self.reached.append,
        )
        health = Health(configuration=configured, switchboard=self.switchboard, database=self.database)
        self.client = build_pages([webhooks.blueprint(), health.blueprint()]).test_client()

    async def transfer_over(self, call_sid, status, *, back=False):
        await trio.lowlevel.checkpoint()
        self.over.append((call_sid, status, back))

    async def post(self, path, form, **changes):
        response = await self.client.post(path, **{"form": form, **changes})
        return response.status_code, await response.get_data(as_text=True)


@pytest.fixture
def desk(database, business):
    return Desk(database, local())


@pytest.fixture
def public_desk(database, business):
    return Desk(database, public())


def said(words):
    return 200, twiml.say_and_hang_up(words)


async def test_a_call_is_streamed_to_us_with_a_token_bound_to_it(desk, business):
    status, answer = await desk.post("/twilio/voice", CALL)
    (token,) = re.findall(r'name="token" value="([^"]+)"', answer)

    assert status == 200
    assert answer == twiml.connect("ws://localhost/twilio/media", token, action="/twilio/after")
    assert desk.tokens.consume(token, CALL_SID) == Grant(
        call_sid=CALL_SID, business_id=business.id, caller_number=CALLER
    )


async def test_twiml_is_served_as_xml(desk):
    response = await desk.client.post("/twilio/voice", form=CALL)

    assert response.content_type == "text/xml; charset=utf-8"


async def test_a_repeated_webhook_is_answered_again_and_both_answers_work(desk):
    answers = [(await desk.post("/twilio/voice", CALL))[1] for _ in range(2)]
    tokens = [re.search(r'value="([^"]+)"', answer)[1] for answer in answers]

    assert [desk.tokens.consume(token, CALL_SID) is not None for token in tokens] == [True, True]


async def test_a_withheld_caller_is_let_in_without_a_number(desk):
    _, answer = await desk.post("/twilio/voice", {**CALL, "From": "+266696687"})

    grant = desk.tokens.consume(re.search(r'value="([^"]+)"', answer)[1], CALL_SID)
    assert grant.caller_number is None


async def test_it_is_told_which_business_a_call_has_come_to_also_of_one_that_is_not_let_in(
    public_desk, database, business
):
    signed = signed_form("/twilio/voice", list(CALL.items()))
    await public_desk.post("/twilio/voice", None, **signed)
    with public_desk.switchboard.admit("CAother"):
        await public_desk.post("/twilio/voice", None, **signed)
    await database.write(lambda conn: blocked.add(conn, business.id, CALLER))
    await public_desk.post("/twilio/voice", None, **signed)

    assert public_desk.reached == [business.id] * 3


async def test_what_is_not_signed_not_a_call_or_to_no_business_has_reached_nobody(public_desk):
    nowhere = list({**CALL, "To": "+14155550123"}.items())
    await public_desk.post("/twilio/voice", CALL)
    await public_desk.post("/twilio/voice", None, **signed_form("/twilio/voice", nowhere))
    await public_desk.post("/twilio/status", None, **signed_form("/twilio/status", list(CALL.items())))

    assert public_desk.reached == []


async def test_a_number_of_no_business_is_told_so_and_logged_without_the_number(desk, caplog):
    caplog.set_level(logging.INFO)

    assert await desk.post("/twilio/voice", {**CALL, "To": "+14155550123"}) == said(ENGLISH.not_in_service)
    assert [record.getMessage() for record in caplog.records] == [
        f"voice: call {CALL_SID} refused: no business has …23"
    ]


async def test_a_blocked_caller_is_rejected_and_leaves_no_call(desk, database, business, caplog):
    caplog.set_level(logging.INFO)
    await database.write(lambda conn: blocked.add(conn, business.id, CALLER))

    assert await desk.post("/twilio/voice", CALL) == (200, twiml.reject())
    assert [record.getMessage() for record in caplog.records] == [
        f"voice: call {CALL_SID} refused: …99 is blocked"
    ]
    assert await database.read(lambda conn: calls.recent(conn, business.id, 9)) == ()


@pytest.mark.parametrize("caller", ["+14155550198", "+266696687", ""])
async def test_whoever_is_not_blocked_is_let_in(desk, database, business, caller):
    await database.write(lambda conn: blocked.add(conn, business.id, CALLER))

    assert "<Connect" in (await desk.post("/twilio/voice", {**CALL, "From": caller}))[1]


async def test_another_business_still_lets_in_whom_one_has_blocked(desk, database, business):
    other = partial(businesses.add, name="Other", number="+14155550101", timezone="UTC", language="en")
    await database.write(other)
    await database.write(lambda conn: blocked.add(conn, business.id, CALLER))

    assert "<Connect" in (await desk.post("/twilio/voice", {**CALL, "To": "+14155550101"}))[1]


ENDED = [str(outcome) for outcome in Outcome]


@pytest.mark.parametrize("outcome", [*ENDED, calls.INTERRUPTED])
async def test_a_call_that_has_ended_begins_no_more(desk, database, business, outcome, caplog):
    await stored(database, business, outcome)

    assert await desk.post("/twilio/voice", CALL) == (200, twiml.hang_up())
    assert not desk.tokens.pending
    assert [record.getMessage() for record in caplog.records] == [
        f"voice: call {CALL_SID} refused: it has ended"
    ]


@pytest.mark.parametrize("outcome", ENDED)
async def test_nor_does_one_whose_record_is_still_being_written(desk, outcome):
    desk.switchboard.report(CALL_SID, Outcome(outcome))

    assert await desk.post("/twilio/voice", CALL) == (200, twiml.hang_up())
    assert not desk.tokens.pending


async def test_that_a_call_has_ended_keeps_no_other_from_beginning(desk, database, business):
    await stored(database, business, "transferred")
    desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)

    assert "<Connect" in (await desk.post("/twilio/voice", {**CALL, "CallSid": "CAother"}))[1]


async def test_a_call_too_many_hears_that_the_lines_are_busy(desk):
    with desk.switchboard.admit("CAother"):
        assert await desk.post("/twilio/voice", CALL) == said(ENGLISH.busy)
    assert (await desk.post("/twilio/voice", CALL))[1] != twiml.say_and_hang_up(ENGLISH.busy)


async def test_a_draining_server_tells_new_calls_that_it_is_busy(desk):
    desk.switchboard.start_draining()

    assert await desk.post("/twilio/voice", CALL) == said(ENGLISH.busy)


@pytest.mark.parametrize(
    ("path", "changes", "answer"),
    [
        ("/twilio/voice", {"CallSid": ""}, "CallSid is missing\n"),
        ("/twilio/voice", {"To": ""}, "To is missing\n"),
        ("/twilio/voice", {"CallSid": "CA1\r\nforged"}, "CallSid must be letters and digits\n"),
        ("/twilio/voice", {"CallSid": "C" * 65}, "CallSid must be letters and digits\n"),
        ("/twilio/after", {"CallSid": ""}, "CallSid is missing\n"),
        ("/twilio/dialled", {"CallSid": "CA\n"}, "CallSid must be letters and digits\n"),
        ("/twilio/dialled", {}, "DialCallStatus is missing\n"),
        ("/twilio/status", {"CallStatus": ""}, "CallStatus is missing\n"),
    ],
)
async def test_a_form_that_lacks_something_is_refused_by_name(desk, path, changes, answer):
    assert await desk.post(path, {**CALL, **changes}) == (400, answer)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"{}", {"Content-Type": "application/json"}, 400),
        (b"", FORM, 400),
        (b"CallSid=\xff\xfe", FORM, 400),
        (b"a=1&" * 300, FORM, 400),
        (b"CallSid=%00&To=%F0%28%8C%28&CallStatus=x", FORM, 400),
        (b"a" * 65_537, FORM, 413),
    ],
)
async def test_no_body_makes_the_server_fail(desk, path, body, headers, status):
    assert (await desk.post(path, None, data=body, headers=headers))[0] == status


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["DELETE", "GET", "OPTIONS", "PATCH", "PUT"])
async def test_a_webhook_by_another_method_is_told_to_be_a_post(public_desk, path, method, caplog):
    response = await public_desk.client.open(path, method=method)

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert response.content_type == "text/plain; charset=utf-8"
    assert await response.get_data(as_text=True) == "Set this webhook to HTTP POST in the Twilio console.\n"
    assert caplog.records == []  # anybody may have asked


async def test_twilios_own_get_is_logged_with_the_fix(public_desk, caplog):
    asked = "/twilio/voice?" + urlencode(CALL)
    signed = {"X-Twilio-Signature": signature.sign(TOKEN, PUBLIC_URL + asked)}

    assert (await public_desk.client.get(asked, headers=signed)).status_code == 405
    assert [record.getMessage() for record in caplog.records] == [
        "webhook /twilio/voice refused: it came by GET. Set this webhook to HTTP POST in the Twilio console."
    ]
    assert (await public_desk.client.head(asked, headers=signed)).status_code == 405


GOES_ON = {Outcome.TRANSFERRED, Outcome.CARRIER_LOST}
OVER = ["completed", "busy", "failed", "no-answer", "canceled"]


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - GOES_ON))
async def test_after_the_stream_the_switchboard_knows_how_it_ended(desk, outcome):
    desk.switchboard.report(CALL_SID, outcome)

    assert await desk.post("/twilio/after", CALL) == (200, twiml.after(outcome, ENGLISH))


async def stored(database, business, outcome):
    finish = partial(calls.finish, detail="", ended_at=NOON, duration_ms=1_000, events=[])
    await database.write(lambda conn: finish(conn, business.id, call_sid=CALL_SID, outcome=outcome))


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        ("completed", (200, twiml.hang_up())),
        ("model_failed", said(ENGLISH.apology)),
        (calls.INTERRUPTED, said(ENGLISH.apology)),
    ],
)
async def test_after_a_restart_the_database_knows_how_the_stream_ended(
    desk, database, business, outcome, answer
):
    await stored(database, business, outcome)

    assert await desk.post("/twilio/after", CALL) == answer


async def test_the_switchboard_comes_before_the_database(desk, database, business):
    await stored(database, business, "completed")
    desk.switchboard.report(CALL_SID, Outcome.MODEL_FAILED)

    assert await desk.post("/twilio/after", CALL) == said(ENGLISH.apology)


async def test_a_call_that_nobody_knows_still_hears_words(desk):
    assert await desk.post("/twilio/after", CALL) == said(ENGLISH.apology)


async def test_a_database_that_cannot_be_read_costs_no_caller_the_apology(desk, database):
    await database.write(lambda conn: conn.execute("ALTER TABLE calls RENAME TO lost") and None)

    assert await desk.post("/twilio/after", CALL) == said(ENGLISH.apology)


async def test_a_caller_hears_words_although_the_businesses_cannot_be_read(desk, database):
    await database.write(lambda conn: conn.execute("ALTER TABLE businesses RENAME TO lost") and None)

    assert await desk.post("/twilio/voice", CALL) == said(ENGLISH.apology)


@pytest.fixture
async def hebrew(database, business):
    """The business, where Hebrew is spoken."""
    change = partial(businesses.change, business_id=business.id, language="he")
    return await database.write(change)


async def test_words_are_said_in_the_language_of_the_business(database, hebrew):
    desk = Desk(database, local())
    desk.switchboard.start_draining()

    busy = (200, twiml.say_and_hang_up(HEBREW.busy, HEBREW))
    sorry = (200, twiml.say_and_hang_up(HEBREW.apology, HEBREW))
    nobody = (200, twiml.say_and_hang_up(HEBREW.nobody_answered, HEBREW))
    assert await desk.post("/twilio/voice", CALL) == busy
    assert await desk.post("/twilio/after", CALL) == sorry
    assert await desk.post("/twilio/dialled", {**CALL, "DialCallStatus": "busy"}) == nobody


async def test_where_no_business_says_its_language_the_called_number_does(desk):
    called = {**CALL, "To": "+97235550100"}

    words = (200, twiml.say_and_hang_up(HEBREW.not_in_service, HEBREW))
    assert await desk.post("/twilio/voice", called) == words
    assert await desk.post("/twilio/after", called) == (200, twiml.after(None, HEBREW))


async def transferred(database, business, phone, people=(PERSON,)):
    """A call whose tool has chosen `phone`, and which then ended to be put through."""

    def write(conn):
        listed = [Person(name=f"Person {n}", phone=number) for n, number in enumerate(people)]
        facts.set_people(conn, business.id, listed)
        calls.begin(conn, business.id, call_sid=CALL_SID, caller=CALLER, lead_id=None, started_at=NOON)
        if phone is not None:
            calls.set_transfer(conn, business.id, CALL_SID, phone)

    await database.write(write)
    await stored(database, business, "transferred")


async def test_a_transferred_call_rings_the_person_and_shows_the_businesss_number(desk, database, business):
    await transferred(database, business, PERSON)
    desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)

    dial = (200, twiml.dial(PERSON, caller_id=NUMBER, action="/twilio/dialled"))
    assert await desk.post("/twilio/after", CALL) == dial
    assert await Desk(database, local()).post("/twilio/after", CALL) == dial  # after a restart


async def test_nobody_is_rung_for_a_caller_who_has_hung_up(desk, database, business):
    await transferred(database, business, PERSON)
    desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)

    assert await desk.post("/twilio/after", {**CALL, "CallStatus": "completed"}) == (200, twiml.hang_up())
    assert desk.over == [(CALL_SID, "canceled", False)]


@pytest.mark.parametrize("status", OVER)
@pytest.mark.parametrize("outcome", sorted(Outcome))
async def test_whose_call_is_over_hears_nothing_more(desk, outcome, status):
    desk.switchboard.report(CALL_SID, outcome)

    assert await desk.post("/twilio/after", {**CALL, "CallStatus": status}) == (200, twiml.hang_up())
    assert not desk.tokens.pending


ALIVE = {**CALL, "CallStatus": "in-progress"}


async def test_whose_line_breaks_under_a_live_call_is_led_back_to_the_bot(desk, business):
    desk.switchboard.report(CALL_SID, Outcome.CARRIER_LOST)

    for _ in range(2):  # Twilio repeats a request whose answer was lost
        status, answer = await desk.post("/twilio/after", ALIVE)
        assert status == 200
        back(desk, business, answer, Back.CUT_OFF)


async def test_whose_way_back_never_begins_is_not_led_back_without_end(desk):
    desk.switchboard.report(CALL_SID, Outcome.CARRIER_LOST)
    answers = [await desk.post("/twilio/after", ALIVE) for _ in range(4)]

    assert answers[2:] == [said(ENGLISH.apology)] * 2


async def test_whose_line_breaks_again_hears_the_apology(desk, business):
    desk.switchboard.report(CALL_SID, Outcome.CARRIER_LOST)
    back(desk, business, (await desk.post("/twilio/after", ALIVE))[1], Back.CUT_OFF)
    with desk.switchboard.admit(CALL_SID):
        desk.switchboard.report(CALL_SID, Outcome.CARRIER_LOST)

    assert await desk.post("/twilio/after", ALIVE) == said(ENGLISH.apology)


async def test_whose_line_broke_before_a_restart_is_led_back_too(desk, database, business):
    await stored(database, business, "carrier_lost")

    back(desk, business, (await desk.post("/twilio/after", ALIVE))[1], Back.CUT_OFF)


async def test_who_cannot_be_led_back_hears_the_apology(desk, database, business):
    desk.switchboard.report(CALL_SID, Outcome.CARRIER_LOST)

    with desk.switchboard.admit("CAother"):
        assert await desk.post("/twilio/after", ALIVE) == said(ENGLISH.apology)
    assert await desk.post("/twilio/after", {**ALIVE, "To": "+14155550123"}) == said(ENGLISH.apology)
    await database.write(lambda conn: conn.execute("ALTER TABLE businesses RENAME TO lost") and None)
    assert await desk.post("/twilio/after", ALIVE) == said(ENGLISH.apology)


async def test_nobody_is_led_back_before_the_record_of_the_first_stream_is_written(desk, database, business):
    answers = []

    async def ask():
        answers.append((await desk.post("/twilio/after", ALIVE))[1])

    async with trio.open_nursery() as nursery:
        with desk.switchboard.admit(CALL_SID):
            desk.switchboard.report(CALL_SID, Outcome.CARRIER_LOST)
            nursery.start_soon(ask)
            for _ in range(3):
                await trio.testing.wait_all_tasks_blocked()
                await database.read(lambda conn: None)  # after whatever it has asked the database
            assert answers == []
    back(desk, business, *answers, Back.CUT_OFF)


async def test_twilio_has_its_answer_in_time_however_slowly_a_stream_ends(tmp_path, autojump_clock):
    async def slow_stream():
        with desk.switchboard.admit(CALL_SID, lost.set):
            await lost.wait()
            await trio.sleep(9)
            desk.switchboard.report(CALL_SID, Outcome.CARRIER_LOST)
            await trio.sleep(60)  # the disk is as slow

    lost = trio.Event()
    async with (
        open_database(tmp_path / "f.db", run_sync=inline) as database,
        trio.open_nursery() as nursery,
    ):
        await database.write(
            partial(businesses.add, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")
        )
        desk = Desk(database, local())
        nursery.start_soon(slow_stream)
        await trio.testing.wait_all_tasks_blocked()
        asked_s = trio.current_time()
        assert await desk.post("/twilio/after", ALIVE) == said(ENGLISH.apology)
        assert trio.current_time() - asked_s <= 12  # Twilio waits for 15


async def test_a_stream_that_only_twilio_knows_to_be_over_is_ended_and_its_caller_led_back(desk, business):
    ended = trio.Event()

    async def stream():
        with desk.switchboard.admit(CALL_SID, ended.set):
            streaming.set()
            await ended.wait()
            desk.switchboard.report(CALL_SID, Outcome.CARRIER_LOST)

    streaming = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stream)
        await streaming.wait()
        assert await desk.post("/twilio/after", {**CALL, "CallStatus": "completed"}) == (200, twiml.hang_up())
        assert not ended.is_set()  # whose caller has hung up ends by the stop that is on its way
        back(desk, business, (await desk.post("/twilio/after", ALIVE))[1], Back.CUT_OFF)


def back(desk, business, answer, why=Back.UNANSWERED):
    """Checks that the answer streams the call to the bot once more, as one that comes back."""
    (token,) = re.findall(r'name="token" value="([^"]+)"', answer)
    assert answer == twiml.connect("ws://localhost/twilio/media", token, action="/twilio/after")
    assert desk.tokens.consume(token, CALL_SID) == Grant(
        call_sid=CALL_SID,
        business_id=business.id,
        caller_number=CALLER,
        back=why,
    )


@pytest.mark.parametrize(
    ("phone", "people"),
    [
        ("+14155550178", [PERSON]),  # taken off the list since, or never on it
        (PERSON, []),
        (None, [PERSON]),  # nobody was chosen
        ("+442079460958", ["+442079460958"]),  # another country
        ("+19005551234", ["+19005551234"]),  # premium
        (NUMBER, [NUMBER]),  # would ring here
    ],
)
async def test_nobody_is_dialled_who_may_not_be_and_the_caller_is_not_left_alone(
    desk, database, business, caplog, phone, people
):
    await transferred(database, business, phone, people)
    desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)

    status, answer = await desk.post("/twilio/after", CALL)
    assert status == 200
    back(desk, business, answer)
    assert desk.over == [(CALL_SID, "failed", True)]
    assert not re.search(r"\d{7}", caplog.text.replace(CALL_SID, ""))


async def test_the_list_of_another_business_allows_nothing(desk, database, business):
    add = partial(
        businesses.add, name="Other", number="+14155550101", timezone="Europe/Berlin", language="en"
    )
    other = await database.write(add)
    theirs = [Person(name="Theirs", phone=PERSON)]
    await transferred(database, business, PERSON, people=[])
    await database.write(lambda conn: facts.set_people(conn, other.id, theirs))
    desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)

    back(desk, business, (await desk.post("/twilio/after", CALL))[1])


@pytest.mark.parametrize("people", [[PERSON], []])  # who is rung, and who may not be
async def test_nobody_is_rung_again_for_a_way_back_that_was_not_taken(desk, database, business, people):
    await transferred(database, business, PERSON, people)
    desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)
    path, form = (
        ("/twilio/dialled", {**ALIVE, "DialCallStatus": "busy"}) if people else ("/twilio/after", ALIVE)
    )
    back(desk, business, (await desk.post(path, form))[1])

    del desk.over[:]
    assert await desk.post("/twilio/after", ALIVE) == said(ENGLISH.nobody_answered)
    assert desk.over == [(CALL_SID, None, False)]
    with desk.switchboard.admit(CALL_SID):
        desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)
    assert await desk.post("/twilio/after", ALIVE) != said(ENGLISH.nobody_answered)


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled", "+14155550177"])
async def test_a_caller_whom_nobody_answered_comes_back_to_the_bot(desk, business, status):
    form = {**CALL, "CallStatus": "in-progress", "DialCallStatus": status}

    back(desk, business, (await desk.post("/twilio/dialled", form))[1])
    assert desk.over == [(CALL_SID, "failed" if status.startswith("+") else status, True)]


@pytest.mark.parametrize(
    "form",
    [
        {"DialCallStatus": "completed", "CallStatus": "in-progress"},
        {"DialCallStatus": "answered", "CallStatus": "in-progress"},
        {"DialCallStatus": "no-answer", "CallStatus": "completed"},  # the caller gave up
    ],
)
async def test_after_the_talk_with_a_person_the_call_is_over(desk, form):
    assert await desk.post("/twilio/dialled", {**CALL, **form}) == (200, twiml.hang_up())
    assert (desk.over, desk.tokens.pending) == ([(CALL_SID, form["DialCallStatus"], False)], False)


async def test_a_call_comes_back_only_once_the_record_of_its_first_stream_is_written(desk):
    answers = []

    async def ask():
        form = {**CALL, "CallStatus": "in-progress", "DialCallStatus": "failed"}
        answers.append(await desk.post("/twilio/dialled", form))

    async with trio.open_nursery() as asking:
        with desk.switchboard.admit(CALL_SID):
            asking.start_soon(ask)
            await trio.testing.wait_all_tasks_blocked(0.05)
            assert answers == []
    ((status, answer),) = answers
    assert (status, "<Stream" in answer) == (200, True)


async def test_a_record_that_is_not_written_in_time_leaves_the_caller_with_words(desk, autojump_clock):
    with desk.switchboard.admit(CALL_SID):
        answer = await desk.post("/twilio/dialled", {**CALL, "DialCallStatus": "failed"})
    assert answer == said(ENGLISH.nobody_answered)


async def test_a_call_that_comes_back_is_let_in_again(desk, business):
    with desk.switchboard.admit(CALL_SID):
        desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)
    back(desk, business, (await desk.post("/twilio/dialled", {**CALL, "DialCallStatus": "busy"}))[1])

    with desk.switchboard.admit(CALL_SID):
        assert desk.switchboard.live == 1


async def test_a_call_that_comes_back_to_full_lines_hears_words(desk):
    with desk.switchboard.admit("CAother"):
        answer = await desk.post("/twilio/dialled", {**CALL, "DialCallStatus": "busy"})

    assert answer == said(ENGLISH.nobody_answered)
    assert desk.over == [(CALL_SID, "busy", False)]


async def test_a_draining_server_takes_nobody_back_and_the_transfer_is_over(desk):
    desk.switchboard.start_draining()

    answer = await desk.post("/twilio/dialled", {**CALL, "DialCallStatus": "no-answer"})
    assert (answer, desk.over) == (said(ENGLISH.nobody_answered), [(CALL_SID, "no-answer", False)])


@pytest.mark.parametrize(
    ("outcome", "over"),
    [(Outcome.TRANSFERRED, [(CALL_SID, None, False)]), (Outcome.COMPLETED, [])],
)
async def test_that_a_call_is_over_ends_its_transfer_whatever_else_has_come(desk, outcome, over):
    desk.switchboard.report(CALL_SID, outcome)

    for status in ("ringing", "in-progress", "completed"):
        assert await desk.post("/twilio/status", {**CALL, "CallStatus": status}) == (204, "")
    assert desk.over == over


async def test_a_caller_who_was_blocked_meanwhile_is_neither_put_through_nor_led_back(
    desk, database, business
):
    await transferred(database, business, PERSON)
    await database.write(lambda conn: blocked.add(conn, business.id, CALLER))
    desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)

    assert await desk.post("/twilio/after", ALIVE) == (200, twiml.hang_up())
    assert await desk.post("/twilio/dialled", {**ALIVE, "DialCallStatus": "busy"}) == (200, twiml.hang_up())
    assert desk.over == [(CALL_SID, "failed", False), (CALL_SID, "busy", False)]
    desk.switchboard.report(CALL_SID, Outcome.CARRIER_LOST)
    assert await desk.post("/twilio/after", ALIVE) == (200, twiml.hang_up())
    assert not desk.tokens.pending


async def test_a_database_that_cannot_be_read_leaves_no_transfer_without_words(desk, database, business):
    await transferred(database, business, PERSON)
    await database.write(lambda conn: conn.execute("ALTER TABLE businesses RENAME TO lost") and None)
    desk.switchboard.report(CALL_SID, Outcome.TRANSFERRED)

    assert await desk.post("/twilio/after", CALL) == said(ENGLISH.nobody_answered)
    assert await desk.post("/twilio/dialled", {**CALL, "DialCallStatus": "busy"}) == said(
        ENGLISH.nobody_answered
    )
    assert desk.over == [(CALL_SID, "failed", False), (CALL_SID, "busy", False)]


async def test_a_status_is_logged_without_any_number(desk, caplog):
    caplog.set_level(logging.INFO)

    assert await desk.post("/twilio/status", {**CALL, "CallStatus": "completed"}) == (204, "")
    assert await desk.post("/twilio/status", {**CALL, "CallStatus": "+14155550199"}) == (204, "")
    assert [record.getMessage() for record in caplog.records] == [
        f"status: call {CALL_SID} is completed",
        f"status: call {CALL_SID} is (unreadable)",
    ]


async def test_a_signed_webhook_is_let_in_whatever_its_host_and_unknown_fields(public_desk):
    signed = signed_form("/twilio/voice", [*CALL.items(), ("Future", " v "), ("Future", "w"), ("Empty", "")])
    status, answer = await public_desk.post("/twilio/voice", None, **signed)

    assert status == 200
    assert 'url="wss://desk.example.com/twilio/media"' in answer


async def test_the_query_is_part_of_what_is_signed(public_desk):
    path = "/twilio/status?attempt=2"
    signed = signed_form(path, list(CALL.items()))

    assert await public_desk.post(path, None, **signed) == (204, "")
    assert (await public_desk.post("/twilio/status?attempt=3", None, **signed))[0] == 403


@pytest.mark.parametrize("path", PATHS)
async def test_an_unsigned_or_wrongly_signed_webhook_is_refused(public_desk, path):
    refused = (403, "bad signature\n")
    good = signature.sign("not the token", PUBLIC_URL + path, CALL.items())  # well-formed, by somebody else
    changed = signed_form(path, list({**CALL, "To": "+14155550123"}.items()))["headers"]

    assert await public_desk.post(path, CALL) == refused
    assert await public_desk.post(path, CALL, headers={"X-Twilio-Signature": good}) == refused
    assert await public_desk.post(path, CALL, headers=changed) == refused


async def test_health_says_that_the_process_answers(desk):
    response = await desk.client.get("/healthz")

    assert (response.status_code, await response.get_data()) == (200, b"ok\n")


# Of a deployment on this machine alone: no call comes in from outside, and that keeps none from being taken.
GREEN = {
    "database": "ok",
    "model": "ok",
    "calls": "ok",
    "descriptors": "ok",
    "reached": "TWILIO_AUTH_TOKEN or FRONTDESK_PUBLIC_URL is not set",
    "last_calls": "ok",
    "texts": "TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN is not set",
}


async def ready(desk):
    response = await desk.client.get("/readyz")
    return response.status_code, await response.get_json()


async def test_ready_says_which_part_is_red(database, business):
    desk = Desk(database, local())
    desk.switchboard.start_draining()
    await database.write(lambda conn: conn.execute("ALTER TABLE businesses RENAME TO lost") and None)

    assert await ready(desk) == (
        503,
        {
            **GREEN,
            "database": "cannot be written",
            "model": "OPENAI_API_KEY is not set",
            "calls": "draining",
        },
    )


async def test_ready_is_green_when_a_call_could_be_answered(database, business):
    configured = configuration.load({"FRONTDESK_REALTIME_URL": "ws://127.0.0.1:1/v1/realtime"})

    assert await ready(Desk(database, configured)) == (200, GREEN)


async def test_ready_is_red_while_the_disk_takes_nothing_and_green_again_after(
    database, business, mock_clock
):
    desk = Desk(database, configuration.load({"FRONTDESK_REALTIME_URL": "ws://127.0.0.1:1/v1/realtime"}))
    writer = await database.write(lambda conn: conn)

    writer.execute("PRAGMA query_only = ON")
    red = {**GREEN, "database": "cannot be written"}
    assert await ready(desk) == (503, red)
    writer.execute("PRAGMA query_only = OFF")
    assert await ready(desk) == (503, red)  # asked again at once: nothing is tried
    mock_clock.jump(5)
    assert await ready(desk) == (200, GREEN)


async def test_ready_is_red_at_once_when_the_file_is_gone_and_green_when_it_is_back(
    database, business, tmp_path
):
    desk = Desk(database, configuration.load({"FRONTDESK_REALTIME_URL": "ws://127.0.0.1:1/v1/realtime"}))
    file, elsewhere = tmp_path / "frontdesk.db", tmp_path / "elsewhere.db"
    assert await ready(desk) == (200, GREEN)

    file.rename(elsewhere)
    red = (
        "the database file was deleted, moved or replaced while the server has it open; put it back, or "
        "stop the server: it leaves what it holds in a file beside it, for `frontdesk restore`"
    )
    assert await ready(desk) == (503, {**GREEN, "database": red})
    elsewhere.rename(file)
    assert await ready(desk) == (200, GREEN)


async def test_asking_whether_it_is_ready_writes_a_page_but_not_at_every_question(
    database, business, tmp_path
):
    desk = Desk(database, local())
    log = tmp_path / "frontdesk.db-wal"
    sizes = [log.stat().st_size]
    for _ in range(3):
        await ready(desk)
        sizes.append(log.stat().st_size)

    assert sizes[0] < sizes[1] == sizes[2] == sizes[3]
