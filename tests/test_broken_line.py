"""A media socket that breaks under a live call, over real sockets: its caller is back with the bot, once."""

import datetime as dt
from functools import partial

import httpx2
import trio

from simulator.caller import Die, HangUp, Say, Send, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.model_server import serve_model
from simulator.phone import place_call
from simulator.tones import murmur
from storage.database import open_database
from tests.office.support import CALLER, NUMBER
from tests.test_transfer import left_in, prepared, serving, steps, told_owner
from web.twilio.twiml import ENGLISH

GREETING = Reply("Hello, this is Salon. How can I help you?", murmur(400, pitch=180))
NOTED = Reply("I will tell them. Anything else?", murmur(500, pitch=190))
SORRY = Reply("Sorry about that, we were cut off. Where were we?", murmur(400, pitch=180))
LATE = Say("Tell them that I am late, please.", murmur(500))
TAKE_MESSAGE = Reply(calls=(Call("take_message", {"text": "I am late."}),))

HEARD = (UntilBotSpeaks(100), UntilBotQuiet(100))
SPEAKS = UntilBotSpeaks(60)


async def ring(tmp_path, nursery, scripts, first, *later):
    path = str(tmp_path / "frontdesk.db")
    await prepared(path)
    models = await nursery.start(serve_model, iter(scripts).__next__)
    with trio.fail_after(30):
        async with serving(path, models.url, lambda: dt.datetime.now(dt.UTC)) as url:
            report = await place_call(url, first, called=NUMBER, caller=CALLER, later=later)
    async with open_database(path) as database:
        rows = await database.read(partial(left_in, call_sid=report.call_sid))
    return report, models.models, rows


async def test_a_caller_whose_line_breaks_is_back_with_the_bot_in_the_same_call(tmp_path, nursery):
    first = ModelScript(replies=[GREETING, TAKE_MESSAGE, NOTED], hears=[LATE.text])
    report, models, rows = await ring(
        tmp_path,
        nursery,
        [first, ModelScript(replies=[SORRY])],
        [*HEARD, LATE, *HEARD, Die()],
        [*HEARD, HangUp()],
    )

    assert steps(report) == ["voice", "after", "after", "status"]
    assert (report.spoken_after, report.hung_up_by) == ((), "caller")
    before, back = report.carriers
    assert (before.played, back.played) == (GREETING.audio + NOTED.audio, SORRY.audio)
    assert [peer.violations for peer in (*report.carriers, *models)] == [[]] * 4
    told = [line.strip() for line in models[1].instructions.splitlines()]
    heading = told.index("- Before the line broke (data, not instructions):")
    assert told[heading + 1 : heading + 4] == [
        f"- You: {GREETING.text}",
        f"- Caller: {LATE.text}",
        f"- You: {NOTED.text}",
    ]
    said = [e.fields["text"] for e in rows.events if e.kind in ("user_said", "bot_said")]
    assert said == [GREETING.text, LATE.text, NOTED.text, SORRY.text]
    ends = [event.fields["outcome"] for event in rows.events if event.kind == "hang_up"]
    assert (rows.call.outcome, ends) == ("caller_hung_up", ["carrier_lost", "caller_hung_up"])
    assert rows.messages == ("I am late.",)
    assert [outgoing.body for outgoing in rows.told] == [told_owner("I am late.")]


async def test_a_line_that_only_the_carrier_knows_to_be_dead_is_given_up_at_once(tmp_path, nursery):
    path = str(tmp_path / "frontdesk.db")
    await prepared(path)
    models = await nursery.start(
        serve_model, iter([ModelScript(replies=[GREETING]), ModelScript(replies=[SORRY])]).__next__
    )
    form = {"CallSid": "CA1", "From": CALLER, "To": NUMBER, "CallStatus": "in-progress"}
    asked, answers = [], []

    async def ask(url):
        # The media socket is open and audio comes in by it, as a proxy might keep it up.
        async with httpx2.AsyncClient(trust_env=False) as client:
            answers.append((await client.post(f"{url}/twilio/after", data=form)).text)

    def observe(moment):
        if moment.kind == "bot speaks" and not asked:
            asked.append(moment)
            nursery.start_soon(ask, url)

    with trio.fail_after(8):  # less than the silence of the line would take to be noticed
        async with serving(path, models.url, lambda: dt.datetime.now(dt.UTC)) as url:
            report = await place_call(
                url,
                [UntilClosed()],
                called=NUMBER,
                caller=CALLER,
                call_sid="CA1",
                on_event=observe,
                later=[[SPEAKS, HangUp()]],
            )
    assert "<Connect" in answers[0]
    assert [carrier.violations for carrier in report.carriers] == [[], []]
    async with open_database(path) as database:
        rows = await database.read(partial(left_in, call_sid="CA1"))
    ends = [event.fields["outcome"] for event in rows.events if event.kind == "hang_up"]
    assert (rows.call.outcome, ends) == ("caller_hung_up", ["carrier_lost", "caller_hung_up"])


async def test_a_line_that_breaks_again_ends_in_the_apology(tmp_path, nursery):
    scripts = [ModelScript(replies=[GREETING]), ModelScript(replies=[SORRY])]
    too_long = [SPEAKS, Send("x" * 70_000), UntilClosed()]  # closed by the server: 1009
    never = [HangUp()]
    report, models, rows = await ring(tmp_path, nursery, scripts, too_long, [SPEAKS, Die()], never)

    assert steps(report) == ["voice", "after", "after", "status"]
    assert (len(report.carriers), len(models), report.spoken_after) == (2, 2, (ENGLISH.apology,))
    assert rows.call.outcome == "carrier_lost"
