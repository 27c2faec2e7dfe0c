"""The real HAProxy and nginx before a server of ours, each on a Unix socket in a folder of its own."""

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import trio

HAPROXY, NGINX = (
    shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin") for name in ("haproxy", "nginx")
)

_HAPROXY = """
global
    maxconn {most}
defaults
    mode http
    option forwardfor
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend outside
    bind unix@{folder}/outside
    default_backend desk
backend desk
    server desk 127.0.0.1:{port}
"""

# Such as people write it for WebSockets, with one place that is nobody's business.
_NGINX = """
daemon off;
worker_rlimit_nofile 16384;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    server {{
        listen unix:{folder}/outside;
        location / {{
            proxy_pass http://127.0.0.1:{port};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
        location /metrics {{ return 403; }}
    }}
}}
"""


def haproxy(folder: Path, port: int, *, most: int = 5_000):
    """HAProxy before this port; how to open a connection to it."""
    file = folder / "haproxy.cfg"
    file.write_text(_HAPROXY.format(folder=folder, port=port, most=most))
    return _running([HAPROXY, "-f", str(file)], folder / "outside")


def nginx(folder: Path, port: int):
    """Nginx before this port; how to open a connection to it."""
    file = folder / "nginx.conf"
    file.write_text(_NGINX.format(folder=folder, port=port))
    return _running(
        [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(file)], folder / "outside"
    )


@asynccontextmanager
async def _running(command: list[str], outside: Path) -> AsyncIterator:
    run = partial(
        trio.run_process, command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    async with trio.open_nursery() as nursery:
        process = await nursery.start(run)
        await _listening(outside)
        yield partial(trio.open_unix_socket, outside)
        process.terminate()


async def _listening(outside: Path) -> None:
    for _ in range(500):
        with suppress(OSError):
            async with await trio.open_unix_socket(outside):
                return
        await trio.sleep(0.01)
    raise AssertionError("the proxy does not listen")
