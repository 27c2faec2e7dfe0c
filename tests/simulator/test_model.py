"""The model under the virtual clock: order and time of its events, its faults, its account."""

from contextlib import suppress

import pytest
import trio
import trio.testing

from simulator.model import Model
from simulator.model_script import (
    Abort,
    Call,
    CloseNow,
    Fail,
    Ignore,
    Incomplete,
    LiveTranscription,
    ModelScript,
    NoAnswer,
    Reply,
    Speech,
    Stall,
)
from simulator.tones import murmur
from simulator.transport import TransportClosed, memory_pair
from simulator.websocket import wrap_client_stream, wrap_server_stream
from tests.simulator.support import SESSION, Client, converse

VOICE = murmur(1_000, pitch=190)
HELLO = Reply("Hello, how can I help you?", VOICE)
DELTAS = ("response.output_audio_transcript.delta", "response.output_audio.delta")
OPENING = ["response.output_item.added", "conversation.item.added", "response.content_part.added"]
ENDING = [
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
]
DONE = ["response.done", "rate_limits.updated"]


async def answered(script, **fields):
    """One create, up to its end."""

    async def talk(client):
        await client.set_up()
        await client.send("response.create", **fields)
        await client.until("rate_limits.updated")

    return await converse(script, talk)


async def test_the_session_is_created_before_anything_else(autojump_clock):
    async def talk(client):
        await client.next()

    model, client = await converse(ModelScript(), talk)
    (created,) = client.events
    assert (created["type"], created["event_id"]) == ("session.created", "event_0001")
    assert created["session"] == model.session
    assert (model.violations, model.closed.code) == ([], 1000)


async def test_a_spoken_reply_has_its_events_in_the_captured_order(autojump_clock):
    model, client = await answered(ModelScript(replies=[HELLO]))
    text, sound = DELTAS
    assert client.kinds() == [
        "response.created",
        *OPENING,
        *(text, sound, text, sound, sound),
        *ENDING,
        *DONE,
    ]
    assert client.audio() == VOICE == model.sent["item_0001"]
    done = client.events[-2]["response"]
    assert (done["id"], done["status"], done["status_details"]) == ("resp_0001", "completed", None)
    assert done["output"] == [
        {
            "id": "item_0001",
            "object": "realtime.item",
            "type": "message",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_audio", "transcript": HELLO.text}],
            "phase": "final_answer",
        }
    ]


async def test_every_event_has_an_id_of_its_own(autojump_clock):
    _, client = await answered(ModelScript(replies=[HELLO]))
    ids = [event["event_id"] for event in client.events]
    assert len(set(ids)) == len(ids)


async def test_parts_have_short_type_names_and_deltas_carry_obfuscation(autojump_clock):
    _, client = await answered(ModelScript(replies=[HELLO]))
    by_kind = {event["type"]: event for event in client.events}
    assert by_kind["response.content_part.done"]["part"] == {"type": "audio", "transcript": HELLO.text}
    text = by_kind["response.output_audio_transcript.delta"]
    assert {"response_id", "item_id", "output_index", "content_index", "obfuscation"} <= text.keys()


async def test_audio_comes_five_times_faster_than_it_plays(autojump_clock):
    _, client = await answered(ModelScript(replies=[HELLO]))
    at_ms = [
        time_ms - client.times_ms[1]
        for time_ms, event in zip(client.times_ms, [None, None, *client.events], strict=True)
        if event is not None and event["type"] == "response.output_audio.delta"
    ]
    assert at_ms == [150, 230, 310]


async def test_the_transcript_runs_ahead_of_the_audio(autojump_clock):
    reply = Reply("one two three four", murmur(1_600), text_lead=2)
    _, client = await answered(ModelScript(replies=[reply]))
    deltas = [event["delta"] for event in client.events if event["type"] == DELTAS[0]]
    assert deltas == ["one two", " three four"]


