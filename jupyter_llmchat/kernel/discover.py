"""Finds the Jupyter server that answers questions."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
from jupyter_core.paths import jupyter_runtime_dir

from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.protocol.ids import PROTOCOL_VERSION

API = "jupyter-llmchat/api/"
"""Where our routes begin, under a server's base URL."""
PROBE_TIMEOUT = httpx.Timeout(3.0, connect=1.0)

_PAGES = ("/lab/", "/tree/", "/notebooks/")

_WILDCARDS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}
"""What a server that listens everywhere calls itself → where to reach it."""


@dataclass(frozen=True, kw_only=True)
class ServerAddress:
    """Where a server listens; `url` ends with a slash."""

    url: str
    token: str = ""
    pid: int | None = None
    """Of the server, if it is one of this user's on this machine."""

    @property
    def api(self) -> str:
        return self.url + API

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"} if self.token else {}

    @property
    def verify(self) -> bool:
        """Whether TLS certificates are checked: not those of our own local servers.

        They are as a rule self-signed, and the runtime folder vouches for them.
        """
        return self.pid is None


class _Listing(msgspec.Struct, frozen=True):
    """What a Jupyter server writes to `jpserver-PID.json`."""

    pid: int
    port: int
    base_url: str = "/"
    hostname: str = ""
    token: str = ""
    secure: bool = False
    sock: str = ""


class _Probe(msgspec.Struct, frozen=True):
    """The part of `resources.Status` that tells that a server is ours."""

    version: str
    protocol: int


def find_server() -> ServerAddress | None:
    """The server that questions go to; None if none is running.

    LLMCHAT_URL (with LLMCHAT_TOKEN) decides if it is set: raises ServerUnreachable
    when that server does not answer as ours. Else the running servers of this user
    are asked: the one that a JupyterHub has started, this kernel's own, then the
    newest.
    """
    url = os.environ.get("LLMCHAT_URL", "").strip()
    if url:
        address = explicit_address(url, os.environ.get("LLMCHAT_TOKEN", "").strip())
        probe(address)
        return address
    hub = hub_server(os.environ)
    for address in (*([hub] if hub else []), *_running_servers(hub)):
        try:
            probe(address)
        except ServerUnreachable:
            continue
        return address
    return None


def explicit_address(url: str, token: str) -> ServerAddress:
    """The address that a user gave; a `?token=` in it counts if `token` is empty."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        shown = url.split("?")[0]
        raise ServerUnreachable(
            f"{shown!r} is not an http or https address.",
            "Give a Jupyter server's address, such as http://localhost:8888/.",
        )
    if not token:
        token = parse_qs(parts.query).get("token", [""])[0]
    path = parts.path.rstrip("/") + "/"
    return ServerAddress(url=f"{parts.scheme}://{parts.netloc}{path}", token=token)


def hub_server(environment: Mapping[str, str]) -> ServerAddress | None:
    """The user's server on a JupyterHub, as the Hub describes it to what runs there."""
    url = environment.get("JUPYTERHUB_SERVICE_URL", "")
    token = environment.get("JUPYTERHUB_API_TOKEN", "")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not (port and token):
        return None
    prefix = environment.get("JUPYTERHUB_SERVICE_PREFIX") or parts.path
    base = f"{parts.scheme}://{_reachable(parts.hostname or '')}:{port}"
    return ServerAddress(url=base + _as_folder(prefix), token=token)


def probe(address: ServerAddress) -> None:
    """Returns if the server answers as ours; else ServerUnreachable says why not."""
    try:
        response = httpx.get(
            address.api + "status",
            headers=address.headers,
            timeout=PROBE_TIMEOUT,
            trust_env=False,
            verify=address.verify,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServerUnreachable(
            f"No server answers at {address.url} ({error or type(error).__name__}).",
            "Start it, correct LLMCHAT_URL, or unset LLMCHAT_URL.",
        ) from error
    if response.status_code in (401, 403) or response.is_redirect:
        raise ServerUnreachable(
            f"The server at {address.url} refuses the token.",
            "Set LLMCHAT_TOKEN to its token; `jupyter server list` shows it.",
        )
    _check_status(address, response)


def _check_status(address: ServerAddress, response: httpx.Response) -> None:
    try:
        status = msgspec.json.decode(response.content, type=_Probe)
    except msgspec.DecodeError as error:
        raise ServerUnreachable(
            f"The server at {address.url} does not run jupyter_llmchat "
            f"(it answered with status {response.status_code}).",
            _page_hint(address.url)
            or "Install jupyter-llmchat where that server runs and restart it; "
            "`jupyter server extension list` shows whether it is enabled.",
        ) from error
    if status.protocol != PROTOCOL_VERSION:
        raise ServerUnreachable(
            f"The server at {address.url} runs jupyter_llmchat {status.version}, "
            "which speaks another protocol than this kernel's.",
            "Install the same version on both sides and restart both.",
        )


def _page_hint(url: str) -> str:
    """For the address of a page, as browsers show it, in place of the server's."""
    for page in _PAGES:
        if page in url:
            base = url.partition(page)[0]
            return f"Leave out {page} and what follows: the server is at {base}/."
    return ""


def _running_servers(hub: ServerAddress | None) -> Iterator[ServerAddress]:
    """This kernel's parent first, then the newest."""
    listings = sorted(
        Path(jupyter_runtime_dir()).glob("jpserver-*.json"), key=_written, reverse=True
    )
    servers = [each for path in listings if (each := _read(path)) is not None]
    own = _parent_pid()
    for each in sorted(servers, key=lambda each: each.pid != own):
        # Some versions of JupyterHub do not list the token that their servers want.
        is_hubs = hub is not None and each.url == hub.url and not each.token
        yield replace(each, token=hub.token) if hub and is_hubs else each


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _read(path: Path) -> ServerAddress | None:
    """The server of one file; None if it is not to be used."""
    try:
        listing = msgspec.json.decode(path.read_bytes(), type=_Listing)
    except (OSError, msgspec.DecodeError):
        return None
    # Servers on a Unix socket are left out: they need another transport.
    if listing.sock or not _is_alive(listing.pid):
        return None
    scheme = "https" if listing.secure else "http"
    base = f"{scheme}://{_reachable(listing.hostname)}:{listing.port}"
    url = base + _as_folder(listing.base_url)
    return ServerAddress(url=url, token=listing.token, pid=listing.pid)


def _reachable(host: str) -> str:
    """As it stands in an address."""
    return _WILDCARDS.get(host) or (f"[{host}]" if ":" in host else host)


def _as_folder(path: str) -> str:
    inner = path.strip("/")
    return f"/{inner}/" if inner else "/"


def _parent_pid() -> int:
    """The process that started this kernel."""
    given = os.environ.get("JPY_PARENT_PID", "")
    return int(given) if given.isdecimal() else os.getppid()


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32" or pid <= 0:
        # There is no harmless signal on Windows; the probe decides.
        return pid > 0
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
