import pytest
import trio

from benchmarks.turns.calls import delays, stalling
from benchmarks.turns.recognition import Recogniser
from simulator import Carrier, Said, memory_pair

WORDS = ["I", "would", "like", "to", "come", "tomorrow", "at", "ten"]


def recogniser(kind: str, *said: Said, seed: int = 1) -> Recogniser:
    carrier = Carrier(transport=memory_pair()[0], script=[])
    carrier.said.extend(said)
    return Recogniser(carrier=carrier, way_ms=60, kind=kind, seed=seed)


async def at(ms: int) -> None:
    await trio.sleep_until(ms / 1000)


async def test_words_are_recognised_once_most_of_them_has_come_and_none_before_the_audio(autojump_clock):
    ear = recogniser("live", Said(0, 2_900, " ".join(WORDS)))
    await at(1_060)
    few = ear.words(bytes(8_000))  # the first second
    await at(2_960)
    every, second_half = ear.words(bytes(23_200)), ear.words(bytes(11_600))
    assert every[: len(few)] == few
    assert 0 < len(few) < len(every)
    assert every[-len(second_half) :] == second_half
    assert len(second_half) < len(every)


async def test_one_word_in_ten_is_missing_and_one_in_twenty_is_another(autojump_clock):
    said = [Said(n * 1_000, n * 1_000 + 1_000, " ".join(WORDS)) for n in range(100)]
    ear = recogniser("live", *said)
    await at(100_060)
    heard = ear.words(bytes(800_000))
    assert ear.words(bytes(800_000)) == heard
    assert 690 < len(heard) < 750
    wrong = sum(word not in WORDS for word in heard)
    assert 15 < wrong < 70


async def test_in_the_wrong_language_every_word_is_another(autojump_clock):
    ear = recogniser("foreign", Said(0, 400, "Genau."))
    await at(460)
    assert "Genau." not in ear.words(bytes(3_200))


@pytest.mark.parametrize(("kind", "live"), [("exact", False), ("live", True), ("late", False)])
def test_only_a_live_recogniser_sends_deltas(kind, live):
    assert (recogniser(kind).script([]).live is not None) is live


def test_a_stall_holds_frames_up_to_its_end_where_they_come_at_once():
    delay = stalling(lambda: 60.0, 300, seed=3)
    late = [delay() for _ in range(400)]
    arrivals = [n * 20 + ms for n, ms in enumerate(late)]
    held = [n for n, ms in enumerate(late) if ms > 60]
    first = held[0]
    assert 60 < first < 130
    assert late[first : first + 15] == [340 - 20 * n for n in range(14)] + [60]
    assert len(set(arrivals[first : first + 14])) == 1
    assert 3 * 14 <= len(held) <= 6 * 14


def test_without_a_stall_a_line_only_jitters():
    up, down = delays(1)
    assert all(40 <= way() <= 80 for way in (up, down) for _ in range(100))
