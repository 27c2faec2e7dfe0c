from contextlib import ExitStack
from functools import partial

import httpx2
import pytest
import trio
import trio.testing
from attrs import asdict
from prometheus_client.parser import text_string_to_metric_families

from engine.outcome import Outcome
from engine.switchboard import Switchboard
from engine.usage import Usage
from office.grant import Grant
from simulator import HangUp, ModelScript, UntilBotSpeaks, place_call, serve_model
from simulator.transport import TransportClosed
from simulator.websocket import UpgradeRefused, connect_websocket
from storage.database import open_database
from tests import booking
from tests.office.accounts import stored
from tests.office.support import (
    CALL_SID,
    CALLER,
    PUBLIC_URL,
    STREAM_SID,
    TOKEN,
    ScriptedUpgrade,
    connected,
    local,
    public,
    start,
)
from tests.real import add_business, open_desk
from tests.web.test_server import answered_by, serving
from web import signature
from web.app import build_pages
from web.metrics import LOOP_EVERY_S, Measurements, Metrics, MetricsPage, Refusal, ToolAnswer, of_events
from web.origin import Origin
from web.twilio.media import MEDIA_PATH, MediaMount, TwilioGate
from web.twilio.tokens import StreamTokens
from web.twilio.webhooks import Webhooks

READ_TOKEN = "a=token/that+reads=="
ENDED = {"speech_ms": 900, "doubtful": False}


def said(at_ms, silence_ms=500, **more):
    return (at_ms, "utterance_ended", {"onset_ms": 0, "silence_ms": silence_ms, **ENDED, **more})


def skipped(at_ms):
    return (at_ms, "utterance_skipped", {"onset_ms": at_ms, "speech_ms": 100, "reason": "too short"})


def bot_said(at_ms, heard_ms=1_000):
    return (at_ms, "bot_said", {"text": "", "unheard": "", "heard_ms": heard_ms, "audio_ms": 1_000})


def resumed(at_ms):
    return (at_ms, "resumed", {"heard_ms": 100})


def answered(at_ms, name, status, took_ms, **more):
    return (
        at_ms,
        "tool_answered",
        {"name": name, "call_id": "c", "status": status, "took_ms": took_ms, **more},
    )


def hang_up(at_ms, outcome="completed"):
    return (at_ms, "hang_up", {"outcome": outcome, "detail": "", "lead_captured": False})


def measured(*lines):
    return of_events(stored(*lines))


def nothing(**but):
    fields = {"utterances": (), "barge_ins": (), "answer_ms": (), "sound_ms": (), "tools": ()}
    return Measurements(**{"outcome": None, **fields, **but})


# What a call comes to


def test_an_account_of_nothing_comes_to_nothing():
    assert of_events([]) == nothing()


def test_a_whole_call_comes_to_its_turns_tools_and_end():
    assert measured(
        (0, "call_started"),
        (100, "response_created"),
        (350, "first_audio"),
        bot_said(1_350),
        said(3_000, silence_ms=500),
        (3_100, "response_created"),
        answered(3_400, "find_available_slots", "ok", 250),
        (3_450, "response_created"),
        (3_800, "first_audio"),
        (4_400, "barge_in_paused"),
        (4_600, "barge_in"),
        bot_said(4_600, heard_ms=600),
        skipped(5_000),
        hang_up(6_000, "caller_hung_up"),
    ) == Measurements(
        outcome="caller_hung_up",
        utterances=("ended", "skipped"),
        barge_ins=("paused", "real"),
        answer_ms=(1_300,),
        sound_ms=(250, 350),
        tools=(ToolAnswer(name="find_available_slots", status="ok", took_ms=250),),
    )


def test_an_answer_is_timed_from_the_last_end_of_speech_before_it():
    assert measured(said(1_000), said(2_000, silence_ms=700), (2_400, "first_audio")).answer_ms == (1_100,)


def test_what_was_in_doubt_and_proved_to_be_nothing_waits_for_no_answer():
    account = measured(said(1_000, doubtful=True), resumed(1_500), (9_000, "first_audio"))

    assert account == nothing(utterances=("ended",), barge_ins=("resumed",))


