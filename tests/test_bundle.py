from __future__ import annotations

import json
import os
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.brief import load_brief
from assistant.bundle.archive import Member, write_archive
from assistant.bundle.completeness import check_submission
from assistant.bundle.hand_in import FinishedProject, Student, Submission
from assistant.bundle.manifest import manifest_bytes, read_manifest
from assistant.bundle.member_names import is_safe_member, refused_extension, safe_file_name
from assistant.bundle.pack import pack
from assistant.bundle.verify import verify
from assistant.errors import BundleError
from assistant.findings import Finding, Level
from tests.bundle_material import LINKS, STUDENT, expected_scores, notebook, pdf, project, run, submission, with_project


def blocks(findings: tuple[Finding, ...]) -> list[str]:
    return [str(finding) for finding in findings if finding.level is Level.BLOCK]


def warnings(findings: tuple[Finding, ...]) -> list[str]:
    return [str(finding) for finding in findings if finding.level is Level.WARN]


@pytest.fixture
def whole(tmp_path: Path) -> Submission:
    return submission(tmp_path / "parts")


@pytest.fixture
def packed(whole: Submission, tmp_path: Path) -> Path:
    return pack(whole, tmp_path / "out").path


# What a bundle holds


def test_a_bundle_holds_everything_and_says_so(whole: Submission, tmp_path: Path) -> None:
    bundle = pack(whole, tmp_path / "out")
    with zipfile.ZipFile(bundle.path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "manifest.json",
            "report-1.pdf",
            "notebook-1.ipynb",
            "dataset-1/values 1.csv",
            "report-2.pdf",
            "notebook-2.ipynb",
            "dataset-2/values 2.csv",
            "LINKS.txt",
        ]
        assert archive.read("report-2.pdf") == (tmp_path / "parts/own-2.pdf").read_bytes()
        manifest = json.loads(archive.read("manifest.json"))
        links = archive.read("LINKS.txt").decode()
    assert manifest["brief"]["digest"] == whole.brief.digest
    assert manifest["student"]["name"] == "Asha Rao"
    assert manifest["projects"][0]["run"]["scores"]["lstm"]["mae"] == 1.5
    assert [entry["pages"] for entry in manifest["files"] if entry["role"] == "report"] == [2, 2]
    assert manifest["missing"] == []
    assert all(link in links for link in LINKS)
    assert bundle.size == bundle.path.stat().st_size
    assert list((tmp_path / "out").iterdir()) == [bundle.path]


def test_the_same_content_gives_the_same_bytes_wherever_and_whenever_it_is_packed(tmp_path: Path) -> None:
    first = pack(submission(tmp_path / "here"), tmp_path / "one")
    other = submission(tmp_path / "another place")
    for path in (tmp_path / "another place").iterdir():
        os.utime(path, (0, 0))
        path.chmod(0o600)
    second = pack(other, tmp_path / "two")
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == second.sha256


def test_packing_again_replaces_the_older_bundle(whole: Submission, tmp_path: Path) -> None:
    first = pack(whole, tmp_path)
    second = pack(replace(whole, student=Student(name="B", email="b@example.org")), tmp_path)
    assert first.path == second.path
    assert verify(second.path).sha256 == second.sha256 != first.sha256


def test_a_link_is_kept_in_its_canonical_form(whole: Submission, tmp_path: Path) -> None:
    pasted = with_project(whole, 1, colab_url=f" {LINKS[0]}?usp=sharing#scrollTo=abc ")
    assert pack(pasted, tmp_path / "out").manifest.projects[0].colab_url == LINKS[0]


