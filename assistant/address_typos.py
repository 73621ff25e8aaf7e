"""Mail addresses that are probably mistyped: a great provider's name with a slip, or an ending that does not exist.

No name is looked up on the network. What is found is asked, never refused: somebody may have such an address.
"""

from __future__ import annotations

# Names of providers with the endings they have; one without a slip in it is right, whatever small provider it is.
_PROVIDERS = {
    "gmail": ("com",), "googlemail": ("com",), "yahoo": ("com", "co.in", "co.uk", "in", "ca", "de", "fr", "it", "es", "com.br"),
    "hotmail": ("com", "co.uk", "de", "fr", "it", "es"), "outlook": ("com", "in", "de", "fr", "es", "it"), "live": ("com", "in", "co.uk"),
    "icloud": ("com",), "rediffmail": ("com",), "protonmail": ("com", "ch"), "ymail": ("com",), "zoho": ("com", "in", "eu"),
    "yandex": ("com", "ru"), "fastmail": ("com", "fm"), "tutanota": ("com", "de"),
}  # fmt: skip
# Real providers whose names are one letter from another's.
_REAL = {"mail.com", "email.com", "ymail.com", "gmx.com", "gmx.de", "gmx.net", "hotmail.be", "proton.me", "zmail.ru"}
_NO_ENDINGS = {"con": "com", "cmo": "com", "ocm": "com", "vom": "com", "xom": "com", "comm": "com", "coom": "com", "cpm": "com",
               "ogr": "org", "orgg": "org", "nett": "net", "ent": "net", "eud": "edu", "eduu": "edu"}  # fmt: skip
# Endings that exist, and under which no great provider gives addresses.
_WRONG_FOR_COM = {"co", "cm", "om", "c", "comn", "col", "cim"}


def probably_meant(address: str) -> str | None:
    """Return the address that was probably meant, or None when nothing looks mistyped."""
    local, _, domain = address.strip().rpartition("@")
    domain = domain.lower()
    name, _, ending = domain.partition(".")
    if not local or not ending or domain in _REAL or ending in _PROVIDERS.get(name, ()):
        return None
    head, _, last = domain.rpartition(".")
    mended_ending = _NO_ENDINGS.get(last, last)
    rest = f"{ending.removesuffix(last)}{mended_ending}" if mended_ending != last else ending
    provider = name if name in _PROVIDERS else _near(name)
    if provider is not None:
        endings = _PROVIDERS[provider]
        if rest in endings:
            return f"{local}@{provider}.{rest}"
        if rest in _WRONG_FOR_COM and "com" in endings:
            return f"{local}@{provider}.com"
        if provider == name:
            return None if mended_ending == last else f"{local}@{name}.{rest}"
    return f"{local}@{head}.{mended_ending}" if mended_ending != last else None


def _near(name: str) -> str | None:
    """Return the provider whose name is a slip away from this one or, for a long one that begins alike, two."""
    if name.isdecimal() or len(name) < 4:
        return None
    found = [(slips(name, known), known) for known in _PROVIDERS if len(known) >= 5]
    distance, known = min(found)
    return known if distance <= (2 if len(known) > 6 and name[0] == known[0] else 1) else None


def slips(first: str, second: str) -> int:
    """Return how many letters are left out, added, changed or swapped with their neighbour (optimal string alignment)."""
    rows = [list(range(len(second) + 1))]
    for i, one in enumerate(first, 1):
        row = [i]
        for j, other in enumerate(second, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (one != other))
            if i > 1 and j > 1 and one == second[j - 2] and first[i - 2] == other:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
