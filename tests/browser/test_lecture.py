"""The page "Understand" in a real browser: pointing, keyboard, phone width, a live run that survives a reload."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, ROOT, WIDE, free_port

pytestmark = pytest.mark.browser

SLOW = 60_000  # milliseconds: the child imports torch, on a machine that may be busy


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.browser.lecture_page", str(port)], cwd=ROOT)
    address = f"http://127.0.0.1:{port}/"
    pause = threading.Event()
    try:
        for _ in range(600):
            assert server.poll() is None, "the page's server ended"
            try:
                httpx.get(address, timeout=5)
                break
            except httpx.TransportError:
                pause.wait(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=WIDE)
    opened = context.new_page()
    opened.set_default_timeout(SLOW)
    expect.set_options(timeout=SLOW)
    yield opened
    context.close()


def visit(page: Page, address: str, idea: str) -> list[str]:
    """Open one idea by its address and return the list in which requests to other hosts are noted."""
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith((address, "data:", "blob:")) else elsewhere.append(request.url),
    )
    page.goto(f"{address}?at=understand-{idea}", wait_until="domcontentloaded")
    expect(page.locator(f"#tab-understand-{idea}-button")).to_have_attribute("aria-selected", "true")
    return elsewhere


def test_pointing_at_a_gate_or_focusing_it_shows_its_equation_shape_and_values(page: Page, address: str) -> None:
    elsewhere = visit(page, address, "memory")
    gate = page.locator('[data-part="lstm-f"]')
    about = page.locator('[data-about="lstm-f"]')
    expect(about).to_be_hidden()
    gate.hover()
    expect(about).to_be_visible()
    expect(about).to_contain_text("Shape: 2 numbers between 0 and 1")
    expect(about).to_contain_text("Now: (0.")
    page.mouse.move(0, 0)
    expect(about).to_be_hidden()
    gate.focus()
    expect(about).to_be_visible()
    page.keyboard.press("Tab")
    expect(about).to_be_hidden()
    expect(page.locator('[data-about="lstm-i"]')).to_be_visible()
    assert elsewhere == []


def test_stepping_through_time_moves_both_drawings(page: Page, address: str) -> None:
    visit(page, address, "memory")
    expect(page.locator("#lecture-memory-picture")).to_contain_text("at t = 2")
    before = page.locator('[data-part="lstm-c"]').get_attribute("aria-label")
    page.locator("#lecture-memory-later").click()
    expect(page.locator("#lecture-memory-picture")).to_contain_text("at t = 3")
    assert page.locator('[data-part="lstm-c"]').get_attribute("aria-label") != before


def test_a_students_own_series_is_stepped_through_or_refused_in_its_place(page: Page, address: str) -> None:
    visit(page, address, "memory")
    page.get_by_label("My own numbers").first.check()
    box = page.locator("#lecture-memory-own textarea, #lecture-memory-own input").first
    box.fill("<b>x</b>")
    expect(page.locator("#lecture-memory-picture .lecture-error")).to_contain_text("<b>x</b>")
    box.fill("0.25 0.75")
    expect(page.locator('[data-part="lstm-x"]')).to_have_attribute("aria-label", "Input: x t. 1 number. Now (0.75).")


def test_a_slider_is_moved_by_the_keyboard_and_the_gradient_follows(page: Page, address: str) -> None:
    visit(page, address, "gradient")
    picture = page.locator("#lecture-gradient-picture")
    expect(picture).to_contain_text("the gradient vanishes")
    slider = page.locator("#lecture-gradient-w input[type=range]")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(picture).to_contain_text("arrives unchanged")
    page.keyboard.press("ArrowRight")
    expect(picture).to_contain_text("the gradient explodes")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("idea", ["memory", "gradient", "forget-gate", "adding", "words"])
def test_on_a_phone_nothing_is_wider_than_the_screen(chromium: Browser, address: str, idea: str, scheme: str) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{address}?__theme={scheme}&at=understand-{idea}", wait_until="domcontentloaded")
    name = {"forget-gate": "gate"}.get(idea, idea)
    expect(page.locator(f"#lecture-{name}-picture .lecture-note, #lecture-{name}-picture svg").first).to_be_visible(
        timeout=SLOW
    )
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()


def test_a_run_of_the_adding_problem_is_found_again_after_a_reload_and_can_be_cancelled(
    page: Page, address: str
) -> None:
    visit(page, address, "adding")
    page.get_by_label("T = 100").check()
    page.locator("#lecture-adding-start").click()
    picture = page.locator("#lecture-adding-picture")
    expect(picture).to_contain_text("Running at T = 100")
    expect(picture.locator("svg.plot")).to_be_visible()
    visit(page, address, "adding")
    expect(picture).to_contain_text("Running at T = 100")
    page.locator("#lecture-adding-cancel").click()
    expect(picture).to_contain_text("Cancelled")
    expect(page.locator("#lecture-adding-start")).to_be_enabled()


def test_an_answer_is_hidden_until_its_question_is_opened(page: Page, address: str) -> None:
    visit(page, address, "forget-gate")
    first = page.locator("#lecture-forget-gate-questions details").first
    expect(first.locator("p")).to_be_hidden()
    first.locator("summary").click()
    expect(first.locator("p")).to_be_visible()


def test_a_word_is_reached_from_the_list_of_all_words(page: Page, address: str) -> None:
    visit(page, address, "words")
    page.locator(".lecture-index a", has_text="Forget gate").click()
    expect(page.locator("#lecture-word-forget-gate")).to_be_in_viewport()
