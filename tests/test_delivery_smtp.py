"""Handing a bundle to a real mail server on loopback."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.brief import Timing
from assistant.bundle.verify import verify
from assistant.delivery.delivery_record import Delivery, DeliveryStatus, RecipientStatus
from assistant.delivery.message import ComposedMail
from assistant.delivery.receipt import headline
from assistant.delivery.refusals import NotSentError, UncertainError
from assistant.delivery.smtp import TimeOuts, sent_once
from assistant.delivery.transports import Acceptance, SmtpTransport
from assistant.settings import MailAccount
from assistant.submission.database import open_database
from tests.bundle_material import LINKS
from tests.delivery_material import RECIPIENTS, Desk, database_url, ledger_of, packed
from tests.mail_server import ACCEPTED, PASSWORD, Running, mail_server

STUDENT = "asha@example.org"
EVERYBODY = (*RECIPIENTS, STUDENT)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    place = Desk(tmp_path)
    yield place
    place.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with mail_server(tmp_path) as running:
        yield running


def statuses(delivery: Delivery) -> dict[str, RecipientStatus]:
    return {recipient.address: recipient.status for recipient in delivery.recipients}


def attachments(message: EmailMessage) -> dict[str, bytes]:
    return {part.get_filename(): part.get_content() for part in message.iter_attachments()}  # type: ignore[misc]


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_bundle_is_delivered_once_to_both_recipients_and_the_student(
    desk: Desk, tmp_path: Path, security: str
) -> None:
    with mail_server(tmp_path, security) as server:
        delivery = desk.send(server.account())
        (envelope, _), (message,) = server.mailbox.mails[0], server.mailbox.messages
        assert len(server.mailbox.mails) == 1
        assert server.mailbox.logins == [STUDENT]

    assert envelope == EVERYBODY
    assert [address.addr_spec for address in message["To"].addresses] == list(RECIPIENTS)
    assert [address.addr_spec for address in message["Cc"].addresses] == [STUDENT]
    assert message["Reply-To"].addresses == (Address("Asha Rao", addr_spec=STUDENT),)
    assert message["Message-ID"] == delivery.message_id
    assert message["Date"].datetime == desk.clock()

    parts = attachments(message)
    assert list(parts) == ["bundle.zip", "report-1.pdf", "report-2.pdf"]
    assert hashlib.sha256(parts["bundle.zip"]).hexdigest() == desk.bundle.sha256
    received = tmp_path / "received.zip"
    received.write_bytes(parts["bundle.zip"])
    assert verify(received).ok
    for part in message.iter_attachments():
        assert part.get_content_disposition() == "attachment"
    for form in ("plain", "html"):
        body = message.get_body((form,))
        assert body is not None
        for link in LINKS:
            assert link in body.get_content()

    assert delivery.status is DeliveryStatus.ACCEPTED
    assert delivery.reply == ACCEPTED
    assert delivery.timing is Timing.ON_TIME
    assert set(statuses(delivery).values()) == {RecipientStatus.ACCEPTED}
    assert all(recipient.reply == "250 2.1.5 OK" for recipient in delivery.recipients)
    assert desk.ledger.deliveries("asha") == (delivery,)


def test_pressing_send_again_gives_the_delivery_that_is_there(desk: Desk, server: Running) -> None:
    first = desk.send(server.account())
    desk.clock.advance(days=1)
    assert desk.send(server.account()) == first
    assert desk.send(server.account(), again=first.id) == first
    assert len(server.mailbox.mails) == 1


def test_eight_threads_that_press_send_at_once_deliver_once(desk: Desk, server: Running) -> None:
    account, start, answers = server.account(), threading.Barrier(8), []

    def press() -> None:
        start.wait()
        answers.append(desk.send(account))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(server.mailbox.mails) == 1
    assert len({answer.id for answer in answers}) == 1
    assert {answer.status for answer in answers} <= {DeliveryStatus.SENDING, DeliveryStatus.ACCEPTED}
    assert [delivery.status for delivery in desk.ledger.deliveries()] == [DeliveryStatus.ACCEPTED]


PRESS_SEND = """
import sys
from dataclasses import dataclass
from pathlib import Path
from assistant.brief import load_brief
from assistant.bundle.pack import Bundle
from assistant.bundle.manifest import read_manifest
from assistant.clock import utc_now
from assistant.delivery.deliver import deliver
from assistant.delivery.transports import transport_for
from assistant.files import sha256_of
from assistant.settings import MailAccount
from assistant.submission.database import open_database
from assistant.submission.delivery_journal import DeliveryJournal
from assistant.submission.ledger import Ledger
import zipfile

