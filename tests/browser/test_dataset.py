"""The Dataset page in a real browser: an awkward table, a picked reading, an undone repair, a link with several files."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from assistant.settings import MailAccount, Settings
from assistant.submission.services import Services, open_services
from tests.browser.conftest import PHONE, Student
from tests.browser.steps import expect_mark, field, open_step
from tests.loopback import Loopback, Reply, json_reply

# The wizard runs in this process, and what gradio calls of pandas is deprecated there.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

API = "api.github.com"
KAGGLE = "api.kaggle.com"


@dataclass
class Wizard:
    """A wizard in a thread of this process, whose network leads to the loopback host."""

    url: str
    services: Services
    host: Loopback


@pytest.fixture(scope="module")
def wizard(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Wizard]:
    """Serve the wizard in this process; after the browser, for where no event loop runs Gradio leaves one of its own."""
    from assistant.web.app import build_app

    host = Loopback()
    settings = Settings(workspace=tmp_path_factory.mktemp("dataset"), hosted=False)
    services = open_services(settings, MailAccount(), network=host.network(API, KAGGLE, "github.com"))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build_app(services), log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield Wizard(f"http://127.0.0.1:{listening.getsockname()[1]}/", services, host)
    server.should_exit = True
    thread.join(10)
    host.close()


def awkward() -> bytes:
    """Semicolons, decimal commas, day-first dates, marks for missing, in the encoding of an old Windows."""
    lines = ["Datum;Umsatz (€);Gäste"]
    for number in range(400):
        day = date(2021, 1, 1) + timedelta(days=number)
        if number == 150:
            continue
        sales = 1000 + 3 * number + 200 * math.sin(number / 7 * 2 * math.pi)
        shown = f"{sales:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
        lines.append(f"{day:%d.%m.%Y};{shown};{'?' if number == 20 else 40 + number % 7}")
    return "\n".join(lines).encode("cp1252")


def unclear() -> bytes:
    """Dates that can be day first as well as month first, in no order that would tell."""
    rows = [
        f"{month:02}/{13 - month:02}/{year},{10 + month + year % 5}"
        for year in range(2005, 2021)
        for month in range(1, 13)
    ]
    return "\n".join(["when,level", *(rows[71 * index % len(rows)] for index in range(len(rows)))]).encode()


def upload(page: Page, name: str, content: bytes, number: int = 1) -> None:
    open_step(page, f"p{number}-dataset")
    expect(page.locator(f"#p{number}-dataset-use-ready")).to_be_enabled()
    page.locator(f"#p{number}-dataset-way").get_by_label("Upload a file").check()
    page.locator(f"#p{number}-dataset-upload input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    expect(page.locator(f"#p{number}-dataset-result svg").first).to_be_visible()


def test_an_awkward_table_is_understood_and_a_repair_can_be_undone(wizard: Wizard, student: Student) -> None:
    page = student.open(wizard.url, "p1-dataset")
    upload(page, "umsatz.csv", awkward())
    expect(page.locator("#p1-dataset-verdict")).to_contain_text("Good for forecasting")
    expect(page.locator("#p1-dataset-verdict")).to_contain_text("2021-01-01")
    expect(page.locator("#p1-dataset-findings")).to_contain_text("No licence was found")
    expect_mark(page, "p1-dataset", "!")  # whether it goes out is not decided
    gaps = page.locator("#p1-dataset-repairs label").filter(has_text="Gaps were")
    rows = page.locator("#p1-dataset-result dd").filter(has_text="one a day")
    expect(rows).to_contain_text("400, one a day")
    gaps.locator("input").uncheck()
    expect(rows).not_to_contain_text("400, one a day")
    expect(page.locator("#p1-dataset-read")).to_contain_text("longest stretch")
    expect(gaps.locator("input")).not_to_be_checked()
    page.reload(wait_until="domcontentloaded")
    expect(gaps.locator("input")).not_to_be_checked()
    gaps.locator("input").check()
    expect(rows).to_contain_text("400, one a day")
    # The file may not be passed on: its link and digest go out instead.
    page.locator("#p1-dataset-share").get_by_label("Its link and SHA-256").check()
    expect(page.locator("#p1-dataset-share-why")).to_be_hidden()
    field(page, "p1-dataset-url").fill("https://example.org/umsatz.csv")
    expect(page.locator("#p1-dataset-source")).not_to_contain_text("example.org")
    field(page, "p1-dataset-url").blur()
    expect(page.locator("#p1-dataset-source")).to_contain_text("https://example.org/umsatz.csv")


def test_a_date_that_can_be_read_in_two_ways_is_shown_with_both_and_picked(
    wizard: Wizard, new_student: Callable[..., Student]
) -> None:
    page = new_student(PHONE).open(wizard.url, "p1-dataset")
    upload(page, "levels.csv", unclear())
    order = page.locator("#p1-dataset-order")
    expect(order.locator("input")).to_have_count(2)
    picked = order.locator("input[type=radio]:not(:checked)").get_attribute("value")
    order.locator(f"input[value='{picked}']").check()
    expect(page.locator("#p1-dataset-findings")).not_to_contain_text("two ways")
    expect(order.locator(f"input[value='{picked}']")).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_repository_offers_its_tables_and_the_download_is_found_again_after_a_reload(
    wizard: Wizard, student: Student
) -> None:
    content = b"day,level\n" + b"".join(
        f"{date(2020, 1, 1) + timedelta(days=n)},{n % 7 + n / 50:.2f}\n".encode() for n in range(300)
    )
    go_on = threading.Event()
    files = [{"path": name, "type": "blob", "size": len(content)} for name in ("data/tides.csv", "data/weather.csv")]
    wizard.host.add(API, "/repos/ada/sea", json_reply({"default_branch": "main", "license": {"spdx_id": "MIT"}}))
    wizard.host.add(API, "/repos/ada/sea/git/trees/main", json_reply({"tree": files, "truncated": False}))

    def slowly(stream) -> None:
        stream.write(content[:1000])
        stream.flush()
        go_on.wait(30)
        stream.write(content[1000:])

    wizard.host.add("github.com", "/ada/sea/raw/main/data/tides.csv", Reply(length=len(content), pieces=slowly))
    page = student.open(wizard.url, "p2-dataset")
    expect(page.locator("#p2-dataset-use-ready")).to_be_enabled()
    page.locator("#p2-dataset-way").get_by_label("Link").check()
    field(page, "p2-dataset-link").fill("https://github.com/ada/sea")
    page.locator("#p2-dataset-fetch-link").click()
    page.locator("#p2-dataset-file input").click()
    page.get_by_role("option", name="data/tides.csv").click()
    page.locator("#p2-dataset-fetch-file").click()
    expect(page.locator("#p2-dataset-fetched")).to_contain_text("Fetching https://github.com/ada/sea")
    page.reload(wait_until="domcontentloaded")
    expect(page.locator("#p2-dataset-fetched")).to_contain_text("Fetching https://github.com/ada/sea")
    expect(field(page, "p2-dataset-link")).to_have_value("https://github.com/ada/sea")
    go_on.set()
    expect(page.locator("#p2-dataset-verdict")).to_contain_text("Good for forecasting")
    expect(page.locator("#p2-dataset-source")).to_contain_text("tides.csv")
    expect(page.locator("#p2-dataset-cancel")).to_be_hidden()
    expect_mark(page, "p2-dataset", "✓")


def test_kaggle_is_searched_by_a_topic_and_the_results_are_kept(wizard: Wizard, student: Student) -> None:
    found = [
        {"ref": f"ada/tides-{n}", "title": f"Tides {n}", "totalBytes": 1_234_000, "licenseName": "CC0-1.0", "voteCount": 7,
         "lastUpdated": "2021-02-03T04:05:06Z"} for n in range(20)
    ]  # fmt: skip
    wizard.host.add(KAGGLE, "/v1/datasets.DatasetApiService/ListDatasets", json_reply({"datasets": found}))
    page = student.open(wizard.url, "p1-dataset")
    expect(page.locator("#p1-dataset-use-ready")).to_be_enabled()
    page.locator("#p1-dataset-way").get_by_label("Kaggle").check()
    field(page, "p1-dataset-search").fill("tides")
    page.locator("#p1-dataset-search-go").click()
    expect(page.locator("#p1-dataset-found label")).to_have_count(20)
    expect(page.locator("#p1-dataset-found label").first).to_contain_text(
        "Tides 0 — 1.23 MB · CC0-1.0 · 7 votes · updated 2021-02-03 · ada/tides-0"
    )
    expect(page.locator("#p1-dataset-searches a").first).to_have_attribute(
        "href", "https://www.kaggle.com/datasets?search=tides"
    )
    page.locator("#p1-dataset-later").click()
    expect(page.locator("#p1-dataset-found-line")).to_contain_text("page 2")
