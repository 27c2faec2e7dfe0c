"""A disk that takes nothing until the test says so."""

from storage.errors import WriteFailed


class FullDisk:
    """A database that takes no writes for now."""

    def __init__(self, database):
        self._database = database
        self.full = True

    async def read(self, query):
        return await self._database.read(query)

    async def write(self, job):
        if self.full:
            raise WriteFailed("database or disk is full")
        return await self._database.write(job)