def test_what_one_has_is_packed_with_an_honest_list_of_what_is_missing(whole: Submission, tmp_path: Path) -> None:
    poor = with_project(whole, 2, notebook=None, colab_url="https://colab.research.google.com/", run=None)
    bundle = pack(replace(poor, student=Student(name="Asha")), tmp_path / "out")
    missing = ("the student's email", "project 2: training", "project 2: notebook", "project 2: Colab link")
    assert bundle.manifest.missing == missing
    result = verify(bundle.path)
    assert result.ok
    assert any("project 2: notebook" in line for line in warnings(result.findings))
    with zipfile.ZipFile(bundle.path) as archive:
        links = archive.read("LINKS.txt").decode()
    assert "no Colab link was handed in" in links
    assert "- project 2: notebook" in links


def test_a_project_that_was_never_begun_is_named_as_missing(whole: Submission, tmp_path: Path) -> None:
    bundle = pack(replace(whole, projects=whole.projects[:1]), tmp_path / "out")
    assert bundle.manifest.missing == ("project 2: everything",)
    assert verify(bundle.path).ok


def test_nothing_at_all_is_not_packed(tmp_path: Path) -> None:
    empty = Submission(brief=load_brief(), student=STUDENT, projects=(FinishedProject(number=1, title=""),))
    with pytest.raises(BundleError, match="nothing to pack"):
        pack(empty, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_report_that_is_no_pdf_is_refused_with_its_project(whole: Submission, tmp_path: Path) -> None:
    (tmp_path / "parts/own-2.pdf").write_bytes(pdf(2)[:-200])
    with pytest.raises(BundleError, match="report of project 2 is not a whole PDF"):
        pack(whole, tmp_path / "out")


def test_a_file_that_vanished_is_named(whole: Submission, tmp_path: Path) -> None:
    (tmp_path / "parts/own-1.csv").unlink()
    with pytest.raises(BundleError, match="dataset of project 1 cannot be read"):
        pack(whole, tmp_path / "out")


def test_a_large_dataset_is_packed_tightly_and_still_verified(tmp_path: Path) -> None:
    brief = load_brief()
    rules = brief.submission.model_copy(update={"mail_limit": 200_000})
    brief = brief.model_copy(update={"submission": rules})
    whole = submission(tmp_path / "parts", brief)
    large = project(1, tmp_path / "parts", table=b"time,value\n" + b"2020-01,1.5\n" * 300_000)
    whole = replace(whole, projects=(large, whole.projects[1]))
    bundle = pack(whole, tmp_path / "out")
    assert bundle.size < 100_000
    assert verify(bundle.path).ok
    with zipfile.ZipFile(bundle.path) as archive:
        assert archive.read("dataset-1/values 1.csv") == large.dataset.read_bytes()  # type: ignore[union-attr]
    content = bytearray(bundle.path.read_bytes())
    start = content.index(b"dataset-1/values 1.csv", content.index(b"notebook-1.ipynb", 6000)) + len(
        "dataset-1/values 1.csv"
    )
    entry = bundle.manifest.file("dataset", 1)
    assert entry is not None
    assert entry.deflated is not None
    # The last byte of a packed stream may hold bits that mean nothing; they are accounted for too.
    for place in (start, start + entry.deflated.size // 2, start + entry.deflated.size - 1):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            bundle.path.write_bytes(changed)
            assert not verify(bundle.path).ok


# What a check finds


def test_a_whole_bundle_is_accepted(packed: Path) -> None:
    result = verify(packed, load_brief())
    assert result.ok
    assert [finding.level for finding in result.findings] == [Level.FINE]
    assert result.manifest is not None
    assert result.manifest.student == STUDENT


def test_every_single_changed_byte_is_found(tmp_path: Path) -> None:
    whole = submission(tmp_path / "parts")
    content = pack(whole, tmp_path / "out").path.read_bytes()
    changed_path = tmp_path / "changed.zip"
    # All bytes of the archive's own structure and some of every member's content.
    with zipfile.ZipFile(tmp_path / "out/bundle.zip") as archive:
        infos = archive.infolist()
        directory = archive.start_dir
    places = set(range(directory, len(content))) | set(range(0, len(content), 97))
    for info in infos:
        header = info.header_offset
        start = header + 30 + len(info.filename.encode())
        places |= set(range(header, start)) | {start, start + info.file_size - 1}
    for place in sorted(places):
        changed = bytearray(content)
        changed[place] ^= 0x01
        changed_path.write_bytes(changed)
        result = verify(changed_path)
        assert not result.ok, f"byte {place} was changed and not found"
        assert all(finding.what and finding.fix for finding in result.findings if finding.level is Level.BLOCK)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_found_and_never_breaks_the_check(packed: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = packed.read_bytes()
    kind = data.draw(st.sampled_from(["flip", "cut", "insert", "append", "repeat"]))
    place = data.draw(st.integers(0, len(content) - 1))
    match kind:
        case "flip":
            changed = bytearray(content)
            changed[place] ^= data.draw(st.integers(1, 255))
            damaged = bytes(changed)
        case "cut":
            damaged = content[:place]
        case "insert":
            damaged = content[:place] + data.draw(st.binary(min_size=1, max_size=40)) + content[place:]
        case "append":
            damaged = content + data.draw(st.binary(min_size=1, max_size=60))
        case _:
            damaged = content + content[place:]
    changed_path = tmp_path / "damaged.zip"
    changed_path.write_bytes(damaged)
    assert not verify(changed_path).ok


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400) | st.binary(max_size=200).map(lambda x: b"PK\x03\x04" + x))
def test_any_other_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(content)
    result = verify(path)
    assert not result.ok
    assert result.manifest is None


def test_a_changed_report_is_named(packed: Path, tmp_path: Path) -> None:
    content = packed.read_bytes()
    place = content.index(b"report 2 page 1")
    changed = tmp_path / "changed.zip"
    changed.write_bytes(content[:place] + b"R" + content[place + 1 :])
    result = verify(changed)
    assert any("report-2.pdf was changed" in line for line in blocks(result.findings))


def test_a_bundle_repacked_by_another_program_is_refused(packed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(packed) as archive, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as other:
        for name in archive.namelist():
            other.writestr(name, archive.read(name))
    assert any("packed by another program" in line for line in blocks(verify(again).findings))


def test_a_member_too_many_is_named(packed: Path) -> None:
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("extra.txt", "hello")
    assert any("extra.txt" in line for line in blocks(verify(packed).findings))


def repack(path: Path, change: dict[str, bytes | None], extra: dict[str, bytes] | None = None) -> None:
    """Write a bundle anew with some members changed, in the assistant's own form of archive."""
    import zlib

    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents = {name: change.get(name, content) for name, content in contents.items()} | (extra or {})
    members = [
        (Member(name, zlib.crc32(content), len(content), len(content)), content)
        for name, content in contents.items()
        if content is not None
    ]
    with path.open("wb") as stream:
        write_archive(stream, members)


def test_a_forged_member_is_found_by_its_hash(packed: Path) -> None:
    repack(packed, {"report-1.pdf": pdf(2, "forged")})
    assert any("report-1.pdf was changed" in line for line in blocks(verify(packed).findings))


def test_a_member_that_is_not_there_is_named(packed: Path) -> None:
    repack(packed, {"notebook-2.ipynb": None})
    assert any("notebook-2.ipynb is not in the archive" in line for line in blocks(verify(packed).findings))


def test_a_manifest_that_was_edited_by_hand_is_refused(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        manifest = archive.read("manifest.json")
    repack(packed, {"manifest.json": manifest.replace(b'"Asha Rao"', b'"Asha  Rao" ')})
    assert any("by hand" in line for line in blocks(verify(packed).findings))
    repack(packed, {"manifest.json": manifest.replace(b'"student"', b'"pupil"')})
    assert any("cannot be read" in line for line in blocks(verify(packed).findings))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda x: x["files"][0].update(pages=1), "report-1.pdf has 2 pages"),
        (lambda x: x["files"][0].update(size=5), "report-1.pdf was changed"),
        (lambda x: x["projects"][1].update(colab_url=LINKS[0]), "have the same Colab link"),
        (lambda x: x["projects"][0].update(colab_url="https://colab.research.google.com/"), "home page"),
        (lambda x: x["projects"][0].update(colab_url=f"{LINKS[0]}?usp=sharing"), "not in its usual form"),
        (lambda x: x["projects"][0]["source"].update(sha256="b" * 64), "not the one it was trained on"),
        (lambda x: x.update(missing=["the student's name"]), "list of what is missing is not true"),
        (lambda x: x["student"].update(name="Somebody Else"), "LINKS.txt does not agree"),
        (lambda x: x["brief"].update(page_limit=1), "is too long"),
        (lambda x: x["brief"].update(page_limit=3), "rules wrongly"),
        (lambda x: x["files"][0].update(project=2), "is not what the manifest says"),
        (lambda x: x["files"][1].update(role="dataset"), "is not what the manifest says"),
    ],
)
def test_a_manifest_that_does_not_tell_the_truth_is_found(packed: Path, change, sentence: str) -> None:
    with zipfile.ZipFile(packed) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    change(manifest)
    # Written in the canonical form, as a forger with the same program would.
    from assistant.bundle.manifest import Manifest

    repack(packed, {"manifest.json": manifest_bytes(Manifest.model_validate(manifest))})
    result = verify(packed, load_brief())
    assert not result.ok
    assert any(sentence in line for line in blocks(result.findings)), blocks(result.findings)


