"""Files that are no tables: pictures, documents, programs, web pages, pointers to files that lie elsewhere."""

from __future__ import annotations

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.html_table import is_page
from assistant.dataset.reading.raw_file import RawFile
from assistant.errors import DatasetError

# What files of other kinds start with, and what they are.
_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x89HDF", "an HDF5 file"),
    (b"CDF\x01", "a NetCDF file"),
    (b"CDF\x02", "a NetCDF file"),
    (b"SQLite format 3", "a database"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x02", "a Python pickle"),
    (b"RIFF", "sound or film"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"fLaC", "sound"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"GRIB", "a GRIB file"),
)
_PICTURES_AND_SOUND = ("a picture", "sound", "sound or film")
_CONTROL = bytes(code for code in (*range(1, 9), *range(14, 26), *range(28, 32)))
_FEW_CONTROLS = 0.005


def refuse_other_kinds(file: RawFile, request: ReadingRequest) -> None:  # noqa: ARG001 - it stands among readers
    """Raise DatasetError for a file that is no table, by what it starts with."""
    head = file.head
    for mark, kind in _OTHER_KINDS:
        if head.startswith(mark) and (len(mark) > 2 or b"\0" in head):
            fix = (
                "A forecast needs a table with one row for each moment; choose such a file."
                if kind in _PICTURES_AND_SOUND
                else "Save it as a CSV file and choose that."
            )
            raise DatasetError(f"This is {kind}, not a table.", f"{file.name} starts like one.", fix)
    start = file.start[:512].lower()
    if is_page(file):
        raise DatasetError(
            "This is a web page, not a table.",
            f"{file.name} starts with {start[:20].decode('ascii', 'replace')!r}.",
            "Use the address behind the page's download button, or download the file and upload it.",
        )
    if start.startswith(b"version https://git-lfs.github.com/spec/"):
        raise DatasetError(
            "This is only a pointer to a file that lies elsewhere.",
            f"{file.name} is a Git LFS pointer.",
            "Paste the GitHub link to the file, which is then followed.",
        )
    controls = len(head) - len(head.translate(None, _CONTROL))
    if (head.count(0) > 0.01 * len(head) or controls > 2 + _FEW_CONTROLS * len(head)) and not _is_wide(file):
        raise DatasetError(
            "This is not a table in text.",
            f"{file.name} holds bytes of some other kind.",
            "Save it as a CSV file and choose that.",
        )


def _is_wide(file: RawFile) -> bool:
    return file.head.startswith((b"\xff\xfe", b"\xfe\xff")) or file.encoding.startswith(("utf-16", "utf-32"))