def test_a_response_that_has_to_wait_for_another_to_be_heard_is_not_timed():
    lines = [(0, "response_created"), (200, "first_audio"), (900, "response_created")]

    assert measured(*lines, bot_said(4_000), (4_010, "first_audio")).sound_ms == (200,)


def test_after_that_responses_are_timed_again():
    lines = [(0, "first_audio"), (900, "response_created"), bot_said(4_000), (4_010, "first_audio")]

    assert measured(
        *lines, bot_said(5_000), (6_000, "response_created"), (6_300, "first_audio")
    ).sound_ms == (300,)


def test_a_response_without_a_sound_is_not_timed():
    assert measured((0, "response_created"), (500, "response_created"), (700, "first_audio")).sound_ms == (
        200,
    )


def test_a_tool_call_that_was_answered_unrun_took_no_time():
    told = measured(answered(10, "take_message", "ok", 0, why="repeat"))

    assert told == nothing(tools=(ToolAnswer(name="take_message", status="not_run", took_ms=None),))


# The figures of a server


def figures(text):
    """Every sample but the buckets: its name, or with its labels' values behind it, and its value."""
    return {
        " ".join((sample.name.removeprefix("frontdesk_"), *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_bucket")
    }


def shown(metrics):
    return figures(metrics.text().decode())


def changed(metrics, before):
    return {name: value for name, value in shown(metrics).items() if value != before.get(name)}


def test_a_new_server_shows_every_figure_but_those_of_tools_as_0():
    begun = [f"calls_ended_total {outcome}" for outcome in Outcome]
    begun += [f"calls_refused_total {reason}" for reason in Refusal]
    begun += [f"utterances_total {end}" for end in ("ended", "skipped")]
    begun += [f"barge_ins_total {step}" for step in ("paused", "real", "resumed")]
    begun += [f"model_tokens_total {kind}" for kind in asdict(Usage()) if "_ms" not in kind][1:]
    timed = ("answer", "first_sound", "loop_lag", "storage_write")
    begun += [f"{what}_seconds_{part}" for what in timed for part in ("count", "sum")]

    assert shown(Metrics(lambda: 2)) == {
        "calls_started_total": 0,
        "transcription_refused_total": 0,
        "transcribed_seconds_total": 0,
        "calls_live": 2,
        "loop_lag_max_seconds": 0,
        **dict.fromkeys(begun, 0),
    }


def test_a_call_is_counted_as_it_begins_and_with_its_account_as_it_ends():
    metrics, account = Metrics(lambda: 0), []
    new = shown(metrics)

    with metrics.call(account, ["take_message"]):
        assert changed(metrics, new) == {"calls_started_total": 1}
        account += stored(
            (0, "response_created"),
            (250, "first_audio"),
            bot_said(1_250),
            said(2_500),
            said(3_000),
            (3_500, "response_created"),
            (4_000, "first_audio"),
            (4_300, "barge_in_paused"),
            resumed(4_600),
            answered(4_700, "take_message", "ok", 125),
            answered(4_800, "take_message", "ok", 0, why="repeat"),
            answered(4_900, "end_call", "ok", 0),
            skipped(5_000),
            hang_up(6_000),
        )

    assert changed(metrics, new) == {
        "calls_started_total": 1,
        "calls_ended_total completed": 1,
        "utterances_total ended": 2,
        "utterances_total skipped": 1,
        "barge_ins_total paused": 1,
        "barge_ins_total resumed": 1,
        "answer_seconds_count": 1,
        "answer_seconds_sum": 1.5,
        "first_sound_seconds_count": 2,
        "first_sound_seconds_sum": 0.75,
        "tool_calls_total take_message ok": 1,
        "tool_calls_total take_message not_run": 1,
        "tool_calls_total end_call ok": 1,
        "tool_seconds_count take_message": 1,
        "tool_seconds_sum take_message": 0.125,
        "tool_seconds_count end_call": 1,
        "tool_seconds_sum end_call": 0,
    }


def test_a_call_whose_transcription_was_refused_is_counted_and_the_servers_code_is_no_label():
    metrics = Metrics(lambda: 0)
    new = shown(metrics)

    with metrics.call(stored((1, "transcription_refused", {"code": "unknown_parameter"})), []):
        pass

    assert changed(metrics, new) == {"calls_started_total": 1, "transcription_refused_total": 1}
    assert "unknown_parameter" not in metrics.text().decode()


def test_what_the_model_has_used_is_counted_by_its_kind():
    metrics = Metrics(lambda: 0)
    new = shown(metrics)

    used = {"model": "m", "transcription_model": "t", "responses": 3, "audio_in": 70, "audio_cached": 20}
    back = {"model": "m", "transcription_model": "t", "audio_in": 5, "text_out": 4, "transcribed_ms": 1_500}
    with metrics.call(stored((1, "model_used", used), (2, "model_used", back)), []):
        pass

    assert changed(metrics, new) == {
        "calls_started_total": 1,
        "model_tokens_total audio_in": 75,
        "model_tokens_total audio_cached": 20,
        "model_tokens_total text_out": 4,
        "transcribed_seconds_total": 1.5,
    }


def test_a_call_that_leaves_by_an_error_is_counted_all_the_same():
    metrics = Metrics(lambda: 0)

    with pytest.raises(OSError, match="full"), metrics.call(stored(hang_up(1, "internal_error")), []):
        raise OSError("full")

    assert shown(metrics)["calls_ended_total internal_error"] == 1


def test_a_tool_that_the_model_made_up_is_counted_under_no_name_of_its_own():
    metrics = Metrics(lambda: 0)
    new = shown(metrics)

    with metrics.call(stored(answered(1, booking.CALLER, "refused", 3)), ["take_message"]):
        pass

    assert changed(metrics, new) == {
        "calls_started_total": 1,
        "tool_calls_total unknown refused": 1,
        "tool_seconds_count unknown": 1,
        "tool_seconds_sum unknown": 0.003,
    }


def test_two_servers_of_one_process_count_apart():
    one, other = Metrics(lambda: 0), Metrics(lambda: 0)
    new = shown(other)

    one.refused(Refusal.BUSY)

    assert (shown(one)["calls_refused_total busy"], shown(other)) == (1, new)


# The loop and the disk


async def test_the_worst_lag_of_the_loop_is_shown_for_a_minute(mock_clock):
    metrics = Metrics(lambda: 0)
    async with metrics.watching_the_loop():
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(LOOP_EVERY_S + 0.25)
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(LOOP_EVERY_S)
        await trio.testing.wait_all_tasks_blocked()
        lagged = shown(metrics)
        mock_clock.autojump_threshold = 0
        await trio.sleep(61)
        later = shown(metrics)

    assert (lagged["loop_lag_seconds_count"], lagged["loop_lag_seconds_sum"]) == (2, pytest.approx(0.25))
    assert (lagged["loop_lag_max_seconds"], later["loop_lag_max_seconds"]) == (
        pytest.approx(0.25),
        pytest.approx(0, abs=1e-6),
    )


async def test_transactions_are_timed_and_reading_is_not(tmp_path):
    metrics = Metrics(lambda: 0)
    async with open_database(tmp_path / "frontdesk.db", run_sync=metrics.run_sync) as database:
        assert await database.read(lambda _conn: "read") == "read"
        unwritten = shown(metrics)["storage_write_seconds_count"]
        assert await database.write(lambda _conn: "written") == "written"

        assert (unwritten, shown(metrics)["storage_write_seconds_count"]) == (0, 1)


# Who may read them


def page(configured):
    reader = MetricsPage(configuration=configured, metrics=Metrics(lambda: 0))
    return build_pages([reader.blueprint()]).test_client()


async def asked(client, path="/metrics", *, address="127.0.0.1", **headers):
    answer = await client.get(path, headers=headers, scope_base={"client": (address, 40_000)})
    return answer.status_code, answer.content_type, await answer.get_data(as_text=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_on_a_local_deployment_this_machine_reads_them(address):
    status, kind, text = await asked(page(local()), address=address)

    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert figures(text)["calls_live"] == 0


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
async def test_on_a_local_deployment_another_machine_finds_nothing(address):
    client = page(local())

    assert await asked(client, address=address) == await asked(client, "/nowhere")


async def test_on_a_public_deployment_whoever_bears_the_token_reads_them():
    client = page(public(FRONTDESK_METRICS_TOKEN=READ_TOKEN))

    for scheme in ("Bearer", "bearer"):
        status, _, text = await asked(client, address="192.0.2.7", Authorization=f"{scheme} {READ_TOKEN}")
        assert (status, READ_TOKEN in text) == (200, False)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer ",
        READ_TOKEN,
        f"Basic {READ_TOKEN}",
        f"Bearer {READ_TOKEN[:-1]}",
        f"Bearer {READ_TOKEN} ",
        f"Bearer {READ_TOKEN}x",
        "Bearer \xe9",
    ],
)
async def test_on_a_public_deployment_anybody_else_finds_nothing(given):
    for configured in (public(), public(FRONTDESK_METRICS_TOKEN=READ_TOKEN)):
        client = page(configured)
        assert await asked(client, Authorization=given) == await asked(client, "/nowhere")


def test_the_token_is_a_secret():
    configured = public(FRONTDESK_METRICS_TOKEN=READ_TOKEN)

    assert configured.secrets == [TOKEN, READ_TOKEN]
    assert READ_TOKEN not in repr(configured)


# Who is refused


def on_the_line(call_sid):
    return lambda switchboard, calls: calls.enter_context(switchboard.admit(call_sid))


def draining(switchboard, _calls):
    switchboard.start_draining()


async def never_put_through(_call_sid, _status, *, back=False):  # noqa: ASYNC124
    raise AssertionError("no call was put through")


REFUSALS = {Refusal.BUSY: on_the_line("CA1"), Refusal.DRAINING: draining}


@pytest.mark.parametrize(("reason", "prepare"), REFUSALS.items())
async def test_a_call_for_which_there_is_no_room_is_counted(database, business, reason, prepare):
    switchboard, refused = Switchboard(max_calls=1), []
    webhooks = Webhooks(
        origin=Origin(local()),
        tokens=StreamTokens(lambda: 0.0),
        switchboard=switchboard,
        database=database,
        transfer_over=never_put_through,
        refused=refused.append,
    )
    with ExitStack() as calls:
        prepare(switchboard, calls)
        form = {"CallSid": CALL_SID, "From": CALLER, "To": business.number}
        await build_pages([webhooks.blueprint()]).test_client().post("/twilio/voice", form=form)

    assert refused == [reason]


@pytest.mark.parametrize(
    ("reason", "prepare"), [*REFUSALS.items(), (Refusal.ALREADY_ON_THE_LINE, on_the_line(CALL_SID))]
)
async def test_a_stream_that_the_switchboard_refuses_is_counted(reason, prepare):
    switchboard, tokens, refused = Switchboard(max_calls=1), StreamTokens(lambda: 0.0), []
    mount = MediaMount(
        path=MEDIA_PATH,
        admit=TwilioGate(Origin(local())).admit,
        tokens=tokens,
        switchboard=switchboard,
        take_call=trio.sleep_forever,
        refused=refused.append,
    )
    grant = Grant(call_sid=CALL_SID, business_id=1, caller_number=None)
    upgrade = ScriptedUpgrade()
    upgrade.say(connected(), start(tokens.issue(grant)))
    with ExitStack() as calls:
        prepare(switchboard, calls)
        await mount(upgrade)

    assert refused == [reason]


# A whole server


async def read(url, **headers):
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.get(f"{url}/metrics", headers=headers)


async def read_when_over(url, **headers):
    """What is read once nobody is on the line: a record is written after the caller has gone."""
    with trio.fail_after(10):
        while True:
            answer = await read(url, **headers)
            if figures(answer.text)["calls_live"] == 0:
                return answer.text


# What was generated before a hang-up depends on it, too.
_OF_THE_MACHINE = ("loop_lag", "storage_write", "model_tokens", "transcribed_seconds")


def counts(text):
    """The figures that do not depend on how fast the machine is, of those that are not 0."""
    return {
        name: value
        for name, value in figures(text).items()
        if value and "seconds_sum" not in name and not name.startswith(_OF_THE_MACHINE)
    }


async def test_a_booking_shows_in_the_figures_and_nobody_can_tell_whose_it_was(tmp_path):
    with trio.fail_after(20):
        async with open_desk(tmp_path, now=lambda: booking.NOW) as desk:
            call = await desk.call(booking.caller(), booking.model())
            text = await read_when_over(desk.url)

    tools = ("find_available_slots", "update_lead_details", "create_appointment", "end_call")
    assert counts(text) == {
        "calls_started_total": 1,
        "calls_ended_total completed": 1,
        "utterances_total ended": 2,
        "barge_ins_total paused": 1,
        "barge_ins_total real": 1,
        "answer_seconds_count": 2,
        "first_sound_seconds_count": 3,
        **{f"tool_calls_total {tool} ok": 1 for tool in tools},
        **{f"tool_seconds_count {tool}": 1 for tool in tools},
    }
    shown_as = figures(text)
    assert 2 * 0.4 < shown_as["answer_seconds_sum"] < 2 * 5
    assert shown_as["storage_write_seconds_count"] > 0
    assert shown_as["loop_lag_seconds_count"] > 0
    numbers = (booking.CALLER[1:], booking.NUMBER[1:])
    private = (*numbers, call.report.call_sid, "MZ", "Demo Dental", "Ada", booking.NOTES, "sk-simulated")
    assert [canary for canary in private if canary in text] == []


async def test_a_public_server_counts_strangers_and_shows_it_to_who_bears_the_token(tmp_path, nursery):
    path = tmp_path / "frontdesk.db"
    await add_business(path)
    model = await nursery.start(serve_model, ModelScript(replies=[booking.GREETING]))
    keys = {"TWILIO_AUTH_TOKEN": TOKEN, "FRONTDESK_PUBLIC_URL": PUBLIC_URL}
    configured = answered_by(model.url, **keys, FRONTDESK_METRICS_TOKEN=READ_TOKEN)
    async with serving(str(path), configured) as (url, _):
        steps = [UntilBotSpeaks(20), HangUp()]
        ring = partial(place_call, called=booking.NUMBER, caller=booking.CALLER)
        report = await ring(url, steps, auth_token=TOKEN, public_url=PUBLIC_URL)
        await unsigned(url)
        await without_a_token(url)
        stranger = await read(url, Authorization=f"Bearer {TOKEN}")
        text = await read_when_over(url, Authorization=f"Bearer {READ_TOKEN}")

    assert stranger.status_code == 404
    assert counts(text) == {
        "calls_started_total": 1,
        "calls_ended_total caller_hung_up": 1,
        "calls_refused_total bad_signature": 1,
        "calls_refused_total not_admitted": 1,
        "calls_refused_total bad_token": 1,
        "first_sound_seconds_count": 1,
    }
    secrets = (TOKEN, READ_TOKEN, "sk-simulated", report.call_sid, CALL_SID, STREAM_SID, PUBLIC_URL)
    assert [canary for canary in secrets if canary in text] == []


async def unsigned(url):
    """A webhook and a media socket that Twilio did not sign."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        assert (await client.post(f"{url}/twilio/voice", data={"CallSid": CALL_SID})).status_code == 403
    with pytest.raises(UpgradeRefused):
        async with connect_websocket(media_url(url)):
            pass


async def without_a_token(url):
    """A stream that bears Twilio's signature, and a token that nobody issued."""
    signed = signature.sign(TOKEN, PUBLIC_URL.replace("https", "wss") + MEDIA_PATH)
    async with connect_websocket(media_url(url), {"X-Twilio-Signature": signed}) as socket:
        await socket.send(connected())
        await socket.send(start("no token"))
        with pytest.raises(TransportClosed) as closed:
            await socket.receive()
    assert closed.value.code == 1008


def media_url(url):
    return url.replace("http", "ws") + MEDIA_PATH
