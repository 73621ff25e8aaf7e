"""Whatever is copied or forwarded: a text that holds exactly one notebook link is understood."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from assistant.errors import NotebookError
from assistant.notebook.colab_links import check_colab_link, twin_links
from assistant.notebook.pasted_links import addresses_in
from tests.test_notebook_colab_links import COMMIT, DRIVE, GIST, GITHUB, HOST, ID, OTHER_ID

SHARED = f"{DRIVE}?usp=sharing"
BADGE = f"{HOST}/assets/colab-badge.svg"
IN_GIST = f"{HOST}/gist/asha/{GIST}"
FILE_IN_GIST = f"{IN_GIST}/b.ipynb"
AT_COMMIT = f"{HOST}/github/asha/work/blob/{COMMIT}/a/b.ipynb"
KEYED = f"{DRIVE}?resourcekey=0-aBc_dEf"
ENCODED = quote(SHARED, safe="")
PROOFPOINT = SHARED.replace(":", "-3A").replace("/", "_").replace("?", "-3F").replace("=", "-3D")

FORMS = [
    # Colab's own, as browsers, phones and accounts show them
    (f"{DRIVE}?usp=mobile", DRIVE), (f"{DRIVE}?authuser=2", DRIVE), (f"{DRIVE}?authuser=asha%40example.org", DRIVE),
    (f"{HOST}/u/1/drive/{ID}", DRIVE), (f"{HOST}/drive/u/0/{ID}", DRIVE), (f"{HOST}/a/school.example/drive/{ID}", DRIVE),
    (f"{DRIVE}/edit", DRIVE), (f"{DRIVE}/edit?usp=sharing", DRIVE), (f"{DRIVE}/view", DRIVE),
    (f"{DRIVE}#scrollTo=Ab_1&uniqifier=2", DRIVE), (f"http://colab.research.google.com/drive/{ID}", DRIVE),
    (f"https://colab.sandbox.google.com/drive/{ID}", DRIVE), (f"{HOST}/?fileId=x#fileId={ID}", DRIVE),
    (f"{HOST}/#fileId={ID}&resourcekey=x", DRIVE), (f"colab.research.google.com/drive/{ID}", DRIVE),
    (f"{HOST}/github/asha/work/blob/refs/heads/main/a/b.ipynb", GITHUB),
    (f"{HOST}/github.com/asha/work/blob/main/a/b.ipynb", GITHUB),
    # Drive
    (f"https://drive.google.com/open?id={ID}&authuser=0&usp=drive_link", DRIVE),
    (f"https://drive.google.com/u/2/open?id={ID}", DRIVE), (f"https://drive.google.com/file/d/{ID}/edit", DRIVE),
    (f"https://drive.google.com/file/d/{ID}/preview", DRIVE), (f"https://drive.google.com/file/d/{ID}", DRIVE),
    (f"https://drive.google.com/uc?export=download&id={ID}", DRIVE),
    (f"https://drive.usercontent.google.com/download?id={ID}&export=download", DRIVE),
    (f"https://docs.google.com/file/d/{ID}/edit", DRIVE), (f"drive.google.com/file/d/{ID}/view", DRIVE),
    (f"https://drive.google.com/file/d/{ID}/view?resourcekey=0-aBc_dEf", KEYED), (KEYED, KEYED),
    (f"{DRIVE}?usp=sharing&resourcekey=0-aBc_dEf#scrollTo=x", KEYED),
    # GitHub and gists
    ("https://github.com/asha/work/blob/refs/heads/main/a/b.ipynb", GITHUB),
    ("https://github.com/asha/work/raw/refs/heads/main/a/b.ipynb", GITHUB),
    ("https://raw.githubusercontent.com/asha/work/refs/heads/main/a/b.ipynb?token=x", GITHUB),
    (f"https://github.com/asha/work/blob/{COMMIT}/a/b.ipynb#L1", AT_COMMIT),
    ("https://githubtocolab.com/asha/work/blob/main/a/b.ipynb", GITHUB),
    ("https://nbviewer.org/github/asha/work/blob/main/a/b.ipynb", GITHUB),
    ("https://github.dev/asha/work/blob/main/a/b.ipynb", GITHUB),
    ("https://vscode.dev/github/asha/work/blob/main/a/b.ipynb", GITHUB), ("github.com/asha/work/blob/main/a/b.ipynb", GITHUB),
    (f"https://gist.githubusercontent.com/asha/{GIST}/raw/{COMMIT}/b.ipynb", FILE_IN_GIST),
    (f"https://gist.githubusercontent.com/asha/{GIST}/raw", IN_GIST),
    (f"https://gist.github.com/asha/{GIST}#file-b-ipynb", FILE_IN_GIST),
    (f"https://nbviewer.jupyter.org/gist/asha/{GIST}", IN_GIST),
    # Markup
    (f"[my notebook]({SHARED})", DRIVE), (f"[{SHARED}]({SHARED})", DRIVE), (f"<{SHARED}>", DRIVE), (f"`{SHARED}`", DRIVE),
    (f"**{SHARED}**", DRIVE), (f"_{SHARED}_", DRIVE), (f"[![Open In Colab]({BADGE})]({GITHUB})", GITHUB),
    (f'<a href="{GITHUB}" target="_blank"><img src="{BADGE}" alt="Open In Colab"/></a>', GITHUB),
    (f"<a href='{DRIVE}?usp=sharing&amp;authuser=1'>Notebook</a>", DRIVE), (f"[1]: {SHARED}", DRIVE),
    (f"* {SHARED}", DRIVE), (f"|Project 1|{SHARED}|", DRIVE), (f"{{\"colab\": \"{SHARED}\"}}", DRIVE),
    # Sentences
    (f"My notebook: {SHARED}.", DRIVE), (f"It is here ({SHARED}), and runs.", DRIVE), (f"“{SHARED}”", DRIVE), (f"«{SHARED}»", DRIVE),
    (f"See {DRIVE}!", DRIVE), (f"Is it {SHARED}?", DRIVE), (f"{SHARED},", DRIVE), (f"{DRIVE}…", DRIVE), (f"{SHARED} {SHARED}", DRIVE),
    (f"{DRIVE}\nhttps://drive.google.com/file/d/{ID}/view", DRIVE), (f"{DRIVE}\nBcc: all@example.org", DRIVE),
    (f"Asha Rao shared a file\n\nforecast.ipynb\n{SHARED}\n\nGoogle LLC, https://www.google.com", DRIVE),
    # Signs that do not show, and the source of a mail
    (f"\u200b{SHARED}\u200b", DRIVE), (f"{DRIVE[:40]}\u200b{DRIVE[40:]}", DRIVE), (f"\ufeff{SHARED}\u2060", DRIVE),
    (f"\u202a{SHARED}\u202c", DRIVE), (f"\u00a0{SHARED}\u00a0", DRIVE), (f"{DRIVE[:50]}\u00ad{DRIVE[50:]}", DRIVE),
    (f"{DRIVE[:50]}=\r\n{DRIVE[50:]}", DRIVE), (ENCODED, DRIVE),
    # What leads on to it
    (f"https://www.google.com/url?q={ENCODED}&sa=D&source=docs", DRIVE), (f"https://www.google.com/url?sa=t&url={ENCODED}", DRIVE),
    (f"https://www.google.de/url?q={ENCODED}".replace(".de", ".com"), DRIVE),
    (f"https://accounts.google.com/ServiceLogin?service=wise&continue={ENCODED}", DRIVE),
    (f"https://accounts.google.com/AccountChooser?continue={ENCODED}", DRIVE),
    (f"https://eur03.safelinks.protection.outlook.com/?url={ENCODED}&data=05%7C02&reserved=0", DRIVE),
    (f"https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url={ENCODED}&locale=en", DRIVE),
    (f"https://urldefense.proofpoint.com/v2/url?u={PROOFPOINT}&d=DwMFaQ&c=x", DRIVE),
    (f"https://urldefense.com/v3/__{SHARED}__;!!AbC!xyz$", DRIVE),
    (f"https://urldefense.com/v3/__{DRIVE.replace('://', ':/')}__;!!AbC!xyz$", DRIVE),
    (f"https://linkprotect.cudasvc.com/url?a={ENCODED}&c=E,1,x", DRIVE), (f"https://l.facebook.com/l.php?u={ENCODED}&h=x", DRIVE),
    (f"https://slack-redir.net/link?url={ENCODED}", DRIVE), (f"https://duckduckgo.com/l/?uddg={ENCODED}", DRIVE),
    (f"https://www.bing.com/ck/a?u=a1{base64.urlsafe_b64encode(DRIVE.encode()).decode().rstrip('=')}", DRIVE),
    (f"https://www.google.com/url?q={quote(f'https://eur01.safelinks.protection.outlook.com/?url={ENCODED}', safe='')}", DRIVE),
]  # fmt: skip


@pytest.mark.parametrize(("text", "url"), FORMS, ids=[str(place) for place in range(len(FORMS))])
def test_a_text_that_holds_one_notebook_link_is_understood(text: str, url: str) -> None:
    link = check_colab_link(text)
    assert link.url == url
    assert check_colab_link(link.url) == link


def test_there_are_enough_forms() -> None:
    assert len({text for text, _ in FORMS}) >= 60


@pytest.mark.parametrize(
    "text",
    [
        f"https://evil.example/?q={ENCODED}",
        f"https://evil.example/url?next=colab.research.google.com/drive/{ID}",
        f"https://www.google.com.evil.example/url?q={ENCODED}",
        f"https://www.google.com/url?q={quote(f'https://evil.example/drive/{ID}', safe='')}",
        f"https://urldefense.com/v3/__https://evil.example/drive/{ID}__;!!x",
        f"ftp://colab.research.google.com/drive/{ID}",
        f"javascript:alert(1)//colab.research.google.com/drive/{ID}",
        f"https://colab.research.google.com@evil.example/drive/{ID}",
        f"https://colab.research.google.com.evil.example/drive/{ID}",
        f"https://c\u043elab.research.google.com/drive/{ID}",
    ],
)
def test_what_leads_elsewhere_is_not_taken_for_a_notebook(text: str) -> None:
    with pytest.raises(NotebookError):
        check_colab_link(text)


def test_two_notebooks_in_one_text_are_not_one() -> None:
    with pytest.raises(NotebookError, match="several notebooks"):
        check_colab_link(f"{DRIVE}\n{HOST}/drive/{OTHER_ID}")


def test_the_same_notebook_by_two_addresses_is_the_same() -> None:
    same = [f"https://drive.google.com/file/d/{ID}/view?resourcekey=0-aBc_dEf", f"\u200b[x]({SHARED})."]
    assert twin_links(same) == ((0, 1),)


def test_a_long_text_takes_no_long_time() -> None:
    assert addresses_in("https://" + "a" * 100_000 + "(" * 50_000)
    assert addresses_in("[" * 200_000) == []