def test_a_notebook_that_carries_other_scores_than_the_manifest_is_told(whole: Submission, tmp_path: Path) -> None:
    path = tmp_path / "parts/own-1.ipynb"
    for run_id, scores in (("run-0", expected_scores(1)), ("run-1", expected_scores(2))):
        path.write_bytes(notebook(run_id, scores))
        assert any("another training" in x for x in warnings(verify(pack(whole, tmp_path / "out").path).findings))


def test_a_notebook_that_is_none_is_refused(whole: Submission, tmp_path: Path) -> None:
    (tmp_path / "parts/own-1.ipynb").write_text('{"cells": [], "nbformat": 4}')
    assert any("no valid notebook" in x for x in blocks(verify(pack(whole, tmp_path / "out").path).findings))


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "/etc/passwd", "a/b/c.txt", "C:evil.txt", "a\\b.txt", "nul", ".hidden", "a//b", "x\x00.txt", "-rf"],
)
def test_a_dangerous_name_is_refused(packed: Path, name: str) -> None:
    repack(packed, {}, {name: b"x"})
    assert any("dangerous name" in line for line in blocks(verify(packed).findings))


def test_a_member_that_is_there_twice_is_refused(packed: Path) -> None:
    repack(packed, {}, {"REPORT-1.pdf": b"x"})
    assert any("there twice" in line for line in blocks(verify(packed).findings))


