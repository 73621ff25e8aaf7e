"""The marks on the tabs follow from the draft alone."""

from __future__ import annotations

import pytest

from assistant.brief import load_brief
from assistant.bundle.hand_in import Student
from assistant.dataset.series import Source
from assistant.submission.draft import (
    ChartChoice,
    DatasetChoice,
    Draft,
    NotebookSummary,
    ProjectDraft,
    ReportSummary,
    RunSummary,
)
from assistant.submission.notebook_making import notebook_inputs
from assistant.submission.status import Mark, all_states, place, start_state

BRIEF = load_brief()
SOURCE = Source(kind="ready", reference="co2", title="CO2", file_name="co2.csv", sha256="0" * 64, size=1)
RUN = RunSummary(id="r1", series_sha256="s1", outcome="beats", sentence="It beats.")
FINISHED = ProjectDraft(
    dataset=DatasetChoice(source=SOURCE, series_sha256="s1"),
    run=RUN,
    charts={"forecast": ChartChoice(checked_run="r1", in_report=True)},
    report=ReportSummary(run_id="r1", inputs_sha256="i", pages=2),
    sections={section.title: "My own words." for section in BRIEF.report.sections},
    notebook=NotebookSummary(run_id="r1", inputs_sha256="i", reproduced=True),
    colab_link="https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
)


def draft_of(*projects: ProjectDraft) -> Draft:
    return Draft(student=Student(name="Asha", email="asha@example.org"), projects=projects)


def with_notebook_of_now(project: ProjectDraft) -> ProjectDraft:
    if project.notebook is None:
        return project
    inputs = notebook_inputs(draft_of(project, ProjectDraft()), BRIEF, 1)
    return project.model_copy(update={"notebook": project.notebook.model_copy(update={"inputs_sha256": inputs})})


def marks(project: ProjectDraft) -> dict[str, Mark]:
    states = all_states(draft_of(project, ProjectDraft()), BRIEF)
    return {step: state.mark for (number, step), state in states.items() if number == 1}


def test_nothing_is_done_in_an_empty_draft() -> None:
    states = all_states(Draft(projects=(ProjectDraft(), ProjectDraft())), BRIEF)
    assert {state.mark for state in states.values()} == {Mark.OPEN}
    assert all(state.todo for state in states.values())


def test_every_step_of_a_finished_project_is_done() -> None:
    assert set(marks(with_notebook_of_now(FINISHED)).values()) == {Mark.DONE}


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        pytest.param(
            {"dataset": DatasetChoice(source=SOURCE)},
            "dataset charts report colab",
            id="a table that could not be prepared",
        ),
        pytest.param(
            {"dataset": DatasetChoice(source=SOURCE, series_sha256="s2")},
            "train charts report colab",
            id="a dataset changed later",
        ),
        pytest.param(
            {"charts": {"forecast": ChartChoice(checked_run="r1"), "loss": ChartChoice(in_report=True)}},
            "charts",
            id="a chart in the report that nobody looked at",
        ),
        pytest.param({"report": ReportSummary(run_id="r0", inputs_sha256="", pages=2)}, "report", id="an older run"),
        pytest.param({"report": ReportSummary(run_id="r1", inputs_sha256="", pages=3)}, "report", id="three pages"),
        pytest.param({"notebook": None}, "colab", id="a link without a notebook"),
        pytest.param(
            {"notebook": NotebookSummary(run_id="r1", inputs_sha256="", reproduced=False)}, "colab", id="other scores"
        ),
    ],
)
def test_a_mistake_is_marked_wherever_it_counts_and_nowhere_else(changes: dict[str, object], steps: str) -> None:
    found = marks(with_notebook_of_now(FINISHED.model_copy(update=changes)))
    assert {name for name, mark in found.items() if mark is Mark.LOOK} == set(steps.split())


def test_a_notebook_from_before_a_new_title_is_to_be_made_again() -> None:
    project = with_notebook_of_now(FINISHED).model_copy(update={"title": "Another title"})
    assert {name for name, mark in marks(project).items() if mark is Mark.LOOK} == {"colab"}


def test_the_same_colab_link_twice_is_marked_in_both_projects() -> None:
    draft = Draft(projects=(FINISHED, FINISHED))
    states = all_states(draft, BRIEF)
    assert states[1, "colab"].mark is states[2, "colab"].mark is Mark.LOOK


@pytest.mark.parametrize(
    ("student", "mark"),
    [
        (Student(), Mark.OPEN),
        (Student(name="Asha"), Mark.LOOK),
        (Student(email="asha@example.org"), Mark.LOOK),
        (Student(name="Asha", email="asha at example"), Mark.LOOK),
        (Student(name="Asha", email="asha@example.org"), Mark.DONE),
    ],
    ids=["nothing", "no address", "no name", "a wrong address", "both"],
)
def test_the_start_page_asks_for_a_name_and_an_address_that_can_be_one(student: Student, mark: Mark) -> None:
    assert start_state(Draft(student=student)).mark is mark


def test_a_place_is_named_so_that_it_can_stand_in_an_address() -> None:
    assert (place("submit", None), place("train", 2)) == ("submit", "p2-train")


def test_a_report_whose_words_are_the_drafts_is_open_and_names_the_sections() -> None:
    project = FINISHED.model_copy(update={"sections": {"Introduction": "My own words."}})
    state = all_states(draft_of(project, ProjectDraft()), BRIEF)[1, "report"]
    assert state.mark is Mark.OPEN
    assert "Conclusion" in state.todo
    assert "Introduction" not in state.todo
    assert "References" not in state.todo
