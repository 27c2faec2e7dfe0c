"""A call as an owner reads it."""

import pytest

from office.call_story import elapsed, follow, tell
from office.entries import Account, BotSaid, CallerSaid, Noted, Response, Span, ToolUsed
from tests.office.accounts import stored
from tests.web.pages.accounts import answer, called, rehearsed, resumes, sounds, utterance


def caller(start_ms, end_ms, text=""):
    return CallerSaid(at_ms=start_ms, span=Span(start_ms, end_ms), text=text)


def bot(at_ms, heard="Yes.", unheard="", spans=(), unheard_ms=0, *, interrupted=False, played_on=False):
    return BotSaid(
        at_ms=at_ms,
        heard=heard,
        unheard=unheard,
        spans=tuple(Span(*span) for span in spans),
        unheard_ms=unheard_ms,
        interrupted=interrupted,
        played_on=played_on,
    )


def tool(at_ms, name="find_available_slots", **answered):
    known = {"status": None, "took_ms": None, "said": "", "why": None, **answered}
    return ToolUsed(at_ms=at_ms, name=name, **known)


def note(at_ms, kind, **values):
    return Noted(at_ms=at_ms, kind=kind, values=values)


def entries(*events):
    return tell(stored(*events)).entries


def test_a_whole_call_reads_in_the_order_in_which_it_was_said():
    assert tell(rehearsed()[0]) == Account(
        entries=(
            bot(580, "This call is recorded. How can I help?", spans=[(580, 2_380)]),
            note(2_180, "notice_heard"),
            caller(2_860, 3_760, "When are you open?"),
            bot(4_410, "We are", "open on weekdays.", [(4_410, 6_170)], 2_240, interrupted=True),
            caller(5_900, 7_100, "No, stop!"),
            bot(7_750, "All right.", spans=[(7_750, 8_650)]),
            caller(9_240, 9_940, "On Monday?"),
            tool(10_650, status="ok", took_ms=1_200),
            bot(
                12_250,
                "I have nine and ten on that day.",
                spans=[(12_250, 13_310), (14_220, 16_160)],
                played_on=True,
            ),
            note(16_920, "unanswered", speech_ms=100),
            caller(17_920, 18_420, "Nine."),
            caller(19_140, 19_940, "No, ten."),
            bot(20_590, "Ten it is.", spans=[(20_590, 22_090)]),
            caller(22_580, 23_180, "Bye."),
            bot(23_830, "Goodbye!", spans=[(23_830, 24_730)]),
            note(24_730, "hang_up", outcome="completed", detail="the goodbye was heard"),
        ),
        murmurs=(Span(13_040, 13_420), Span(16_920, 17_020)),
        responses=(
            Response(3_760, 650),
            Response(7_100, 650),
            Response(9_940, 2_310),
            Response(19_940, 650),
            Response(23_180, 650),
        ),
    )


# The words of the caller


@pytest.mark.parametrize(
    ("transcripts", "texts"),
    [
        ([(2_000, "one"), (5_100, "two"), (9_100, "three")], ["one", "two", "three"]),
        ([(5_050, "one"), (5_100, "two"), (9_100, "three")], ["one", "two", "three"]),
        ([(5_100, "two"), (9_100, "three")], ["", "two", "three"]),
        ([(2_100, "one"), (9_100, "three")], ["one", "", "three"]),
        ([(2_100, "one"), (7_000, "two")], ["one", "two", ""]),
        ([], ["", "", ""]),
    ],
)
def test_words_belong_to_the_utterance_after_which_they_came(transcripts, texts):
    events = [utterance(2_000), utterance(5_000), utterance(9_000)]
    events += [(at_ms, "user_said", {"text": text}) for at_ms, text in transcripts]
    told = entries(*sorted(events, key=lambda event: event[0]))
    assert told == (
        caller(500, 1_500, texts[0]),
        caller(3_500, 4_500, texts[1]),
        caller(7_500, 8_500, texts[2]),
    )


def test_words_of_no_utterance_stand_where_they_came():
    assert entries((1_000, "user_said", {"text": "Hello?"})) == (caller(1_000, 1_000, "Hello?"),)


def test_an_utterance_does_not_begin_before_the_call():
    assert entries(utterance(1_400, speech_ms=1_000)) == (caller(0, 900),)


# The bot


