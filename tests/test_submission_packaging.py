"""A made thing is what it was made from: an edit in between is neither in it nor taken for in it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from assistant.bundle.pack import pack
from assistant.errors import BundleError, DeliveryError
from assistant.settings import MailAccount
from assistant.submission import dataset_choice as dataset
from assistant.submission import packaging, report_building
from assistant.submission.colab_link import PasteColabLink
from assistant.submission.dataset_commands import DescribeProject
from assistant.submission.draft import TrainingChoice
from assistant.submission.drawing_tasks import set_report
from assistant.submission.notebook_making import request_of
from assistant.submission.packaging import make_package
from assistant.submission.process_identity import process_name
from assistant.submission.sending import send
from assistant.submission.services import open_services
from assistant.submission.session import Session
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.training_runs import SetTraining, start_training
from tests.sessions import new_session

LINK = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = new_session(tmp_path)
    made.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
    made.apply(PasteColabLink(project=1, text=LINK))
    return made


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Session:
    made = new_session(tmp_path_factory.mktemp("trained"))
    made.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
    dataset.choose_ready(made, 1, "sunspots")
    made.apply(SetTraining(project=1, choice=TrainingChoice(epochs=2, members=1, units=6)))
    start_training(made, 1)
    return made


def other_tab(session: Session) -> Session:
    return Session(session.services, session.owner)


def test_an_edit_while_it_packs_is_not_in_the_package_which_is_then_no_longer_current(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def packs_slowly(submission, folder):
        other_tab(session).apply(IntroduceStudent(email="new.address@example.org"))
        return pack(submission, folder)

    monkeypatch.setattr(packaging, "pack", packs_slowly)
    package = make_package(session)
    with zipfile.ZipFile(package.bundle.path) as archive:
        assert b"asha@example.org" in archive.read("manifest.json")
    assert other_tab(session).snapshot.package is None
    with pytest.raises(DeliveryError, match="changed"):
        send(other_tab(session), True)


def test_a_package_says_the_revision_and_the_digest_that_it_was_made_from(session: Session) -> None:
    before = session.snapshot
    make_package(session)
    made = session.snapshot.draft.package
    assert made is not None
    assert (made.revision, made.inputs_sha256) == (before.revision, packaging.inputs(before))
    assert session.snapshot.package is not None


def test_going_back_to_what_was_packed_makes_the_package_current_again(session: Session) -> None:
    make_package(session)
    session.apply(DescribeProject(project=1, title="Another"))
    assert session.snapshot.package is None
    session.apply(DescribeProject(project=1, title=""))
    assert session.snapshot.package is not None


def test_what_was_packed_lies_under_its_digest_and_two_packages_do_not_share_a_file(session: Session) -> None:
    first = make_package(session).bundle
    content = first.path.read_bytes()
    session.apply(DescribeProject(project=1, title="Another"))
    second = make_package(session).bundle
    assert first.path != second.path
    assert first.path.read_bytes() == content


def test_an_edit_while_the_report_is_set_belongs_to_the_next_report(
    trained: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sets_slowly(drawn_for, manuscript, project):
        other_tab(trained).apply(DescribeProject(project=1, title="Typed meanwhile"))
        return set_report(drawn_for, manuscript, project)

    trained.apply(DescribeProject(project=1, title="As it was"))
    monkeypatch.setattr(report_building, "set_report", sets_slowly)
    project = trained.snapshot.project(1)
    built = project.report()
    assert built.manuscript == project.manuscript.digest
    later = other_tab(trained).snapshot.project(1)
    assert later.manuscript.digest != built.manuscript
    assert later.known_report() is None


def test_a_notebook_carries_the_revision_and_the_digest_of_what_it_was_asked_for(trained: Session) -> None:
    project = trained.snapshot.project(1)
    asked = request_of(project)
    assert (asked.revision, asked.inputs_sha256) == (trained.snapshot.revision, project.notebook_inputs)
    trained.apply(DescribeProject(project=1, title="Changed since"))
    assert trained.snapshot.project(1).notebook_inputs != asked.inputs_sha256


def test_what_killed_programs_left_half_made_is_removed_at_the_next_start(session: Session) -> None:
    packages = make_package(session).bundle.path.parent.parent
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        gone = process_name(process.pid)
    left, own, old = (packages / name for name in (".making-a", ".making-b", ".pack-c"))
    for folder, maker in ((left, gone), (own, process_name()), (old, "")):
        folder.mkdir()
        (folder / "bundle.zip").write_bytes(b"half")
        if maker:
            (folder / "maker").write_text(maker)
    open_services(session.services.settings, MailAccount()).jobs.close()
    assert not left.exists()
    assert not old.exists()
    assert own.exists(), "a living process is at it"
    assert other_tab(session).snapshot.package is not None


def test_a_disk_that_is_full_while_packing_is_a_sentence(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_submission, _folder):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(packaging, "pack", full)
    with pytest.raises(BundleError, match="No space left on device"):
        make_package(session)
    assert [path.name for path in session.snapshot.folder.glob("packages/.*")] == []
