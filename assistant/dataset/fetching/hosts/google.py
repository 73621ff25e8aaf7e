"""Google: sheets as CSV, and files on Google Drive."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote

from assistant.dataset.fetching.hosts.host import Address, Host, Link
from assistant.errors import DatasetError


class Google(Host):
    """Google Sheets and Google Drive."""

    domains = ("docs.google.com", "drive.google.com")

    def link(self, address: Address) -> Link | None:
        """Return the sheet or the file on the drive, whichever account of the browser its address names."""
        segments = address.segments
        if (
            "u" in segments[:2]
            and (place := segments.index("u")) + 1 < len(segments)
            and segments[place + 1].isdecimal()
        ):
            segments = segments[:place] + segments[place + 2 :]
        if address.domain == "drive.google.com":
            return self._drive(segments, address.query, address.text)
        if len(segments) >= 3 and segments[0] == "spreadsheets":
            return self._sheet(segments, address.query, address.fragment, address.text)
        return None

    def _sheet(self, segments: list[str], query: str, fragment: str, reference: str) -> Link:
        if segments[1:3] == ["d", "e"]:
            return self.file_link(
                re.sub(r"/pubhtml.*$", "/pub?output=csv", reference), "link", "Google Sheet", page=reference
            )
        values = {**parse_qs(query), **parse_qs(fragment)}
        sheet = (values.get("gid") or ["0"])[0]
        number = sheet if sheet.isdecimal() else "0"
        return self.file_link(
            f"https://docs.google.com/spreadsheets/d/{quote(segments[2])}/export?format=csv&gid={number}",
            "link",
            "Google Sheet",
            page=reference,
            file_name="sheet.csv",
        )

    def _drive(self, segments: list[str], query: str, reference: str) -> Link:
        if "folders" in segments:
            raise DatasetError(
                "This is a folder on Google Drive.",
                reference,
                "Open the file in it, share it with everyone who has the link, and copy its link.",
            )
        identity = segments[segments.index("d") + 1] if "d" in segments[:-1] else (parse_qs(query).get("id") or [""])[0]
        if not re.fullmatch(r"[\w-]{10,}", identity):
            raise DatasetError(
                "This Google Drive link names no file.", reference, "Open the file, press Share and copy the link."
            )
        key = (parse_qs(query).get("resourcekey") or [""])[0]  # without it, Drive hands older files to nobody
        more = f"&resourcekey={quote(key)}" if key else ""
        return self.file_link(
            f"https://drive.usercontent.google.com/download?id={identity}&export=download&confirm=t{more}",
            "link",
            "Google Drive file",
            page=reference,
        )
