"""Downloads, against a server on this machine."""

import hashlib
import http.server
import io
import json
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from conftest import RunCli
from equity_audit.errors import DataError, UsageError
from equity_audit.reference import download as downloading
from equity_audit.reference import fetch as fetching
from equity_audit.reference.add import add_reference
from equity_audit.reference.download import download, progress
from equity_audit.reference.fetch import Known, editions, fetch_reference
from equity_audit.reference.postcodes import edition_and_part
from equity_audit.reference.store import MANIFEST, list_entries

CONTENT = ("LSOA code (2021),IMD rank\n" + "".join(f"E01{900_000 + n},{n}\n" for n in range(1, 5001))).encode()


@dataclass
class Server:
    address: str
    content: bytes = CONTENT
    asked: list[str | None] = field(default_factory=list)
    break_at: int | None = None
    status: int | None = None
    etag: str | None = None
    pending: int = 0
    ranges: bool = True


class Handler(http.server.BaseHTTPRequestHandler):
    state: ClassVar[Any] = None

    def do_GET(self) -> None:
        state = type(self).state
        state.asked.append(self.headers.get("Range"))
        if state.status:
            self.send_error(state.status)
            return
        if state.pending:
            state.pending -= 1
            body = b'{"status": "Pending"}'
            self.send_response(202)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        same = state.ranges and self.headers.get("If-Range") in (None, state.etag)
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1]) if same else 0
        if start >= len(state.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(state.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = state.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        if state.etag:
            self.send_header("ETag", state.etag)
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


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_without_a_recorded_hash_nothing_is_installed_unasked(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No sha256 is recorded") as refused:
        fetch_reference(tmp_path, "own", known=known(server.address, None))
    assert sha256(CONTENT) in str(refused.value)
    assert "reference fetch own --accept-changed" in str(refused.value)
    assert list_entries(tmp_path) == ()


def test_the_file_that_was_shown_is_the_one_accepted(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        fetch_reference(tmp_path, "own", known=known(server.address, None))
    server.content = CONTENT.replace(b"E01900001,1\n", b"")
    entry = fetch_reference(tmp_path, "own", known=known(server.address, None), accept_changed=True)
    assert (entry.sha256, entry.rows) == (sha256(CONTENT), 5000)
    assert server.asked == [None]  # nothing was downloaded a second time
    assert sorted(path.name for path in tmp_path.iterdir()) == ["imd-own.parquet", MANIFEST]


def test_what_was_accepted_is_kept_in_the_manifest_and_holds(server: Server, tmp_path: Path) -> None:
    for accept in (False, True):
        try:
            fetch_reference(tmp_path, "own", known=known(server.address, None), accept_changed=accept)
        except DataError:
            assert not accept
    (listed,) = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))["references"]
    assert (listed["fetched"], listed["sha256"]) == ("own", sha256(CONTENT))
    assert fetch_reference(tmp_path, "own", known=known(server.address, None)).rows == 5000
    server.content = CONTENT.replace(b"E01900001,1\n", b"E01900001,2\n")
    with pytest.raises(DataError, match="not the file that was recorded") as refused:
        fetch_reference(tmp_path, "own", known=known(server.address, None))
    assert sha256(CONTENT) in str(refused.value)
    assert sha256(server.content) in str(refused.value)
    assert [entry.sha256 for entry in list_entries(tmp_path)] == [sha256(CONTENT)]
    changed = fetch_reference(tmp_path, "own", known=known(server.address, None), accept_changed=True)
    assert changed.sha256 == sha256(server.content)


def test_the_command_asks_accepts_and_then_holds(
    server: Server, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fetching, "editions", lambda: known(server.address, None))
    command = ("reference", "fetch", "own", "--reference", tmp_path / "references")
    asked = run_cli(*command)
    assert (asked.exit_code, asked.stdout) == (3, "")
    assert sha256(CONTENT) in asked.stderr
    accepted = run_cli(*command, "--accept-changed")
    assert (accepted.exit_code, accepted.stdout) == (0, "Installed IMD own: 5,000 areas of 2021, verified.\n")
    assert run_cli(*command).exit_code == 0
    server.content += b"E01999999,5001\n"
    changed = run_cli(*command)
    assert changed.exit_code == 3
    assert sha256(CONTENT) in changed.stderr
    assert sha256(server.content) in changed.stderr
    assert "Own edition" in run_cli("reference", "fetch", "list").stdout


def test_a_table_added_by_hand_is_no_accepted_download(server: Server, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_bytes(CONTENT)
    add_reference(tmp_path / "references", tmp_path / "own.csv", "own")
    with pytest.raises(DataError, match="No sha256 is recorded"):
        fetch_reference(tmp_path / "references", "own", known=known(server.address, None))


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html><html></html>", b'{"error": {"code": 400}}', b"\xef\xbb\xbf\n<html>", b""]
)
def test_a_page_in_place_of_the_file_is_never_offered(server: Server, tmp_path: Path, page: bytes) -> None:
    server.content = page + b" " * 10 if page else b" "
    for accept in (False, True):
        with pytest.raises(DataError, match="sent something else") as refused:
            fetch_reference(tmp_path, "own", known=known(server.address, None), accept_changed=accept)
        assert sha256(server.content) not in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_still_being_made_is_waited_for(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "_PAUSE", 0.0)
    server.pending = 3
    assert fetch_reference(tmp_path, "own", known=known(server.address)).rows == 5000
    assert len(server.asked) == 4
    server.pending = 1000
    with pytest.raises(DataError, match="still making the file"):
        fetch_reference(tmp_path, "own", known=known(server.address))


def test_an_unknown_file_is_gone_on_from_only_where_it_is_the_same(server: Server, tmp_path: Path) -> None:
    server.etag, server.break_at = '"one"', 1000
    with pytest.raises(DataError, match=r"broke off|could not be reached"):
        fetch_reference(tmp_path, "own", known=known(server.address, None))
    server.break_at = None
    with pytest.raises(DataError, match=sha256(CONTENT)):
        fetch_reference(tmp_path, "own", known=known(server.address, None))
    assert server.asked == [None, "bytes=1000-"]

    server.break_at = 1000
    with pytest.raises(DataError, match=r"broke off|could not be reached"):
        fetch_reference(tmp_path, "own", known=known(server.address, None))
    server.break_at, server.etag, server.content = None, '"two"', CONTENT.replace(b"E01900005,5\n", b"")
    with pytest.raises(DataError, match=sha256(server.content)):
        fetch_reference(tmp_path, "own", known=known(server.address, None))

    server.break_at, server.etag = 1000, None
    with pytest.raises(DataError, match=r"broke off|could not be reached"):
        fetch_reference(tmp_path, "own", known=known(server.address, None))
    server.break_at, server.content = None, CONTENT
    with pytest.raises(DataError, match=sha256(CONTENT)):
        fetch_reference(tmp_path, "own", known=known(server.address, None))
    assert server.asked[-1] is None


def test_a_server_without_ranges_starts_again(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    (tmp_path / ".own.csv.part").write_bytes(CONTENT[:1000])
    assert fetch_reference(tmp_path, "own", known=known(server.address)).sha256 == sha256(CONTENT)


def test_a_whole_part_is_not_downloaded_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".own.csv.part").write_bytes(CONTENT)
    assert fetch_reference(tmp_path, "own", known=known(server.address)).rows == 5000
    assert server.asked == [f"bytes={len(CONTENT)}-"]


def test_a_progress_bar_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for screen in (Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setenv("TERM", "xterm")
        with progress("own.csv") as step:
            step(500_000, 1_000_000)
        assert ("own.csv" in screen.getvalue()) == screen.isatty()
        assert ("0.5/1.0 MB" in screen.getvalue()) == screen.isatty()


def test_the_census_zip_gives_its_small_areas(server: Server, tmp_path: Path) -> None:
    groups = (
        "Total: All usual residents", "Asian, Asian British or Asian Welsh",
        "Asian, Asian British or Asian Welsh: Indian", "Black, Black British, Black Welsh, Caribbean or African",
        "Mixed or Multiple ethnic groups", "White", "Other ethnic group",
    )  # fmt: skip
    header = ",".join(["date", "geography", "geography code", *(f'"Ethnic group: {group}"' for group in groups)])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for area, prefix, count in (("oa", "E00", 500), ("lsoa", "E01", 50), ("msoa", "E02", 10)):
            rows = [f"2021,x,{prefix}{900_000 + n},10,1,1,2,3,4,0" for n in range(count)]
            archive.writestr(f"census2021-ts021-{area}.csv", "\n".join([header, *rows, ""]))
        archive.writestr("metadata/ts021.txt", "about")
    server.content = packed.getvalue()
    one = Known(kind="census_ethnicity", edition="2021", title="Table", page="https://example.org", file="ts021.zip",
                address=server.address, sha256=sha256(server.content))  # fmt: skip
    entry = fetch_reference(tmp_path, "ts021", known={"ts021": one})
    assert (entry.kind, entry.rows, entry.sha256) == ("census_ethnicity", 250, sha256(server.content))


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
        if item.kind == "postcodes" and item.file:
            assert edition_and_part(item.file)[0] == item.edition, name
    assert {"imd2015", "imd2019", "imd2025", "lookup", "ts021", "nspl", "onspd"} <= set(editions())


@pytest.mark.needs_shared
def test_recorded_hashes_are_those_of_the_official_files(shared: Path) -> None:
    folder = shared / "reference"
    for name, path in (
        ("imd2019", folder / "imd2019" / "File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx"),
        ("imd2025", folder / "imd2025" / "File_1_IoD2025_Index_of_Multiple_Deprivation.xlsx"),
    ):
        assert editions()[name].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
