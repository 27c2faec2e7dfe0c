"""Accounts of every release, as they are read from where they were stored."""

import json
from pathlib import Path

import pytest
from attrs import evolve, fields

from engine.account import KINDS, BotSaid, CallEvent, ModelUsed, UnknownLine, UserSaid, fields_of
from office.call_story import follow, tell
from office.entries import Noted, Span, ToolUsed
from office.stored_account import read, upgrade
from storage.records import EventRow
from tests.office.accounts import stored
from tests.web.pages.accounts import rehearsed

IDS = {"turn", "response", "item", "utterance"}
# A whole call with every kind of turn, as it was noted before a line bore ids: [at_ms, kind, fields] each.
BEFORE_IDS = [
    json.loads(line) for line in (Path(__file__).parent / "before_ids.jsonl").read_text("utf-8").splitlines()
]
NOT_IN_THE_FIRST = {
    "utterance_ended": {"silence_ms", "doubtful"},
    "utterance_skipped": {"onset_ms"},
    "bot_said": {"unheard"},
    "tool_answered": {"took_ms"},
}


def rows_of(events):
    return [
        EventRow(seq=seq, at_ms=event.at_ms, kind=event.kind, fields=event.fields)
        for seq, event in enumerate(events)
    ]


def without_the_mumble(lines):
    """The call without what the first release did not do: to doubt what the caller says, and to play on."""
    return [line for line in lines if not 13_000 < line[0] < 14_500]


def as_the_first_release_had_it(at_ms, kind, given):
    missing = NOT_IN_THE_FIRST.get(kind, set())
    return at_ms, kind, {name: value for name, value in given.items() if name not in missing}


def test_a_whole_calls_account_is_what_it_was_but_for_the_ids():
    events = [event for event in rehearsed()[0] if not isinstance(event.line, ModelUsed)]  # that is newer

    assert [[event.at_ms, event.kind] for event in events] == [line[:2] for line in BEFORE_IDS]
    for event, (_, _, before) in zip(events, BEFORE_IDS, strict=True):
        assert {name: event.fields[name] for name in before} == before
        assert event.fields.keys() - before.keys() <= IDS


def test_an_account_without_ids_tells_the_same_story():
    events, _ = rehearsed()

    old, new = follow(stored(*BEFORE_IDS)), follow(events)
    assert old.account() == new.account()
    for told in ("created_ms", "queued", "began_ms", "said", "failed", "overtaken_ms"):
        assert [getattr(each, told) for each in old.answers] == [getattr(each, told) for each in new.answers]
    for told in ("text", "text_ms", "nothing", "created_ms"):
        assert [getattr(each, told) for each in old.utterances] == [
            getattr(each, told) for each in new.utterances
        ]
    assert [len(each.calls) for each in old.answers] == [len(each.calls) for each in new.answers]


def test_an_account_of_the_first_release_tells_the_same_story_but_for_what_it_did_not_note():
    before = without_the_mumble(BEFORE_IDS)
    events = [event for event in rehearsed()[0] if not 13_000 < event.at_ms < 14_500]

    def known_then(entry):
        match entry:
            case ToolUsed():
                return evolve(entry, took_ms=None)
            case Noted(kind="unanswered"):
                return evolve(entry, at_ms=skipped.start_ms)
        return evolve(entry, unheard="") if entry.who == "bot" else entry

    told, skipped = tell(events), Span(17_420, 17_520)  # until it was known to be nothing
    assert tell(stored(*(as_the_first_release_had_it(*line) for line in before))) == evolve(
        told, entries=tuple(known_then(entry) for entry in told.entries), murmurs=(skipped,)
    )


def test_an_account_with_ids_is_read_as_it_was_written():
    events, _ = rehearsed()

    assert tuple(read(rows_of(events))) == events


def test_an_id_that_was_not_known_is_not_guessed():
    said = (1_200, "user_said", {"text": "Hello?", "item": "item_9"})

    (_, unknown) = stored((1_000, "utterance_ended", {"utterance": 1}), said)
    assert unknown == CallEvent(at_ms=1_200, line=UserSaid(text="Hello?", item="item_9"))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_field_of_which_nothing_is_known_says_nothing(kind):
    (event,) = stored((5, kind.kind))

    assert type(event.line) is kind
    assert fields_of(event.line).keys() <= {each.name for each in fields(kind)}
    assert read(rows_of([event])) == [event]


def test_a_kind_and_a_field_of_another_release_are_passed_over():
    later = [(1, "hologram_shown", {"text": "?"}), (2, "user_said", {"text": "Hello.", "mood": "good"})]

    assert [event.line for event in stored(*later)] == [UserSaid(text="Hello.")]


def test_a_field_that_cannot_be_what_it_should_is_refused_by_its_name():
    with pytest.raises(UnknownLine, match=r"^first_audio: .*turn"):
        stored((5, "first_audio", {"turn": "the first"}))


def test_an_answer_that_waits_for_another_is_known_by_its_turn():
    told = follow(
        stored(
            *((0, "response_created"), (100, "first_audio", {"turn": 1})),
            (200, "response_created"),
            *((900, "answer_sent", {"turn": 1}), (900, "bot_said", {"text": "One."})),
            (901, "first_audio", {"turn": 2}),
            *((1_900, "answer_sent", {"turn": 2}), (1_900, "bot_said", {"text": "Two."})),
        )
    )
    assert [(each.created_ms, each.began_ms, each.said.heard) for each in told.answers] == [
        (0, 100, "One."),
        (200, 901, "Two."),
    ]


def test_an_answer_that_plays_on_is_a_new_turn_of_the_same_response():
    lines = [event.line for event in stored(*BEFORE_IDS)]

    played_on = [line for line in lines if isinstance(line, BotSaid)][3]
    assert (played_on.turn, played_on.heard_ms) == (6, 3_000)
    assert played_on.response == next(line.response for line in lines if getattr(line, "turn", 0) == 5)


def test_an_utterance_over_which_the_bot_played_on_has_no_words():
    told = follow(
        stored(
            (1_000, "utterance_ended", {"speech_ms": 400}),
            (2_000, "first_audio", {"turn": 1}),
            *((3_000, "utterance_ended", {"doubtful": True}), (3_100, "resumed", {"turn": 2})),
            (3_300, "user_said", {"text": "When?"}),
        )
    )
    assert [(each.text, each.nothing) for each in told.utterances] == [("When?", False), (None, True)]


def test_a_response_is_called_as_its_recorded_sound_is():
    created = [(at_ms, "response_created") for at_ms in (500, 1_000, 2_000)]
    sounds = [(100, "resp_0"), (700, "resp_1"), (760, "resp_1"), (1_960, "resp_3"), (2_300, "resp_9")]

    events = stored((0, "call_started"), *created, sounds=iter(sounds))
    assert [event.line.response for event in events[1:]] == ["resp_1", "response 1", "resp_3"]


def test_each_stream_of_a_call_has_ids_of_its_own():
    stream = [(0, "call_started"), (900, "utterance_ended"), (950, "user_said", {"text": "Hello?"})]
    again = [(at_ms + 5_000, *rest) for at_ms, *rest in stream]

    rows = upgrade(EventRow(seq=seq, at_ms=at_ms, kind=kind, fields=dict(*given))
                   for seq, (at_ms, kind, *given) in enumerate([*stream, *again]))  # fmt: skip
    assert [row.fields.get("utterance") for row in rows] == [None, 1, 1, None, 1, 1]
    assert [each.text for each in follow(read(rows)).utterances] == ["Hello?", "Hello?"]
