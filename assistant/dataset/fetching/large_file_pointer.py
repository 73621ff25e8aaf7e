"""Pointers of Git LFS: small files that stand for large ones which GitHub keeps elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from assistant.dataset.fetching.download import Downloaded, Transfer, download, too_large
from assistant.errors import DatasetError

_LFS = b"version https://git-lfs.github.com/spec/"


def is_pointer(path: Path) -> bool:
    """Tell whether a file is a Git LFS pointer."""
    if path.stat().st_size > 1024:
        return False
    return path.read_bytes().startswith(_LFS)


def follow_pointer(got: Downloaded, url: str, folder: Path, transfer: Transfer) -> Downloaded:
    """Fetch the file that a Git LFS pointer stands for; raise DatasetError when it is not what the pointer names."""
    text = got.path.read_text("utf-8", errors="replace")
    oid = re.search(r"oid sha256:([0-9a-f]{64})", text)
    size = re.search(r"size (\d+)", text)
    where = re.search(
        r"github(?:usercontent)?\.com/([^/]+)/([^/]+)/(?:raw/|blob/)?(?:refs/(?:heads|tags)/)?(.+)$",
        urlsplit(url)._replace(query="", fragment="").geturl(),
    )
    if not oid or not where:
        raise DatasetError(
            "This is only a pointer to a file that lies elsewhere.",
            f"{got.name} is a Git LFS pointer.",
            "Download the file from its page and upload it.",
        )
    if size and int(size[1]) > transfer.limits.download:
        raise too_large(transfer.limits, int(size[1]))
    media = f"https://media.githubusercontent.com/media/{where[1]}/{where[2]}/{where[3]}"
    followed = download(media, folder, transfer, name=got.name)
    if followed.sha256 != oid[1]:
        raise DatasetError(
            "The file is not the one that the pointer names.",
            f"Its SHA-256 is {followed.sha256[:12]}… instead of {oid[1][:12]}….",
            "Try again, or download it in your browser and upload it.",
        )
    return followed
