"""The first page: whether callers are answered, and what needs the owner."""

import datetime as dt
import re
from functools import partial
from itertools import count

import pytest

from engine.switchboard import Switchboard
from storage import calls, outbox, reached
from storage.records import Flag
from tests.office.support import PUBLIC_URL, public
from tests.storage.conftest import add_test_call, end_call
from tests.web.descriptors import descriptors_for
from tests.web.pages.browser import NOW, PUBLIC_COOKIE, add_business, client_of, sign_in
from tests.web.pages.ringing import MINUTE, ring
from web import configuration
from web.reached import setup_of

MODEL = {"OPENAI_API_KEY": "sk-simulated"}
TEXTING = {"TWILIO_ACCOUNT_SID": "AC" + "a1" * 16}
HEARD = [(0, "first_audio", {})]
HOUR = dt.timedelta(hours=1)
ANSWERING = "Answering calls to +1 415-555-0100"
NO_CALL = "No call has come in yet. Call it once to check."
UNHEARD = "A call has come in, but no caller has heard the receptionist yet. Call it once more to check."
UNTRUE = Flag(kind="said_not_done", said="You're all set for Tuesday at ten.", done="")


@pytest.fixture
async def owner(database, business):
    """Opens a browser of an owner of Salon, on a public server with some configuration."""
    emails = (f"owner{number}@example.com" for number in count())

    async def opened(*, language="en", business_id=business.id, switchboard=None, **more):
        configured = public(**{**MODEL, **TEXTING, **more})
        client = client_of(database, configured=configured, switchboard=switchboard)
        more = {"email": next(emails), "language": language, "cookie": PUBLIC_COOKIE}
        return await sign_in(database, client, business_id, **more)

    return opened


async def reach(database, business_id, *, heard=True, at=NOW - HOUR, configured=None):
    """A signed call has come to the business, and its caller perhaps heard the receptionist."""
    setup = setup_of(configured or public())
    await database.write(partial(reached.note, business_id=business_id, setup=setup, now=at, heard=heard))


async def today(browser):
    return words(await browser.get("/today"))


def words(page):
    """What is read on a page; a sign follows its word, also where that is isolated."""
    return re.sub(r" ([.,])", r"\1", page.text)


async def test_an_empty_business_is_told_what_to_do(browser, owner):
    page = await browser.get("/today")
    assert (page.status, page.text.endswith("Recent calls No calls yet.")) == (200, True)
    assert "Nothing is booked today." in page.text
    assert "No calls yet. Call +1 415-555-0100 and say hello." in (await (await owner()).get("/today")).text


async def test_in_its_first_minute_a_server_says_that_no_call_can_reach_it(database, business):
    local = configuration.load(MODEL)
    browser = await sign_in(database, client_of(database, configured=local), business.id)
    text = await today(browser)
    assert "This server isn't connected to a phone number yet. Try the receptionist" in text
    assert "nswering" not in text
    assert "Make a test call" in text


async def test_without_a_voice_calls_are_not_answered(browser):
    text = await today(browser)
    assert "Calls aren't being answered right now. The AI voice isn't set up yet" in text
    assert "Make a test call" not in text


async def test_a_process_that_cannot_take_a_call_says_why_whatever_calls_have_shown(
    database, business, owner
):
    await reach(database, business.id)
    switchboard = Switchboard(max_calls=1)
    browser, other = await owner(switchboard=switchboard), await owner()  # which has not tried the disk yet
    assert ANSWERING in await today(browser)
    with descriptors_for(7):
        text = await today(browser)
    assert "Calls aren't being answered right now. The server has too many connections or files" in text
    writer = await database.write(lambda conn: conn)
    writer.execute("PRAGMA query_only = ON")
    text = await today(other)
    writer.execute("PRAGMA query_only = OFF")
    assert "Callers can't book right now. The server can't save to its disk" in text
    switchboard.start_draining()
    text = await today(browser)
    assert "Calls aren't being answered right now. The server is shutting down." in text
    assert ANSWERING not in text


