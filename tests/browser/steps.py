"""What a student does on the pages, as a person would: by clicks and keys."""

from __future__ import annotations

from playwright.sync_api import Page, expect

LINKS = (
    "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
    "https://colab.research.google.com/drive/1zYxWvUtSrQpOnMlKjIhGfEdCbA543210",
)
TRAINING_SECONDS = 180_000


def open_step(page: Page, place: str) -> None:
    """Open a step such as `p1-train` or `submit` by the rail, which a narrow screen folds into a bar."""
    row, bar = page.locator(f"#rail-{place}"), page.locator(".rail-bar")
    expect(row).to_be_attached()
    if row.get_attribute("aria-current") != "page":
        if not row.is_visible():
            bar.click()
        row.click()
    expect_place(page, place)


def expect_place(page: Page, place: str) -> None:
    """Wait until the page shows a step."""
    expect(page.locator(f"#rail-{place}")).to_have_attribute("aria-current", "page")
    expect(page.locator(f"#tab-{place}")).to_be_visible()


def expect_mark(page: Page, place: str, sign: str) -> None:
    """Wait until a step's row in the rail carries a mark."""
    expect(page.locator(f"#rail-{place} .sign")).to_have_text(sign)


def press_next(page: Page, words: str) -> None:
    """Press the footer's button once it says these words."""
    button = page.locator(".next:not([hidden]) .next-button")
    expect(button).to_have_text(words)
    button.click()


def introduce(page: Page, name: str = "Asha Rao", email: str = "asha@example.org") -> None:
    """Type name and address on the Start page."""
    open_step(page, "start")
    field(page, "student-name").fill(name)
    field(page, "student-email").fill(email)
    expect_mark(page, "start", "✓")


def field(page: Page, element: str):
    """Return the input of a text component."""
    return page.locator(f"#{element}").locator("textarea, input").first


def use_ready(page: Page, number: int) -> None:
    """Take the ready project that is offered first."""
    open_step(page, f"p{number}-dataset")
    page.locator(f"#p{number}-dataset-use-ready").click()
    expect(page.locator(f"#p{number}-dataset-result svg").first).to_be_visible()
    expect_mark(page, f"p{number}-dataset", "✓")


def start_training(page: Page, number: int) -> None:
    """Press Train."""
    open_step(page, f"p{number}-train")
    page.locator(f"#p{number}-train-start").click()
    expect(page.locator(f"#p{number}-train-cancel")).to_be_visible()


def wait_for_scores(page: Page, number: int, sign: str = "✓") -> None:
    """Wait until the verdict is there, and the rail carries the sign."""
    expect(page.locator(f"#p{number}-train-result .verdict")).to_be_visible(timeout=TRAINING_SECONDS)
    expect_mark(page, f"p{number}-train", sign)


def confirm_charts(page: Page, number: int) -> int:
    """Look at every chart that goes in the report and confirm it; return how many there were."""
    open_step(page, f"p{number}-charts")
    expect(page.locator(f"#p{number}-charts-0-picture svg").first).to_be_visible()
    confirmed = 0
    for index in range(page.locator(f"[id^='p{number}-charts-'][id$='-in-report']:visible").count()):
        if page.locator(f"#p{number}-charts-{index}-in-report input").is_checked():
            page.locator(f"#p{number}-charts-{index}-checked input").check()
            confirmed += 1
    expect_mark(page, f"p{number}-charts", "✓")
    return confirmed


def read_report(page: Page, number: int) -> None:
    """Open the report and wait for its pages."""
    open_step(page, f"p{number}-report")
    expect(page.locator(f"#p{number}-report-pages img").first).to_be_visible()


def write_report(page: Page, number: int) -> None:
    """Say something of one's own in every section but the references."""
    read_report(page, number)
    texts = page.locator(f"[id^='p{number}-report-section-']").locator("textarea")
    for index in range(texts.count()):
        if draft := texts.nth(index).input_value():
            texts.nth(index).fill(f"{draft}\n\nThis sentence is mine.")
    expect_mark(page, f"p{number}-report", "✓")


def make_notebook(page: Page, number: int, link: str) -> None:
    """Make the notebook and paste its link."""
    open_step(page, f"p{number}-colab")
    page.locator(f"#p{number}-colab-make").click()
    expect(page.locator(f"#p{number}-colab-status a")).to_be_visible(timeout=TRAINING_SECONDS)
    field(page, f"p{number}-colab-link").fill(link)
    expect_mark(page, f"p{number}-colab", "?")
