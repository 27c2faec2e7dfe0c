"""A recorded call run again through the engine, in virtual time, with these or other settings.

With the settings of the call the turns come out as they were recorded, but for what is not in a recording:
- frames come every 20 ms on the dot, where the network delivered them early and late (a frame's difference,
  and up to `carrier_gap_ms` where the line faltered);
- the simulated line plays at once, so nothing of the bot is still on its way when it is cut;
- what the caller said before they had heard the notice is not in the file, so nothing comes of it;
- keys that the caller pressed are not recorded, and what they led to does not happen;
- tools do nothing, and a transcript takes as long as the call's typical one;
- neither socket breaks, and the model answers every request.

With other settings the caller and the model still follow their recording (`reenactment.py`).
"""

from functools import partial

from attrs import evolve

from engine.account import NoticeWasHeard
from engine.settings import DEFAULTS, OUTGROWN, Settings
from office import adjust
from office.adjust import BadSetting, parse_settings
from office.recorded_call import BadRecording, RecordedCall
from office.recordings import as_kept
from rehearsal.reenactment import caller_steps, model_script, tools
from rehearsal.rig import FakeOffice, rehearse
from rehearsal.virtual_time import in_virtual_time


def settings_of(recorded: RecordedCall) -> Settings:
    """Return the settings that the call ran with.

    Raises BadRecording for one that this version cannot have.
    """
    values = {
        name: "none" if value is None else str(value)
        for name, value in recorded.settings.items()
        if name not in OUTGROWN  # they decide nothing any more
    }
    try:
        return parse_settings([f"{name}={value}" for name, value in values.items()])
    except BadSetting as error:
        raise BadRecording(1, "settings", f"do not fit this version: {error}; change them there") from None


def notice_of(recorded: RecordedCall) -> str | None:
    """Return the notice that the caller heard in the call; None if they heard none."""
    told = (event.line for event in recorded.events)
    return next((line.text for line in told if isinstance(line, NoticeWasHeard)), None)


def where_to_keep(settings: Settings) -> tuple[str, ...]:
    """Say how a server, or one of its businesses, is told to hold its calls with these settings."""
    pairs = adjust.pairs_of(settings)
    own = [f" --setting {pair}" for pair in pairs if pair in adjust.thresholds(settings)]
    variables = [f'FRONTDESK_SET="{" ".join(pairs)}"'] if pairs else []
    if settings.detector != DEFAULTS.detector:
        variables.append(f"FRONTDESK_DETECTOR={settings.detector}")
    server = f"for every call of a server:  {' '.join(variables) or 'nothing, they are the standard ones'}"
    return server, *(
        [f"for those of a business:     frontdesk business set BUSINESS{''.join(own)}"] if own else []
    )


def replay(recorded: RecordedCall, settings: Settings) -> RecordedCall:
    """Run the call with these settings, and return what the engine makes of it.

    Takes a second or two for each minute.
    """
    rehearsed = in_virtual_time(
        partial(
            rehearse,
            caller_steps(recorded),
            model_script(recorded),
            office=FakeOffice(tools(recorded), recorded.language, notice=notice_of(recorded)),
            settings=evolve(settings, keep_audio=True),
        )
    )
    return as_kept(recorded.call_sid, recorded.language, rehearsed.record)
