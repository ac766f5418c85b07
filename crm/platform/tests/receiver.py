"""Another system that is told of things: a real server on this machine, for a test."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What came in, and what is answered: a status, or a function of the connection."""

    address: str = ""
    status: int = 200
    seconds: float = 0
    answer: bytes | None = None
    came: list[tuple[dict, bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict]:
        return [json.loads(body) for _headers, body in self.came]


def is_signed(header: str, body: bytes, secret: str, *, now: float | None = None) -> bool:
    """As docs/api.md tells other systems to check it."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    signed = parts["t"].encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    is_fresh = abs((now or time.time()) - int(parts["t"])) < 300
    return is_fresh and hmac.compare_digest(expected, parts["v1"])


@contextmanager
def listening() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.append((dict(self.headers), body))
            time.sleep(receiver.seconds)
            if receiver.answer is not None:
                self.wfile.write(receiver.answer)
                return
            self.send_response(receiver.status)
            self.send_header("Location", receiver.address + "/elsewhere")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
