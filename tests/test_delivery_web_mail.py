"""The addresses that open a new mail elsewhere: what is filled in, and that they are not too long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from assistant.brief import load_brief
from assistant.delivery.message import ComposedMail, compose
from assistant.delivery.web_mail import LONGEST, ComposeLink, compose_links
from tests.delivery_material import BEFORE, RECIPIENTS, packed


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> ComposedMail:
    return compose(packed(tmp_path_factory.mktemp("bundle")), load_brief(), sender="", moment=BEFORE)


def fields(link: ComposeLink) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link.url).query, strict_parsing=True).items()}


def test_each_service_gets_addresses_subject_and_text(mail: ComposedMail) -> None:
    links = compose_links(mail)
    assert [link.name for link in links] == ["Gmail", "Outlook (school or work)", "Outlook.com", "Yahoo Mail"]
    for link in links:
        given = fields(link)
        assert urlsplit(link.url).scheme == "https"
        assert given["to"].split(",") == list(RECIPIENTS)
        assert given["cc"] == "asha@example.org"
        assert given.get("su", given.get("subject")) == mail.subject
        assert mail.body in given["body"]
        assert "[Attach before sending: bundle.zip, report-1.pdf, report-2.pdf." in given["body"]


def test_signs_with_a_meaning_in_an_address_stay_what_they_are(mail: ComposedMail) -> None:
    tricky = replace(mail, subject="100 % & more = 5? #1 + आशा", body="a&b=c\n+1 % \u2028 é\n")
    for link in compose_links(tricky):
        given = fields(link)
        assert given.get("su", given.get("subject")) == tricky.subject
        assert tricky.body in given["body"]


def test_a_long_text_is_cut_after_a_line_and_says_so(mail: ComposedMail) -> None:
    long = replace(mail, body="".join(f"line {n} of the text, and some more: é\n" for n in range(2000)))
    for link in compose_links(long):
        assert len(link.url) <= LONGEST
        text = fields(link)["body"]
        assert text.endswith("…\nThe rest stands in the attached bundle.\n")
        assert text.splitlines()[-3].endswith("some more: é")


def test_nobody_is_written_to_twice(mail: ComposedMail, tmp_path: Path) -> None:
    own = compose(packed(tmp_path, email=RECIPIENTS[0]), load_brief(), sender="", moment=BEFORE)
    assert "cc" not in fields(compose_links(own)[0])
