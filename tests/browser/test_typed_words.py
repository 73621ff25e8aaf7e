"""Nothing typed is lost: not while the program is away, not over a reload, not in two windows at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assistant.web.typed_words import digest_of
from tests.browser.conftest import Server, Student
from tests.browser.steps import expect_mark, field, introduce, open_step, use_ready

AWAY = {"10 seconds": 10_000, "a minute": 60_000, "10 minutes": 600_000}


def expect_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(re.compile("^(Saved [0-9:]+|All is saved)$"))


@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY.keys())
def test_words_typed_while_the_program_is_away_are_there_once_it_is_back(
    start_server: Callable[..., Server], student: Student, away: int
) -> None:
    server = start_server()
    student.page.clock.install()
    page = student.open(server.url)
    introduce(page, "Asha Rao", "asha@example.org")
    expect_saved(page)
    server.kill()
    field(page, "student-registration").press_sequentially("AI-2023-014")
    expect(page.locator("#saved")).to_contain_text("Not saved: the program does not answer")
    page.clock.fast_forward(away)
    server.start()
    page.clock.fast_forward(30_000)
    expect_saved(page)
    # The page loads itself anew when the program is back: what is stored is looked at in another one.
    again = student.new_tab().open(server.url)
    expect(field(again, "student-registration")).to_have_value("AI-2023-014")
    expect(field(again, "student-name")).to_have_value("Asha Rao")


def test_words_typed_while_the_program_is_away_outlive_a_closed_page(
    start_server: Callable[..., Server], student: Student
) -> None:
    server = start_server()
    page = student.open(server.url)
    introduce(page, "Asha Rao", "asha@example.org")
    expect_saved(page)
    server.kill()
    field(page, "student-registration").fill("typed into the dark")
    expect(page.locator("#saved")).to_contain_text("Not saved")
    page.close()
    server.start()
    again = student.new_tab()
    again.page.clock.install()
    again.page.clock.fast_forward(6_000)
    page = again.open(server.url)
    expect(field(page, "student-registration")).to_have_value("typed into the dark")


def test_what_is_chosen_while_the_program_is_away_is_never_called_saved(
    start_server: Callable[..., Server], student: Student
) -> None:
    server = start_server()
    page = student.open(server.url)
    introduce(page, "Asha Rao", "asha@example.org")
    use_ready(page, 1)
    expect_saved(page)
    server.kill()
    field(page, "p1-dataset-horizon").fill("7")
    field(page, "p1-dataset-horizon").blur()
    expect(page.locator("#saved")).to_contain_text("may not be saved. Choose it again")
    server.start()
    student.complaints.clear()  # of the page's own requests to nobody


def test_browser_and_server_make_the_same_digest(start_server: Callable[..., Server], student: Student) -> None:
    server = start_server()
    page = student.open(server.url)
    introduce(page, "Asha Rao", "asha@example.org")
    expect_saved(page)
    server.kill()
    box, texts = field(page, "student-registration"), ["a", "Zoë", "日本語", "🙂 two units", "last"]
    for text in texts:
        box.fill(text)
    held = page.evaluate("Object.values(localStorage).map((text) => JSON.parse(text)).find((one) => one.before).before")
    assert held == [digest_of(text) for text in ("", *texts[:-1])]


def two_windows(server: Server, student: Student) -> tuple[Page, Page]:
    """Type in one field in two windows, the second one first; the other one has not seen it."""
    page = student.open(server.url)
    introduce(page, "Bo Chen", "bo@example.org")
    expect_saved(page)
    second = student.new_tab().open(server.url)
    expect(field(second, "student-registration")).to_be_editable()
    field(second, "student-registration").press_sequentially("second window")
    expect_saved(second)
    field(page, "student-registration").press_sequentially("first window")
    return page, second


def test_two_windows_that_type_in_one_field_are_shown_both_texts(shared_server: Server, student: Student) -> None:
    page, second = two_windows(shared_server, student)
    dialog = page.locator("dialog.two-texts")
    expect(dialog).to_contain_text("first window")
    expect(dialog).to_contain_text("second window")
    # Nothing was put over the other before it is decided.
    third = student.new_tab().open(shared_server.url)
    expect(field(third, "student-registration")).to_have_value("second window")
    dialog.get_by_text("Keep what I typed here").click()
    expect_saved(page)
    third.reload(wait_until="domcontentloaded")
    expect(field(third, "student-registration")).to_have_value("first window")
    open_step(second, "submit")
    open_step(second, "start")
    expect(field(second, "student-registration")).to_have_value("first window")


def test_the_other_text_can_be_taken_instead(shared_server: Server, student: Student) -> None:
    page, _ = two_windows(shared_server, student)
    page.locator("dialog.two-texts").get_by_text("Take the other text").click()
    expect(field(page, "student-registration")).to_have_value("second window")
    expect_saved(page)
    page.reload(wait_until="domcontentloaded")
    expect(field(page, "student-registration")).to_have_value("second window")
    expect_mark(page, "start", "✓")
