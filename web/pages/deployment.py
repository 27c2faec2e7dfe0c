"""What the pages are given by the server that they are a part of."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import trio
from attrs import field, frozen

from engine.tools import Tool
from office.live import LiveCalls
from office.office import TOOLS
from storage.database import Database
from web.configuration import Configuration
from web.health import Health
from web.passwords import Passwords
from web.twilio.tokens import StreamTokens


@frozen(kw_only=True)
class Deployment:
    """One running server."""

    configuration: Configuration
    database: Database = field(repr=False)
    health: Health
    recordings_folder: Path
    now: Callable[[], dt.datetime]  # UTC
    phone_tokens: StreamTokens = field(repr=False)  # of calls that the pages' telephone may place
    live: LiveCalls
    tools: Sequence[Tool] = TOOLS
    passwords: Passwords = field(factory=Passwords)
    downloads: trio.Lock = field(factory=trio.Lock)  # had while one is got ready

    @property
    def tool_labels(self) -> dict[str, str]:
        """What each tool does, by its name: a message for the pages to say."""
        return {tool.name: tool.label or tool.name for tool in self.tools}

    async def forget(self, call_sids: Collection[str]) -> None:
        """Leave nothing of calls that have been erased: neither in memory nor in the database's log."""
        self.live.forget(call_sids)
        await self.database.empty_log()
