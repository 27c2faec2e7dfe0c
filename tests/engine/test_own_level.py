"""The caller's own level: a voice well below it is somebody else's."""

import pytest
from attrs import evolve

from engine.caller.own_level import OwnLevel
from engine.caller.vad import Judgement
from engine.settings import DEFAULTS, FRAME_MS

CALLER = 1_600.0
VOICE = Judgement(level=CALLER, floor=10.0, speech=True, interrupting=True)
STILL = Judgement(level=10.0, floor=10.0, speech=False, interrupting=False)


def voice(below_db: float) -> Judgement:
    return evolve(VOICE, level=CALLER * 10 ** (-below_db / 20))


def says(own: OwnLevel, heard: Judgement, ms: int, *, answered: bool = True) -> None:
    """An utterance of so long, and what became of it."""
    for _ in range(ms // FRAME_MS):
        own.weigh(heard)
        own.follow(voice=True, speaking=True, bot_playing=False)
    own.ended(answered=answered)


def waits(own: OwnLevel, ms: int, *, bot_playing: bool = False) -> None:
    for _ in range(ms // FRAME_MS):
        own.weigh(STILL)
        own.follow(voice=False, speaking=False, bot_playing=bot_playing)


def passes(own: OwnLevel, below_db: float) -> bool:
    """Whether a voice so far below counts, once the loudest frame before it is forgotten."""
    for _ in range(20):
        weighed = own.weigh(voice(below_db))
    return weighed.speech


def known(ms: int = 1_000) -> OwnLevel:
    own = OwnLevel(DEFAULTS)
    says(own, VOICE, ms)
    return own


def test_until_a_caller_is_known_nobody_is_refused():
    own = OwnLevel(DEFAULTS)
    assert passes(own, 40)
    says(own, VOICE, 400)  # less than says anything
    assert (own.level, passes(own, 40)) == (0.0, True)


@pytest.mark.parametrize(("below_db", "counts"), [(0, True), (12.5, True), (13.5, False), (20, False)])
def test_a_voice_13_db_below_the_caller_opens_nothing(below_db, counts):
    assert passes(known(), below_db) is counts


@pytest.mark.parametrize(("below_db", "counts"), [(8.5, True), (9.5, False)])
def test_a_voice_9_db_below_the_caller_does_not_interrupt(below_db, counts):
    own = known()
    weighed = [own.weigh(voice(below_db)) for _ in range(20)]
    assert (weighed[-1].speech, weighed[-1].interrupting) == (True, counts)


def test_between_two_syllables_the_caller_is_not_refused():
    own = known()
    own.weigh(VOICE)
    assert [own.weigh(voice(20)).speech for _ in range(12)] == [True] * 11 + [False]


def test_what_was_not_answered_is_not_learnt():
    own = known()
    says(own, voice(-20), 3_000, answered=False)
    assert own.level == CALLER
    assert OwnLevel(DEFAULTS).level == 0.0


def test_a_loud_cough_is_not_the_callers_level():
    own = known(2_000)
    says(own, voice(-20), 300)
    assert own.level == CALLER


def hears(own: OwnLevel, heard: Judgement, ms: int, *, echo: bool = False) -> None:
    """A voice that opens no utterance."""
    for _ in range(ms // FRAME_MS):
        own.weigh(heard, echo=echo)
        own.follow(voice=False, speaking=False, bot_playing=True)


def test_in_company_a_voice_9_db_below_the_caller_opens_nothing():
    own = known()
    assert passes(own, 9)
    hears(own, voice(15), 1_200)
    assert [passes(own, below_db) for below_db in (6, 9)] == [True, False]
    says(own, VOICE, 8_000)  # alone again
    assert passes(own, 9)


def test_the_bots_echo_is_no_company():
    own = known()
    hears(own, voice(15), 3_000, echo=True)
    assert passes(own, 9)


def test_who_turns_away_for_a_whole_utterance_is_no_company():
    own = known(4_000)
    for _ in range(4):
        says(own, voice(9), 1_500)
        says(own, VOICE, 2_000)
    assert passes(own, 9)


def test_who_speaks_behind_the_caller_within_an_utterance_is_company():
    own = known(4_000)
    for heard, ms in ((VOICE, 1_500), (voice(10), 1_500)):
        for _ in range(ms // FRAME_MS):
            own.follow(voice=own.weigh(heard).speech, speaking=True, bot_playing=False)
    own.ended(answered=True)
    assert not passes(own, 9)


def test_a_television_that_was_learnt_first_is_unlearnt_when_the_caller_speaks():
    own = OwnLevel(DEFAULTS)
    says(own, voice(15), 4_000)
    assert passes(own, 15)
    says(own, VOICE, 800)
    assert (own.level, passes(own, 15)) == (CALLER, False)


def test_of_an_utterance_that_a_television_shares_the_caller_alone_is_learnt():
    own = OwnLevel(DEFAULTS)
    for heard, ms in ((voice(12), 1_500), (VOICE, 700), (voice(12), 1_500)):
        for _ in range(ms // FRAME_MS):
            own.follow(voice=own.weigh(heard).speech, speaking=True, bot_playing=False)
    own.ended(answered=True)
    assert own.level == CALLER


def test_within_an_utterance_what_goes_on_well_below_it_is_refused():
    own = OwnLevel(DEFAULTS)  # the first of a call, over a television
    for heard, ms in ((voice(15), 2_000), (VOICE, 1_000)):
        for _ in range(ms // FRAME_MS):
            own.follow(voice=own.weigh(heard).speech, speaking=True, bot_playing=False)
    assert not passes(own, 15)
    own.ended(answered=False)
    assert passes(own, 15)


def test_a_caller_who_moves_away_is_followed():
    own = known(4_000)
    for below_db in (6, 12, 18, 24):
        assert passes(own, below_db)
        says(own, voice(below_db), 4_000)
    assert own.level == pytest.approx(voice(24).level)


def test_who_takes_over_the_telephone_20_db_softer_is_heard_after_some_seconds_of_silence():
    own = known(4_000)
    waits(own, 5_000)
    assert not passes(own, 20)
    waits(own, 4_000)
    assert passes(own, 20)
    says(own, voice(20), 1_000)
    assert passes(own, 20)  # and stays heard: what was forgotten does not come back


def test_nothing_is_forgotten_while_the_bot_speaks():
    own = known()
    waits(own, 60_000, bot_playing=True)
    assert own.level == CALLER
