"""Taking a call that was let in: its office, its model, its place among the live calls, its outcome."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from attrs import frozen

from engine.account import CallEvent, FirstAudio
from engine.call import run_call
from engine.peers.media_streams import MediaStreamsLink
from engine.peers.realtime_link import connect
from engine.peers.websocket import ModelAddress
from engine.ports import CallStart, ClosableLink
from engine.settings import Settings
from engine.switchboard import Switchboard
from engine.tools import Tool
from office.grant import Grant
from office.live import LiveCall, LiveCalls
from office.office import open_office
from office.unwritten import Unwritten
from storage.database import Database
from web.metrics import Metrics


@frozen(kw_only=True)
class Answering:
    """What every call of this server is answered with."""

    database: Database
    recordings_folder: Path
    switchboard: Switchboard
    live: LiveCalls
    metrics: Metrics
    unwritten: Unwritten
    address: ModelAddress
    settings: Settings
    now: Callable[[], dt.datetime]  # UTC
    own_tools: Sequence[Tool] = ()  # a deployment's, beside ours
    heard: Callable[[int], None] = lambda _business_id: None  # told whose receptionist a caller hears

    async def take(self, socket: ClosableLink, start: CallStart, grant: Grant) -> None:
        """Run one call from its office to its outcome.

        Cancelled once it has its office, the call still writes its record and reports its outcome.
        """
        office = await open_office(
            self.database,
            grant,
            call_sid=start.call_sid,
            now=self.now,
            unwritten=self.unwritten,
            recordings_folder=self.recordings_folder,
            own_tools=self.own_tools,
        )
        settings = office.settings(self.settings)
        live = LiveCall(
            business_id=grant.business_id,
            call_sid=start.call_sid,
            caller=grant.caller_number,
            test=grant.test,
            started_at=self.now(),
        )
        tools = [tool.name for tool in office.tools]
        with self.live.on_the_line(live), self.metrics.call(live.events, tools):
            await run_call(
                MediaStreamsLink(socket, start.stream_sid),
                partial(connect, self.address, deadline_ms=settings.model_ready_ms),
                office,
                settings,
                start=start,
                ended=partial(self.switchboard.report, start.call_sid),
                noted=partial(self._note, live),
                hung_up=live.hang_up,
            )

    def _note(self, live: LiveCall, event: CallEvent) -> None:
        self.live.note(live, event)
        if isinstance(event.line, FirstAudio) and not live.test:
            self.heard(live.business_id)
