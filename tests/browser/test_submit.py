"""The Submit page without a mail account: what it says beforehand, the preview, the three ways, and “I have sent it”."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, Server, Student
from tests.browser.steps import introduce, open_step, use_ready

PRIMARY = ".next:not([hidden]) .next-button, button.primary:visible, a.button-link.primary:visible"


def packaged(page: Page) -> None:
    introduce(page)
    use_ready(page, 1)
    open_step(page, "submit")
    expect(page.locator("#submit-way")).to_contain_text("this page makes the finished mail, and you send it")
    expect(page.locator("#submit-findings")).to_contain_text("complete")
    assert page.locator(PRIMARY).count() == 1
    page.locator("#submit-package").click()
    expect(page.locator("#submit-mail .mail")).to_contain_text("support@internselite.com")


def test_a_student_without_an_account_sends_the_mail_and_says_so(
    shared_server: Server, student: Student, tmp_path: Path
) -> None:
    page = student.open(shared_server.url)
    packaged(page)
    expect(page.frame_locator("#submit-mail iframe").locator("body")).to_contain_text("hand-in of Asha Rao")
    assert page.locator(PRIMARY).count() == 1
    for service in ("Gmail", "Outlook (school or work)", "Yahoo Mail"):
        address = page.locator("#submit-web-mail").get_by_role("link", name=service).get_attribute("href")
        assert address is not None
        assert parse_qs(urlsplit(address).query)["to"] == ["support@internselite.com,akghsh.ece@gmail.com"]
    with page.expect_download() as download:
        page.get_by_text("Download the finished mail (.eml)").click()
    file = tmp_path / "message.eml"
    download.value.save_as(file)
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["X-Unsent"] == "1"
    assert next(message.iter_attachments()).get_filename() == "bundle.zip"

    page.locator("#submit-said-sent").click()
    expect(page.locator("#submit-deliveries")).to_contain_text("SENT BY YOU, AS YOU SAY")
    expect(page.locator("#submit-said-sent")).not_to_be_visible()
    page.locator("#submit-take-back").click()
    expect(page.locator("#submit-deliveries")).to_contain_text("NOT SENT")
    expect(page.locator("#submit-said-sent")).to_be_visible()


@pytest.mark.parametrize("turned", [False, True], ids=["opened", "made narrow afterwards"])
def test_the_preview_is_readable_on_a_phone(shared_server: Server, student: Student, turned: bool) -> None:
    page = student.open(shared_server.url)
    page.set_viewport_size(WIDE if turned else PHONE)
    packaged(page)
    page.set_viewport_size(PHONE)
    frame = page.frame_locator("#submit-mail iframe").locator("html")
    expect(frame).to_contain_text("Asha Rao")
    shown = page.locator("#submit-mail iframe").element_handle().content_frame()
    assert shown is not None
    # The frame is as wide as the page gives, and as high as the mail.
    shown.wait_for_function(
        "() => { const e = document.documentElement; return e.scrollWidth <= e.clientWidth && e.offsetHeight <= innerHeight }"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
