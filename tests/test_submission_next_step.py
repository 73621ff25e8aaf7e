"""What the footer's button says and does, from the first page on, and what the rail says came of each step."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.findings import Finding, Level, StepName
from assistant.submission import dataset_choice as dataset
from assistant.submission.chart_choices import ConfirmChart
from assistant.submission.colab_link import PasteColabLink, RecordLinkCheck
from assistant.submission.dataset_commands import DescribeProject, RememberSearch
from assistant.submission.draft import LinkCheck, TrainingChoice
from assistant.submission.next_step import NextStep, next_step
from assistant.submission.notebook_making import start_notebook
from assistant.submission.packaging import make_package
from assistant.submission.report_commands import WriteSection
from assistant.submission.session import Session
from assistant.submission.step_results import finished_steps, step_result
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.training_runs import SetTraining, start_training
from tests.sessions import new_session

LINK = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"


def at(session: Session, step: StepName, project: int | None = 1) -> NextStep:
    return next_step(session.snapshot, step, project)


def led_to(step: NextStep) -> tuple[str, int | None, str]:
    return step.step, step.project, step.control


def result(session: Session, step: str, project: int | None = 1) -> str:
    return step_result(session.snapshot, session.snapshot.statuses[project, step])


def test_the_button_leads_from_an_empty_page_to_the_package(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    assert led_to(at(session, "start", None)) == ("start", None, "name")
    session.apply(IntroduceStudent(name="Asha Rao"))
    assert led_to(at(session, "start", None)) == ("start", None, "email")
    session.apply(IntroduceStudent(email="asha@example.org"))
    assert led_to(at(session, "start", None)) == ("dataset", 1, "")

    assert led_to(at(session, "dataset")) == ("dataset", 1, "use-ready")
    assert led_to(at(session, "train")) == ("dataset", 1, "")
    dataset.choose_ready(session, 1, "sunspots")
    assert result(session, "dataset") == "SUNACTIVITY · 309 years"
    assert led_to(at(session, "dataset")) == ("train", 1, "start")
    assert (at(session, "train").words, at(session, "train").control) == ("Train", "start")
    assert led_to(at(session, "report")) == ("train", 1, "")

    session.apply(SetTraining(project=1, choice=TrainingChoice(epochs=3, members=1, units=8)))
    start_training(session, 1)
    assert led_to(at(session, "train")) == ("charts", 1, "")
    assert result(session, "train").split(" ")[0] in ("beats", "ties", "loses")

    wanted = [index for index, item in enumerate(session.snapshot.project(1).charts) if item.in_report]
    for done, index in enumerate(wanted):
        assert result(session, "charts").endswith(f"{done} of {len(wanted)} checked")
        assert led_to(at(session, "charts")) == ("charts", 1, f"{index}-checked")
        name = session.snapshot.project(1).charts[index].chart.name
        session.apply(ConfirmChart(project=1, chart=name, checked=True))
    assert led_to(at(session, "charts")) == ("report", 1, "section-0")

    for title, text in session.snapshot.project(1).section_texts.items():
        session.apply(WriteSection(project=1, title=title, text=f"{text}\n\nMy grandmother counted them by eye."))
    session.snapshot.project(1).report()
    assert led_to(at(session, "report")) == ("colab", 1, "make")
    assert result(session, "report").endswith("own words")

    start_notebook(session, 1)
    assert led_to(at(session, "colab")) == ("colab", 1, "link")
    session.apply(PasteColabLink(project=1, text=LINK))
    assert led_to(at(session, "colab")) == ("colab", 1, "check")
    unknown = Finding(level=Level.UNCHECKED, what="Nobody could tell.", step="colab", project=1)
    session.apply(RecordLinkCheck(project=1, check=LinkCheck(link=LINK, finding=unknown)))
    # The link stands in the report too: somebody has to look at its pages once more.
    assert led_to(at(session, "colab")) == ("report", 1, "")
    session.snapshot.project(1).report()
    session.refresh()
    # Nothing more can be done about a link of which nobody could tell: the way leads on.
    assert led_to(at(session, "colab")) == ("dataset", 2, "")
    assert at(session, "colab").words == "Project 2: choose the data"
    assert finished_steps(session.snapshot, 1) == (4, 5)

    assert led_to(at(session, "submit", None)) == ("submit", None, "package")
    make_package(session)
    # Without a mail account it is the student who sends.
    assert led_to(at(session, "submit", None)) == ("submit", None, "ways")
    assert result(session, "submit", None) == "packaged, not sent"


def test_of_a_section_that_is_still_the_draft_the_button_leads_to_the_first(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    dataset.choose_ready(session, 1, "sunspots")
    session.apply(SetTraining(project=1, choice=TrainingChoice(epochs=2, members=1, units=8)))
    start_training(session, 1)
    assert led_to(at(session, "report")) == ("report", 1, "section-0")
    first = next(iter(session.snapshot.project(1).sections))
    session.apply(WriteSection(project=1, title=first, text="My grandmother counted the spots by eye every noon."))
    assert led_to(at(session, "report")) == ("report", 1, "section-1")
    dataset.set_roles(session, 1, session.snapshot.project(1).chosen_dataset.roles, 3, "spots")
    assert led_to(at(session, "charts")) == ("train", 1, "")
    assert at(session, "train").words == "Train again"


@pytest.mark.parametrize(
    ("way", "control"),
    [
        ("", "use-ready"),
        ("Ready project", "use-ready"),
        ("Upload a file", "upload"),
        ("Link", "link"),
        ("Kaggle", "kaggle"),
    ],
)
def test_the_button_uses_the_way_that_the_student_looks_for_data(tmp_path: Path, way: str, control: str) -> None:
    session = new_session(tmp_path)
    session.apply(RememberSearch(project=1, way=way))
    assert at(session, "dataset").control == control


def test_what_was_typed_in_a_title_does_not_lengthen_the_button(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    session.apply(DescribeProject(project=1, title="x" * 120))
    assert all(len(at(session, step).words) < 60 for step in ("dataset", "train", "charts", "report", "colab"))
