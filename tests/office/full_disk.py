"""A disk that takes nothing until the test says so."""

import sqlite3

import trio

from storage.writer import Request


class FullDisk:
    """A database that takes no writes for now."""

    def __init__(self, database):
        self._database = database
        self.full = True

    async def read(self, query):
        return await self._database.read(query)

    async def write(self, job):
        request = await self.ask(job)
        await request.answered.wait()
        return request.result()

    async def ask(self, job):
        if not self.full:
            return await self._database.ask(job)
        await trio.lowlevel.checkpoint()
        request = Request(job)
        request.fail(sqlite3.OperationalError("database or disk is full"))
        request.answered.set()
        return request
