"""The whole way by clicks, and what must not get lost on it."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from assistant.bundle.verify import verify
from tests.browser.conftest import PHONE, Server, Student
from tests.browser.steps import (
    LINKS,
    confirm_charts,
    expect_mark,
    expect_place,
    field,
    introduce,
    make_notebook,
    open_step,
    start_training,
    use_ready,
    wait_for_scores,
    write_report,
)


def test_a_student_gets_from_ready_projects_to_a_finished_mail_by_clicks(
    start_server: Callable[..., Server], student: Student, tmp_path: Path
) -> None:
    server = start_server()
    page = student.open(server.url)
    introduce(page)
    for number in (1, 2):
        use_ready(page, number)
        start_training(page, number)
    for number, link in enumerate(LINKS, 1):
        open_step(page, f"p{number}-train")
        wait_for_scores(page, number)
        assert confirm_charts(page, number) >= 4
        write_report(page, number)
        make_notebook(page, number, link)

    open_step(page, "submit")
    page.locator("#submit-package").click()
    expect(page.locator("#submit-mail .mail")).to_contain_text("support@internselite.com")
    page.locator("#submit-confirm input").check()
    page.locator("#submit-send").click()
    expect(page.locator("#submit-deliveries")).to_contain_text("OUTBOX")
    expect(page.locator("#submit-deliveries")).to_contain_text("NOT SENT")

    page.get_by_text("Its files and digests").click()
    with page.expect_download() as download:
        page.get_by_text("Download the bundle").click()
    bundle = tmp_path / "bundle.zip"
    download.value.save_as(bundle)
    found = verify(bundle)
    assert found.ok
    assert found.manifest is not None
    assert found.manifest.missing == ()
    [mail] = server.workspace.rglob("outbox/*.eml")
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    assert message["To"].addresses[0].addr_spec == "support@internselite.com"
    assert next(message.iter_attachments()).get_filename() == "bundle.zip"
    assert next(message.iter_attachments()).get_content() == bundle.read_bytes()


def test_a_reload_in_the_middle_of_a_training_finds_it_again(shared_server: Server, student: Student) -> None:
    page = student.open(shared_server.url)
    use_ready(page, 1)
    start_training(page, 1)
    page.reload(wait_until="domcontentloaded")
    # The page's address kept the place.
    expect_place(page, "p1-train")
    wait_for_scores(page, 1)


def test_what_was_typed_a_moment_before_a_reload_is_kept(shared_server: Server, student: Student) -> None:
    page = student.open(shared_server.url)
    expect(field(page, "student-name")).to_be_editable()
    field(page, "student-name").press_sequentially("Asha Rao")
    page.reload(wait_until="domcontentloaded")
    expect(field(page, "student-name")).to_have_value("Asha Rao")


def test_a_training_can_be_stopped_and_keeps_its_best_so_far(shared_server: Server, student: Student) -> None:
    page = student.open(shared_server.url)
    use_ready(page, 1)
    open_step(page, "p1-train")
    page.get_by_label("Thorough").check()
    start_training(page, 1)
    expect(page.locator("#p1-train-live svg.plot")).to_be_visible(timeout=60_000)
    page.locator("#p1-train-cancel").click()
    wait_for_scores(page, 1, "!")
    expect(page.locator("#p1-train-live")).to_contain_text("Stopped")


def test_a_second_tab_of_the_same_student_shows_the_same_work(shared_server: Server, student: Student) -> None:
    page = student.open(shared_server.url)
    introduce(page, "Bo Chen", "bo@example.org")
    second = student.new_tab().open(shared_server.url)
    expect(field(second, "student-name")).to_have_value("Bo Chen")
    use_ready(second, 1)
    open_step(second, "start")
    # Only what has reached the store can be taken over.
    with second.expect_response(lambda answer: "R-7" in (answer.request.post_data or "")):
        field(second, "student-registration").fill("R-7")
    # The first tab takes it over when its page is next opened, and loses nothing of its own.
    open_step(page, "p1-dataset")
    expect(page.locator("#p1-dataset-result svg").first).to_be_visible()
    open_step(page, "start")
    expect(field(page, "student-registration")).to_have_value("R-7")
    expect(field(page, "student-name")).to_have_value("Bo Chen")


def test_two_students_do_not_see_each_other(shared_server: Server, new_student: Callable[..., Student]) -> None:
    first, second = new_student(), new_student()
    page = first.open(shared_server.url)
    introduce(page, "Asha Rao", "asha@example.org")
    use_ready(page, 1)
    other = second.open(shared_server.url)
    expect(field(other, "student-name")).to_be_editable()
    expect(field(other, "student-name")).to_have_value("")
    open_step(other, "p1-dataset")
    expect_mark(other, "p1-dataset", "○")
    for name in ("project-1/report.pdf", "bundle.zip", "project-1/page-1.png", "message.eml"):
        assert second.context.request.get(f"{shared_server.url}files/{name}").status == 404


def test_nothing_is_lost_when_the_server_is_started_again_under_an_open_page(
    start_server: Callable[..., Server], student: Student
) -> None:
    server = start_server()
    page = student.open(server.url)
    introduce(page, "Asha Rao", "asha@example.org")
    server.stop()
    server.start()
    field(page, "student-registration").fill("typed after the restart")
    page.wait_for_function(
        """async () => (await fetch('health')).ok""",
    )
    field(page, "student-registration").press("End")
    field(page, "student-registration").type("!")
    expect_mark(page, "start", "✓")
    page.reload(wait_until="domcontentloaded")
    expect(field(page, "student-name")).to_have_value("Asha Rao")
    expect(field(page, "student-email")).to_have_value("asha@example.org")
    expect(field(page, "student-registration")).to_have_value("typed after the restart!")


@pytest.mark.parametrize("leave", ["", "window.addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true)"],
    ids=["leaving tells", "leaving has no time to tell"])  # fmt: skip
def test_what_never_reached_the_server_is_there_after_a_reload(
    shared_server: Server, student: Student, leave: str
) -> None:
    student.page.add_init_script(leave)
    page = student.open(shared_server.url)
    introduce(page, "Dina Roy", "dina@example.org")
    page.route("**/run/predict*", lambda _route: None)
    field(page, "student-registration").fill("R-77")
    page.unroute_all(behavior="ignoreErrors")
    page.reload(wait_until="domcontentloaded")
    expect(field(page, "student-name")).to_have_value("Dina Roy")
    expect(field(page, "student-registration")).to_have_value("R-77")


def test_a_server_that_was_started_again_takes_what_an_open_page_offers(
    start_server: Callable[..., Server], student: Student
) -> None:
    server = start_server()
    page = student.open(server.url)
    use_ready(page, 1)
    server.stop()
    server.start()
    field(page, "p1-dataset-horizon").fill("9")
    page.locator("#p1-dataset-apply").click()
    expect(page.locator("#p1-dataset-result")).to_contain_text("9 weeks")
    page.locator("#p1-dataset-repairs input").first.uncheck()
    expect(page.locator("#p1-dataset-result")).not_to_contain_text("2,284")


def test_a_resume_code_opens_the_draft_in_another_browser(
    shared_server: Server, new_student: Callable[..., Student]
) -> None:
    page = new_student().open(shared_server.url)
    introduce(page, "Chandra Iyer", "chandra@example.org")
    page.reload(wait_until="domcontentloaded")
    page.get_by_role("button", name="Go on in another browser").click()
    code = page.locator("#resume-card strong").inner_text()
    other = new_student().open(shared_server.url)
    expect(field(other, "student-name")).to_be_editable()
    field(other, "student-name").fill("x")
    expect_mark(other, "start", "!")
    other.reload(wait_until="domcontentloaded")
    other.get_by_role("button", name="Go on in another browser").click()
    other.locator("#resume-code").fill(code)
    other.get_by_role("button", name="Open", exact=True).click()
    expect(field(other, "student-name")).to_have_value("Chandra Iyer")


@pytest.mark.parametrize("viewport", [PHONE], ids=["390 pixels"])
def test_on_a_phone_every_step_can_be_reached_and_nothing_sticks_out(
    shared_server: Server, new_student: Callable[..., Student], viewport: dict[str, int]
) -> None:
    page = new_student(viewport).open(shared_server.url)
    introduce(page)
    use_ready(page, 1)
    for place in ("start", "p1-dataset", "p1-train", "p1-charts", "p1-report", "p1-colab", "submit"):
        open_step(page, place)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{place} is {wider} pixels too wide"


def test_back_leads_to_the_step_before(shared_server: Server, student: Student) -> None:
    page = student.open(shared_server.url)
    for place in ("p1-dataset", "p1-train", "submit"):
        open_step(page, place)
    for place in ("p1-train", "p1-dataset", "start"):
        page.go_back()
        expect_place(page, place)
    page.go_forward()
    expect_place(page, "p1-dataset")


def test_a_number_that_cannot_be_is_explained_and_a_changed_dataset_is_said_wherever_it_counts(
    shared_server: Server, student: Student
) -> None:
    page = student.open(shared_server.url)
    use_ready(page, 1)
    open_step(page, "p1-train")
    page.locator("#p1-train-settings button").first.click()
    field(page, "p1-train-units").fill("0")
    expect(page.locator("#p1-train-message")).to_contain_text("Units: this number is not possible")
    field(page, "p1-train-units").fill("")
    start_training(page, 1)
    wait_for_scores(page, 1)
    open_step(page, "p1-dataset")
    field(page, "p1-dataset-horizon").fill("0")
    page.locator("#p1-dataset-apply").click()
    expect(page.locator("#p1-dataset-message")).to_contain_text("0 steps were given")
    field(page, "p1-dataset-horizon").fill("4")
    field(page, "p1-dataset-unit").focus()
    expect(page.locator("#p1-dataset-result")).to_contain_text("4 weeks")
    for step in ("train", "charts", "report", "colab"):
        open_step(page, f"p1-{step}")
        expect(page.locator(f"#p1-{step}-missing")).to_contain_text("train again")


def test_a_step_that_needs_another_says_which_and_leads_there(shared_server: Server, student: Student) -> None:
    page = student.open(shared_server.url, at="p2-report")
    page.locator("#p2-report-missing").get_by_text("Go to Project 2 · Train").click()
    expect_place(page, "p2-train")
    page.locator("#p2-train-missing").get_by_text("Go to Project 2 · Dataset").click()
    expect(page.locator("#p2-dataset-use-ready")).to_be_visible()
    assert "at=p2-dataset" in page.url


def test_a_wrong_colab_link_is_explained_where_it_was_typed_and_kept(shared_server: Server, student: Student) -> None:
    page = student.open(shared_server.url)
    use_ready(page, 1)
    start_training(page, 1)
    wait_for_scores(page, 1)
    open_step(page, "p1-colab")
    field(page, "p1-colab-link").fill("https://colab.research.google.com/")
    field(page, "p1-colab-link").blur()
    expect(page.locator("#p1-colab-checked .finding-block")).to_be_visible()
    page.reload(wait_until="domcontentloaded")
    expect(field(page, "p1-colab-link")).to_have_value("https://colab.research.google.com/")