def test_an_answer_that_paused_twice_was_heard_in_three_stretches():
    told = tell(
        stored(
            sounds(1_000),
            utterance(2_500, 400, doubtful=True),
            resumes(3_000, 700),
            utterance(5_000, 300, doubtful=True),
            resumes(5_500, 1_700),
            answer(6_500, 2_600, 9_000, "Of course,", "whenever you like."),
        )
    )
    spans = [(1_000, 1_700), (3_000, 4_000), (5_500, 6_400)]
    assert told == Account(
        entries=(bot(1_000, "Of course,", "whenever you like.", spans, 6_400, played_on=True),),
        murmurs=(Span(1_600, 2_000), Span(4_200, 4_500)),
        responses=(),
    )


def test_the_words_of_an_answer_are_those_heard_and_those_not_heard():
    whole = bot(0, "Of course,", "whenever you like.")
    assert (whole.text, bot(0).text) == ("Of course, whenever you like.", "Yes.")


def test_an_answer_cut_before_its_first_sound_was_heard_at_no_time():
    told = entries((900, "barge_in", {}), answer(900, 0, 2_000, "", "Yes."))
    assert told == (bot(900, "", "Yes.", unheard_ms=2_000),)


def test_a_doubtful_interruption_that_proves_real_is_an_utterance():
    told = tell(
        stored(
            sounds(1_000),
            utterance(2_500, 400, doubtful=True),
            (2_600, "barge_in", {}),
            answer(2_600, 700, 2_000, "I", "see."),
            (2_700, "user_said", {"text": "Wait."}),
            sounds(3_000),
            resumes(3_900, 500),  # a noise that was skipped
            answer(4_400, 1_000, 1_000),
        )
    )
    assert told == Account(
        entries=(
            bot(1_000, "I", "see.", [(1_000, 1_700)], 1_300, interrupted=True),
            caller(1_600, 2_000, "Wait."),
            bot(3_000, spans=[(3_000, 3_500), (3_900, 4_400)], played_on=True),
        ),
        murmurs=(),
        responses=(Response(2_000, 1_000),),
    )


# Tools


def test_a_tool_stands_where_it_was_called_with_what_came_of_it():
    refused = {"status": "refused", "took_ms": 0, "said": "Wait for its answer.", "why": "repeat"}
    fields = {"name": "find_available_slots", "call_id": "b", **refused}
    hung_up = {"name": "end_call", "call_id": "c", "status": "ok", "took_ms": 0}
    assert entries(
        called(1_000, "a"),
        called(1_200, "b"),
        (1_200, "tool_answered", fields),
        called(1_300, "c", name="end_call"),
        (1_300, "tool_answered", hung_up),
    ) == (tool(1_000), tool(1_200, **refused))


# Notes


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("silence_warning", {"number": 2}, note(5, "silence_warning", number=2)),
        ("keypad", {"keys": 4}, note(5, "keypad", keys=4)),
        ("noisy_line", {"floor": 250, "false_stops": 3}, note(5, "noisy_line")),
        ("audio_dropped", {"frames": 30}, note(5, "audio_dropped", dropped_ms=600)),
        ("response_failed", {"code": "x", "failures": 1}, note(5, "response_failed", code="x", failures=1)),
        (
            "response_incomplete",
            {"status": "incomplete", "reason": "max_output_tokens"},
            note(5, "response_incomplete", status="incomplete", reason="max_output_tokens"),
        ),
        (
            "hang_up",
            {"outcome": "completed", "detail": "said", "lead_captured": True},
            note(5, "hang_up", outcome="completed", detail="said"),
        ),
    ],
)
def test_what_an_owner_should_know_is_told_with_its_values(kind, fields, told):
    assert entries((5, kind, fields)) == (told,)


@pytest.mark.parametrize(
    "kind", ["response_done", "truncated", "model_error", "appointment_moved", "unheard of"]
)
def test_what_is_no_news_to_an_owner_is_left_out(kind):
    assert tell(stored((5, kind, {}))) == Account(entries=(), murmurs=(), responses=())


def test_a_call_that_comes_back_from_a_transfer_counts_its_frames_anew():
    skipped = {"onset_ms": 400, "speech_ms": 100, "reason": "too short"}
    told = tell(
        stored((0, "call_started", {}), (60_000, "call_started", {}), (61_000, "utterance_skipped", skipped))
    )
    assert told == Account(
        entries=(note(60_000, "came_back"), note(60_400, "unanswered", speech_ms=100)),
        murmurs=(Span(60_400, 60_500),),
        responses=(),
    )


