"""A process that may open only so many more files and sockets."""

import resource
from contextlib import contextmanager

from web.health import descriptors_left


@contextmanager
def descriptors_for(more):
    """This process may open so many more files and no others."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = soft - descriptors_left()
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
