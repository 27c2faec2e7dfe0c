"""`frontdesk slots`, `appointments`, `leads` and `prompt`: what callers would hear, and what they left."""

import re
from functools import partial

import click
import pytest

from engine.ports import Back
from engine.prompt import prompt as words
from office.office import TOOLS, profile
from storage import businesses, schedule, services
from storage.records import WeeklyHours
from tests.office.front import SATURDAY_NOON, TUESDAY, TUESDAY_9, TUESDAY_930, Now, grant, ring
from tests.office.support import CALLER, NUMBER
from tests.web.command_line import add, error, frontdesk
from web.commands import diary
from web.commands.prompt import told

LATER = {"caller": None, "call_sid": "CAlater"}


@pytest.fixture
async def front(database, business):
    """Somebody who is on the line with the business."""
    return await ring(database, business, Now())


@pytest.fixture
def free(database, business):
    """The lines of `frontdesk slots`, on a Saturday at noon."""

    async def look(words, service=None, minutes=None):
        ask = partial(
            diary.free_lines,
            business=business,
            words=words,
            service=service,
            minutes=minutes,
            now=SATURDAY_NOON,
        )
        return await database.read(ask)

    return look


async def test_what_is_free_is_shown_as_a_caller_hears_it(front, free):
    shown = await free("tuesday afternoon")

    assert shown == [
        "These times are free: Tuesday 24 November at 12:00, 12:30 or 13:00.",
        "Tue 2026-11-24 12:00-12:30",
        "Tue 2026-11-24 12:30-13:00",
        "Tue 2026-11-24 13:00-13:30",
    ]
    assert (await front.finds("tuesday afternoon"))["say"] == shown[0]


async def test_a_day_without_times_is_shown_with_the_reason(free):
    assert await free("2026-11-22", minutes=60) == [
        "We are closed on Sunday. The nearest free times are Monday 23 November at 9:00, 9:30 or 10:00.",
        "Mon 2026-11-23 09:00-10:00",
        "Mon 2026-11-23 09:30-10:30",
        "Mon 2026-11-23 10:00-11:00",
    ]
    assert await free("2026-01-01") == ["That time has passed already."]


async def test_the_words_are_read_by_the_hours_of_the_day(database, business, free):
    evenings = [WeeklyHours(weekday=1, opens_minute=720, closes_minute=1200)]
    await database.write(lambda conn: schedule.set_weekly_hours(conn, business.id, evenings))

    assert await free("tuesday at seven") == [
        "These times are free: Tuesday 24 November at 19:00.",
        "Tue 2026-11-24 19:00-19:30",
    ]
    assert (await free("tuesday at 9 am"))[0].startswith("We open at 12:00 on Tuesday 24 November.")
    with pytest.raises(click.BadParameter, match="'not tuesday' names no sure day"):
        await free("not tuesday")


async def test_what_a_caller_is_offered_is_not_shown_as_free(front, free):
    await front.finds(TUESDAY)

    assert (await free(TUESDAY))[1] == "Tue 2026-11-24 10:30-11:00"


async def test_a_service_takes_its_time_and_its_buffers(database, business, free):
    cut = partial(services.add, name="Cut", duration_min=45, buffer_after_min=15)
    await database.write(lambda conn: cut(conn, business.id))

    assert await free(TUESDAY, service="cut") == await free(TUESDAY)
    assert (await free(TUESDAY))[1] == "Tue 2026-11-24 09:00-09:45"
    assert (await free(TUESDAY, minutes=20))[1] == "Tue 2026-11-24 09:00-09:20"

    await database.write(lambda conn: services.add(conn, business.id, name="Colour", duration_min=90))
    with pytest.raises(click.BadParameter, match="is missing; the services are: Cut, Colour"):
        await free(TUESDAY)
    with pytest.raises(click.BadParameter, match="'perm' is not offered; the services are: Cut, Colour"):
        await free(TUESDAY, service="perm")


async def test_the_words_are_the_businesss_own(database, business, free):
    await database.write(lambda conn: businesses.change(conn, business.id, language="he"))
    hebrew = await database.read(lambda conn: businesses.by_id(conn, business.id))
    ask = partial(diary.free_lines, words="מחר", service=None, minutes=None, now=SATURDAY_NOON)

    said = (await database.read(lambda conn: ask(conn, hebrew)))[0]
    assert said == (
        "ביום ראשון אנחנו סגורים. השעות הפנויות הקרובות ביותר: יום שני, 23 בנובמבר, בשעה 9:00, 9:30 או 10:00."
    )


