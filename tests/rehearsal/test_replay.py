"""A recorded call run again: the same turns with the same settings, other turns with others."""

import json
import random
from functools import partial

import pytest
import trio
from attrs import evolve, frozen

from engine.audio import SILENCE_BYTE
from engine.settings import DEFAULTS
from engine.tools import Tool
from office import recordings
from office.adjust import parse_settings
from office.recorded_call import BadRecording, RecordedCall, lines, parse
from rehearsal import replay
from rehearsal.reenactment import caller_steps, model_script, tools, track
from rehearsal.rig import FakeOffice, rehearse
from rehearsal.turn_table import Totals, Turn, table, totals, turns
from rehearsal.virtual_time import in_virtual_time
from simulator import (
    Call,
    Fail,
    HangUp,
    ModelScript,
    NoAnswer,
    Pause,
    Reply,
    Say,
    UntilBotQuiet,
    UntilBotSpeaks,
    UntilClosed,
    murmur,
)
from simulator.mulaw import silence
from tests.office.accounts import stored

SETTINGS = evolve(
    DEFAULTS, detector="level", utterance_end_min_ms=500, utterance_end_max_ms=500, answer_ahead_ms=0
)
AHEAD = evolve(SETTINGS, answer_ahead_ms=200, utterance_end_ms=200)
FRAME = b"\x10" * 160
IDS = {"turn", "response", "item", "utterance"}
NOTED_BEFORE_IDS = {
    "first_audio": {"turn"},
    "answer_sent": {"turn"},
    "resumed": {"turn"},
    "truncated": {"item"},
}


def voice(ms):
    return murmur(ms, pitch=190)


# A caller who asks, interrupts, has something looked up, mumbles over the answer, makes a noise, goes on
# before the answer to what they said, and says goodbye.
CALLER = [
    *(UntilBotSpeaks(100), UntilBotQuiet(500)),
    *(Say("When are you open?", murmur(900)), UntilBotSpeaks(1_500), Say("No, stop!", murmur(1_200))),
    *(UntilBotSpeaks(100), UntilBotQuiet(600), Say("On Monday?", murmur(700))),
    *(UntilBotSpeaks(800), Say("mhm", murmur(380)), Pause(3_500)),
    *(Say("(a knock)", murmur(100)), Pause(900)),
    *(Say("Nine.", murmur(500)), Pause(720), Say("No, ten.", murmur(800))),
    *(UntilBotSpeaks(100), UntilBotQuiet(500), Say("Bye.", murmur(600)), UntilClosed()),
]
MODEL = ModelScript(
    replies=[
        Reply("This call is recorded. How can I help?", voice(1_800)),
        Reply("We are open on weekdays.", voice(4_000)),
        Reply("All right.", voice(900)),
        Reply(calls=(Call("find_available_slots"),)),
        Reply("I have nine and ten on that day.", voice(3_000), first_delta_ms=400),
        Reply("Nine it is.", voice(2_000), first_delta_ms=700),
        Reply("Ten it is.", voice(1_500)),
        Reply("Goodbye!", voice(900), calls=(Call("end_call"),)),
    ],
    hears=["When are you open?", "No, stop!", "On Monday?", None, "Nine.", "No, ten.", "Bye."],
    slow_connect_ms=430,
)


async def _look_up(_arguments, _call):
    await trio.sleep(1.2)
    return {"status": "ok"}


@frozen
class Nothing:
    """What a tool here is told."""


NOTICE = "This call is recorded."
OFFICE = FakeOffice(
    (Tool(name="find_available_slots", description="", arguments=Nothing, run=_look_up),), notice=NOTICE
)


def record(script, model, settings=SETTINGS, **line):
    """A simulated call as its file gives it back."""
    settings = evolve(settings, keep_audio=True)
    rehearsed = in_virtual_time(partial(rehearse, script, model, office=OFFICE, settings=settings, **line))
    kept = recordings.as_kept("CA1", "en", rehearsed.record)
    return parse(line.encode() for line in lines(kept))


@pytest.fixture(scope="module")
def call():
    return record(CALLER, MODEL)


def noted(*events, caller=(), bot=()):
    sounds = [(at_ms, response) for at_ms, response, _ in bot]
    events = stored(*events, sounds=sounds)
    return RecordedCall(call_sid="CA1", language="en", settings={}, events=events, caller=caller, bot=bot)


def again(recorded, *changes):
    return replay.replay(recorded, parse_settings(changes, replay.settings_of(recorded)))


def said(recorded):
    return [event.fields for event in recorded.events if event.kind in ("user_said", "bot_said")]


def kinds(recorded):
    return [turn.kind for turn in turns(recorded)]


