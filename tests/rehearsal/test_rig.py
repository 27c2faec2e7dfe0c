"""Whole calls in memory, each in virtual time."""

from functools import partial

import trio

from engine.outcome import Outcome
from engine.ports import CallRecord
from rehearsal.rig import HUMMED, FakeOffice, Recording, rehearse
from rehearsal.virtual_time import in_virtual_time
from simulator import HangUp, HearOut, ModelScript, Reply, Say, evenly, murmur
from simulator.mulaw import silence

ASKED, ANSWER = murmur(1_000), murmur(1_500, pitch=190)
SCRIPT = [HearOut(), Say("Are you open?", ASKED), HearOut(), HangUp()]
REPLIES = [Reply("Hello.", murmur(500, pitch=180)), Reply("Yes.", ANSWER)]


def call(**options):
    model = options.pop("model", ModelScript(replies=REPLIES, hears=["Are you open?"]))
    return in_virtual_time(partial(rehearse, SCRIPT, model, settings=HUMMED, **options))


def test_a_call_is_carried_to_its_end_and_leaves_both_accounts_and_the_record():
    rehearsed = call()
    assert rehearsed.outcome is Outcome.CALLER_HUNG_UP
    assert (rehearsed.record.outcome, rehearsed.carrier.violations) == (Outcome.CALLER_HUNG_UP, [])
    assert rehearsed.carrier.played == murmur(500, pitch=180) + ANSWER
    assert [event.fields["text"] for event in rehearsed.record.events if event.kind == "user_said"] == [
        "Are you open?"
    ]
    assert rehearsed.model.creates == 2


def test_the_same_call_is_the_same_call():
    one, same = (call(up=evenly(60, 20, 1), down=evenly(60, 20, 2)) for _ in range(2))
    assert one.record == same.record
    assert one.carrier.timeline == same.carrier.timeline


def test_times_of_peers_and_record_are_on_one_clock():
    rehearsed = call(up=lambda: 60.0, down=lambda: 40.0)
    (said,) = rehearsed.carrier.said
    ended_ms = next(
        rehearsed.began_s * 1000 + event.at_ms
        for event in rehearsed.record.events
        if event.kind == "utterance_ended"
    )
    commit_ms = next(
        rehearsed.model.began_s * 1000 + moment.at_ms
        for moment in rehearsed.model.timeline
        if moment.detail == "input_audio_buffer.commit"
    )
    assert rehearsed.carrier.began_s == 0.0
    assert rehearsed.began_s == 0.060
    assert abs(ended_ms - commit_ms) <= 1
    assert 460 <= ended_ms - said.until_ms <= 800  # the silence that ends it, and the way


def test_a_model_may_hear_what_the_caller_really_said():
    committed = []

    def listening(carrier):
        def hear(audio):
            committed.append(audio)
            return f"{carrier.said[-1].text} ({trio.current_time() > 0})"

        return ModelScript(replies=REPLIES, hears=hear)

    rehearsed = call(model=listening)
    assert committed == rehearsed.model.committed
    assert [event.fields["text"] for event in rehearsed.record.events if event.kind == "user_said"] == [
        "Are you open? (True)"
    ]


def test_acoustics_decide_what_goes_up():
    rehearsed = call(acoustics=lambda _frame, _played, _at_ms: silence(20))
    assert rehearsed.model.committed == []


def test_an_office_is_told_of_the_call_and_the_link_may_be_watched():
    office, links = Recording(FakeOffice()), []

    def watch(link):
        links.append(link)
        return link

    rehearsed = call(office=office, wrap=watch)
    assert office.records == [rehearsed.record]
    assert isinstance(rehearsed.record, CallRecord)
    assert len(links) == 1
