"""The encoding of a text table, found from its bytes."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

_BLOCK = 1 << 22
_SAMPLE = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings that tables really come in. Those for Western Europe are not among them: they are the fallback.
_OTHERS = [
    "cp1251",
    "cp1250",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
    "koi8_r",
]
_ENOUGH_SIGNS = 24
_WORDS = re.compile(rb"[A-Za-z]*[\x80-\xff]+[A-Za-z\x80-\xff]*")
_INSIDE = re.compile(r"(?<=[A-Za-z])[¹²³£¥¿¼½¾¶§±ªº¦¨¯´¸](?=[A-Za-z])")  # what no Western word holds between letters
# The letters of German, French, Spanish, Portuguese, Italian, Swedish, Danish and Norwegian, and Dutch.
_WESTERN = tuple(
    map(frozenset, ("äöüß", "éèêëàâçîïôûùüœæ", "áéíóúñü", "áâãàçéêíóôõúü", "àèéìòù", "åäöé", "æøåé", "éëïóöü"))
)
# Where no Western word has these letters, others have theirs in the same place: Hungarian ő, Romanian ă, Czech č and ě.
_NOT_WESTERN = re.compile(r"õ(?!e)|ã(?![oes]|$)|è[aeiouyáéíý]|ì[a-z]|^[èìùøãõ]|ø[íáý]")
_HARD_SPACE = b"\xa0"
_LATIN = re.compile(rb"[A-Za-z]")


def find_encoding(path: Path, whole: bool = True) -> str:
    """Return the Python name of the encoding of a text file, `utf-8` when it is plain ASCII.

    Without `whole`, UTF-8 is told from the first part alone.
    """
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if wide := _wide_without_mark(head):
        return wide
    if _is_utf8(path, None if whole else _SAMPLE):
        return "utf-8"
    return _eight_bit(head if _signs(head) else path.read_bytes()[: 64 * _SAMPLE])


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 without a mark shows as a zero in every second byte, since separators and digits are ASCII."""
    zeros_even, zeros_odd = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if zeros_odd > 0.6 * half and zeros_even < 0.05 * half:
        return "utf-16-le"
    if zeros_even > 0.6 * half and zeros_odd < 0.05 * half:
        return "utf-16-be"
    return None


def _is_utf8(path: Path, most: int | None) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        try:
            while block := stream.read(most or _BLOCK):
                decoder.decode(block)
                if most:
                    return True
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _signs(data: bytes) -> int:
    return len(data) - len(data.translate(None, bytes(range(128, 256))))


def _eight_bit(data: bytes) -> str:
    """With few signs beyond ASCII (a degree sign, a name) nothing but the commonest encoding can be claimed."""
    try:
        data.decode("cp1252")
        fallback = "cp1252"
    except UnicodeDecodeError:
        fallback = "latin-1"
    data = data.replace(_HARD_SPACE, b" ")  # it parts thousands, and says nothing of the language
    lines = [line for line in data.splitlines()[:2000] if _signs(line)]
    sample = b"\n".join(lines)[:_SAMPLE]
    words = _WORDS.findall(sample)
    if long := {word for word in words if len(word) >= 3} if not any(map(_LATIN.search, words)) else set():
        # Words of nothing but signs beyond ASCII are not of Western Europe, where those stand among plain letters.
        return _single_bytes(sorted(long)) or _best_of(sample, _OTHERS) or fallback
    if (other := _not_western(words)) is not None:
        return other
    if fallback == "cp1252" and _is_western(words):
        return fallback
    if _signs(sample) < _ENOUGH_SIGNS or _signs(sample) < 0.05 * len(sample):
        return fallback
    return _best_of(sample, [*_OTHERS, "cp1252"]) or fallback


def _not_western(words: list[bytes]) -> str | None:
    """Tell Polish, Czech and Turkish of a few words by signs that Western words do not have there; None for others."""
    western = " ".join(word.decode("cp1252", errors="replace") for word in words)
    if _INSIDE.search(western) and not _INSIDE.search(" ".join(word.decode("cp1250", "replace") for word in words)):
        return "cp1250"
    if re.search(r"[šž]", western) and re.search(r"[ìèøù]", western):
        return "cp1250"
    if re.search(r"[ðþýÝÞÐ]", western) and not re.search(r"[áéíóúæÁÉÍÓÚÆ]", western):
        return "cp1254"
    return None


def _is_western(words: list[bytes]) -> bool:
    """Tell whether all letters beyond ASCII are those of one Western language, where it puts them."""
    texts = {word.decode("cp1252").lower() for word in words}
    letters = {letter for text in texts for letter in text if letter.isalpha() and not letter.isascii()}
    return (
        bool(letters)
        and any(letters <= alphabet for alphabet in _WESTERN)
        and not any(_NOT_WESTERN.search(text) for text in texts)
    )


def _single_bytes(words: list[bytes]) -> str | None:
    """Tell Cyrillic and Greek of a few words, such as a header's, by where their small letters lie; None for others."""
    signs = b"".join(words)
    small = sum(sign >= 0xE0 for sign in signs)
    if small < 0.6 * len(signs):
        return None
    # Greek keeps its accented vowels where Cyrillic keeps capitals, which stand at the start of a word.
    accented = sum(0xDC <= sign <= 0xDF for word in words if max(word[:2]) >= 0xE0 for sign in word[1:])
    return "cp1253" if accented else "cp1251"


def _best_of(sample: bytes, encodings: list[str]) -> str | None:
    best = from_bytes(sample, cp_isolation=encodings).best()
    return best.encoding if best else None
