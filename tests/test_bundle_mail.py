"""The mail that a course receives: its bundle taken out, verified, and held against what is attached beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.brief import load_brief
from assistant.bundle.pack import Bundle, pack
from assistant.bundle.saved_mail import Received, verify_received
from assistant.delivery.message import compose
from assistant.findings import Level
from tests.bundle_material import STUDENT, pdf, submission

BRIEF = load_brief()
MOMENT = datetime(2023, 1, 10, 12, tzinfo=UTC)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return pack(submission(tmp_path / "parts"), tmp_path / "out")


@pytest.fixture
def mail(bundle: Bundle) -> EmailMessage:
    return compose(bundle, BRIEF, sender="", moment=MOMENT).message


def verified(message: EmailMessage | bytes, folder: Path) -> Received:
    path = folder / "message.eml"
    path.write_bytes(message if isinstance(message, bytes) else message.as_bytes(policy=SMTP))
    return verify_received(path, BRIEF)


def said(received: Received, level: Level) -> list[str]:
    return [str(finding) for finding in received.found.findings if finding.level is level]


def replaced(mail: EmailMessage, name: str, content: bytes) -> EmailMessage:
    """Return the mail with other bytes in one of its attachments."""
    part = next(part for part in mail.iter_attachments() if part.get_filename() == name)
    part.set_content(content, maintype="application", subtype="octet-stream", filename=name)
    return mail


def test_a_saved_mail_is_verified_by_the_bundle_that_it_carries(
    mail: EmailMessage, bundle: Bundle, tmp_path: Path
) -> None:
    received = verified(mail, tmp_path)
    assert received.found.ok
    assert (received.found.sha256, received.found.size) == (bundle.sha256, bundle.size)
    assert received.found.manifest is not None
    assert received.found.manifest.student == STUDENT
    assert received.mail is not None
    assert received.mail.attached == ("bundle.zip", "report-1.pdf", "report-2.pdf")
    assert "Asha Rao" in received.mail.subject
    assert said(received, Level.WARN) == []
    fine = " ".join(said(received, Level.FINE))
    assert "2 attached reports are, byte for byte, in the bundle" in fine
    assert "the SHA-256 that the mail tells" in fine


def test_a_bundle_alone_is_verified_as_ever(bundle: Bundle) -> None:
    received = verify_received(bundle.path, BRIEF)
    assert received.found.ok
    assert received.mail is None


def test_a_mail_that_was_forwarded_or_kept_in_a_mailbox_is_read_too(mail: EmailMessage, tmp_path: Path) -> None:
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "office@example.org", "course@example.org", "Fwd: hand-in"
    outer.set_content("See below.")
    outer.add_attachment(mail)
    received = verified(outer, tmp_path)
    assert received.found.ok
    assert said(received, Level.WARN) == []
    kept = b"From office@example.org Tue Jan 10 12:00:00 2023\n" + mail.as_bytes()
    assert verified(kept, tmp_path).found.ok


def test_an_attached_report_that_is_not_the_one_inside_is_told(mail: EmailMessage, tmp_path: Path) -> None:
    received = verified(replaced(mail, "report-2.pdf", pdf(2, "another")), tmp_path)
    [line] = said(received, Level.BLOCK)
    assert "The report-2.pdf attached to the mail is not the one in the bundle." in line


def test_a_bundle_that_is_not_the_one_the_mail_tells_of_is_told(mail: EmailMessage, tmp_path: Path) -> None:
    whole = submission(tmp_path / "other")
    other = pack(whole.__class__(BRIEF, STUDENT.model_copy(update={"registration": "IN-1"}), whole.projects), tmp_path)
    received = verified(replaced(mail, "bundle.zip", other.path.read_bytes()), tmp_path)
    [line] = said(received, Level.BLOCK)
    assert "not the one that the mail's text tells of" in line


def test_a_changed_byte_of_the_bundle_inside_is_found(mail: EmailMessage, bundle: Bundle, tmp_path: Path) -> None:
    content = bytearray(bundle.path.read_bytes())
    content[len(content) // 2] ^= 1
    assert not verified(replaced(mail, "bundle.zip", bytes(content)), tmp_path).found.ok


def test_a_mail_without_a_bundle_says_what_it_holds(tmp_path: Path) -> None:
    empty = EmailMessage()
    empty["From"], empty["Subject"] = "asha@example.org", "my work"
    empty.set_content("Hello")
    [line] = said(verified(empty, tmp_path), Level.BLOCK)
    assert line.startswith("This mail carries no bundle. Nothing is attached to it.")
    empty.add_attachment(pdf(1), maintype="application", subtype="pdf", filename="my report.pdf")
    [line] = said(verified(empty, tmp_path), Level.BLOCK)
    assert "Attached to it: “my report.pdf”." in line


def test_two_different_bundles_are_not_chosen_from_in_silence(
    mail: EmailMessage, bundle: Bundle, tmp_path: Path
) -> None:
    later = bundle.path.read_bytes() + b"x"
    mail.add_attachment(later, maintype="application", subtype="zip", filename="bundle (1).zip")
    mail.add_attachment(pdf(1), maintype="application", subtype="pdf", filename="thesis.pdf")
    received = verified(mail, tmp_path)
    assert any("They are “bundle.zip” and “bundle (1).zip”" in line for line in said(received, Level.BLOCK))
    assert any("“thesis.pdf”" in line for line in said(received, Level.WARN))


def test_other_archives_beside_the_bundle_do_not_disturb(mail: EmailMessage, tmp_path: Path) -> None:
    for name in ("cover.docx", "data.zip"):
        mail.add_attachment(b"PK\x03\x04 other", maintype="application", subtype="octet-stream", filename=name)
    assert verified(mail, tmp_path).found.ok


def test_a_mail_that_did_not_go_to_everybody_is_told(mail: EmailMessage, tmp_path: Path) -> None:
    del mail["To"]
    mail["To"] = BRIEF.submission.recipients[0].upper()
    [line] = said(verified(mail, tmp_path), Level.WARN)
    assert f"Not named in it: {BRIEF.submission.recipients[1]}." in line


def test_a_mail_in_outlooks_own_form_says_how_to_save_it(tmp_path: Path) -> None:
    [line] = said(verified(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, tmp_path), Level.BLOCK)
    assert "as .eml" in line


def test_a_mail_nested_without_end_is_refused(tmp_path: Path) -> None:
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number) for number in range(3000)
    )
    received = verified(b"Subject: x\n" + parts + b"\nend\n", tmp_path)
    assert not received.found.ok


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damaged_mail_is_judged_and_never_breaks_the_check(
    mail: EmailMessage, tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(mail.as_bytes(policy=SMTP))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place : place + data.draw(st.integers(0, 60))] = data.draw(st.binary(max_size=60))
    received = verified(bytes(content), tmp_path)
    assert received.found.findings
