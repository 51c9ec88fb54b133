"""A small HTTP server in a thread that says what the test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from jupyter_llmchat.kernel.discover import API, ServerAddress
from jupyter_llmchat.protocol import codec, sse
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.resources import ErrorBody

from .builders import session, status


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """`pieces` are sent as chunks of one stream; without them `body` is sent whole."""

    status: int = 200
    body: bytes = b""
    pieces: Iterable[bytes] | None = None
    is_cut: bool = False
    """The connection breaks after the last piece."""
    content_type: str = "text/event-stream"


def as_json(value: msgspec.Struct, status: int = 200) -> Reply:
    return Reply(status, codec.encode(value), content_type="application/json")


def refusal(code: str, status: int, message: str = "No.", hint: str = "") -> Reply:
    body = ErrorBody(code=code, message=message, hint=hint, retryable=False)
    return as_json(body, status)


def stream(events: Iterable[TurnEvent], is_cut: bool = False) -> Reply:
    return Reply(pieces=tuple(sse.frame(each) for each in events), is_cut=is_cut)


@dataclass
class ScriptedServer:
    """Replies by method and path (below our API); each list is used up but its last."""

    token: str = "secret"
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    url: str = ""

    @property
    def address(self) -> ServerAddress:
        return ServerAddress(url=self.url, token=self.token)

    def on(self, route: str, *replies: Reply) -> None:
        self.replies[route] = list(replies)

    def asked(self, route: str) -> list[Request]:
        method, path = route.split(" ")
        return [r for r in self.requests if (r.method, r.path) == (method, path)]

    def reply_to(self, request: Request) -> Reply:
        self.requests.append(request)
        if request.headers.get("authorization") != f"token {self.token}":
            return Reply(403, b'{"message": "Forbidden", "reason": null}')
        planned = self.replies.get(f"{request.method} {request.path}")
        if not planned:
            return Reply(404, b"<html>nothing here</html>", content_type="text/html")
        return planned.pop(0) if len(planned) > 1 else planned[0]


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that leave early are part of the tests."""


@contextmanager
def running(server: ScriptedServer) -> Iterator[ScriptedServer]:
    """Serves on a free port until the block ends."""
    server.on("GET status", as_json(status()))
    server.on("POST sessions", as_json(session(), 201))
    http = _QuietServer(("127.0.0.1", 0), _handler(server.reply_to))
    server.url = f"http://127.0.0.1:{http.server_address[1]}/base/"
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def _handler(
    reply_to: Callable[[Request], Reply],
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(
                method=self.command,
                path=self.path.removeprefix("/base/").removeprefix(API),
                headers={key.lower(): value for key, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            self._send(reply_to(request))

        do_POST = do_GET
        do_DELETE = do_GET

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            if reply.pieces is None:
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
                return
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in reply.pieces:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
            if reply.is_cut:
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *args: object) -> None:
            pass

    return Handler
