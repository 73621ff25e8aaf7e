"""The whole way by the footer's one button: few clicks, and what it says is what comes next."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Student
from tests.browser.steps import LINKS, TRAINING_SECONDS, expect_place, press_next

COUNT = "window.presses = 0; addEventListener('click', (event) => { if (event.isTrusted) window.presses += 1; }, true);"
MOST_CLICKS = 25


def next_words(page: Page) -> str:
    return page.locator(".next:not([hidden]) .next-button").inner_text()


def check_charts(page: Page) -> None:
    """Press the button for each chart, which it shows in turn."""
    button = page.locator(".next:not([hidden]) .next-button")
    expect(button).to_have_text(re.compile("^I have checked"))
    while (words := button.inner_text()).startswith("I have checked"):
        button.click()
        expect(button).not_to_have_text(words)


def write_sections(page: Page, number: int) -> None:
    """Type at the end of each section, moving on by the keyboard alone."""
    sections = page.locator(f"[id^='p{number}-report-section-'] textarea")
    expect(sections.first).to_be_focused()
    for index in range(sections.count()):
        while not sections.nth(index).evaluate("field => field === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.press("Control+End")
        page.keyboard.type(" My grandmother measured this herself.")
    expect(page.locator(f"#rail-p{number}-report .sign")).to_have_text("✓", timeout=60_000)


def paste(page: Page, text: str) -> None:
    """Paste as a person would, wherever the cursor is."""
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_both_ready_projects_are_packaged_by_the_one_button_in_few_clicks(
    start_server: Callable[..., Server], student: Student
) -> None:
    server = start_server()
    student.page.add_init_script(COUNT)
    page = student.open(server.url)
    expect(page.locator("#student-name :is(textarea, input)")).to_be_focused()
    page.keyboard.type("Asha Rao")
    page.keyboard.press("Tab")
    page.keyboard.type("asha@example.org")
    for number, link in enumerate(LINKS, 1):
        press_next(page, f"Project {number}: choose the data")
        press_next(page, "Use these data")
        press_next(page, "Train")
        expect_place(page, f"p{number}-train")
        expect(page.locator(".next:not([hidden]) .next-button")).to_have_text(
            "Check the charts", timeout=TRAINING_SECONDS
        )
        press_next(page, "Check the charts")
        check_charts(page)
        press_next(page, "Write the report")
        write_sections(page, number)
        press_next(page, "Make the notebook")
        expect(page.locator(".next:not([hidden]) .next-button")).to_have_text(
            "Paste the link", timeout=TRAINING_SECONDS
        )
        paste(page, link)
        expect(page.locator(f"#p{number}-colab-link :is(textarea, input)")).to_have_value(link)
    press_next(page, "See what you hand in")
    press_next(page, "Package")
    expect(page.locator("#submit-mail .mail")).to_contain_text("support@internselite.com")
    assert next_words(page) == "Hand it in"
    clicks = page.evaluate("window.presses")
    assert clicks <= MOST_CLICKS, f"{clicks} clicks"
