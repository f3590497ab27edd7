"""Downloads, against a server on this machine."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from equity_audit.errors import DataError, UsageError
from equity_audit.reference.fetch import Known, download, editions, fetch_reference
from equity_audit.reference.store import list_entries

CONTENT = ("LSOA code (2021),IMD rank\n" + "".join(f"E01{900_000 + n},{n}\n" for n in range(1, 5001))).encode()


@dataclass
class Server:
    address: str
    content: bytes = CONTENT
    asked: list[str | None] = field(default_factory=list)
    break_at: int | None = None
    status: int | None = None


class Handler(http.server.BaseHTTPRequestHandler):
    state: ClassVar[Any] = None

    def do_GET(self) -> None:
        state = type(self).state
        state.asked.append(self.headers.get("Range"))
        if state.status:
            self.send_error(state.status)
            return
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        if start >= len(state.content):
            self.send_error(416)
            return
        body = state.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if state.break_at is None else body[: state.break_at])

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    handler = type("OwnHandler", (Handler,), {})
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.state = Server(address=f"http://127.0.0.1:{listening.server_port}/own.csv")
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield handler.state
    listening.shutdown()
    listening.server_close()
    thread.join()


def known(address: str | None, sha256: str | None = hashlib.sha256(CONTENT).hexdigest()) -> dict[str, Known]:
    one = Known(kind="imd", edition="own", title="Own edition", page="https://example.org/own", address=address,
                file="own.csv", sha256=sha256)  # fmt: skip
    return {"own": one}


def test_a_file_is_downloaded_checked_and_installed(server: Server, tmp_path: Path) -> None:
    entry = fetch_reference(tmp_path, "own", known=known(server.address))
    assert (entry.edition, entry.rows, entry.sha256) == ("own", 5000, hashlib.sha256(CONTENT).hexdigest())
    assert [found.edition for found in list_entries(tmp_path)] == ["own"]
    assert server.asked == [None]
    assert not list(tmp_path.glob(".*"))


def test_a_changed_file_is_refused_with_both_hashes_and_may_be_accepted(server: Server, tmp_path: Path) -> None:
    recorded = "0" * 64
    with pytest.raises(DataError, match="--accept-changed") as refused:
        fetch_reference(tmp_path, "own", known=known(server.address, recorded))
    assert recorded in str(refused.value)
    assert hashlib.sha256(CONTENT).hexdigest() in str(refused.value)
    assert list_entries(tmp_path) == ()
    assert fetch_reference(tmp_path, "own", known=known(server.address, recorded), accept_changed=True).rows == 5000


def test_without_a_recorded_hash_nothing_is_installed_unasked(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No sha256 is recorded"):
        fetch_reference(tmp_path, "own", known=known(server.address, None))


def test_a_broken_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.break_at = 1000
    with pytest.raises(DataError, match=r"broke off|could not be reached"):
        fetch_reference(tmp_path, "own", known=known(server.address))
    have = (tmp_path / ".own.csv.part").stat().st_size
    assert have == 1000
    server.break_at = None
    assert fetch_reference(tmp_path, "own", known=known(server.address)).rows == 5000
    assert server.asked == [None, "bytes=1000-"]


def test_what_is_left_of_another_file_is_thrown_away(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".own.csv.part").write_bytes(b"something else, and longer" * 10_000)
    assert fetch_reference(tmp_path, "own", known=known(server.address)).rows == 5000


def test_steps_are_told(server: Server, tmp_path: Path) -> None:
    steps: list[tuple[int, int | None]] = []
    download(server.address, tmp_path / "part", lambda done, total: steps.append((done, total)))
    assert steps[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_the_answer_of_the_publisher_is_told(server: Server, tmp_path: Path, status: int) -> None:
    server.status = status
    with pytest.raises(DataError, match=str(status)):
        fetch_reference(tmp_path, "own", known=known(server.address))


def test_no_server_and_no_secure_address(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="could not be reached"):
        fetch_reference(tmp_path, "own", known=known("http://127.0.0.1:9/own.csv"))
    for address in ("http://example.org/own.csv", "file:///etc/passwd", "ftp://127.0.0.1/own.csv"):
        with pytest.raises(DataError, match="HTTPS only"):
            fetch_reference(tmp_path, "own", known=known(address))


def test_a_proxy_is_honoured(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The address leads nowhere: only the proxy can answer.
    monkeypatch.setenv("http_proxy", server.address.removesuffix("/own.csv"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert fetch_reference(tmp_path, "own", known=known("http://127.0.0.1:9/own.csv")).rows == 5000


def test_what_has_no_lasting_address_names_the_page(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"https://example\.org/own.*reference add"):
        fetch_reference(tmp_path, "own", known=known(None))
    with pytest.raises(UsageError, match="Nothing called"):
        fetch_reference(tmp_path, "other", known=known(None))


def test_the_list_that_ships() -> None:
    for name, item in editions().items():
        assert item.page.startswith("https://"), name
        assert item.address is None or item.address.startswith("https://"), name
        assert (item.address is None) == (item.file is None), name
        assert item.sha256 is None or len(item.sha256) == 64, name
    assert {"imd2015", "imd2019", "imd2025", "lookup", "ts021"} <= set(editions())


@pytest.mark.needs_shared
def test_recorded_hashes_are_those_of_the_official_files(shared: Path) -> None:
    folder = shared / "reference"
    for name, path in (
        ("imd2019", folder / "imd2019" / "File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx"),
        ("imd2025", folder / "imd2025" / "File_1_IoD2025_Index_of_Multiple_Deprivation.xlsx"),
    ):
        assert editions()[name].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
