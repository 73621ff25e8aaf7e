"""Every page of the wizard, light and dark, is free of what axe-core finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, Server, Student
from tests.browser.steps import introduce, open_step, use_ready

PLACES = ("start", "p1-dataset", "p1-train", "p1-charts", "p1-report", "p1-colab", "submit")


def found_on(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_has_anything_that_keeps_people_from_using_it(
    shared_server: Server,
    new_student: Callable[..., Student],
    viewport: dict[str, int],
    scheme: Literal["light", "dark"],
) -> None:
    page = new_student(viewport, color_scheme=scheme).open(shared_server.url)
    introduce(page)
    use_ready(page, 1)
    for place in PLACES:
        open_step(page, place)
        expect(page.locator(f"#tab-{place} h1").first).to_be_visible()
        assert found_on(page) == [], place


def test_the_rail_is_walked_by_arrow_keys_and_says_where_one_is(shared_server: Server, student: Student) -> None:
    page = student.open(shared_server.url)
    expect(page.locator("#rail-start")).to_have_attribute("aria-current", "page")
    page.locator("#rail-start").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#rail-p1-dataset")).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator("#rail-understand")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#rail-p1-dataset")).to_have_attribute("aria-current", "page")
    expect(page.locator("#p1-dataset-use-ready")).to_be_visible()