@pytest.fixture
async def booked(database, business, front):
    """One appointment of a caller who gave a name, and one of a caller who withheld the number."""
    await front.asks("update_lead_details", full_name="Dana Levi", email="dana@example.com")
    await front.finds()
    await front.books(TUESDAY_9, notes="first\nvisit")
    other = await ring(database, business, Now(), **LATER)
    await other.asks("update_lead_details", callback_phone="+14155550166", notes="in a hurry")
    await other.finds()
    await other.books(TUESDAY_930)


async def test_appointments_are_shown_in_order(database, business, booked):
    show = partial(diary.booked_lines, business=business, now=SATURDAY_NOON)
    unheard = "[the caller did not hear the confirmation]"

    assert await database.read(partial(show, since="today", days=14)) == [
        f"Tue 2026-11-24 09:00-09:30  Dana Levi  {CALLER}  first visit  {unheard}",
        f"Tue 2026-11-24 09:30-10:00  number withheld, call back on +14155550166  {unheard}",
    ]
    assert await database.read(partial(show, since="today", days=3)) == [
        "Nothing is booked from 2026-11-21 to 2026-11-23."
    ]
    assert len(await database.read(partial(show, since=TUESDAY, days=1))) == 2
    assert len(await database.read(partial(show, since="2026-11-25", days=14))) == 1
    with pytest.raises(click.BadParameter, match="'whenever' names no sure day"):
        await database.read(partial(show, since="whenever", days=1))


async def test_leads_are_shown_the_newest_first(database, business, booked):
    lines = await database.read(partial(diary.lead_lines, business=business))

    assert [line[18:] for line in lines] == [
        "(no name)  number withheld, call back on +14155550166  in a hurry",
        f"Dana Levi  {CALLER}  dana@example.com",
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d  ", line[:18]) for line in lines)


@pytest.mark.parametrize(("caller", "back"), [(CALLER, None), (None, Back.UNANSWERED)])
async def test_the_prompt_is_the_one_a_call_would_begin_with(database, business, caller, back):
    known = await database.read(
        lambda conn: profile(conn, business, grant(business, caller, back=back), SATURDAY_NOON)
    )
    tell = partial(told, business=business, caller=caller, back=back, now=SATURDAY_NOON)

    assert await database.read(tell) == [
        "# Prompt",
        words.instructions(known, TOOLS),
        "",
        "# Greeting",
        words.greeting(known),
    ]


def test_the_commands_look_into_the_file(tmp_path):
    database = tmp_path / "frontdesk.db"
    add(database)

    def salon(command, *more):
        return frontdesk(command, "Salon", *more, "--database", database)

    assert salon("slots", "2001-01-01") == (0, "That time has passed already.\n")
    assert salon("leads") == (0, "Nobody has rung yet.\n")
    assert salon("appointments", "--from", "2001-01-01", "--days", "3") == (
        0,
        "Nothing is booked from 2001-01-01 to 2001-01-03.\n",
    )
    code, output = salon("prompt", "--from", "+1 415 555 0199", "--transferred")
    assert (code, output.startswith("# Prompt\n")) == (0, True)
    assert "+1 415-555-0199, for the first time" in output
    assert output.endswith(
        "# Greeting\nTell the caller exactly: You are speaking with an automated assistant. I'm sorry, "
        "nobody could take your call just now. Can I take a message?\n"
    )
    assert "the number is withheld" in salon("prompt")[1]


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (
            ["slots", "Salon", "whenever"],
            "DATE: 'whenever' names no sure day; write 2026-12-24, tomorrow, 'next sunday afternoon'",
        ),
        (
            ["slots", "Salon", "today", "--service", "cut", "--minutes", "30"],
            "give --service or --minutes, not both",
        ),
        (
            ["slots", "Salon", "today", "--service", "cut"],
            "--service: 'cut' is not offered; the services are: none",
        ),
        (["slots", "Salon", "today", "--minutes", "0"], "'--minutes': 0 is not in the range 5<=x<=480."),
        (["appointments", "Salon", "--days", "0"], "'--days': 0 is not in the range 1<=x<=731."),
        (
            ["prompt", "Salon", "--from", "me"],
            f"--from: 'me' is not a telephone number; write it as {NUMBER}",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(tmp_path, command, problem):
    add(tmp_path / "frontdesk.db")

    assert error(frontdesk(*command, "--database", tmp_path / "frontdesk.db")) == (2, problem)