def test_a_replay_with_the_calls_own_settings_has_its_turns_and_words(call):
    replayed = again(call)

    assert turns(replayed) == turns(call)
    assert totals(replayed) == totals(call)
    assert said(replayed) == said(call)
    assert track(replayed.caller)[: len(track(call.caller))] == track(call.caller)


GOES_ON = Say("On Monday. At nine.", murmur(700) + silence(320) + murmur(600, pitch=120))
GONE_ON = ModelScript(
    replies=[MODEL.replies[0], Reply("On Mon", voice(900), first_delta_ms=20), Reply("At nine.", voice(700))],
    hears=["On Monday.", "At nine."],
)


@pytest.mark.parametrize(
    ("script", "model", "created_ms"),
    [
        (CALLER, MODEL, (200, 200, 200)),
        ([*CALLER[:2], GOES_ON, UntilBotSpeaks(100), UntilBotQuiet(500), HangUp()], GONE_ON, (500,)),
    ],
)
def test_a_call_that_was_answered_ahead_is_replayed_as_it_was(script, model, created_ms):
    call = record(script, model, AHEAD)
    assert "answer_overtaken" in kinds(call)
    assert totals(call).created_ms[-3:] == created_ms
    assert turns(again(call)) == turns(call)
    assert said(again(call)) == said(call)


def test_what_was_said_before_the_notice_was_heard_is_silence_and_the_times_stay(call):
    (heard_ms,) = [event.at_ms for event in call.events if event.kind == "notice_heard"]
    before = [audio for at_ms, _, audio in call.bot if at_ms < heard_ms]

    assert {byte for audio in before for byte in audio} == set(SILENCE_BYTE)
    assert sum(map(len, before)) == len(MODEL.replies[0].audio)
    assert [at_ms for at_ms, _ in call.caller][:2] == [20, 1_020]
    assert [event.kind for event in again(call).events].count("notice_heard") == 1


def test_what_a_caller_said_over_the_notice_is_missing_in_the_replay_and_nothing_else_is():
    answered = (UntilBotSpeaks(100), UntilBotQuiet(500))
    caller = [UntilBotSpeaks(300), Say("Wait!", murmur(900)), *answered, Say("When?", murmur(700)), *answered]
    replies = [MODEL.replies[0], Reply(f"{NOTICE} Go on.", voice(1_500)), Reply("At nine.", voice(600))]
    recorded = record([*caller, HangUp()], ModelScript(replies=replies))

    spoken, replayed = (
        [turn for turn in turns(each) if turn.kind == "utterance"] for each in (recorded, again(recorded))
    )
    assert (len(spoken), [turn.at_ms for turn in replayed]) == (2, [spoken[1].at_ms])


def test_a_replay_of_a_replay_is_the_same_again(call):
    replayed = again(call, "barge_in_min_ms=440")

    assert turns(again(replayed)) == turns(replayed)


def test_the_call_that_is_replayed_has_every_kind_of_turn(call):
    assert evolve(totals(call), heard_ms=0) == Totals(
        utterances=7,
        skipped=1,
        barge_ins=1,
        resumed=1,
        truncated=1,
        answers=6,
        heard_ms=0,
        audio_ms=12_100,
        created_ms=(500, 500, 500, 500, 500, 500),
    )
    assert "answer_overtaken" in kinds(call)


def test_a_call_over_a_slow_and_uneven_line_replays_to_nearly_the_same_moments():
    rng = random.Random(7)
    delay = partial(rng.uniform, 0.04, 0.08)
    recorded = record(CALLER, MODEL, up=delay, down=delay)

    replayed = again(recorded)
    assert kinds(replayed) == kinds(recorded)
    for before, after in zip(turns(recorded), turns(replayed), strict=True):
        assert after.at_ms == pytest.approx(before.at_ms, abs=120), (before, after)


def test_a_longer_barge_in_leaves_the_bot_alone_where_the_caller_mumbled(call):
    replayed = again(call, "barge_in_min_ms=440")

    assert (kinds(call).count("resumed"), kinds(replayed).count("resumed")) == (1, 0)
    assert [turn.words for turn in turns(replayed) if "back-channel" in turn.words] == [
        "skipped to 13.42: back-channel, 380 of 440 ms"
    ]


def test_an_utterance_that_is_no_longer_cut_in_two_gets_the_answer_that_came_next(call):
    replayed = again(call, "utterance_end_ms=900", "utterance_end_min_ms=900", "utterance_end_max_ms=900")

    answers = [event.fields for event in replayed.events if event.kind == "bot_said"]
    assert "answer_overtaken" not in kinds(replayed)
    assert totals(replayed).utterances == totals(call).utterances - 1
    assert f"{answers[4]['text']} {answers[4]['unheard']}".strip() == "Ten it is."