bundle_file, url, outbox = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
manifest = read_manifest(zipfile.ZipFile(bundle_file).read("manifest.json"))
bundle = Bundle(bundle_file, sha256_of(bundle_file), bundle_file.stat().st_size, manifest)
ledger = Ledger(open_database(url), utc_now, DeliveryJournal(outbox.parent / "unsettled"))
print("ready", flush=True)
sys.stdin.readline()
delivery = deliver(
    bundle, load_brief(), owner="asha", transport=transport_for(MailAccount(), outbox), ledger=ledger, clock=utc_now
)
print(delivery.status, flush=True)
"""


def press_in_another_process(desk: Desk, server: Running) -> subprocess.Popen[str]:
    account = server.account()
    environment = os.environ | {
        "ASSISTANT_SMTP_HOST": account.host,
        "ASSISTANT_SMTP_PORT": str(account.port),
        "ASSISTANT_SMTP_USER": account.user,
        "ASSISTANT_SMTP_PASSWORD": PASSWORD,
        "ASSISTANT_SMTP_CA_FILE": str(account.ca_file),
    }
    arguments = [str(desk.bundle.path), database_url(desk.folder), str(desk.outbox)]
    return subprocess.Popen(
        [sys.executable, "-c", PRESS_SEND, *arguments],
        env=environment,
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_two_processes_that_press_send_at_once_deliver_once(desk: Desk, server: Running) -> None:
    processes = [press_in_another_process(desk, server) for _ in range(2)]
    assert [line_of(process) for process in processes] == ["ready", "ready"]
    for process in processes:
        go(process)
    answers = [process.communicate()[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert len(server.mailbox.mails) == 1
    assert "accepted" in answers
    assert set(answers) <= {"accepted", "sending"}


def test_a_process_killed_while_sending_leaves_an_uncertain_delivery_that_is_not_sent_again(
    desk: Desk, server: Running
) -> None:
    server.mailbox.stays_silent = True
    with press_in_another_process(desk, server) as process:
        assert line_of(process) == "ready"
        go(process)
        assert server.mailbox.took_one.wait(30)
        alive = desk.send(server.account())
        assert alive.status is DeliveryStatus.SENDING, "the other process still lives, so it is not settled"
        process.kill()
        process.wait()

    restarted = open_database(database_url(desk.folder))
    ledger = ledger_of(restarted, desk.clock, desk.folder)
    (left,) = ledger.deliveries("asha")
    restarted.close()
    assert left.status is DeliveryStatus.UNCERTAIN
    assert left.problem is not None
    assert "nobody here can tell" in left.problem.what
    assert set(statuses(left).values()) == {RecipientStatus.UNCERTAIN}

    server.mailbox.stays_silent = False
    assert desk.send(server.account()) == left
    assert len(server.mailbox.mails) == 1


def test_a_connection_that_dies_after_the_mail_is_uncertain_and_is_not_sent_again(desk: Desk, server: Running) -> None:
    server.mailbox.drops = True
    delivery = desk.send(server.account())
    assert delivery.status is DeliveryStatus.UNCERTAIN
    assert delivery.problem is not None
    assert "not known" in delivery.problem.what
    assert set(statuses(delivery).values()) == {RecipientStatus.UNCERTAIN}

    server.mailbox.drops = False
    assert desk.send(server.account()) == delivery
    assert len(server.mailbox.mails) == 1


def test_the_student_may_decide_to_send_an_uncertain_one_again_with_the_same_message_id(
    desk: Desk, server: Running
) -> None:
    server.mailbox.drops = True
    first = desk.send(server.account())
    server.mailbox.drops = False
    second = desk.send(server.account(), again=first.id)
    assert (second.status, second.attempt) == (DeliveryStatus.ACCEPTED, 2)
    assert [message["Message-ID"] for message in server.mailbox.messages] == [first.message_id] * 2
    assert desk.ledger.deliveries() == (second, first)
    assert desk.send(server.account(), again=first.id) == second
    assert len(server.mailbox.mails) == 2


def test_an_answer_that_never_comes_is_uncertain_after_the_time_out(desk: Desk, server: Running) -> None:
    server.mailbox.stays_silent = True

    @dataclass(frozen=True)
    class Impatient(SmtpTransport):
        @contextmanager
        def hand_over(self, mail: ComposedMail, name: str) -> Iterator[Acceptance]:
            impatient = TimeOuts(data=0.2)
            with sent_once(mail.message, mail.addresses, self.account, timeouts=impatient) as answers:
                yield Acceptance(*answers)

    delivery = desk.send(transport=Impatient(server.account()))
    assert delivery.status is DeliveryStatus.UNCERTAIN
    assert len(server.mailbox.mails) == 1


def test_the_answer_is_written_down_before_the_farewell_and_a_server_that_hangs_there_holds_nothing(
    desk: Desk, server: Running
) -> None:
    server.mailbox.hangs_at_quit = True
    said = []

    @dataclass(frozen=True)
    class Hurried(SmtpTransport):
        @contextmanager
        def hand_over(self, mail: ComposedMail, name: str) -> Iterator[Acceptance]:
            hurried = TimeOuts(farewell=0.2)
            with sent_once(mail.message, mail.addresses, self.account, timeouts=hurried) as answers:
                yield Acceptance(*answers)
                said.extend(delivery.status for delivery in desk.ledger.deliveries())
                assert not server.mailbox.said_farewell.is_set()

    delivery = desk.send(transport=Hurried(server.account()))
    assert server.mailbox.said_farewell.is_set()
    assert (said, delivery.status) == ([DeliveryStatus.ACCEPTED], DeliveryStatus.ACCEPTED)
    assert TimeOuts().farewell <= 10


def test_a_break_during_the_farewell_changes_nothing(desk: Desk, server: Running) -> None:
    @dataclass(frozen=True)
    class Closed(SmtpTransport):
        @contextmanager
        def hand_over(self, mail: ComposedMail, name: str) -> Iterator[Acceptance]:
            with super().hand_over(mail, name) as acceptance:
                yield acceptance
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.send(transport=Closed(server.account()))
    (delivery,) = desk.ledger.deliveries()
    assert (delivery.status, delivery.reply) == (DeliveryStatus.ACCEPTED, ACCEPTED)


def test_a_try_later_is_repeated_only_when_asked_and_with_the_same_message_id(desk: Desk, server: Running) -> None:
    server.mailbox.data_reply = "451 4.7.1 Greylisted, try again in 5 minutes"
    first = desk.send(server.account())
    assert first.status is DeliveryStatus.REFUSED
    assert first.problem is not None
    assert first.problem.temporary
    assert "451 4.7.1 Greylisted, try again in 5 minutes" in first.problem.evidence
    assert first.reply.startswith("451")

    server.mailbox.data_reply = ACCEPTED
    assert desk.send(server.account()) == first
    assert server.mailbox.mails == []
    second = desk.send(server.account(), again=first.id)
    assert second.status is DeliveryStatus.ACCEPTED
    assert second.message_id == first.message_id
    assert [message["Message-ID"] for message in server.mailbox.messages] == [first.message_id]


NO_SUCH_USER = "550 5.1.1 No such user"


def test_one_dead_address_does_not_stop_the_others_and_the_words_say_who_has_it(desk: Desk, server: Running) -> None:
    server.mailbox.refused = {RECIPIENTS[1]: NO_SUCH_USER}
    delivery = desk.send(server.account())
    assert [envelope for envelope, _ in server.mailbox.mails] == [(RECIPIENTS[0], STUDENT)]
    assert delivery.status is DeliveryStatus.PARTLY
    assert statuses(delivery) == {
        RECIPIENTS[0]: RecipientStatus.ACCEPTED,
        RECIPIENTS[1]: RecipientStatus.REFUSED,
        STUDENT: RecipientStatus.ACCEPTED,
    }
    assert delivery.recipients[1].reply == NO_SUCH_USER
    assert delivery.problem is not None
    assert not delivery.problem.temporary
    for said in (headline(delivery), delivery.problem.what):
        assert f"for {RECIPIENTS[0]}, and not for {RECIPIENTS[1]}" in said


def test_only_the_rest_is_tried_again_under_the_same_message_id(desk: Desk, server: Running) -> None:
    server.mailbox.refused = {RECIPIENTS[1]: "450 4.2.0 Greylisted"}
    first = desk.send(server.account())
    assert first.problem is not None
    assert first.problem.temporary
    assert desk.send(server.account()) == first, "not without the student's word"
    again = desk.send(server.account(), again=first.id)
    assert again.status is DeliveryStatus.PARTLY
    assert f"for {RECIPIENTS[0]}, and not for {RECIPIENTS[1]}" in headline(again)
    server.mailbox.refused = {}
    last = desk.send(server.account(), again=again.id)
    assert last.status is DeliveryStatus.ACCEPTED
    assert [envelope for envelope, _ in server.mailbox.mails] == [(RECIPIENTS[0], STUDENT), (RECIPIENTS[1],)]
    assert {message["Message-ID"] for message in server.mailbox.messages} == {first.message_id}
    assert all(RECIPIENTS[1] in message["To"] and RECIPIENTS[0] in message["To"] for message in server.mailbox.messages)
    assert (last.submission, last.attempt) == (1, 3)


def test_the_student_s_own_copy_never_stands_in_the_way(desk: Desk, server: Running) -> None:
    server.mailbox.refused = {STUDENT: "452 4.2.2 Mailbox full"}
    delivery = desk.send(server.account())
    assert [envelope for envelope, _ in server.mailbox.mails] == [RECIPIENTS]
    assert (delivery.status, delivery.problem) == (DeliveryStatus.ACCEPTED, None)
    assert f"Your own copy for {STUDENT} was not taken: 452 4.2.2 Mailbox full." in headline(delivery)
    assert desk.send(server.account(), again=delivery.id) == delivery


def test_for_the_student_s_copy_alone_nothing_is_sent(desk: Desk, server: Running) -> None:
    server.mailbox.refused = dict.fromkeys(RECIPIENTS, NO_SUCH_USER)
    delivery = desk.send(server.account())
    assert server.mailbox.mails == []
    assert delivery.status is DeliveryStatus.REFUSED
    assert statuses(delivery) == {
        **dict.fromkeys(RECIPIENTS, RecipientStatus.REFUSED),
        STUDENT: RecipientStatus.WITHHELD,
    }
    assert delivery.problem is not None
    assert "sent to nobody" in delivery.problem.what


def test_whoever_has_it_still_has_it_when_the_rest_fails_or_is_not_known(desk: Desk, server: Running) -> None:
    server.mailbox.refused = {RECIPIENTS[1]: NO_SUCH_USER}
    first = desk.send(server.account())
    second = desk.send(server.account(password=SecretStr("guess")), again=first.id)
    assert second.status is DeliveryStatus.PARTLY
    assert statuses(second)[RECIPIENTS[0]] is RecipientStatus.ACCEPTED
    server.mailbox.refused = {}
    server.mailbox.drops = True
    third = desk.send(server.account(), again=second.id)
    assert third.status is DeliveryStatus.UNCERTAIN
    assert statuses(third) == {
        RECIPIENTS[0]: RecipientStatus.ACCEPTED,
        RECIPIENTS[1]: RecipientStatus.UNCERTAIN,
        STUDENT: RecipientStatus.ACCEPTED,
    }
    assert f"It was taken for {RECIPIENTS[0]} before." in headline(third)


def test_whom_the_server_did_not_take_has_certainly_not_got_it_when_the_line_dies(desk: Desk, server: Running) -> None:
    server.mailbox.refused = {RECIPIENTS[1]: NO_SUCH_USER}
    server.mailbox.drops = True
    delivery = desk.send(server.account())
    assert delivery.status is DeliveryStatus.UNCERTAIN
    assert statuses(delivery)[RECIPIENTS[1]] is RecipientStatus.REFUSED
    assert statuses(delivery)[RECIPIENTS[0]] is RecipientStatus.UNCERTAIN


@pytest.mark.parametrize("reply", ["251 User not local; will forward", "252 Cannot verify, but will try"])
def test_a_server_that_forwards_or_cannot_say_takes_the_mail(desk: Desk, server: Running, reply: str) -> None:
    server.mailbox.answers = {RECIPIENTS[1]: reply}
    delivery = desk.send(server.account())
    assert delivery.status is DeliveryStatus.ACCEPTED
    assert delivery.recipients[1].reply == reply
    assert server.mailbox.mails[0][0] == EVERYBODY


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_server_with_an_untrusted_certificate_gets_neither_password_nor_mail(
    desk: Desk, tmp_path: Path, security: str
) -> None:
    with mail_server(tmp_path, security) as server:
        delivery = desk.send(server.account(ca_file=None))
        assert server.mailbox.logins == []
        assert server.mailbox.commands == []
    assert delivery.status is DeliveryStatus.REFUSED
    assert delivery.problem is not None
    assert "not trusted" in delivery.problem.what


def test_a_certificate_for_another_name_is_refused(desk: Desk, server: Running) -> None:
    delivery = desk.send(server.account(host="127.0.0.1"))
    assert delivery.problem is not None
    assert "not trusted" in delivery.problem.what
    assert server.mailbox.logins == []


def test_a_server_without_encryption_gets_no_password(desk: Desk, tmp_path: Path) -> None:
    with mail_server(tmp_path, "none") as server:
        delivery = desk.send(server.account(security="starttls"))
        assert server.mailbox.logins == []
        assert server.mailbox.mails == []
    assert delivery.problem is not None
    assert "no encryption" in delivery.problem.what


def test_a_wrong_password_is_said_and_a_right_one_then_delivers(desk: Desk, server: Running) -> None:
    first = desk.send(server.account(password=SecretStr("guess")))
    assert first.status is DeliveryStatus.REFUSED
    assert first.problem is not None
    assert "did not accept the user or the password" in first.problem.what
    assert "guess" not in first.model_dump_json()
    second = desk.send(server.account(), again=first.id)
    assert second.status is DeliveryStatus.ACCEPTED
    assert len(server.mailbox.mails) == 1


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("534 5.7.9 Application-specific password required", "app password"),
        (
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled",
            "takes no passwords from programs",
        ),
        ("454 4.7.0 Temporary authentication failure", "could not check the password"),
        ("535 5.7.8 Error: authentication failed", "did not accept the user or the password"),
    ],
)
def test_each_kind_of_failed_login_has_its_own_words(desk: Desk, server: Running, reply: str, words: str) -> None:
    server.mailbox.login_reply = reply
    delivery = desk.send(server.account())
    assert delivery.problem is not None
    assert words in delivery.problem.what
    assert reply in delivery.problem.evidence
    assert delivery.problem.temporary == reply.startswith("4")


def test_a_mail_larger_than_the_server_takes_is_not_begun(desk: Desk, tmp_path: Path) -> None:
    with mail_server(tmp_path, data_size_limit=9_000) as server:
        delivery = desk.send(server.account())
        assert server.mailbox.commands == []
    assert delivery.status is DeliveryStatus.REFUSED
    assert delivery.problem is not None
    assert "too large" in delivery.problem.what
    assert f"{delivery.mail_size - 9_000:,} bytes too many" in delivery.problem.evidence


def test_a_size_refused_by_the_sender_command_is_said_as_such(desk: Desk, server: Running) -> None:
    server.mailbox.sender_reply = "552 5.3.4 Message size exceeds fixed limit"
    problem = desk.send(server.account()).problem
    assert problem is not None
    assert "too large" in problem.what


@pytest.mark.parametrize(
    ("reply", "words", "temporary"),
    [
        ("553 5.7.1 Sender address rejected: not owned by user", "does not let this account send as", False),
        ("451 4.3.0 Queue full", "does not take a mail from", True),
        ("530 5.7.0 Authentication required", "only after a login", False),
    ],
)
def test_a_refused_sender_is_said_with_the_server_s_words(
    desk: Desk, server: Running, reply: str, words: str, temporary: bool
) -> None:
    server.mailbox.sender_reply = reply
    delivery = desk.send(server.account())
    assert delivery.problem is not None
    assert words in delivery.problem.what
    assert delivery.reply == reply
    assert delivery.problem.temporary is temporary


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("554 5.7.1 Message refused as spam", "refused the mail"),
        ("552 5.3.4 Message too big for system", "too large"),
        ("552 5.7.0 Blocked because its content presents a potential security issue", "refused the mail"),
    ],
)
def test_a_refused_mail_is_said_with_the_server_s_words(desk: Desk, server: Running, reply: str, words: str) -> None:
    server.mailbox.data_reply = reply
    delivery = desk.send(server.account())
    assert delivery.status is DeliveryStatus.REFUSED
    assert delivery.problem is not None
    assert words in delivery.problem.what
    assert reply in delivery.problem.evidence


def test_an_unreachable_server_is_said_and_nothing_is_lost(desk: Desk, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        account = MailAccount(
            host="127.0.0.1", port=unused.getsockname()[1], user=STUDENT, password=SecretStr(PASSWORD)
        )
        delivery = desk.send(account)
    assert delivery.status is DeliveryStatus.REFUSED
    assert delivery.problem is not None
    assert "cannot be reached" in delivery.problem.what
    assert delivery.problem.temporary
    assert delivery.may_send_again


def test_a_server_that_hangs_up_at_once_is_said(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        account = MailAccount(host="127.0.0.1", port=listener.getsockname()[1], user="u", password=SecretStr("p"))
        delivery = desk.send(account.model_copy(update={"sender": STUDENT}))
        thread.join()
    assert delivery.status is DeliveryStatus.REFUSED
    assert delivery.problem is not None
    assert "closed the line before it took anything" in delivery.problem.what


def test_speaking_tls_to_a_server_that_wants_starttls_is_explained(desk: Desk, server: Running) -> None:
    problem = desk.send(server.account(security="ssl")).problem
    assert problem is not None
    assert "try starttls" in problem.fix


def test_a_certificate_file_that_is_none_is_explained(desk: Desk, server: Running, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    problem = desk.send(server.account(ca_file=wrong)).problem
    assert problem is not None
    assert "ASSISTANT_SMTP_CA_FILE" in problem.fix


@pytest.mark.parametrize("password", ["", "gehéim"])
def test_a_password_that_cannot_be_sent_is_explained(desk: Desk, server: Running, password: str) -> None:
    delivery = desk.send(server.account(password=SecretStr(password)))
    assert delivery.status is DeliveryStatus.REFUSED
    assert server.mailbox.mails == []
    assert delivery.problem is not None
    assert "password" in delivery.problem.what


def test_the_user_s_name_is_given_to_the_server_as_it_was_typed(desk: Desk, server: Running) -> None:
    desk.send(server.account(user="asha", sender=STUDENT))
    assert server.mailbox.logins[0] == "asha"


def test_changed_content_goes_out_as_a_resubmission_with_its_own_message_id(
    desk: Desk, server: Running, tmp_path: Path
) -> None:
    first = desk.send(server.account())
    changed = packed(tmp_path / "changed", registration="IN-2023-0043")
    second = desk.send(server.account(), bundle=changed)
    assert (first.submission, second.submission) == (1, 2)
    assert second.status is DeliveryStatus.ACCEPTED
    assert second.message_id != first.message_id
    assert "resubmission 2" in server.mailbox.messages[1]["Subject"]
    body = server.mailbox.messages[1].get_body(("plain",))
    assert body is not None
    assert "resubmission 2" in body.get_content()


def test_the_password_reaches_neither_the_ledger_nor_the_log_nor_a_repr(
    desk: Desk, server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="assistant")
    account = server.account()
    delivery = desk.send(account)
    server.mailbox.drops = True
    desk.send(account, owner="another")
    shown = repr(account) + repr(delivery) + delivery.model_dump_json() + caplog.text
    shown += database_file(desk).read_bytes().decode("latin-1")
    assert PASSWORD not in shown


def database_file(desk: Desk) -> Path:
    with desk.database.writing() as session:
        session.connection().exec_driver_sql("SELECT 1")
    return desk.folder / "state" / "assistant.sqlite3"


def test_the_transport_tells_apart_not_sent_and_not_known(desk: Desk, server: Running) -> None:
    message = EmailMessage()
    message["From"], message["To"] = STUDENT, RECIPIENTS[0]
    message.set_content("hello")
    server.mailbox.data_reply = "554 5.0.0 no"
    with pytest.raises(NotSentError), sent_once(message, [RECIPIENTS[0]], server.account()):
        pass
    server.mailbox.data_reply = ACCEPTED
    server.mailbox.drops = True
    with pytest.raises(UncertainError), sent_once(message, [RECIPIENTS[0]], server.account()):
        pass


def test_an_unexpected_end_while_sending_is_kept_as_uncertain(desk: Desk, server: Running) -> None:
    @dataclass(frozen=True)
    class Interrupted(SmtpTransport):
        @contextmanager
        def hand_over(self, mail: ComposedMail, name: str) -> Iterator[Acceptance]:
            raise KeyboardInterrupt
            yield

    with pytest.raises(KeyboardInterrupt):
        desk.send(transport=Interrupted(server.account()))
    (delivery,) = desk.ledger.deliveries()
    assert delivery.status is DeliveryStatus.UNCERTAIN
