"""What comes over a wire that no client would send: a real server, raw sockets."""

from __future__ import annotations

import itertools
import re
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson
import pytest
from websockets.frames import Frame, Opcode

from api.server.uvicorn_protocols import PatientSocketProtocol
from tests.conftest import server_process

POST = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
ONE = b'{"query": "{ __typename }"}'
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = POST + b"Content-Length: %d\r\n\r\n" % len(ONE) + ONE
UPGRADE = (
    b"GET /graphql?api_key=hunter2 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
)
# An answer of a third of a megabyte.
LONG = "{ " + " ".join(f"a{n}: articles {{ nodes {{ text passages {{ nodes {{ text }} }} }} }}" for n in range(20)) + " }"
PATIENCE = 20.0


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    process: subprocess.Popen[str]
    log: Path

    def connect(self, *, buffer: int | None = None) -> socket.socket:
        made = socket.socket()
        made.settimeout(PATIENCE)
        if buffer is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        made.connect((self.host, self.port))
        return made

    def talk(self, *pieces: bytes) -> bytes:
        """What it answers, until it ends the connection or falls silent."""
        with self.connect() as made:
            try:
                for piece in pieces:
                    made.sendall(piece)
            except OSError:
                pass  # it has heard enough
            return read_all(made)

    def memory(self) -> int:
        """Bytes that it holds."""
        (found,) = re.findall(r"RssAnon:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found) * 1024

    def answers(self) -> bool:
        """Whether it goes on."""
        return self.talk(WHOLE.replace(b"Host", b"Connection: close\r\nHost")).startswith(b"HTTP/1.1 200")


def read_all(made: socket.socket) -> bytes:
    found = b""
    try:
        while piece := made.recv(65536):
            found += piece
    except (TimeoutError, ConnectionError):
        pass
    return found


@pytest.fixture(scope="module")
def server(seed_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("wire")
    settings = {"DATELINE_RECEIVE_TIMEOUT_SECONDS": "1", "DATELINE_SEND_TIMEOUT_SECONDS": "1"}
    with server_process(seed_archive, folder, **settings) as (address, process):
        at = urlsplit(address)
        yield Server(at.hostname or "", at.port or 0, process, folder / "server.log")


def refusal(answer: bytes) -> tuple[int, str]:
    """Status and code of a response that is one, in JSON."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/json" in head, answer[:500]
    return int(head.split()[1]), orjson.loads(body)["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ((b"nonsense\r\n\r\n",), (400, "BAD_REQUEST")),
        ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200,), (400, "BAD_REQUEST")),
        ((b"GET /%ff\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",), (400, "BAD_REQUEST")),
        ((POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}  ",), (400, "BAD_REQUEST")),
        ((POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",), (400, "BAD_REQUEST")),
        ((POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",), (400, "BAD_REQUEST")),
        ((POST + b"Content-Length : 2\r\n\r\n{}",), (400, "BAD_REQUEST")),
        ((POST + b"X: a\nContent-Length: 2\r\n\0: b\r\n\r\n{}",), (400, "BAD_REQUEST")),
        ((POST, b"X-Long: " + b"x" * 300_000, b"x" * 300_000), (431, "HEADERS_TOO_LARGE")),
        ((POST, *[b"X-Many: x\r\n" * 10_000] * 10), (431, "HEADERS_TOO_LARGE")),
        ((b"GET /" + b"x" * 300_000, b"x" * 300_000), (431, "HEADERS_TOO_LARGE")),
        ((CHUNKED, b"2;" + b"x" * 300_000, b"x" * 300_000), (431, "HEADERS_TOO_LARGE")),
        ((CHUNKED + b"0\r\n", *[b"X: y\r\n" * 10_000] * 10), (431, "HEADERS_TOO_LARGE")),
        ((b"",), (408, "REQUEST_TIMEOUT")),
        ((POST,), (408, "REQUEST_TIMEOUT")),
        ((POST + b"Content-Length: 100\r\n\r\n{",), (408, "REQUEST_TIMEOUT")),
        ((CHUNKED + b"1\r\n{\r\n",), (408, "REQUEST_TIMEOUT")),
    ],
    ids=["no HTTP", "TLS", "bytes in a path", "two lengths", "length and chunks", "unknown coding", "space before a colon",
         "bare line feeds", "an endless header", "endless headers", "an endless path", "an endless chunk extension",
         "endless trailers", "silence", "half a head", "half a body", "half a chunked body"],
)  # fmt: skip
def test_what_is_no_request_is_refused(server: Server, pieces: tuple[bytes, ...], expected: tuple[int, str]) -> None:
    assert refusal(server.talk(*pieces)) == expected
    assert server.answers()


def test_a_head_that_dribbles_is_not_waited_for(server: Server) -> None:
    with server.connect() as made:
        made.sendall(WHOLE)
        assert made.recv(65536).startswith(b"HTTP/1.1 200")
        ended = time.monotonic() + PATIENCE
        with suppress(OSError):
            for byte in itertools.cycle(b"POST /graphql HTTP/1.1"):
                made.sendall(bytes([byte]))
                time.sleep(0.1)
                if time.monotonic() > ended:
                    raise AssertionError("it is waited for")


def test_a_trailer_is_no_header(server: Server) -> None:
    answer = server.talk(
        POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x\r\n" % len(ONE) + ONE + b"\r\n0\r\n",
        b"Authorization: Bearer smuggled\r\nX-Request-Id: smuggled\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert b"smuggled" not in answer


def test_many_requests_at_once_are_answered_in_turn(server: Server) -> None:
    answer = server.talk(WHOLE * 199 + WHOLE.replace(b"Host", b"Connection: close\r\nHost"))
    assert answer.count(b"HTTP/1.1 200") == 200


def frame(data: bytes, opcode: int = 1, *, fin: bool = True) -> bytes:
    """A client's WebSocket frame."""
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack("!H", len(data))
    return bytes([0x80 * fin | opcode]) + length + b"\0\0\0\0" + data


def message(**fields: Any) -> bytes:
    return frame(orjson.dumps(fields))


def opened(server: Server, *, buffer: int | None = None) -> socket.socket:
    made = server.connect(buffer=buffer)
    made.sendall(UPGRADE + b"\r\n")
    assert made.recv(4096).startswith(b"HTTP/1.1 101")
    made.sendall(message(type="connection_init"))
    assert b"connection_ack" in made.recv(4096)
    return made


def test_a_refused_socket_is_no_error(server: Server) -> None:
    answer = server.talk(UPGRADE.replace(b"localhost", b"elsewhere.example") + b"\r\n")
    assert refusal(answer)[0] == 400
    assert server.answers()
    assert "without completing handshake" not in server.log.read_text()


def wait_for(server: Server, text: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while text not in server.log.read_text():
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(b"\xff\xfe"), 1007),
        (frame(b"{}", 2), 4400),
        (frame(b"[" * 60_000), 4400),
        (frame(b'{"type": "\\ud800"}'), 4400),
        (bytes([0x81, 0xFF]) + struct.pack("!Q", 2**40), 1009),
        (bytes([0xF1, 0x80]) + b"\0" * 4, 1002),
        (frame(b"{}", 5), 1002),
        (b"\x81\x02{}", 1002),
        (message(type="connection_init"), 4429),
        (frame(b"x", fin=False) + frame(b"x"), 1002),
        (frame(b"x" * 60_000, fin=False) + frame(b"x" * 60_000, 0, fin=False) * 5, 1009),
    ],
    ids=["not UTF-8", "bytes", "deep", "half a surrogate", "a terabyte", "reserved bits", "an unknown opcode", "not masked",
         "a second connection_init", "a message in a message", "many fragments"],
)  # fmt: skip
def test_junk_ends_a_socket(server: Server, sent: bytes, code: int) -> None:
    with opened(server) as made:
        made.sendall(sent)
        answer = made.recv(4096)
    assert struct.pack("!H", code) in answer, answer
    assert server.answers()


