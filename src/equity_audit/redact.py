"""Addresses of databases without what opens them: the only form in which one may be printed or logged."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")


def redact_text(text: str) -> str:
    """The text with every address in it redacted: of what users name things, a word may be one."""
    return re.sub(r"\S*://\S*", lambda found: redact_url(found[0]), text)


def redact_url(url: str) -> str:
    """Scheme and host of a URL; user, password, path, query and fragment become ``…``.

    What cannot be read as a URL is not shown at all, since a password may stand anywhere in it.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return "…"
    if not parts.scheme or not _NAME.fullmatch(parts.scheme) or "://" not in url:
        return "…"
    # A password with an unquoted @ or / would end up in the host or path: a host has neither spaces nor signs.
    if host is None or not re.fullmatch(r"[A-Za-z0-9.\-]*", host) or parts.netloc.count("@") > 1:
        return f"{parts.scheme}://…"
    shown = f"{host}:{port}" if port else host
    return f"{parts.scheme}://{shown}/…" if shown else f"{parts.scheme}://…"
