"""The mail as a receiver gets it, parsed by Python's own reader."""

from __future__ import annotations

import hashlib
import html.parser
import os
import zipfile
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import wording
from assistant.brief import Brief, Timing, load_brief
from assistant.bundle.hand_in import Student
from assistant.bundle.pack import Bundle, pack
from assistant.delivery.message import ComposedMail, compose, encoded_size, mail_size_finding, recipients_of
from assistant.errors import DeliveryError
from assistant.findings import Level
from tests.bundle_material import LINKS, project, submission, with_project
from tests.delivery_material import BEFORE, DEADLINE, RECIPIENTS, packed, with_rules

BRIEF = load_brief()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return packed(tmp_path_factory.mktemp("bundle"))


def composed(bundle: Bundle, brief: Brief = BRIEF, **changes: Any) -> ComposedMail:
    return compose(bundle, brief, **{"sender": "", "moment": BEFORE, **changes})


def parsed(mail: ComposedMail) -> EmailMessage:
    content = mail.message.as_bytes(policy=policy.SMTP)
    assert len(content) == mail.size
    return message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]


def renamed(bundle: Bundle, **student: str) -> Bundle:
    """Return the bundle with another student in its manifest's copy in memory."""
    changed = Student(**(bundle.manifest.student.model_dump() | student))
    return replace(bundle, manifest=bundle.manifest.model_copy(update={"student": changed}))