def test_a_bomb_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 3_000_000)
    content = bytearray(bomb.read_bytes())
    # The directory claims a gigabyte and a half.
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<L", 1_500_000_000)
    bomb.write_bytes(content)
    assert any("more than a bundle holds" in line for line in blocks(verify(bomb).findings))
    content[place + 24 : place + 28] = struct.pack("<L", 1_000)
    bomb.write_bytes(content)
    assert not verify(bomb).ok


def test_an_archive_of_a_thousand_members_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1000):
            archive.writestr(f"{number}.txt", "")
    assert any("too many members" in line for line in blocks(verify(path).findings))


def test_other_rules_are_told_and_do_not_break_a_bundle(packed: Path) -> None:
    from assistant.brief import parse_deadline

    brief = load_brief()
    own = brief.with_own(parse_deadline("2030-01-01 12:00 Europe/Berlin"), None)
    result = verify(packed, own)
    assert result.ok
    assert any("other rules" in line for line in warnings(result.findings))
    stricter = brief.model_copy(update={"report": brief.report.model_copy(update={"page_limit": 1})})
    assert any("too long" in line for line in blocks(verify(packed, stricter).findings))
    larger = brief.model_copy(update={"projects": (*brief.projects, brief.projects[0])})
    assert any("fewer projects. 2 instead of 3." in line for line in blocks(verify(packed, larger).findings))


