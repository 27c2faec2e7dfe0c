"""Who spoke when, as numbers and as a drawing."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader, StrictUndefined

from tests.office.accounts import stored
from tests.web.pages.accounts import answer, called, rehearsed, resumes, sounds, utterance
from web.pages.picture import Bar, Mark, Picture, Row, Tick, draw


def bar(kind, x, width):
    return Bar(kind=kind, x=x, width=width)


def mark(kind, x, number=0):
    return Mark(kind=kind, x=x, number=number)


def ticks(*labels):
    return tuple(Tick(x=round(100 * index / 6, 3), label=label) for index, label in enumerate(labels))


def test_a_call_is_drawn_on_rows_of_half_a_minute():
    drawn = draw(
        stored(
            *(sounds(3_000), answer(9_000, 6_000, 9_000, "We are", "open."), utterance(21_500, 6_000)),
            *(called(24_000, "a"), called(24_100, "b"), sounds(27_000), (33_000, "barge_in", {})),
            *(answer(33_000, 6_000, 30_000, "So", "and so."), (36_000, "keypad", {"keys": 2})),
        ),
        45_000,
    )
    assert drawn == Picture(
        rows=(
            Row(
                starts_ms=0,
                width=100.0,
                bars=(
                    bar("caller", 50.0, 20.0),
                    bar("bot", 10.0, 20.0),
                    bar("unheard", 30.0, 10.0),
                    bar("bot", 90.0, 10.0),
                    bar("slow-response", 70.0, 20.0),
                ),
                marks=(mark("slow-response", 80.0, 6_000), mark("tools", 80.0, 1)),
                ticks=ticks("0:00", "0:05", "0:10", "0:15", "0:20", "0:25"),
            ),
            Row(
                starts_ms=30_000,
                width=50.0,
                bars=(bar("bot", 0.0, 10.0), bar("unheard", 10.0, 40.0)),
                marks=(mark("barge-in", 10.0), mark("keys", 20.0)),
                ticks=ticks("0:30", "0:35", "0:40"),
            ),
        ),
        tools=(("find_available_slots",),),
        caller_ms=6_000,
        bot_ms=12_000,
        barge_ins=1,
    )


def test_a_long_call_has_rows_of_a_minute_and_none_in_which_nothing_happened():
    drawn = draw(
        stored(sounds(6_000), answer(12_000, 6_000, 6_000), (245_000, "keypad", {"keys": 2})), 246_000
    )
    assert [(row.starts_ms, row.width, row.bars, row.marks) for row in drawn.rows] == [
        (0, 100.0, (bar("bot", 10.0, 10.0),), ()),
        (240_000, 10.0, (), (mark("keys", 8.333),)),
    ]
    assert [tick.label for tick in drawn.rows[0].ticks] == ["0:00", "0:10", "0:20", "0:30", "0:40", "0:50"]


@pytest.mark.parametrize("duration_ms", [0, 5_000])
def test_a_call_without_an_account_is_one_empty_row(duration_ms):
    (row,) = draw((), duration_ms).rows
    assert (row.bars, row.marks, row.ticks) == ((), (), ticks("0:00"))


def test_what_would_not_be_heard_ends_where_the_bot_speaks_again():
    drawn = draw(
        stored(sounds(0), answer(3_000, 3_000, 30_000), sounds(6_000), answer(9_000, 3_000, 3_000)), 30_000
    )
    assert drawn.rows[0].bars == (bar("bot", 0.0, 10.0), bar("unheard", 10.0, 10.0), bar("bot", 20.0, 10.0))


def test_what_happens_as_the_call_ends_is_on_its_last_row():
    drawn = draw(stored((30_000, "silence_warning", {"number": 1})), 30_000)
    assert [row.marks for row in drawn.rows] == [(mark("silence-warning", 99.997),)]


def test_the_same_tools_have_the_same_number():
    drawn = draw(
        stored(
            *(called(0, "a"), called(1_499, "b", "take_message"), called(1_500, "c")),
            *(
                called(9_000, "d"),
                called(12_000, "e"),
                called(12_000, "f"),
                called(12_001, "g", "take_message"),
            ),
        ),
        30_000,
    )
    assert drawn.tools == (("find_available_slots", "take_message"), ("find_available_slots",))
    assert [each.number for each in drawn.rows[0].marks] == [1, 2, 2, 1]


pauses_ms = st.integers(0, 4_000)
answers = st.lists(
    st.tuples(
        pauses_ms,
        st.lists(st.tuples(st.integers(0, 40_000), pauses_ms), min_size=1, max_size=4),
        st.integers(0, 20_000),  # not heard
        st.integers(0, 9_000),  # of the caller, afterwards
    ),
    max_size=8,
)


def any_account(said):
    """Answers that pause and play on, each followed by what the caller says; and how long that takes."""
    events, now_ms = [(0, "call_started", {})], 0
    for pause_ms, pieces, unheard_ms, speech_ms in said:
        now_ms += pause_ms
        events.append(sounds(now_ms))
        heard_ms = 0
        for number, (piece_ms, silent_ms) in enumerate(pieces):
            if number:
                now_ms += silent_ms
                events.append(resumes(now_ms, heard_ms))
            heard_ms, now_ms = heard_ms + piece_ms, now_ms + piece_ms
        if unheard_ms:
            events.append((now_ms, "barge_in", {}))
        events += [answer(now_ms, heard_ms, heard_ms + unheard_ms), called(now_ms, str(len(events)))]
        now_ms += speech_ms + 500
        events.append(utterance(now_ms, speech_ms))
    return stored(*events), now_ms


@given(answers)
def test_all_that_was_heard_is_drawn_once_and_nothing_outside_its_row(said):
    events, duration_ms = any_account(said)
    drawn = draw(events, duration_ms)
    row_ms = 30_000 if duration_ms <= 180_000 else 60_000
    for row in drawn.rows:
        for each in row.bars:
            assert (each.x >= 0, each.width >= 0, each.x + each.width <= row.width + 1e-9) == (True,) * 3
        assert all(0 <= each.x < 100 for each in (*row.marks, *row.ticks))
    bars = [each for row in drawn.rows for each in row.bars if each.kind == "bot"]
    heard_ms = sum(piece_ms for _, pieces, _, _ in said for piece_ms, _ in pieces)
    assert drawn.bot_ms == heard_ms
    assert sum(each.width for each in bars) * row_ms / 100 == pytest.approx(
        heard_ms, abs=0.5 * len(bars) + 1e-6
    )


@given(answers)
def test_the_bot_is_never_drawn_twice_at_one_time(said):
    for row in draw(*any_account(said)).rows:
        lane = sorted((each.x, each.width) for each in row.bars if each.kind in ("bot", "unheard"))
        ends = [0.0, *(x + width for x, width in lane)]
        assert all(x >= end - 1e-9 for (x, _), end in zip(lane, ends, strict=False))


# The drawing


def drawing(picture):
    environment = Environment(
        loader=PackageLoader("web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)
    module = environment.get_template("call_picture.html").make_module({"tool_of": str.upper})
    return ElementTree.fromstring(module.call_picture(picture))


def test_a_drawing_is_named_described_and_runs_from_left_to_right():
    figure = drawing(draw(*rehearsed()))
    svg = figure.find("svg")
    named = [figure.find(f".//*[@id='{name}']").text for name in svg.get("aria-labelledby").split()]
    assert (svg.get("role"), svg.get("direction"), named) == (
        "img",
        "ltr",
        [
            "Who spoke when",
            "The caller spoke for 5 seconds, the receptionist for 10. The caller interrupted once.",
        ],
    )


def test_a_drawing_has_a_shape_for_every_bar_and_mark_and_a_legend_of_those_it_has():
    figure = drawing(draw(*rehearsed()))
    shapes = [each.get("class") for each in figure.iter("rect")]
    assert {each: shapes.count(each) for each in ("lane-caller", "lane-bot", "murmur", "unheard")} == {
        "lane-caller": 6 + 1,  # and the legend's
        "lane-bot": 7 + 1,
        "murmur": 2 + 1,
        "unheard": 1 + 1,
    }
    legend, tools = figure.findall("figcaption/*")
    assert ["".join(each.itertext()).strip() for each in legend] == [
        "The caller",
        "The receptionist",
        "Cut off before it was heard",
        "A sound that was not answered",
        "Waiting for an answer",
        "A long wait, in seconds",
        "The caller interrupts",
    ]
    assert ["".join(each.itertext()).strip() for each in tools] == ["FIND_AVAILABLE_SLOTS"]
    assert [each.text for each in figure.iter("text") if each.get("class") == "wait"] == ["2.3"]


def test_a_drawing_needs_no_style_of_its_own():
    events = stored((1_000, "keypad", {"keys": 1}), (9_000, "silence_warning", {"number": 1}))
    figure = drawing(draw(events, 10_000))
    assert [each for each in figure.iter() if each.tag == "style" or "style" in each.attrib] == []
    assert [each.text for each in figure.iter("text") if each.get("class") == "in-mark"] == [
        "#",
        "?",
        "#",
        "?",
    ]
