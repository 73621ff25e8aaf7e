"""Addresses with a slip are asked about; those that are somebody's own are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.address_typos import probably_meant, slips
from assistant.findings import Level, State
from assistant.submission.student_commands import ConfirmAddress, IntroduceStudent, SetOwnRules
from tests.sessions import new_session


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"), ("gmail.con", "gmail.com"), ("gmail.co", "gmail.com"), ("gmail.cm", "gmail.com"),
        ("gamil.com", "gmail.com"), ("gnail.com", "gmail.com"), ("gmaill.com", "gmail.com"), ("gmai.com", "gmail.com"),
        ("GMIAL.COM", "gmail.com"), ("gmial.con", "gmail.com"), ("gmail.comm", "gmail.com"), ("gmail.om", "gmail.com"),
        ("yaho.com", "yahoo.com"), ("yahooo.co.in", "yahoo.co.in"), ("yhaoo.com", "yahoo.com"),
        ("hotmial.com", "hotmail.com"), ("hotmal.con", "hotmail.com"), ("outlok.com", "outlook.com"),
        ("outloook.in", "outlook.in"), ("rediffmal.com", "rediffmail.com"), ("iclod.com", "icloud.com"),
        ("protonmial.com", "protonmail.com"), ("college.con", "college.com"), ("institute.ac.eud", "institute.ac.edu"),
        ("example.ogr", "example.org"),
    ],
)  # fmt: skip
def test_a_slip_is_seen_with_what_was_meant(domain: str, meant: str) -> None:
    assert probably_meant(f"asha.rao@{domain}") == f"asha.rao@{meant}"


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com", "googlemail.com", "yahoo.com", "yahoo.ca", "yahoo.co.jp", "yahoo.com.au", "hotmail.se", "outlook.com.br",
        "live.nl", "mail.com", "email.com", "ymail.com", "gmx.at", "gmx.net", "web.de", "proton.me", "qq.com", "163.com",
        "example.org", "internselite.com", "iitd.ac.in", "uni-mainz.de", "cam.ac.uk", "mail.ru", "me.com", "zoho.eu",
        "foxmail.com", "mailbox.org", "posteo.de", "love.com", "x.co", "school.cm", "startup.co", "tum.de", "icloud.com",
    ],
)  # fmt: skip
def test_what_exists_is_not_asked_about(domain: str) -> None:
    assert probably_meant(f"asha@{domain}") is None


def test_slips_are_counted() -> None:
    assert [slips(a, b) for a, b in (("", ""), ("abc", "acb"), ("abc", "ab"), ("kitten", "sitting"))] == [0, 1, 1, 3]


def test_the_student_is_asked_and_may_say_that_it_is_right(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    session.apply(IntroduceStudent(name="Asha Rao", email="asha@gmial.com"))
    status = session.snapshot.statuses[None, "start"]
    assert (status.state, status.state.sign) == (State.UNDECIDED, "!")
    assert "asha@gmail.com" in status.evidence
    assert any("asha@gmail.com" in str(one) and one.level is Level.WARN for one in session.snapshot.findings)
    session.apply(ConfirmAddress())
    assert session.snapshot.statuses[None, "start"].state is State.DONE
    assert not any("gmail" in str(one) and one.level is Level.WARN for one in session.snapshot.findings)
    session.apply(IntroduceStudent(email="asha@gmail.con"))
    assert session.snapshot.statuses[None, "start"].state is State.UNDECIDED, "it holds for that address alone"


def test_recipients_with_a_slip_are_said(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    session.apply(SetOwnRules(deadline="", recipients="course@gmail.con"))
    assert any("course@gmail.com" in finding.what for finding in session.snapshot.findings)