@pytest.mark.parametrize(
    ("script", "model"),
    [
        ([UntilBotQuiet(400), UntilClosed()], ModelScript(replies=[Reply("Hello?", voice(600))])),
        ([Pause(900), HangUp()], ModelScript(replies=[NoAnswer()])),
        (
            [UntilBotQuiet(400), HangUp()],
            ModelScript(replies=[Fail("server_error"), Reply("Hello?", voice(600))]),
        ),
        ([UntilBotQuiet(400), HangUp()], ModelScript(replies=[NoAnswer(), Reply("Hello?", voice(600))])),
        ([HangUp()], ModelScript()),
    ],
    ids=["silent", "waits", "fails once", "overdue once", "at once"],
)
def test_a_call_in_which_something_is_missing_is_replayed_too(script, model):
    recorded = record(script, model)

    assert turns(again(recorded)) == turns(recorded)


def test_a_file_from_before_the_ids_is_replayed_as_one_with_them(call):
    def without_ids(text):
        line = json.loads(text)
        if "fields" in line:
            given = line["fields"].items()
            noted_then = NOTED_BEFORE_IDS.get(line["kind"], ())
            line["fields"] = {name: value for name, value in given if name not in IDS or name in noted_then}
        return json.dumps(line).encode()

    old = parse(map(without_ids, lines(call)))
    assert [*map(without_ids, lines(old))] == [*map(without_ids, lines(call))]
    assert (model_script(old), caller_steps(old)) == (model_script(call), caller_steps(call))
    assert (turns(old), totals(old)) == (turns(call), totals(call))


# What the scripts are made of


def test_the_callers_track_is_silent_where_nothing_came_and_only_there():
    second = FRAME * 50
    pieces = [(90, FRAME), (110, second), (1_280, FRAME), (1_900, FRAME)]

    silence = SILENCE_BYTE * 160
    # The first frame came at 90 ms, so it began at about 60 ms. 180 ms too late is jitter, 780 ms is a gap.
    assert track(pieces) == silence * 3 + FRAME * 52 + silence * 39 + FRAME


def test_a_caller_whose_bot_hung_up_waits_for_it_again():
    def ended(outcome):
        return noted((20, "hang_up", {"outcome": outcome}), caller=((20, FRAME),))

    said = Say("(the recorded caller)", FRAME)
    assert caller_steps(ended("caller_hung_up")) == [said, HangUp(), HangUp()]
    assert caller_steps(ended("completed")) == [said, UntilClosed(10_000), HangUp()]


def test_an_account_without_a_word_makes_an_empty_script():
    empty = noted()

    assert caller_steps(empty) == [Say("(the recorded caller)", b""), UntilClosed(10_000), HangUp()]
    assert model_script(empty) == ModelScript(replies=[], hears=[])


def test_sound_of_a_response_that_nobody_asked_for_is_left_out():
    bot = (
        (100, "resp_0", b"\0" * 80),
        (700, "resp_1", FRAME),
        (2_200, "resp_2", FRAME),
        (2_300, "resp_9", FRAME),
    )
    recorded = noted((500, "response_created"), (2_000, "response_created"), bot=bot)

    assert [reply.audio for reply in model_script(recorded).replies] == [FRAME, FRAME]


ENDED = {"onset_ms": 0, "speech_ms": 400, "doubtful": False}
DOUBTFUL = {**ENDED, "doubtful": True}


def test_a_transcript_that_never_came_is_missing_in_the_replay_too():
    script = model_script(
        noted(
            (1_000, "utterance_ended", ENDED),
            (3_000, "utterance_ended", ENDED),
            (3_600, "user_said", {"text": "second"}),
            (5_000, "utterance_ended", ENDED),
            (5_200, "user_said", {"text": "third"}),
        )
    )
    assert (script.hears, script.transcript_after_ms) == ([None, "second", "third"], 400)


def test_transcripts_that_all_came_are_in_the_order_of_the_utterances_however_late():
    script = model_script(
        noted(
            (1_000, "utterance_ended", ENDED),
            (1_800, "utterance_ended", ENDED),
            (2_000, "user_said", {"text": "first"}),
            (2_400, "user_said", {"text": "second"}),
        )
    )
    assert (script.hears, script.transcript_after_ms) == (["first", "second"], 800)


def test_an_interruption_that_was_believed_without_a_transcript_is_believed_again():
    script = model_script(
        noted(
            (1_000, "utterance_ended", DOUBTFUL),
            (1_700, "barge_in", {}),
            (3_000, "utterance_ended", DOUBTFUL),
            (3_300, "resumed", {"turn": 2}),
        )
    )
    assert script.hears == ["(no transcript)", None]