@pytest.mark.parametrize(("outcome", "kind"), [("carrier_lost", "reconnected"), ("transferred", "came_back")])
def test_why_a_caller_came_back_is_told(outcome, kind):
    ended = {"outcome": outcome, "detail": "", "lead_captured": False}
    assert entries((0, "call_started", {}), (9_000, "hang_up", ended), (9_500, "call_started", {})) == (
        note(9_000, "hang_up", outcome=outcome, detail=""),
        note(9_500, kind),
    )


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ([], "back-channel"),
        ([sounds(100)], "too short"),
        ([utterance(1_500)], "too short"),
    ],
    ids=["back-channel", "over the bot", "before the answer"],
)
def test_a_sound_that_nobody_waited_for_is_seen_and_not_told(before, reason):
    skipped = {"onset_ms": 1_600, "speech_ms": 100, "reason": reason}
    told = tell(stored(*before, (2_200, "utterance_skipped", skipped)))
    assert [entry for entry in told.entries if entry.who == "note"] == []
    assert told.murmurs == (Span(1_600, 1_700),)


def test_a_sound_in_frames_that_run_ahead_of_the_clock_was_over_when_that_was_known():
    skipped = {"onset_ms": 1_600, "speech_ms": 100, "reason": "too short"}
    assert tell(stored((1_500, "utterance_skipped", skipped))).murmurs == (Span(1_400, 1_500),)


# How long the caller waited


def test_the_wait_is_from_the_last_word_to_the_first_sound():
    told = tell(
        stored(
            *(utterance(2_000), sounds(2_500), answer(3_500, 1_000, 1_000)),
            *(utterance(6_000), utterance(7_000), sounds(9_000), answer(9_500, 500, 500)),
            *(utterance(12_000, silence_ms=800), sounds(12_200)),
        )
    )
    assert told.responses == (Response(1_500, 1_000), Response(6_500, 2_500), Response(11_200, 1_000))
    assert (told.median_response_ms, told.worst_response) == (1_000, Response(6_500, 2_500))


def test_without_an_answer_there_is_no_wait():
    told = tell(stored(sounds(500), answer(1_500, 1_000, 1_000)))
    assert (told.responses, told.median_response_ms, told.worst_response) == ((), None, None)


@pytest.mark.parametrize(
    ("at_ms", "words"), [(0, "0:00"), (999, "0:00"), (65_000, "1:05"), (3_600_000, "60:00")]
)
def test_a_moment_is_told_in_minutes_and_seconds(at_ms, words):
    assert elapsed(at_ms) == words


def test_an_account_of_the_first_release_is_told_too():
    events = [
        ("call_started", {}),
        ("utterance_skipped", {"speech_ms": 100, "reason": "too short"}),
        ("utterance_ended", {"speech_ms": 900, "capped": False}),
        ("first_audio", {"turn": 1}),
        ("bot_said", {"text": "Hello.", "heard_ms": 300, "audio_ms": 300}),
        ("tool_called", {"name": "book", "call_id": "c1"}),
        ("tool_answered", {"name": "book", "call_id": "c1", "status": "ok"}),
    ]
    told = tell(stored(*((2_000 + at_ms, kind, fields) for at_ms, (kind, fields) in enumerate(events))))
    assert [type(entry).__name__ for entry in told.entries] == ["CallerSaid", "Noted", "BotSaid", "ToolUsed"]


RESTS = [
    (0, "call_started"),
    (1_300, "response_created", {"reasons": "utterance", "response": "given up", "ahead": True}),
    (1_450, "answer_overtaken", {"response": "given up"}),
    (1_500, "user_said", {"text": "On Monday.", "item": "one", "utterance": 1}),
]


def test_what_rested_and_went_on_is_one_utterance_of_all_its_words():
    ended = {"onset_ms": 500, "speech_ms": 1_900, "silence_ms": 400, "utterance": 1}
    story = follow(
        stored(
            *RESTS,
            (2_600, "response_created", {"reasons": "utterance", "response": "heard", "ahead": True}),
            (2_800, "utterance_ended", ended),
            (2_900, "user_said", {"text": "At nine.", "item": "two", "utterance": 1}),
        )
    )
    assert [entry for entry in story.account().entries if entry.who == "caller"] == [
        caller(500, 2_400, "On Monday. At nine.")
    ]
    assert [utterance.created_ms for utterance in story.utterances] == [2_600]


def test_what_was_said_by_somebody_whose_call_ended_before_their_sentence_is_told():
    assert entries(*RESTS)[0] == caller(1_500, 1_500, "On Monday.")