def test_a_handshake_with_too_many_headers_is_refused(server: Server) -> None:
    assert refusal(server.talk(UPGRADE + b"X-Many: x\r\n" * 1000 + b"\r\n")) == (400, "BAD_REQUEST")
    assert server.answers()


def test_pings_that_nobody_hears_the_answers_to_take_no_memory(server: Server) -> None:
    pings = frame(b"x" * 125, 9) * 2000
    with opened(server, buffer=4096) as made:
        before = server.memory()
        made.settimeout(1)
        with suppress(OSError):
            for _ in range(60):
                made.sendall(pings)
        assert server.memory() - before < 5_000_000


def test_fragments_without_data_are_not_kept() -> None:
    protocol = PatientSocketProtocol.__new__(PatientSocketProtocol)
    protocol.frames = [b"["]
    for _ in range(3):
        protocol.handle_cont(Frame(Opcode.CONT, b"", fin=False))
    assert protocol.frames == [b"["]


def test_a_socket_that_does_not_read_is_dropped(server: Server) -> None:
    with opened(server, buffer=4096) as made:
        before = server.memory()
        for n in range(1000):  # the kernel takes some megabytes in
            with suppress(ConnectionError):
                made.sendall(message(type="subscribe", id=str(n), payload={"query": LONG}))
            time.sleep(0.02)
            if "dropped a client that took too little in" in server.log.read_text():
                break
        assert "dropped a client that took too little in" in server.log.read_text()
        assert server.memory() - before < 100_000_000
        made.settimeout(5)
        with suppress(ConnectionResetError):
            read_all(made)


def test_nothing_of_an_address_is_logged(server: Server) -> None:
    with opened(server):
        server.talk(b"GET /graphql?query={__typename}&x-api-key=hunter2 HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert "hunter2" not in server.log.read_text()


def test_one_process_goes_on_after_sighup(server: Server) -> None:
    server.process.send_signal(signal.SIGHUP)
    wait_for(server, "start it with --workers 2")
    assert httpx2.get(f"http://{server.host}:{server.port}/health", timeout=PATIENCE).status_code == 200


def test_no_attack_was_an_error_of_ours(server: Server) -> None:
    assert "Traceback" not in server.log.read_text()