async def test_a_database_file_that_is_gone_is_to_be_put_back_and_no_room_is_asked_for(
    database, business, owner, tmp_path
):
    await reach(database, business.id)
    browser, hebrew = await owner(), await owner(language="he")
    file, elsewhere = tmp_path / "frontdesk.db", tmp_path / "elsewhere.db"
    file.rename(elsewhere)
    text = await today(browser)
    gone = "The database file was moved or deleted while the server runs. Put it back; until then nothing is"
    assert f"Callers can't book right now. {gone} booked." in text
    assert "disk" not in text
    assert "קובץ מסד הנתונים הועבר או נמחק בזמן שהשרת פועל. החזירו אותו למקומו" in await today(hebrew)
    elsewhere.rename(file)
    assert ANSWERING in await today(browser)


async def test_until_a_signed_call_has_come_nobody_says_that_calls_are_answered(database, business, owner):
    text = await today(await owner())
    assert NO_CALL in text
    assert f"its voice webhook is {PUBLIC_URL}/twilio/voice" in text
    assert (await today(await owner(language="he"))).count("עדיין לא הגיעה אף שיחה.") == 1


async def test_a_call_that_has_come_and_was_not_heard_is_not_enough(database, business, owner):
    browser = await owner()
    await reach(database, business.id, heard=False)
    await ring(database, business.id, outcome="caller_hung_up")
    assert UNHEARD in await today(browser)
    await reach(database, business.id)
    assert ANSWERING in await today(browser)


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        ("model_failed", "The AI voice couldn't be reached, or it stopped. Check that OPENAI_API_KEY"),
        ("carrier_lost", "The line dropped. Check the server's internet connection"),
        ("interrupted", "The server went down in the middle of it."),
        ("internal_error", "Something went wrong on the server. Check its log."),
    ],
)
async def test_after_a_call_that_failed_it_says_so_until_one_is_answered(
    database, business, owner, outcome, why
):
    browser = await owner()
    await reach(database, business.id)
    await ring(database, business.id, "CA1", events=HEARD, ago=4 * MINUTE)
    await ring(database, business.id, "CA2", outcome=outcome, ago=3 * MINUTE)
    text = await today(browser)
    assert f"The last call, at 09:57, failed. {why}" in text
    assert "Then call +1 415-555-0100 once to check." in text
    assert ANSWERING not in text
    await ring(database, business.id, "CA3", outcome="caller_hung_up", ago=2 * MINUTE)
    assert "The last call, at 09:57, failed." in await today(browser)
    await ring(database, business.id, "CA4", events=HEARD, ago=MINUTE)
    text = await today(browser)
    assert (ANSWERING in text, "The last call" in text) == (True, False)


async def test_a_failure_of_another_day_is_told_with_its_date(database, business, owner):
    browser = await owner()
    await reach(database, business.id, at=NOW - 48 * HOUR)
    await ring(database, business.id, outcome="model_failed", ago=24 * HOUR)
    assert "The last call, on Thu 19 Nov at 10:00, failed." in await today(browser)


@pytest.mark.parametrize(
    "changed", [{"TWILIO_AUTH_TOKEN": "f" * 32}, {"FRONTDESK_PUBLIC_URL": "https://other.example.com"}]
)
async def test_with_another_address_or_token_a_call_has_to_come_again(database, business, owner, changed):
    await reach(database, business.id)
    await ring(database, business.id, events=HEARD)
    assert ANSWERING in await today(await owner())
    browser = await owner(**changed)
    text = await today(browser)
    assert f"{NO_CALL} Earlier calls don't count: the server's address or auth token" in text
    await reach(database, business.id, at=NOW, configured=public(**changed))
    assert ANSWERING in await today(browser)


async def test_a_failure_of_before_the_server_was_set_up_anew_counts_no_more(database, business, owner):
    await ring(database, business.id, outcome="model_failed", ago=2 * HOUR)
    await reach(database, business.id)
    assert ANSWERING in await today(await owner())