async def test_a_tool_takes_as_long_as_it_did_each_time(autojump_clock):
    def called(at_ms, call_id, name="look_up"):
        return at_ms, "tool_called", {"name": name, "call_id": call_id}

    def answered(at_ms, call_id):
        return at_ms, "tool_answered", {"name": "", "call_id": call_id}

    (look_up,) = tools(
        noted(
            *(called(1_000, "1"), answered(1_700, "1"), called(2_000, "2"), answered(2_100, "2")),
            called(3_000, "3"),  # the call ended under it
            *(called(4_000, "4", "end_call"), answered(4_000, "4")),
        )
    )
    took_ms = []
    for _ in range(4):
        began = trio.current_time()
        assert await look_up.run(look_up.arguments(), None) == {"status": "ok"}
        took_ms.append(round((trio.current_time() - began) * 1000))
    assert (look_up.name, took_ms) == ("look_up", [700, 100, 0, 0])


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"barge_in_minimum": 3}, "barge_in_minimum: there is no such setting"),
        ({"barge_in_min_ms": "many"}, "barge_in_min_ms=many: must be a whole number"),
    ],
)
def test_settings_that_this_version_does_not_have_are_refused(call, settings, problem):
    with pytest.raises(BadRecording) as refused:
        replay.settings_of(evolve(call, settings=settings))
    assert str(refused.value).startswith(f"line 1: settings do not fit this version: {problem}")


def test_the_calls_settings_are_those_of_its_replay(call):
    settings = evolve(SETTINGS, transcription_model=None, level_over_floor=2.5)

    assert replay.settings_of(evolve(call, settings=recordings.changed(settings))) == settings


def test_a_setting_that_is_gone_decides_nothing_in_a_replay(call):
    settings = recordings.changed(SETTINGS) | {"utterance_rearm_ms": 700}

    assert replay.settings_of(evolve(call, settings=settings)) == SETTINGS


# The table


def account(*events):
    return noted(*events, caller=((120, FRAME),))


SAID = (2_600, "utterance_ended", {"onset_ms": 1_000, "speech_ms": 1_000})
ANSWER = (3_000, "bot_said", {"text": "Yes.", "unheard": "", "heard_ms": 300, "audio_ms": 400})


def test_the_table_sets_the_same_moments_beside_each_other_and_adds_them_up():
    skipped = {
        "onset_ms": 1_040,
        "speech_ms": 200,
        "reason": "too\x1bshort",
        "counted_ms": 200,
        "needed_ms": 300,
    }
    recorded = account(SAID, (2_700, "response_created", {"reasons": "utterance"}), ANSWER)
    warning = (500, "silence_warning", {"number": 1})
    replayed = account(warning, (1_700, "utterance_skipped", skipped), (5_000, *ANSWER[1:]))

    assert [*table(recorded, replayed)] == [
        f"{'':11}{'recorded':<52}replayed",
        f"   0.50 s  {'':<52}silence warning 1",
        f"   1.10 s  {'utterance to 2.10, 1000 ms, response after 600 ms':<52}"
        "skipped to 1.34: too?short, 200 of 300 ms",
        "   3.00 s  answer over, heard 300 of 400 ms",
        f"   5.00 s  {'':<52}answer over, heard 300 of 400 ms",
        "recorded: 1 utterances, 0 skipped, 0 barge-ins, 0 resumed, 0 truncated, "
        "1 answers heard 300 of 400 ms, speech end to response.created 600 ms (median)",
        "replayed: 0 utterances, 1 skipped, 0 barge-ins, 0 resumed, 0 truncated, "
        "1 answers heard 300 of 400 ms, speech end to response.created - (median)",
    ]


def test_a_response_is_the_answer_to_the_last_utterance_before_it_if_it_is_one():
    later = (3_600, "utterance_ended", {"onset_ms": 2_000, "speech_ms": 1_000})
    looked_up = (3_630, "response_created", {"reasons": "tool outputs"})
    answer = (3_650, "response_created", {"reasons": "tool outputs, utterance"})

    assert [turn.words for turn in turns(account(SAID, later, looked_up, answer))] == [
        "utterance to 2.10, 1000 ms, no response",
        "utterance to 3.10, 1000 ms, response after 550 ms",
    ]


def test_moments_stand_in_the_order_in_which_they_happened():
    paused = (1_400, "barge_in_paused", {"speech_ms": 300})

    assert turns(account(paused, SAID)) == [
        Turn(at_ms=1_100, kind="utterance", words="utterance to 2.10, 1000 ms, no response"),
        Turn(at_ms=1_400, kind="barge_in_paused", words="paused after 300 ms of speech"),
    ]