def plain(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return part.get_content()


def rich(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return part.get_content()


def test_the_mail_goes_to_both_recipients_and_the_student_gets_a_copy(bundle: Bundle) -> None:
    message = parsed(composed(bundle))
    assert [address.addr_spec for address in message["To"].addresses] == list(RECIPIENTS)
    assert [address.addr_spec for address in message["Cc"].addresses] == ["asha@example.org"]
    assert [address.addr_spec for address in message["Reply-To"].addresses] == ["asha@example.org"]
    assert message["From"].addresses == (Address("Asha Rao", addr_spec="asha@example.org"),)
    assert message["Date"].datetime == BEFORE


def test_through_another_s_account_the_mail_says_via_whom_and_answers_go_to_the_student(bundle: Bundle) -> None:
    message = parsed(composed(bundle, sender="hand-in@example.net"))
    assert message["From"].addresses == (Address("Asha Rao via Submission Assistant", addr_spec="hand-in@example.net"),)
    assert message["Reply-To"].addresses[0].addr_spec == "asha@example.org"
    assert message["Message-ID"].endswith("@example.net>")


def test_the_zip_and_both_reports_are_attached_as_they_are(bundle: Bundle) -> None:
    parts = list(parsed(composed(bundle)).iter_attachments())
    assert [(part.get_filename(), part.get_content_type()) for part in parts] == [
        ("bundle.zip", "application/zip"),
        ("report-1.pdf", "application/pdf"),
        ("report-2.pdf", "application/pdf"),
    ]
    assert {part.get_content_disposition() for part in parts} == {"attachment"}
    assert parts[0].get_content() == bundle.path.read_bytes()
    with zipfile.ZipFile(bundle.path) as archive:
        for part in parts[1:]:
            assert part.get_content() == archive.read(part.get_filename() or "")


def test_the_subject_says_whose_it_is_what_it_is_and_whether_it_is_on_time(bundle: Bundle) -> None:
    assert parsed(composed(bundle))["Subject"] == (
        "Artificial Intelligence Internship: Asha Rao – Forecasting values 1; Forecasting values 2 – on time "
        f"[{bundle.sha256[:12]}]"
    )
    late = composed(bundle, moment=DEADLINE + timedelta(seconds=1), submission=3)
    assert "– late, resubmission 3 [" in late.subject
    assert late.timing is Timing.LATE


def test_every_name_of_the_pattern_can_be_used(bundle: Bundle) -> None:
    brief = with_rules(BRIEF, subject="{course}|{name}|{registration}|{projects}|{status}|{digest}|{{x}}")
    assert composed(bundle, brief).subject.split("|") == [
        "Artificial Intelligence Internship",
        "Asha Rao",
        "IN-2023-0042",
        "Forecasting values 1; Forecasting values 2",
        "on time",
        bundle.sha256[:12],
        "{x}",
    ]


@pytest.mark.parametrize("form", [plain, rich])
def test_both_forms_of_the_body_say_everything_a_receiver_needs(bundle: Bundle, form: Any) -> None:
    body = form(parsed(composed(bundle)))
    for text in (
        "Asha Rao",
        "asha@example.org",
        "IN-2023-0042",
        *LINKS,
        "LSTM 1.50 ppm, Last value 1.70 ppm",
        "LSTM 2.50 ppm, Last value 2.70 ppm",
        "The network beats the last value repeated.",
        "report-1.pdf, 2 pages",
        "notebook-2.ipynb",
        "dataset-1/values 1.csv",
        bundle.sha256,
        "python -m assistant verify bundle.zip",
        "2023-01-15 20:30:00 Asia/Kolkata",
        "2023-01-15 23:59:59 Asia/Kolkata",
    ):
        assert text in body


def test_the_forecast_that_the_verdict_is_about_stands_beside_the_network_s(bundle: Bundle) -> None:
    first, *rest = bundle.manifest.projects
    assert first.run is not None
    scores = {**first.run.scores, "ridge": first.run.scores["naive"].model_copy(update={"mae": 0.125})}
    verdict = first.run.verdict.model_copy(update={"against": "ridge"})
    run = first.run.model_copy(update={"scores": scores, "verdict": verdict})
    projects = (first.model_copy(update={"run": run}), *rest)
    changed = replace(bundle, manifest=bundle.manifest.model_copy(update={"projects": projects}))
    assert "Ridge regression 0.125" in plain(parsed(composed(changed)))


def test_the_plain_body_fits_on_one_screen(bundle: Bundle) -> None:
    lines = plain(parsed(composed(bundle))).rstrip().splitlines()
    assert len(lines) <= 36
    assert max(len(line) for line in lines) <= 120
    assert "<" not in "".join(lines)


class _Links(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "img", "link", "iframe", "form", "object"}
        self.targets += [value or "" for name, value in attributes if name in ("href", "src")]


def test_the_html_body_links_to_the_notebooks_and_loads_nothing(bundle: Bundle) -> None:
    reader = _Links()
    reader.feed(rich(parsed(composed(bundle))))
    assert reader.targets == ["mailto:asha@example.org", *LINKS]


def test_what_a_student_typed_cannot_become_markup(tmp_path: Path) -> None:
    whole = with_project(submission(tmp_path), 1, title="<script>alert(1)</script> & more")
    message = parsed(composed(pack(whole, tmp_path / "out")))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in rich(message)
    assert "<script>alert(1)</script> & more" in plain(message)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    whole = with_project(submission(tmp_path), 2, colab_url=None, report=None, run=None)
    bundle = pack(whole, tmp_path / "out")
    mail = composed(bundle)
    for body in (plain(parsed(mail)), rich(parsed(mail))):
        assert "no link in this hand-in" in body
        assert "no training in this hand-in" in body
        assert "Not in this hand-in:" in body
        assert all(part in body for part in bundle.manifest.missing)
    assert mail.attached == ("bundle.zip", "report-1.pdf")


def test_a_late_hand_in_says_by_how_much(bundle: Bundle) -> None:
    body = plain(parsed(composed(bundle, moment=DEADLINE + timedelta(days=3, hours=2))))
    assert (
        "Late by 3 days 2 hours: confirmed 2023-01-19 01:59:59 Asia/Kolkata; the deadline was 2023-01-15 23:59:59"
        in body
    )


def test_a_hand_in_within_the_grace_is_on_time_and_says_why(bundle: Bundle) -> None:
    mail = composed(bundle, with_rules(BRIEF, grace_minutes=10), moment=DEADLINE + timedelta(minutes=9))
    assert mail.timing is Timing.ON_TIME
    assert "10 minutes of grace" in mail.body


def test_names_and_files_outside_ascii_arrive_as_they_were(tmp_path: Path) -> None:
    made = packed(tmp_path, name="आशा वर्मा", email="asha@bücher.example", registration="№ 42")
    path = made.path.rename(made.path.with_name("Bündel आशा.zip"))
    mail = composed(replace(made, path=path))
    content = mail.message.as_bytes(policy=policy.SMTP)
    content.decode("ascii")
    message = parsed(mail)
    assert message["From"].addresses[0].display_name == "आशा वर्मा"
    assert message["Cc"].addresses[0].addr_spec == "asha@xn--bcher-kva.example"
    assert "आशा वर्मा" in message["Subject"]
    assert "№ 42" in plain(message)
    assert next(message.iter_attachments()).get_filename() == "Bündel आशा.zip"


def test_every_line_ends_as_mail_servers_want_it_and_is_short_enough(bundle: Bundle) -> None:
    content = composed(bundle).message.as_bytes(policy=policy.SMTP)
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    content.decode("ascii")


def test_each_mail_has_its_own_message_id_unless_one_is_kept(bundle: Bundle) -> None:
    first, second = composed(bundle), composed(bundle)
    assert first.message_id != second.message_id
    assert parsed(composed(bundle, message_id=first.message_id))["Message-ID"] == first.message_id


def test_a_long_domain_does_not_break_the_message_id(bundle: Bundle) -> None:
    sender = f"hand-in@{'department-' * 5}of.{'university-' * 5}of.example.org"
    mail = composed(bundle, sender=sender)
    assert parsed(mail)["Message-ID"].strip() == mail.message_id


def test_a_student_who_is_a_recipient_gets_one_mail(bundle: Bundle) -> None:
    brief = with_rules(BRIEF, recipients=("ASHA@example.org", "b@example.org", "B@example.org"))
    assert [(x.address, x.role) for x in recipients_of(brief, "asha@example.org")] == [
        ("ASHA@example.org", "to"),
        ("b@example.org", "to"),
    ]
    assert parsed(composed(bundle, brief))["Cc"] is None


HOSTILE = [
    "Asha\r\nBcc: thief@example.org",
    "Asha\nSubject: other",
    "Asha\u2028Bcc: thief@example.org",
    "Asha\x0bBcc: x\x00\x1b[31m",
    'Asha" <thief@example.org>, "x',
    "Asha, thief@example.org",
    "Ása; thief@example.org, <thief@example.org>" + "é" * 60,
    "=?utf-8?q?=0ABcc:_thief=40example.org?=",
    "=\x00?utf-8?q?=0ABcc:_thief=40example.org?=",
    "=,?utf-8?q?=0ABcc:_thief=40example.org?=",
    "\u202eahsA",
    "x" * 3000,
]


@pytest.mark.parametrize("field", ["name", "registration"])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_student_types_becomes_a_header_or_an_address(bundle: Bundle, field: str, text: str) -> None:
    check_headers(composed(renamed(bundle, **{field: text})))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_course_s_or_a_project_s_title_becomes_a_header(bundle: Bundle, text: str) -> None:
    entry = bundle.manifest.projects[0].model_copy(update={"title": text})
    manifest = bundle.manifest.model_copy(update={"projects": (entry,)})
    check_headers(composed(replace(bundle, manifest=manifest), BRIEF.model_copy(update={"title": text})))


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_nothing_in_a_file_s_name_becomes_a_header(bundle: Bundle, tmp_path: Path, text: str) -> None:
    path = tmp_path / f"{text.replace('/', '').replace(chr(0), '')}.zip"
    path.write_bytes(bundle.path.read_bytes())
    mail = composed(replace(bundle, path=path))
    check_headers(mail)
    first = next(parsed(mail).iter_attachments())
    assert sorted(first.keys()) == [
        "Content-Disposition",
        "Content-Transfer-Encoding",
        "Content-Type",
        "MIME-Version",
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=120))
def test_no_name_at_all_becomes_a_header_or_an_address(bundle: Bundle, name: str) -> None:
    if wording.one_line(name):
        check_headers(composed(renamed(bundle, name=name)))


def check_headers(mail: ComposedMail) -> None:
    message = parsed(mail)
    assert sorted(message.keys()) == sorted(
        ["From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
    )
    for header, addresses in {
        "From": ["asha@example.org"],
        "To": list(RECIPIENTS),
        "Cc": ["asha@example.org"],
        "Reply-To": ["asha@example.org"],
    }.items():
        assert [address.addr_spec for address in message[header].addresses] == addresses
        assert not message[header].defects
    assert len(message["Subject"]) <= 400
    assert len(list(message.iter_attachments())) == 3
    assert "\u202e" not in message["Subject"]


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ({"name": "  "}, "whose it is"),
        ({"email": ""}, "Your e-mail address"),
        ({"email": "asha"}, "'asha' was given"),
        ({"email": "a@x.org\r\nBcc: b@x.org"}, "Your e-mail address"),
    ],
)
def test_a_mail_without_a_name_or_an_address_is_not_written(bundle: Bundle, student: dict[str, str], said: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        composed(renamed(bundle, **student))
    assert said in str(caught.value)
    assert caught.value.fix


def test_a_sender_that_is_no_address_is_refused(bundle: Bundle) -> None:
    with pytest.raises(DeliveryError, match="ASSISTANT_SMTP_FROM"):
        composed(bundle, sender="hand-in")


def test_a_bundle_that_was_changed_or_removed_is_not_mailed(bundle: Bundle, tmp_path: Path) -> None:
    copy = tmp_path / "bundle.zip"
    copy.write_bytes(bundle.path.read_bytes() + b"x")
    with pytest.raises(DeliveryError, match="not as it was packed"):
        composed(replace(bundle, path=copy))
    copy.unlink()
    with pytest.raises(DeliveryError, match="cannot be read"):
        composed(replace(bundle, path=copy))


def test_a_report_that_is_not_the_one_of_the_manifest_is_not_mailed(bundle: Bundle) -> None:
    files = tuple(
        entry.model_copy(update={"sha256": "0" * 64}) if entry.role == "report" else entry
        for entry in bundle.manifest.files
    )
    with pytest.raises(DeliveryError, match=r"report-1\.pdf"):
        composed(replace(bundle, manifest=bundle.manifest.model_copy(update={"files": files})))


def large(folder: Path, size: int) -> Bundle:
    """Return a bundle whose first dataset has `size` bytes that cannot be packed smaller."""
    whole = submission(folder)
    whole = replace(whole, projects=(project(1, folder, table=os.urandom(size)), whole.projects[1]))
    return pack(whole, folder / "out")


def test_the_reports_stay_inside_the_zip_when_they_would_make_the_mail_too_large(tmp_path: Path) -> None:
    bundle = large(tmp_path, 100_000)
    alone = composed(bundle).size - encoded_size(811)
    mail = composed(bundle, with_rules(BRIEF, mail_limit=alone))
    assert mail.attached == ("bundle.zip",)
    assert mail.size <= alone
    assert "report-1.pdf (811 bytes)" not in mail.body.split("Inside")[0]
    assert "report-1.pdf" in mail.body.split("Inside")[1]


def test_a_mail_over_the_limit_is_refused_with_the_bytes_that_are_too_many(tmp_path: Path) -> None:
    bundle = large(tmp_path, 300_000)
    size = composed(bundle, with_rules(BRIEF, mail_limit=1_000_000)).size
    limit = 350_000
    with pytest.raises(DeliveryError) as caught:
        composed(bundle, with_rules(BRIEF, mail_limit=limit))
    assert "too large" in caught.value.what
    assert f"the course takes {limit:,}" in caught.value.evidence
    assert size > limit


def test_an_attachment_s_size_in_the_mail_is_known_before_it_is_written(tmp_path: Path) -> None:
    made = large(tmp_path, 200_000)
    small = composed(made).size
    bigger = large(tmp_path / "bigger", 260_000)
    growth = composed(bigger).size - small
    assert abs(growth - (encoded_size(bigger.size) - encoded_size(made.size))) < 100


def test_the_finding_about_the_size_says_what_the_mail_will_do(tmp_path: Path) -> None:
    bundle = large(tmp_path, 300_000)
    fine = mail_size_finding(bundle, with_rules(BRIEF, mail_limit=1_000_000))
    assert fine.level is Level.FINE
    without = mail_size_finding(bundle, with_rules(BRIEF, mail_limit=encoded_size(bundle.size) + 41_000))
    assert without.level is Level.FINE
    assert "inside the bundle only" in without.what
    blocked = mail_size_finding(bundle, with_rules(BRIEF, mail_limit=350_000))
    assert blocked.level is Level.BLOCK
    assert "bytes too many" in blocked.evidence
    assert blocked.fix


def test_the_bundle_s_digest_in_the_mail_is_that_of_the_attachment(bundle: Bundle) -> None:
    mail = composed(bundle)
    part = next(parsed(mail).iter_attachments())
    digest = hashlib.sha256(part.get_content()).hexdigest()
    assert digest in mail.body
    assert digest in mail.html
    assert digest[:12] in mail.subject