async def test_what_calls_show_of_one_business_says_nothing_of_another(database, business, owner):
    other = await owner(business_id=await add_business(database))
    await reach(database, business.id)
    await ring(database, business.id, outcome="model_failed", flags=[UNTRUE])
    text = await today(other)
    assert (NO_CALL in text, "Earlier calls" in text, "Needs you" in text) == (
        True,
        False,
        False,
    )


async def test_a_test_call_counts_for_nothing(database, business, owner):
    def failed_test(conn):
        add_test_call(conn, business.id, "CAtest")
        end_call(conn, business.id, "CAtest", outcome="model_failed")
        calls.flag(conn, business.id, "CAtest", [UNTRUE])

    await reach(database, business.id)
    await database.write(failed_test)
    text = await today(await owner())
    assert (ANSWERING in text, "Needs you" in text) == (True, False)


# What needs the owner.


async def test_nothing_needs_the_owner_of_calls_that_went_well(database, business, owner):
    await ring(database, business.id, events=HEARD)
    text = await today(await owner())
    assert ("Needs you" in text, "needs checking" in text) == (False, False)


async def test_what_was_said_and_not_done_stands_above_all_else(database, business, owner):
    await ring(database, business.id, "CA1", full_name="Ada", flags=[UNTRUE], ago=2 * MINUTE)
    booked = Flag(kind="confirmation_not_heard", said="", done="2026-11-23T08:30:00Z")
    await ring(database, business.id, "CA2", caller="+14155550198", flags=[booked])
    page = await (await owner()).get("/today")
    text = words(page)
    needs = text[text.index("Needs you") : text.index("Appointments Nothing")]
    assert needs == (
        "Needs you +1 415-555-0198 09:59 The caller may not know they're booked for Mon 23 Nov at 09:30."
        " Call them to confirm. Ada 09:58 The receptionist told the caller something untrue:"
        " You're all set for Tuesday at ten. "
    )
    assert page.text.count("needs checking") == 2  # in the recent calls
    assert page.body.count(f'href="/b/{business.id}/calls/CA1"') == 2


async def test_a_call_that_failed_is_to_be_rung_back_if_its_number_is_known(database, business, owner):
    await ring(database, business.id, "CA1", outcome="server_stopped", ago=2 * MINUTE)
    await ring(database, business.id, "CA2", outcome="model_failed", caller=None)
    text = await today(await owner())
    assert "Number withheld 09:59 The AI voice failed, and the call ended. +1" in text
    assert "09:58 The server was shut down during the call. Call them back." in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Ada 09:59 The caller asked for a person, and nobody picked up. Call them back."
            " Ben 09:58 The caller asked for a person, and their line was busy. Call them back. "
            "Number withheld 09:57 The caller asked for a person, and nobody picked up. Appointments",
        ),
        (
            "he",
            "Ada 09:59 המתקשר ביקש לדבר עם אדם, ואיש לא ענה. התקשרו אליו בחזרה.",
        ),
    ],
)
async def test_who_asked_for_a_person_and_reached_nobody_is_to_be_rung_back(
    database, business, owner, language, words
):
    rosa = {"transfer_to": "+14155550111"}
    await ring(database, business.id, "CA1", full_name="Ada", dial_status="no-answer", **rosa)
    ben = {"caller": "+14155550198", "full_name": "Ben", "ago": 2 * MINUTE, "outcome": "transferred"}
    await ring(database, business.id, "CA2", dial_status="busy", **ben, **rosa)
    await ring(database, business.id, "CA3", caller=None, ago=3 * MINUTE, dial_status="no-answer", **rosa)
    await ring(database, business.id, "CA4", ago=4 * MINUTE, dial_status="completed", **rosa)
    text = await today(await owner(language=language))
    assert words in text


