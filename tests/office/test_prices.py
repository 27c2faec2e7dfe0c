"""What a call has cost, by a dated list of prices: never guessed."""

import datetime as dt
from decimal import Decimal

import pytest
from attrs import evolve

from engine.account import ModelUsed
from engine.usage import Usage
from office.prices import BadPrices, bill, cost, parse, published

# A million tokens of each kind, and an hour that was written down.
MUCH = ModelUsed(
    model="gpt-realtime-2.1",
    transcription_model="gpt-live-transcribe",
    responses=9,
    audio_in=3_000_000,
    audio_cached=1_000_000,
    text_in=2_000_000,
    text_cached=1_000_000,
    audio_out=1_000_000,
    text_out=1_000_000,
    transcribed_ms=3_600_000,
)
KINDS = "audio_in=1\naudio_cached=1\naudio_out=1\ntext_in=1\ntext_cached=1\ntext_out=1\n"


def priced(**changes):
    return cost(evolve(MUCH, **changes), published())


def test_each_kind_is_paid_at_its_own_price_and_what_was_cached_only_once():
    assert priced() == 2 * Decimal(32) + Decimal("0.40") + 64 + 4 + Decimal("0.40") + 24 + 60 * Decimal(
        "0.017"
    )
    mini = 2 * 10 + Decimal("0.30") + 20 + Decimal("0.60") + Decimal("0.06") + Decimal("2.40")
    assert priced(model="gpt-realtime-2.1-mini", transcription_model="gpt-transcribe") == mini + Decimal(
        "0.27"
    )


def test_a_snapshot_costs_what_its_model_does():
    assert priced(model="gpt-realtime-2.1-2026-11-20") == priced()
    assert priced(transcription_model="gpt-live-transcribe-2026-07-28") == priced()


@pytest.mark.parametrize(
    "unknown",
    [
        {"model": "my-deployment"},
        {"model": "gpt-realtime-2.1-large"},
        {"model": ""},
        {"transcription_model": "whisper-1"},
        {"transcription_model": None},
        {"unsorted": 1},
        {"unsorted_out": 1},
        {"transcript_tokens": 1},
    ],
)
def test_what_has_no_price_is_not_guessed(unknown):
    assert priced(**unknown) is None


def test_a_model_that_was_not_used_needs_no_price():
    assert priced(transcription_model=None, transcribed_ms=0) == priced() - Decimal("1.02")
    only_heard = ModelUsed(model="?", transcription_model="gpt-transcribe", transcribed_ms=60_000)
    assert cost(only_heard, published()) == Decimal("0.0045")


def test_the_streams_of_a_call_have_one_bill():
    both = bill([MUCH, evolve(MUCH, model="gpt-realtime-2.1-mini", responses=1)], published())

    assert both.models == ("gpt-realtime-2.1", "gpt-live-transcribe", "gpt-realtime-2.1-mini")
    assert both.dollars == priced() + priced(model="gpt-realtime-2.1-mini")
    assert (both.used.responses, both.used.audio_out, both.as_of) == (10, 2_000_000, dt.date(2026, 11, 20))
    assert bill([MUCH, evolve(MUCH, model="?")], published()).dollars is None
    assert bill([], published()) is None


def test_a_bill_says_only_what_was_used():
    assert bill([MUCH], published()).used == Usage(
        **{name: getattr(MUCH, name) for name in ("responses", "audio_in", "audio_cached", "text_in")},
        **{name: getattr(MUCH, name) for name in ("text_cached", "audio_out", "text_out", "transcribed_ms")},
    )


def test_an_own_list_is_read_as_ours_is():
    own = parse(f'as_of = 2027-01-01\n[tokens."my-deployment"]\n{KINDS}[transcription]\nmine = 2\n')

    assert own.as_of == dt.date(2027, 1, 1)
    assert cost(evolve(MUCH, model="my-deployment", transcription_model="mine"), own) == 7 + 120
    assert cost(MUCH, own) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("as_of =", "it is not TOML"),
        ("", "as_of must be the date"),
        ('as_of = "2026-11-20"', "as_of must be the date"),
        ("as_of = 2026-11-20T10:00:00", "as_of must be the date"),
        ("as_of = 2026-11-20\ntokens = 3", "tokens must be a table"),
        ("as_of = 2026-11-20\ntranscription = []", "transcription must be a table"),
        ("as_of = 2026-11-20\ncurrency = 'EUR'", "currency is not known"),
        ("as_of = 2026-11-20\n[tokens]\nx = 3", "tokens.x must have audio_in"),
        (f"as_of = 2026-11-20\n[tokens.gpt-2.1]\n{KINDS}", "tokens.gpt-2 must have .* stands in quotes"),
        (f"as_of = 2026-11-20\n[tokens.x]\n{KINDS}image_in = 1", "tokens.x must have"),
        (
            f"as_of = 2026-11-20\n[tokens.x]\n{KINDS.replace('=1', '=-1')}",
            r"tokens.x.audio_in must be a price",
        ),
        (
            f"as_of = 2026-11-20\n[tokens.x]\n{KINDS.replace('=1', '=nan')}",
            r"tokens.x.audio_in must be a price",
        ),
        ("as_of = 2026-11-20\n[transcription]\nx = inf", "transcription.x must be a price"),
        ("as_of = 2026-11-20\n[transcription]\nx = true", "transcription.x must be a price"),
        ("as_of = 2026-11-20\n[transcription]\nx = '1'", "transcription.x must be a price"),
    ],
)
def test_a_list_that_is_none_is_refused_by_the_name_of_its_entry(text, problem):
    with pytest.raises(BadPrices, match=problem):
        parse(text)
