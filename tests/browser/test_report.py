"""Charts and Report as a student uses them: a closer look, writing with the pages beside it, and steps back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Student
from tests.browser.steps import (
    field,
    introduce,
    open_step,
    read_report,
    start_training,
    use_ready,
    wait_for_scores,
)


@pytest.fixture
def page(shared_server: Server, new_student: Callable[..., Student]) -> Page:
    """A student whose first project is trained."""
    opened = new_student().open(shared_server.url)
    introduce(opened)
    use_ready(opened, 1)
    start_training(opened, 1)
    wait_for_scores(opened, 1)
    return opened


def pages_of(page: Page) -> str:
    return str(page.locator("#p1-report-pages img").first.get_attribute("src"))


def test_the_pages_follow_the_typing_and_leave_what_is_being_typed_alone(page: Page) -> None:
    read_report(page, 1)
    before = pages_of(page)
    box = field(page, "p1-report-section-0")
    box.fill("")
    text = "I wanted to know whether the air still holds more every year. "
    box.press_sequentially(text, delay=15)
    expect(page.locator("#p1-report-state-0")).to_contain_text("12 of 12 words are your own")
    expect(page.locator("#p1-report-pages img").first).not_to_have_attribute("src", before)
    middle = pages_of(page)
    box.press_sequentially("It does: {mae} is the error.", delay=15)
    expect(page.locator("#p1-report-pages img").first).not_to_have_attribute("src", middle)
    # The last key was kept too.
    expect(page.locator("#p1-report-state-0")).to_contain_text("17 of 17 words are your own")
    expect(box).to_be_focused()
    expect(box).to_have_value(text + "It does: {mae} is the error.")

    page.reload(wait_until="domcontentloaded")
    expect(field(page, "p1-report-section-0")).to_have_value(text + "It does: {mae} is the error.")


def test_a_pasted_reference_reaches_the_list_and_a_wrong_one_stays_to_be_mended(page: Page) -> None:
    read_report(page, 1)
    page.get_by_text("Add a reference").first.click()
    pasted = field(page, "p1-report-pasted")
    pasted.fill("no number in it")
    page.locator("#p1-report-add-pasted").click()
    expect(page.locator("#p1-report-message")).to_contain_text("no DOI")
    expect(pasted).to_have_value("no number in it")
    pasted.fill("Keeling (1960). The concentration of carbon dioxide. doi:10.3402/tellusa.v12i2.9366")
    page.locator("#p1-report-add-pasted").click()
    expect(page.locator("#p1-report-message")).to_contain_text("Cite it with [@doi-")
    expect(field(page, "p1-report-section-5")).to_have_value(re.compile("https://doi.org/10.3402/tellusa"))


def hindrances(page: Page) -> list[str]:
    """Return what axe-core finds on a page that seriously hinders somebody."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in found if rule["impact"] in ("serious", "critical")]


def test_a_chart_is_looked_at_closer_moved_and_left_out(page: Page) -> None:
    open_step(page, "p1-charts")
    picture = page.locator("#p1-charts-0-picture svg")
    expect(picture).to_be_visible()
    expect(page.locator("#p1-charts-0-text")).to_contain_text("checks passed")
    # Dozens of charts stay quick to show.
    assert page.evaluate("document.querySelectorAll('svg.chart *').length") < 1_500
    reading = page.locator(".chart-reading")
    picture.hover()
    expect(reading).to_contain_text("co2: ")
    pointed = reading.inner_text()
    page.mouse.move(5, 5)
    expect(reading).to_be_hidden()
    picture.focus()
    page.keyboard.press("Home")
    expect(reading).to_contain_text("1958")
    page.keyboard.press("ArrowRight")
    assert reading.inner_text() != pointed
    assert hindrances(page) == []
    whole = picture.inner_html()
    page.locator("#p1-charts-0-closer button").first.click()
    page.locator("#p1-charts-0-from input[type=range]").focus()
    for _ in range(5):
        page.keyboard.press("PageUp")
    page.wait_for_function("whole => document.querySelector('#p1-charts-0-picture svg').innerHTML !== whole", arg=whole)
    expect(page.locator("#p1-charts-0-place")).to_contain_text("Fig.")
    page.locator("#p1-charts-0-in-report input").uncheck()
    expect(page.locator("#p1-charts-0-place")).not_to_be_visible()
    read_report(page, 1)
    assert hindrances(page) == []
    # The pages stay in view beside a section far below.
    field(page, "p1-report-section-4").scroll_into_view_if_needed()
    expect(page.locator("#p1-report-pages img").first).to_be_in_viewport()
    # The drafts no longer speak of it.
    expect(field(page, "p1-report-section-3")).not_to_have_value(re.compile("fig_series"))
    expect(page.locator("#p1-report-status")).to_contain_text("2 are allowed")
