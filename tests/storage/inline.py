"""Blocking code run in the task itself: the virtual clock does not see worker threads."""

import trio


async def inline(sync_fn, /, *args, limiter=None):
    await trio.lowlevel.checkpoint()
    return sync_fn(*args)