async def test_a_long_reply_can_have_several_messages(autojump_clock):
    reply = Reply("First.", murmur(400), further=(Speech("Second.", murmur(300, pitch=200)),))
    model, client = await answered(ModelScript(replies=[reply]))
    message = [*OPENING, *DELTAS, *ENDING]
    assert client.kinds() == ["response.created", *message, *message, *DONE]
    assert [len(audio) for audio in model.sent.values()] == [3_200, 2_400]


async def test_a_function_call_alone_has_its_events_in_the_captured_order(autojump_clock):
    reply = Reply(calls=(Call("find_available_slots", {"date_iso": "2026-11-23"}),))
    _, client = await answered(ModelScript(replies=[reply]))
    delta = "response.function_call_arguments.delta"
    assert client.kinds() == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        *[delta] * 4,
        "response.function_call_arguments.done",
        "conversation.item.done",
        "response.output_item.done",
        *DONE,
    ]
    assert "".join(event["delta"] for event in client.events if event["type"] == delta) == (
        '{"date_iso": "2026-11-23"}'
    )
    assert client.events[-3]["item"] == {
        "id": "item_0001",
        "object": "realtime.item",
        "type": "function_call",
        "status": "completed",
        "call_id": "call_0001",
        "name": "find_available_slots",
        "arguments": '{"date_iso": "2026-11-23"}',
    }


async def test_a_call_begins_before_the_commentary_in_front_of_it_is_done(autojump_clock):
    reply = Reply("Let me look.", murmur(300), calls=(Call("f"),))
    _, client = await answered(ModelScript(replies=[reply]))
    kinds = client.kinds()
    second_item = kinds.index("response.output_item.added", 2)
    assert second_item < kinds.index("response.output_audio.done")
    output = client.events[-2]["response"]["output"]
    assert [(item["type"], item.get("phase")) for item in output] == [
        ("message", "commentary"),
        ("function_call", None),
    ]


async def test_a_later_call_can_use_what_an_earlier_one_returned(autojump_clock):
    def book(memory):
        return {"slot_start": memory.last("find_available_slots")["slots"][0]}

    script = ModelScript(
        replies=[
            Reply(calls=(Call("find_available_slots"),)),
            Reply(calls=(Call("create_appointment", book),)),
        ]
    )

    async def talk(client):
        await client.set_up()
        await client.send("response.create")
        call = (await client.until("response.output_item.done"))["item"]
        output = '{"slots": ["2026-11-23T10:00"]}'
        await client.create_item(
            {"type": "function_call_output", "call_id": call["call_id"], "output": output}
        )
        await client.until("rate_limits.updated")
        assert (await client.next())["type"] == "conversation.item.added"
        await client.send("response.create")
        done = await client.until("response.function_call_arguments.done")
        assert done["arguments"] == '{"slot_start": "2026-11-23T10:00"}'

    model, _ = await converse(script, talk)
    assert model.outputs == [("call_0001", {"slots": ["2026-11-23T10:00"]})]
    assert model.violations == []


async def test_a_cancelled_reply_ends_with_its_open_parts_incomplete(autojump_clock):
    async def talk(client):
        await client.set_up()
        await client.send("response.create")
        await client.until("response.output_audio.delta")
        await client.send("response.cancel")
        await client.until("rate_limits.updated")
        await trio.sleep(10)
        await client.send("response.create")
        await client.until("rate_limits.updated")

    model, client = await converse(ModelScript(replies=[HELLO]), talk)
    first = client.kinds()[: client.kinds().index("rate_limits.updated") + 1]
    assert first == ["response.created", *OPENING, *DELTAS, *ENDING, *DONE]
    done = client.events[len(first) - 2]["response"]
    assert (done["status"], done["status_details"]) == (
        "cancelled",
        {"type": "cancelled", "reason": "client_cancelled"},
    )
    assert done["output"][0]["status"] == "incomplete"
    assert model.sent["item_0001"] == VOICE[:3_200]
    assert [response.status for response in model.responses] == ["cancelled", "completed"]
    assert model.violations == []