def test_what_was_packed_like_this_is_not_asked_for_again(tmp_path: Path) -> None:
    whole = submission(tmp_path / "parts")
    long = replace(whole, projects=(project(1, tmp_path / "parts", pages=3), whole.projects[1]))
    [said] = blocks(verify(pack(long, tmp_path / "out").path).findings)
    assert said.startswith("report-1.pdf is too long. It has 3 pages; the course allows 2. The same would come again")
    assert "Ask the sender for the bundle again" not in said


def test_a_path_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="cannot be opened"):
        verify(tmp_path / "none.zip")


def test_a_manifest_reads_back_as_it_was_written(whole: Submission, tmp_path: Path) -> None:
    manifest = pack(whole, tmp_path / "out").manifest
    assert read_manifest(manifest_bytes(manifest)) == manifest


# What is complete before packing


def test_a_whole_submission_has_nothing_to_mend(whole: Submission) -> None:
    findings = check_submission(whole)
    assert {finding.level for finding in findings} == {Level.FINE}
    assert {finding.step for finding in findings} == {"start", "dataset", "train", "report", "colab"}


def test_an_empty_submission_names_every_part_with_its_step(tmp_path: Path) -> None:
    empty = Submission(brief=load_brief(), student=Student(), projects=())
    findings = [x for x in check_submission(empty) if x.level is Level.BLOCK]
    assert [x.step for x in findings] == ["start", "start", *["dataset", "train", "report", "colab", "colab"] * 2]
    assert all(x.fix for x in findings)


@pytest.mark.parametrize(
    ("changes", "level", "sentence"),
    [
        ({"colab_url": f"{LINKS[0]}?usp=sharing"}, Level.BLOCK, "same Colab link"),
        ({"colab_url": "https://colab.research.google.com/#create=true"}, Level.BLOCK, "new, empty notebook"),
        ({"colab_url": "  "}, Level.BLOCK, "has no Colab link"),
        ({"run": run(2, "loses")}, Level.WARN, "loses against a forecast that needs none"),
        ({"run": run(2).model_copy(update={"cancelled": True})}, Level.WARN, "stopped before its end"),
        ({"run": run(1)}, Level.BLOCK, "belongs to an older training"),
        ({"run": None}, Level.BLOCK, "has no training"),
        ({"report": None}, Level.BLOCK, "has no report"),
        ({"notebook": None}, Level.BLOCK, "has no notebook"),
        ({"dataset": None}, Level.BLOCK, "has no dataset"),
        ({"dataset": Path("does-not-exist.csv")}, Level.BLOCK, "cannot be read"),
    ],
)
def test_each_fault_is_found(whole: Submission, changes: dict, level: Level, sentence: str) -> None:
    findings = check_submission(with_project(whole, 2, **changes))
    assert any(x.level is level and sentence in x.what and x.project == 2 for x in findings), [str(x) for x in findings]


def test_a_notebook_that_was_never_run_is_a_warning(whole: Submission, tmp_path: Path) -> None:
    path = tmp_path / "parts/own-1.ipynb"
    document = json.loads(path.read_bytes())
    document["cells"][1]["outputs"] = []
    path.write_text(json.dumps(document))
    assert any("was not run" in line for line in warnings(check_submission(whole)))


def test_a_report_over_the_limit_blocks_with_its_pages(tmp_path: Path) -> None:
    whole = submission(tmp_path)
    (tmp_path / "own-1.pdf").write_bytes(pdf(3))
    findings = check_submission(whole)
    assert any("3 pages; the course allows 2" in line for line in blocks(findings))


