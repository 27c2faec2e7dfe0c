"""The whole prompt of a business with all its tools, as it was before each tool brought its own words."""

import datetime as dt
from pathlib import Path

import pytest

from engine.ports import Profile
from engine.prompt import prompt
from office.language import spoken
from office.office import TOOLS
from office.tools.facts_and_transfer import MORE_FACTS

PROMPTS = Path(__file__).parent / "prompts"
SATURDAY = dt.date(2026, 11, 21)
MANY = tuple(f"Fact {n}: {'x' * 250}" for n in range(9))  # more than fits
PROFILES = (
    Profile(
        name="Rose Barbers",
        language="en",
        now="Saturday 21 November 2026, 10:35",
        calendar=spoken.calendar("en", SATURDAY, 35),
        hours="Monday to Friday 9:00 to 17:00",
        trade="a barber's shop",
        services=("haircut, 30 minutes, eighty dollars", "shave, 15 minutes"),
        facts=MANY,
        more_facts=MORE_FACTS["en"],
        rules="Always ask whether it is the first visit.\nNever discuss politics.",
        people=("Maya", "Noa"),
        caller='the number +1 415-555-0100, and on an earlier call the name "Dana Levi"',
    ),
    Profile(
        name="ורד",
        language="he",
        now="שבת, 21 בנובמבר 2026, בשעה 10:35",
        calendar=spoken.calendar("he", SATURDAY, 35),
        hours="יום ראשון עד יום חמישי מ-9:00 עד 17:00",
        facts=MANY,
        more_facts=MORE_FACTS["he"],
    ),
)


@pytest.mark.parametrize("profile", PROFILES, ids=["en", "he"])
def test_the_prompt_is_word_for_word_the_one_that_is_kept(profile):
    kept = (PROMPTS / f"{profile.language}.txt").read_text(encoding="utf-8")
    assert f"{prompt.instructions(profile, TOOLS)}\n" == kept