async def test_a_call_cut_off_in_its_arguments_is_incomplete(autojump_clock):
    async def talk(client):
        await client.set_up()
        await client.send("response.create")
        await client.until("response.function_call_arguments.delta")
        await client.send("response.cancel")
        item = (await client.until("response.output_item.done"))["item"]
        assert (item["status"], item["arguments"]) == ("incomplete", '{"a"')

    await converse(ModelScript(replies=[Reply(calls=(Call("f", {"a": 1}),))]), talk)


async def test_a_truncation_after_a_cancel_reaches_what_was_sent(autojump_clock):
    async def talk(client):
        await client.set_up()
        await client.send("response.create")
        item_id = (await client.until("response.output_audio.delta"))["item_id"]
        await client.send("response.cancel")
        fields = {"item_id": item_id, "content_index": 0}
        await client.send("conversation.item.truncate", **fields, audio_end_ms=400)
        assert (await client.until("conversation.item.truncated"))["audio_end_ms"] == 400

    model, _ = await converse(ModelScript(replies=[HELLO]), talk)
    assert (model.truncated, model.violations) == ({"item_0001": 400}, [])


async def test_after_the_last_reply_comes_a_short_default(autojump_clock):
    model, client = await answered(ModelScript())
    assert client.events[-2]["response"]["output"][0]["content"][0]["transcript"] == "All right."
    assert model.creates == 1


async def test_every_commit_has_its_own_transcript_300_ms_later(autojump_clock):
    heard = {}

    async def talk(client):
        await client.set_up()
        for _ in range(3):
            await client.append(murmur(200))
            await client.send("input_audio_buffer.commit")
        while len(heard) < 3:
            event = await client.next()
            if event["type"].endswith(("transcription.completed", "transcription.failed")):
                words = event.get("transcript") or event["error"]["code"]
                heard[event["item_id"]] = (client.times_ms[-1], words)

    model, _ = await converse(ModelScript(hears=["Ten, please.", None]), talk)
    assert heard == {
        "item_0001": (300, "Ten, please."),
        "item_0002": (300, "audio_unintelligible"),
        "item_0003": (300, "(unscripted)"),
    }
    assert model.committed == [murmur(200)] * 3


