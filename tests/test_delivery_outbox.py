"""Without an account: the outbox. And what holds with and without one: the deadline, the preview, the receipt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from assistant.brief import Timing
from assistant.delivery.deliver import preview
from assistant.delivery.delivery_record import Delivery, DeliveryStatus, RecipientStatus
from assistant.delivery.message import ComposedMail, compose
from assistant.delivery.outbox import write_to_outbox
from assistant.delivery.receipt import headline, receipt_json, receipt_text
from assistant.delivery.transports import Acceptance, SmtpTransport, transport_for
from assistant.errors import DeliveryError
from assistant.settings import MailAccount
from tests.delivery_material import BEFORE, DEADLINE, RECIPIENTS, Desk, packed, with_rules
from tests.mail_server import ACCEPTED, mail_server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    place = Desk(tmp_path)
    yield place
    place.close()


def mails(desk: Desk) -> list[Path]:
    return sorted(desk.outbox.glob("*")) if desk.outbox.exists() else []


@pytest.mark.parametrize("account", [None, MailAccount(host="")])
def test_without_an_account_the_finished_mail_lies_in_the_outbox_and_is_not_called_sent(
    desk: Desk, account: MailAccount | None
) -> None:
    delivery = desk.send(account)
    (file,) = mails(desk)
    assert file.suffix == ".eml"
    assert delivery.outbox_file == str(file)
    assert delivery.status is DeliveryStatus.OUTBOX
    assert {recipient.status for recipient in delivery.recipients} == {RecipientStatus.OUTBOX}
    assert "NOT SENT" in headline(delivery)
    assert delivery.server == ""
    assert desk.ledger.deliveries() == (delivery,)

    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert [address.addr_spec for address in message["To"].addresses] == list(RECIPIENTS)  # type: ignore[attr-defined]
    assert message["From"].addresses[0].addr_spec == "asha@example.org"  # type: ignore[attr-defined]
    assert message["X-Unsent"] == "1"
    assert message["Message-ID"] == delivery.message_id
    first = next(message.iter_attachments())  # type: ignore[attr-defined]
    assert first.get_content() == desk.bundle.path.read_bytes()


def test_pressing_again_writes_no_second_mail(desk: Desk) -> None:
    first = desk.send()
    desk.clock.advance(minutes=1)
    assert desk.send() == first
    assert len(mails(desk)) == 1


def test_a_mail_that_was_removed_from_the_outbox_is_written_again(desk: Desk) -> None:
    desk.send()
    mails(desk)[0].unlink()
    desk.send()
    assert len(mails(desk)) == 1


def test_a_mail_that_became_late_in_the_outbox_is_written_anew(desk: Desk) -> None:
    assert desk.send().timing is Timing.ON_TIME
    desk.clock.now = DEADLINE
    desk.clock.advance(seconds=1)
    late = desk.send()
    assert late.timing is Timing.LATE
    assert len(mails(desk)) == 2
    assert b"late" in Path(late.outbox_file or "").read_bytes()


def test_with_an_account_the_mail_from_the_outbox_is_sent_under_the_same_message_id(desk: Desk, tmp_path: Path) -> None:
    written = desk.send()
    with mail_server(tmp_path) as server:
        sent = desk.send(server.account())
        assert server.mailbox.messages[0]["Message-ID"] == written.message_id
    assert (sent.status, sent.submission, sent.attempt) == (DeliveryStatus.ACCEPTED, 1, 2)
    assert desk.send() == sent, "what was accepted is not written to the outbox again"


def test_an_outbox_that_cannot_be_written_is_said(desk: Desk) -> None:
    desk.outbox.write_text("a file where the folder should be")
    with pytest.raises(DeliveryError, match="could not be written to the outbox"):
        desk.send()


def test_a_mail_can_be_written_to_any_folder(desk: Desk, tmp_path: Path) -> None:
    mail = compose(desk.bundle, desk.brief, sender="", moment=BEFORE)
    file = write_to_outbox(mail, tmp_path / "demo", "message")
    assert file == tmp_path / "demo" / "message.eml"
    assert file.read_bytes().endswith(mail.message.as_bytes(policy=policy.SMTP))


def test_after_the_deadline_a_course_that_accepts_gets_a_mail_marked_as_late(desk: Desk) -> None:
    desk.clock.now = DEADLINE
    desk.clock.advance(days=2)
    delivery = desk.send()
    assert delivery.timing is Timing.LATE
    assert not delivery.on_time
    assert "– late [" in delivery.subject


def test_after_the_deadline_a_course_that_refuses_gets_nothing_and_nothing_is_written_down(desk: Desk) -> None:
    brief = with_rules(desk.brief, late_policy="refuse")
    desk.clock.now = DEADLINE
    desk.clock.advance(seconds=1)
    with pytest.raises(DeliveryError) as caught:
        desk.send(brief=brief)
    assert "deadline has passed" in caught.value.what
    assert "2023-01-15 23:59:59 Asia/Kolkata" in caught.value.evidence
    assert desk.ledger.deliveries() == ()
    assert mails(desk) == []


def test_the_last_second_is_on_time_even_where_late_is_refused(desk: Desk) -> None:
    desk.clock.now = DEADLINE.replace(microsecond=999_999)
    assert desk.send(brief=with_rules(desk.brief, late_policy="refuse")).timing is Timing.ON_TIME


def test_what_was_accepted_in_time_is_still_shown_after_a_deadline_that_refuses(desk: Desk, tmp_path: Path) -> None:
    brief = with_rules(desk.brief, late_policy="refuse")
    with mail_server(tmp_path) as server:
        sent = desk.send(server.account(), brief=brief)
    desk.clock.advance(days=30)
    assert desk.send(brief=brief) == sent


def test_the_moments_of_confirmation_and_of_acceptance_are_both_kept(desk: Desk, tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:

        @dataclass(frozen=True)
        class Slow(SmtpTransport):
            @contextmanager
            def hand_over(self, mail: ComposedMail, name: str) -> Iterator[Acceptance]:
                with super().hand_over(mail, name) as answer:
                    desk.clock.now = DEADLINE
                    desk.clock.advance(minutes=2)
                    yield answer

        delivery = desk.send(transport=Slow(server.account()))
    assert delivery.confirmed == BEFORE
    assert delivery.finished == desk.clock.now
    assert delivery.timing is Timing.ON_TIME, "the student's confirmation counts, not the length of the line"


def test_the_preview_is_the_mail_that_goes(desk: Desk, tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        account = server.account()
        way = transport_for(account, desk.outbox)
        shown = preview(desk.bundle, desk.brief, owner=desk.owner, transport=way, ledger=desk.ledger, clock=desk.clock)
        assert desk.ledger.deliveries() == ()
        delivery = desk.send(account)
        (received,) = server.mailbox.messages
    body = received.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == shown.body
    assert received["Subject"] == shown.subject == delivery.subject
    assert [recipient.address for recipient in shown.recipients] == [x.address for x in delivery.recipients]
    assert delivery.attached == shown.attached
    assert delivery.mail_size == shown.size


def test_a_preview_after_a_delivery_shows_the_resubmission(desk: Desk, tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        desk.send(server.account())
    changed = packed(tmp_path / "changed", name="Asha R. Rao")
    way = transport_for(None, desk.outbox)
    shown = preview(changed, desk.brief, owner=desk.owner, transport=way, ledger=desk.ledger, clock=desk.clock)
    assert "resubmission 2" in shown.subject


def test_a_bundle_without_a_name_is_not_handed_over(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="whose it is"):
        desk.send(bundle=packed(tmp_path / "nameless", name=""))
    assert desk.ledger.deliveries() == ()


def test_the_receipt_says_what_to_whom_when_and_what_the_server_said(desk: Desk, tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        delivery = desk.send(server.account())
    text = receipt_text(delivery)
    for part in (
        "ON ITS WAY.",
        delivery.id,
        desk.bundle.sha256,
        ACCEPTED,
        "on time",
        "2023-01-15 20:30:00 Asia/Kolkata",
        "2023-01-15 23:59:59 Asia/Kolkata",
        delivery.message_id,
        *(f"{address} – accepted" for address in RECIPIENTS),
        "asha@example.org (copy) – accepted",
        *(f"{file.sha256}  {file.name}" for file in delivery.files),
    ):
        assert part in text


def test_the_receipt_as_json_can_be_read_back_without_the_student_s_key(desk: Desk) -> None:
    delivery = desk.send(owner="secret-cookie-key")
    text = receipt_json(delivery)
    assert "secret-cookie-key" not in text
    assert Delivery.model_validate({**json.loads(text), "owner": "secret-cookie-key"}) == delivery


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_only_an_accepted_delivery_is_said_to_be_on_its_way(desk: Desk, status: DeliveryStatus) -> None:
    delivery = desk.send().model_copy(update={"status": status})
    assert receipt_text(delivery).startswith("ON ITS WAY.") == (status is DeliveryStatus.ACCEPTED)


def test_a_receipt_of_a_refused_delivery_says_why(desk: Desk, tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        server.mailbox.refused = dict.fromkeys(RECIPIENTS, "550 5.1.1 No such user")
        delivery = desk.send(server.account())
    text = receipt_text(delivery)
    assert "NOT SENT. Nobody got the mail." in text
    assert f"{RECIPIENTS[0]} – refused: 550 5.1.1 No such user" in text
    assert "asha@example.org (copy) – withheld" in text
    assert delivery.error is not None
    assert delivery.error.fix in text