def test_a_dataset_without_a_licence_is_a_warning(whole: Submission) -> None:
    source = whole.projects[0].source
    assert source is not None
    findings = check_submission(with_project(whole, 1, source=source.model_copy(update={"licence": None})))
    assert any("licence" in line for line in warnings(findings))
    assert not blocks(findings)


def test_a_dataset_that_changed_after_training_blocks(whole: Submission, tmp_path: Path) -> None:
    (tmp_path / "parts/own-2.csv").write_text("other")
    assert any("not the one it was trained on" in line for line in blocks(check_submission(whole)))


def test_the_same_dataset_twice_is_a_warning(whole: Submission) -> None:
    first = whole.projects[0]
    findings = check_submission(with_project(whole, 2, source=first.source, dataset=first.dataset))
    assert any("same dataset" in line for line in warnings(findings))


@pytest.mark.parametrize("email", ["asha", "asha@example.org\nBcc: all@example.org", "a@b"])
def test_a_wrong_address_blocks(whole: Submission, email: str) -> None:
    student = STUDENT.model_copy(update={"email": email})
    assert any("address is wrong" in line for line in blocks(check_submission(replace(whole, student=student))))


def test_what_gmail_refuses_blocks_also_inside_a_zip(whole: Submission, tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/table.csv", "a\n1\n")
        archive.writestr("data/run.JS", "x")
    source = whole.projects[0].source
    assert source is not None
    zipped = source.model_copy(
        update={"file_name": "data.zip", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    )
    findings = check_submission(with_project(whole, 1, source=zipped, dataset=path))
    assert any("Gmail would refuse" in line and "run.JS" in line for line in blocks(findings))


def test_the_same_hand_in_gives_the_same_archive_whenever_and_however_long_it_was_trained(tmp_path: Path) -> None:
    whole = submission(tmp_path / "parts")
    first = whole.projects[0]
    assert first.run is not None
    slower = with_project(whole, 1, run=first.run.model_copy(update={"seconds": 99.0, "cpu_seconds": 7.0}))
    archives = [
        pack(made, tmp_path / str(count)).path.read_bytes() for count, made in enumerate((whole, whole, slower))
    ]
    assert archives[0] == archives[1] == archives[2]


def test_files_too_large_for_a_mail_are_a_warning(tmp_path: Path) -> None:
    brief = load_brief()
    brief = brief.model_copy(update={"submission": brief.submission.model_copy(update={"mail_limit": 100_000})})
    whole = submission(tmp_path, brief)
    whole = replace(whole, projects=(project(1, tmp_path, table=os.urandom(100_000)), whole.projects[1]))
    assert any("too large for one mail" in line for line in warnings(check_submission(whole)))


# Names


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("values.csv", "values.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\my data.csv", "my data.csv"),
        ("con.csv", "_con.csv"),
        ("a:b*c?.csv", "a_b_c_.csv"),
        ("...", "dataset"),
        ("", "dataset"),
        ("वर्षा.csv", "वर्षा.csv"),
        ("-rf.csv", "rf.csv"),
        ("line\nbreak.csv", "line_break.csv"),
    ],
)
def test_a_name_becomes_safe(given_name: str, expected: str) -> None:
    assert safe_file_name(given_name) == expected


@given(st.text(max_size=300))
def test_every_name_becomes_one_that_a_check_accepts(name: str) -> None:
    safe = safe_file_name(name)
    assert is_safe_member(f"dataset-1/{safe}")
    assert len(safe) <= 101


def test_gmail_is_not_fooled_by_capitals_or_dots_at_the_end() -> None:
    assert refused_extension("setup.EXE") == ".exe"
    assert refused_extension("setup.exe. ") == ".exe"
    assert refused_extension("table.csv") is None
    assert refused_extension("table") is None