async def test_live_transcription_says_each_word_of_the_buffer_before_its_commit(autojump_clock):
    said = []

    async def hear(client):
        while "transcription" not in (event := await client.next())["type"]:
            pass
        said.append((client.times_ms[-1], event["item_id"], event.get("delta") or event["transcript"]))

    async def talk(client):
        await client.set_up()
        for _ in range(2):
            await client.append(murmur(200))
            await hear(client)
        await client.send("input_audio_buffer.commit")
        await hear(client)
        await hear(client)

    live = LiveTranscription(
        words=lambda audio: ["Ten,", "please."][: len(audio) // 1_600], after_ms=lambda: 250
    )
    script = ModelScript(hears=["Ten, please. Thank you."], live=live, transcript_after_ms=lambda: 400)
    await converse(script, talk)
    assert said == [
        (250, "item_0001", "Ten,"),
        (500, "item_0001", " please."),
        (900, "item_0001", " Thank you."),
        (900, "item_0001", "Ten, please. Thank you."),
    ]


async def test_audio_that_was_cleared_leaves_its_words_behind(autojump_clock):
    items = []

    async def talk(client):
        await client.set_up()
        await client.append(murmur(200))
        await client.send("input_audio_buffer.clear")
        await client.append(murmur(200))
        await client.send("input_audio_buffer.commit")
        while len(items) < 3:
            event = await client.next()
            if "transcription" in event["type"]:
                items.append((event["type"].split(".")[-1], event["item_id"]))

    live = LiveTranscription(words=lambda _audio: ["Hm."], after_ms=lambda: 100)
    await converse(ModelScript(hears=["Hm."], live=live), talk)
    assert items == [("delta", "item_0001"), ("delta", "item_0002"), ("completed", "item_0002")]


async def test_without_transcription_there_are_no_transcripts(autojump_clock):
    async def talk(client):
        session = SESSION | {"audio": SESSION["audio"] | {"input": {"format": {"type": "audio/pcmu"}}}}
        await client.set_up(session)
        await client.append(murmur(200))
        await client.send("input_audio_buffer.commit")
        with trio.move_on_after(10):
            while True:
                await client.next()

    _, client = await converse(ModelScript(hears=["never"]), talk)
    assert client.kinds() == [
        *("input_audio_buffer.committed", "conversation.item.added", "conversation.item.done")
    ]


async def test_an_answer_that_never_comes_can_be_cancelled(autojump_clock):
    async def talk(client):
        await client.set_up()
        await client.send("response.create")
        await trio.sleep(60)
        await client.send("response.cancel")
        done = await client.until("response.done")
        assert (done["response"]["status"], done["response"]["output"]) == ("cancelled", [])
        await client.send("response.create")
        await client.until("rate_limits.updated")

    model, client = await converse(ModelScript(replies=[NoAnswer()]), talk)
    assert client.kinds()[:3] == ["response.created", "response.done", "rate_limits.updated"]
    assert model.violations == []


async def quiet_for(client, seconds):
    """What comes in this time."""
    count = len(client.events)
    with trio.move_on_after(seconds):
        while True:
            await client.next()
    return client.kinds()[count:]


async def test_a_deaf_server_does_not_answer_a_cancel_either(autojump_clock):
    async def talk(client):
        await client.set_up()
        await client.send("response.create")
        await client.until("response.created")
        await client.send("response.cancel")
        assert await quiet_for(client, 60) == []

    await converse(ModelScript(replies=[NoAnswer(deaf=True)]), talk)


async def test_a_lost_create_is_not_answered_and_the_next_one_is(autojump_clock):
    async def talk(client):
        await client.set_up()
        await client.send("response.create")
        assert await quiet_for(client, 60) == []
        await client.send("response.create")
        await client.until("rate_limits.updated")

    model, _ = await converse(ModelScript(replies=[Ignore(), HELLO]), talk)
    assert list(model.sent.values()) == [VOICE]


async def test_a_failed_response_says_why(autojump_clock):
    _, client = await answered(ModelScript(replies=[Fail("insufficient_quota")]))
    assert client.kinds() == ["response.created", *DONE]
    response = client.events[1]["response"]
    assert response["status"] == "failed"
    assert response["status_details"]["error"]["code"] == "insufficient_quota"


async def test_an_incomplete_response_ends_in_mid_word(autojump_clock):
    _, client = await answered(ModelScript(replies=[Incomplete("I was just say", VOICE)]))
    response = client.events[-2]["response"]
    assert (response["status"], response["status_details"]) == (
        "incomplete",
        {"type": "incomplete", "reason": "max_output_tokens"},
    )
    assert response["output"][0]["status"] == "incomplete"
    assert client.audio() == VOICE


@pytest.mark.parametrize(
    ("fault", "code", "at_ms"),
    [
        (CloseNow(1001, "Your session hit the maximum duration of 60 minutes."), 1001, 0),
        (CloseNow(1011, "", after_ms=200, during=HELLO), 1011, 200),
        (Abort(), 1006, 0),
        (Abort(after_ms=240, during=HELLO), 1006, 240),
    ],
)
async def test_a_socket_can_die_at_any_point_of_a_reply(fault, code, at_ms, autojump_clock):
    async def talk(client):
        await client.set_up()
        await client.send("response.create")
        with pytest.raises(TransportClosed) as caught:
            await client.until("response.done")
        assert (caught.value.code, round(trio.current_time() * 1000)) == (code, at_ms)

    model, _ = await converse(ModelScript(replies=[fault]), talk)
    assert model.closed.code == code


async def test_a_stalled_server_says_and_reads_nothing_more(autojump_clock):
    async def talk(client):
        await client.set_up()
        await client.send("response.create")
        await client.until("response.output_audio.delta")
        assert await quiet_for(client, 60) == []
        sent = 0
        with trio.move_on_after(60):
            while True:
                await client.append(murmur(20))
                sent += 1
        assert sent == 64

    model, _ = await converse(ModelScript(replies=[Stall(after_ms=160, during=HELLO)]), talk)
    assert bytes(model.conversation.pending) == b""


async def test_a_bad_key_gets_an_error_and_close_3000(autojump_clock):
    async def talk(client):
        event = await client.next()
        assert (event["type"], event["error"]["code"]) == ("error", "invalid_api_key")
        with pytest.raises(TransportClosed) as caught:
            await client.next()
        assert (caught.value.code, caught.value.reason) == (3000, "invalid_request_error.invalid_api_key")

    model, _ = await converse(ModelScript(bad_key=True), talk)
    assert model.violations == []


async def test_a_slow_server_greets_late(autojump_clock):
    async def talk(client):
        await client.next()

    _, client = await converse(ModelScript(slow_connect_ms=2_500), talk)
    assert client.times_ms == [2_500]


async def test_a_session_ends_after_an_hour(autojump_clock):
    async def talk(client):
        await client.set_up()
        event = await client.next()
        assert (event["error"]["code"], client.times_ms[-1]) == ("session_expired", 3_600_000)
        with pytest.raises(TransportClosed) as caught:
            await client.next()
        assert caught.value.code == 1001

    model, _ = await converse(ModelScript(), talk)
    assert model.violations == []


async def test_the_timeline_has_every_event_but_the_deltas(autojump_clock):
    model, _ = await answered(ModelScript(replies=[Fail("x")]))
    assert [(moment.at_ms, moment.kind, moment.detail) for moment in model.timeline] == [
        (0, ">", "session.created"),
        (0, "<", "session.update"),
        (0, ">", "session.updated"),
        (0, "<", "response.create"),
        (0, ">", "response.created"),
        (150, ">", "response.done"),
        (150, ">", "rate_limits.updated"),
        (150, "closed", "closed 1000"),
    ]


async def over_websocket_framing(script, talk):
    """The same, through real WebSocket frames on memory streams."""
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        models = []

        async def serve():
            models.append(Model(await wrap_server_stream(nursery, ours), script))
            await models[0].run()

        nursery.start_soon(serve)
        client = Client(await wrap_client_stream(nursery, theirs, "ws://model/v1/realtime?model=m"))
        await talk(client, theirs)
        await client.transport.close()
        nursery.cancel_scope.cancel()
    return models[0], client


async def test_a_conversation_over_real_framing_is_the_same(autojump_clock):
    async def talk(client, _):
        await client.set_up()
        await client.send("response.create")
        await client.until("rate_limits.updated")

    _, framed = await over_websocket_framing(ModelScript(replies=[HELLO]), talk)
    _, direct = await answered(ModelScript(replies=[HELLO]))
    assert framed.events == direct.events


async def test_pings_that_are_answered_are_no_violation(autojump_clock):
    async def talk(client, _):
        await client.set_up()
        await trio.sleep(130)

    model, _ = await over_websocket_framing(ModelScript(), talk)
    assert model.violations == []


async def test_a_client_that_answers_no_ping_is_a_violation(autojump_clock):
    async def talk(client, _):
        await client.set_up()
        client.transport.stall()
        await trio.sleep(41)

    model, _ = await over_websocket_framing(ModelScript(), talk)
    assert model.violations == ["no PONG within 20 s"]


async def test_a_cancelled_session_ends_at_once(autojump_clock):
    ours, _theirs = memory_pair()
    model = Model(ours, ModelScript())
    with trio.move_on_after(1) as scope:
        await model.run()
    assert scope.cancelled_caught
    assert model.closed is None
    with suppress(TransportClosed):
        await ours.close()