async def test_five_are_shown_with_the_way_to_all_of_them_and_what_is_old_or_removed_is_not(
    database, business, owner
):
    browser = await owner()
    await ring(database, business.id, "CAold", flags=[UNTRUE], ago=8 * 24 * HOUR)
    await ring(database, business.id, "CAremoved", flags=[UNTRUE])
    await database.write(lambda conn: calls.remove(conn, business.id, "CAremoved", NOW))
    for number in range(5):
        await ring(database, business.id, f"CA{number}", outcome="carrier_lost", ago=number * MINUTE)
    page = await browser.get("/today")
    shown = page.text.count("The line dropped.")
    assert (shown, "all calls that need" in page.text, UNTRUE.said in page.text) == (5, False, False)
    await ring(database, business.id, "CA9", outcome="model_failed", ago=9 * MINUTE)
    page = await browser.get("/today")
    assert (page.text.count("The line dropped."), "The AI voice failed," in page.text) == (5, False)
    everything = await browser.get(re.search(r'href="/b/\d+(/calls\?flagged=1)"', page.body)[1])
    assert everything.text.count("needs checking") == 7


# Texts.

OWNER = "+14155550177"


async def leave_text(database, business_id, *, kind="to_owner", ago=2 * HOUR, problem=None, retry_at=None):
    """What a call so long ago left to be told; a problem is what came of trying."""

    def job(conn):
        row = {"call_sid": "CA1", "kind": kind, "recipient": OWNER, "body": f"{kind} {problem}"}
        outbox.put(conn, business_id, now=NOW - ago, **row)
        (newest,) = conn.execute(
            "SELECT max(id) FROM outbox WHERE business_id = ?", (business_id,)
        ).fetchone()
        if problem:
            outbox.failed(conn, business_id, newest, problem=problem, retry_at=retry_at)

    await ring(database, business_id, "CA1", full_name="Ada", ago=ago)
    await database.write(job)


@pytest.mark.parametrize(
    ("problem", "retry_at", "why"),
    [
        (None, None, "Not sent yet. It's being tried again."),
        ("status 503", NOW + HOUR, "Not sent yet. It's being tried again."),
        ("status 401, code 20003, Authenticate", NOW, "Twilio doesn't accept this server's account SID"),
        ("status 400, code 21614, no mobile", None, "That number can't get texts."),
        ("status 400, code 21608, unverified", None, "Your Twilio account is a trial:"),
        ("status 400, code 99999", None, "The text service refused it."),
        ("not sent within a day", None, "It couldn't be sent within a day."),
    ],
)
async def test_a_text_that_was_not_sent_is_told_with_its_reason(
    database, business, owner, problem, retry_at, why
):
    await leave_text(database, business.id, problem=problem, retry_at=retry_at)
    text = await today(await owner())
    assert f"Needs you Text to you about the call with Ada 08:00 {why}" in text


async def test_without_an_account_it_is_told_at_once_and_of_a_confirmation_to_whom(database, business, owner):
    await leave_text(database, business.id, kind="confirmation", ago=MINUTE)
    text = await today(await owner())
    assert "Needs you" not in text  # it may be on its way
    text = await today(await owner(TWILIO_ACCOUNT_SID=""))
    assert (
        "Text to Ada to confirm an appointment 09:59"
        " This server can't send texts: TWILIO_ACCOUNT_SID is missing on it." in text
    )


async def test_what_needs_the_owner_is_said_in_hebrew(database, business, owner):
    await reach(database, business.id)
    await ring(database, business.id, "CA2", outcome="model_failed", flags=[UNTRUE])
    await leave_text(database, business.id, problem="status 400, code 21614")
    text = await today(await owner(language="he"))
    for words in (
        "השיחה האחרונה, בשעה 09:59, נכשלה.",
        "דורש טיפול",
        "פקידת הקבלה אמרה למתקשר דבר שאינו נכון:",
        "תקלה במערכת הקולית, והשיחה הסתיימה. התקשרו אליו בחזרה.",
        "המספר הזה לא יכול לקבל הודעות טקסט.",
    ):
        assert words in text
