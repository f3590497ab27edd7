"""Download a file over HTTPS: going on where an earlier download stopped, with a progress bar on a terminal.

No other module of equity-audit opens a network connection. Proxy settings of the environment are honoured.
"""

from __future__ import annotations

import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from equity_audit.errors import DataError, UsageError

_PIECE = 1 << 18
_TIMEOUT = 60.0
_LARGEST = 2 << 30
# Some publishers make a file when it is asked for, and answer 202 until it is there.
_PAUSE, _PATIENCE = 6.0, 20
_NETWORK = (urllib.error.URLError, ConnectionError, TimeoutError, ssl.SSLError, HTTPException, ValueError)
Step = Callable[[int, int | None], None]


def download(address: str, part: Path, step: Step, *, checked_later: bool = True) -> None:
    """Download to ``part``, going on from what it already holds where that is the same file.

    Parameters
    ----------
    step
        Is told bytes so far and in all (None where the publisher does not say).
    checked_later
        The whole is held against a known sha256 afterwards, so an unmarked beginning may be gone on from.

    Raises
    ------
    DataError
        The publisher cannot be reached, answers with an error, or stops half way.
    UsageError
        The folder cannot be written to.
    """
    tag = part.with_name(f"{part.name}.tag")
    mark = tag.read_text(encoding="utf-8") if tag.exists() else ""
    if part.exists() and not (mark or checked_later):
        part.unlink()
    try:
        with _answer(address, part.stat().st_size if part.exists() else 0, mark) as response:
            _receive(response, part, tag, step)
    except urllib.error.HTTPError as error:
        if error.code != 416 or not part.exists():
            raise DataError(
                f"The publisher answered {error.code}. Try again later, or download the file by hand."
            ) from None
        if _size_told(error.headers) not in (None, part.stat().st_size):
            # What is there is longer than the file: it belongs to another.
            part.unlink()
            download(address, part, step)
    except _NETWORK:
        raise DataError(
            "The publisher could not be reached. Check the network and the proxy settings (HTTPS_PROXY), then fetch "
            "again: it goes on where it stopped."
        ) from None
    except OSError:
        raise UsageError("The reference folder cannot be written to, or its disk is full. Choose another.") from None
    tag.unlink(missing_ok=True)


def _answer(address: str, have: int, mark: str) -> HTTPResponse:
    """The publisher's answer, asked for what is not there yet; waits while the file is being made."""
    for _ in range(_PATIENCE):
        request = urllib.request.Request(_secure(address), headers={"User-Agent": "equity-audit"})  # noqa: S310 - checked
        if have:
            request.add_header("Range", f"bytes={have}-")
        if have and mark:
            request.add_header("If-Range", mark)
        # An opener of its own: the shared one keeps the proxy settings it was first built with.
        response: HTTPResponse = urllib.request.build_opener().open(request, timeout=_TIMEOUT)
        _secure(response.geturl())
        if response.status != 202:
            return response
        response.close()
        time.sleep(_PAUSE)
    raise DataError("The publisher is still making the file. Fetch again in a few minutes.")


def _receive(response: HTTPResponse, part: Path, tag: Path, step: Step) -> None:
    goes_on = response.status == 206
    done = part.stat().st_size if goes_on else 0
    length = response.headers.get("Content-Length")
    total = int(length) + done if length else None
    mark = _mark(response.headers)
    tag.write_text(mark, encoding="utf-8") if mark else tag.unlink(missing_ok=True)
    with part.open("ab" if goes_on else "wb") as file:
        while piece := response.read(_PIECE):
            done += len(piece)
            if done > _LARGEST:
                raise DataError("The download is larger than any reference file. It was stopped.")
            file.write(piece)
            step(done, total)
    if total is not None and done < total:
        raise DataError("The download broke off. Fetch again: it goes on where it stopped.")


def _mark(headers: Message) -> str:
    """What tells this very file from a later one; a weak mark does not say that the bytes are the same."""
    mark = headers.get("ETag") or headers.get("Last-Modified") or ""
    return "" if mark.startswith("W/") else mark


def _size_told(headers: Message) -> int | None:
    size = (headers.get("Content-Range") or "").rpartition("/")[2]
    return int(size) if size.isdecimal() else None


def _secure(address: str) -> str:
    """Refuse all but HTTPS; plain HTTP only to this very machine, for tests."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "127.0.0.1"):
        return address
    raise DataError("References are fetched over HTTPS only, and this address is not.")


@contextmanager
def progress(name: str) -> Iterator[Step]:
    """A progress bar on a terminal, nothing anywhere else."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
