"""Hosts whose pages show a file that lies under another address of theirs, and nothing more."""

from __future__ import annotations

import re
from urllib.parse import quote

from assistant.dataset.fetching.hosts.host import Address, Host, Link
from assistant.errors import DatasetError


class Uci(Host):
    """The machine learning repository of UCI, which packs each dataset into a zip."""

    domains = ("archive.ics.uci.edu",)

    def link(self, address: Address) -> Link | None:
        """Return the zip of a dataset's page."""
        match address.segments:
            case ["dataset", number, last, *_] if number.isdecimal():
                name = last.replace(" ", "+")
                url = f"https://archive.ics.uci.edu/static/public/{number}/{quote(name, safe='+')}.zip"
                return self.file_link(url, "link", name.replace("+", " "), page=address.text)
        return None


class Dropbox(Host):
    """Dropbox, which shows a page unless the file itself is asked for."""

    domains = ("dropbox.com",)

    def link(self, address: Address) -> Link | None:
        """Return the file of a shared link."""
        if "dl=" in address.query:
            url = re.sub(r"([?&])dl=0", r"\1dl=1", address.text)
        else:
            url = f"{address.text}{'&' if address.query else '?'}dl=1"
        title = address.segments[-1] if address.segments else "Dropbox"
        return self.file_link(url, "link", title, page=address.text)


class GitLab(Host):
    """GitLab's files."""

    domains = ("gitlab.com",)

    def link(self, address: Address) -> Link | None:
        """Return the file that a page shows."""
        if "blob" not in address.segments:
            return None
        url = address.text.replace("/blob/", "/raw/")
        return self.file_link(url, "link", address.segments[-1], page=address.text)


class Bitbucket(Host):
    """Bitbucket's files."""

    domains = ("bitbucket.org",)

    def link(self, address: Address) -> Link | None:
        """Return the file that a page shows."""
        if len(address.segments) <= 4 or address.segments[2] != "src":
            return None
        url = address.text.replace("/src/", "/raw/", 1)
        return self.file_link(url, "link", address.segments[-1], page=address.text)


class Colab(Host):
    """Colab, whose notebooks hold no table."""

    domains = ("colab.research.google.com",)

    def link(self, address: Address) -> Link | None:
        """Raise DatasetError: what is meant is the data that the notebook reads."""
        raise DatasetError(
            "This is a Colab notebook, not a table.", address.domain, "Paste the link of the data that it reads."
        )
