"""Names of members in the bundle: safe on every system, and such that a mail server takes them."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from pathlib import Path

_LONGEST = 100
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
_FORBIDDEN = re.compile(r'[<>:"|?*\\/\x00-\x1f\x7f]')

# Extensions that Gmail refuses, in archives too: https://support.google.com/mail/answer/6590
# fmt: off
GMAIL_REFUSES = frozenset((
    ".ade", ".adp", ".apk", ".appx", ".appxbundle", ".bat", ".cab", ".chm", ".cmd", ".com", ".cpl", ".diagcab",
    ".diagcfg", ".diagpkg", ".dll", ".dmg", ".ex", ".ex_", ".exe", ".hta", ".img", ".ins", ".iso", ".isp",
    ".jar", ".jnlp", ".js", ".jse", ".lib", ".lnk", ".mde", ".mjs", ".msc", ".msi", ".msix", ".msixbundle",
    ".msp", ".mst", ".nsh", ".pif", ".ps1", ".scr", ".sct", ".shb", ".sys", ".vb", ".vbe", ".vbs", ".vhd",
    ".vxd", ".wsc", ".wsf", ".wsh", ".xll",
))
# fmt: on


def refused_extension(name: str) -> str | None:
    """Return the extension for which Gmail would refuse a file of this name, or None."""
    # Windows ignores dots and spaces at the end of a name, and so do mail filters.
    endings = re.findall(r"\.[^.]*", name.lower().rstrip(". "))
    return endings[-1] if endings and endings[-1] in GMAIL_REFUSES else None


def refused_member(path: Path) -> str | None:
    """Return the name for which Gmail would refuse a file: its own, or one inside it when it is a zip."""
    if refused_extension(path.name):
        return path.name
    try:
        with zipfile.ZipFile(path) as archive:
            return next((info.filename for info in archive.infolist() if refused_extension(info.filename)), None)
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return None


def safe_file_name(name: str, fallback: str = "dataset") -> str:
    """Return a name without folders that every system can store, as near to `name` as possible."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    base = "".join("_" if _FORBIDDEN.match(x) or unicodedata.category(x)[0] == "C" else x for x in base)
    base = " ".join(base.split()).strip(". ").lstrip("-")
    if len(base) > _LONGEST:
        stem, dot, ending = base.rpartition(".")
        kept = f"{dot}{ending}" if dot and len(ending) <= 10 else ""
        base = (stem if kept else base)[: _LONGEST - len(kept)].rstrip(". ") + kept
    if not base.strip("_. "):
        return fallback
    return f"_{base}" if base.split(".")[0].lower() in _RESERVED else base


def is_safe_member(name: str) -> bool:
    """Tell whether a member's name is one that the bundle itself could have given: at most one folder, nothing odd."""
    parts = name.split("/")
    return 1 <= len(parts) <= 2 and all(part and part == safe_file_name(part, "") for part in parts)
