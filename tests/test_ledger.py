"""The ledger: what it keeps, and that nothing is begun twice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from assistant.brief import Timing, load_brief
from assistant.bundle.hand_in import Student
from assistant.delivery.delivery_record import Delivery, DeliveryStatus, Problem, Recipient, RecipientStatus
from assistant.submission.database import Database, open_database
from assistant.submission.ledger import Ledger, recipients_key
from assistant.submission.process_identity import process_lives, process_name
from tests.delivery_material import BEFORE, SetClock, database_url, ledger_of

FIRST, SECOND = "a" * 64, "b" * 64
TO = ("one@example.org", "two@example.org")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(database_url(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def ledger(database: Database, clock: SetClock, tmp_path: Path) -> Ledger:
    return ledger_of(database, clock, tmp_path)


def attempt(
    number: int, *, owner: str = "asha", sha256: str = FIRST, to: tuple[str, ...] = TO, message_id: str = ""
) -> Delivery:
    return Delivery(
        id=f"ATTEMPT{number}",
        owner=owner,
        course="Course",
        student=Student(name="Asha Rao", email="asha@example.org"),
        timing=Timing.ON_TIME,
        deadline=load_brief().submission.deadline,
        subject="Course: Asha Rao",
        sender="asha@example.org",
        message_id=message_id or f"<{number}@example.org>",
        mail_size=1,
        bundle="bundle.zip",
        sha256=sha256,
        size=1,
        files=(),
        attached=(),
        recipients=tuple(Recipient(address=address) for address in to),
        confirmed=BEFORE,
    )


def ended(delivery: Delivery, status: DeliveryStatus) -> Delivery:
    return delivery.model_copy(update={"status": status, "reply": "250 ok", "finished": BEFORE})


def send(ledger: Ledger, delivery: Delivery, status: DeliveryStatus, again: str | None = None) -> Delivery:
    claimed = ledger.claim(ledger.prepare(delivery, again))
    assert claimed is not None
    return ledger.finish(ended(claimed, status))


def test_an_attempt_goes_from_prepared_over_sending_to_accepted(ledger: Ledger) -> None:
    prepared = ledger.prepare(attempt(1))
    assert ledger.get(prepared.id) == prepared
    assert prepared.status is DeliveryStatus.PREPARED
    claimed = ledger.claim(prepared)
    assert claimed is not None
    assert ledger.latest("asha") == claimed
    assert claimed.status is DeliveryStatus.SENDING
    accepted = ledger.finish(ended(claimed, DeliveryStatus.ACCEPTED))
    assert ledger.get(prepared.id) == accepted
    assert (accepted.status, accepted.reply) == (DeliveryStatus.ACCEPTED, "250 ok")


def test_only_one_of_two_claims_wins(ledger: Ledger) -> None:
    prepared = ledger.prepare(attempt(1))
    assert ledger.claim(prepared) is not None
    assert ledger.claim(prepared) is None


def test_of_many_ledgers_in_many_threads_one_may_send(database: Database, clock: SetClock, tmp_path: Path) -> None:
    start, won = threading.Barrier(8), []

    def press(number: int) -> None:
        own = ledger_of(database, clock, tmp_path)
        start.wait()
        prepared = own.prepare(attempt(number))
        if prepared.status is DeliveryStatus.PREPARED and own.claim(prepared):
            won.append(number)

    threads = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert len(ledger_of(database, clock, tmp_path).deliveries()) == 1


def test_a_prepared_attempt_that_was_left_is_taken_up(ledger: Ledger) -> None:
    left = ledger.prepare(attempt(1))
    taken = ledger.prepare(attempt(2, message_id="<new@example.org>"))
    assert (taken.id, taken.status) == (left.id, DeliveryStatus.PREPARED)
    assert ledger.claim(taken) is not None
    stored = ledger.get(left.id)
    assert stored is not None
    assert stored.message_id == "<new@example.org>", "what is kept is what is sent"


@pytest.mark.parametrize("status", [DeliveryStatus.ACCEPTED, DeliveryStatus.REFUSED, DeliveryStatus.UNCERTAIN])
def test_an_attempt_that_ended_stands_in_the_way_of_the_same_bundle(ledger: Ledger, status: DeliveryStatus) -> None:
    first = send(ledger, attempt(1), status)
    assert ledger.prepare(attempt(2)) == first
    assert ledger.prepare(attempt(2), again="another") == first


@pytest.mark.parametrize("status", [DeliveryStatus.REFUSED, DeliveryStatus.UNCERTAIN])
def test_the_student_s_decision_allows_exactly_one_more(ledger: Ledger, status: DeliveryStatus) -> None:
    first = send(ledger, attempt(1), status)
    assert ledger.plan("asha", FIRST, TO).message_id == first.message_id
    second = send(ledger, attempt(2), status, again=first.id)
    assert (second.attempt, second.submission) == (2, 1)
    assert ledger.prepare(attempt(3), again=first.id) == second
    assert send(ledger, attempt(3), DeliveryStatus.ACCEPTED, again=second.id).attempt == 3


def test_an_accepted_delivery_cannot_be_decided_to_be_sent_again(ledger: Ledger) -> None:
    first = send(ledger, attempt(1), DeliveryStatus.ACCEPTED)
    assert ledger.prepare(attempt(2), again=first.id) == first


def test_a_mail_in_the_outbox_stands_in_nobody_s_way(ledger: Ledger) -> None:
    written = ledger.put_in_outbox(ended(ledger.prepare(attempt(1)), DeliveryStatus.OUTBOX))
    assert written.status is DeliveryStatus.OUTBOX
    assert send(ledger, attempt(2), DeliveryStatus.ACCEPTED).attempt == 2


def test_what_is_being_sent_is_not_put_in_the_outbox(ledger: Ledger) -> None:
    prepared = ledger.prepare(attempt(1))
    ledger.claim(prepared)
    assert ledger.put_in_outbox(ended(prepared, DeliveryStatus.OUTBOX)).status is DeliveryStatus.SENDING


def test_other_content_is_a_resubmission_and_so_is_older_content_that_comes_back(ledger: Ledger) -> None:
    send(ledger, attempt(1), DeliveryStatus.ACCEPTED)
    assert send(ledger, attempt(2, sha256=SECOND), DeliveryStatus.ACCEPTED).submission == 2
    plan = ledger.plan("asha", FIRST, TO)
    assert (plan.submission, plan.latest, plan.message_id) == (3, None, None)
    assert send(ledger, attempt(3), DeliveryStatus.ACCEPTED).submission == 3


@pytest.mark.parametrize("status", [DeliveryStatus.REFUSED, DeliveryStatus.OUTBOX, DeliveryStatus.PREPARED])
def test_what_never_left_is_no_submission_to_count(ledger: Ledger, status: DeliveryStatus) -> None:
    prepared = ledger.prepare(attempt(1))
    if status is DeliveryStatus.OUTBOX:
        ledger.put_in_outbox(ended(prepared, status))
    elif status is DeliveryStatus.REFUSED:
        claimed = ledger.claim(prepared)
        assert claimed is not None
        ledger.finish(ended(claimed, status))
    assert ledger.plan("asha", SECOND, TO).submission == 1


def test_other_students_and_other_recipients_are_other_deliveries(ledger: Ledger) -> None:
    first = send(ledger, attempt(1), DeliveryStatus.ACCEPTED)
    other = send(ledger, attempt(2, owner="ravi", sha256=SECOND), DeliveryStatus.ACCEPTED)
    elsewhere = send(ledger, attempt(3, to=("me@example.org",)), DeliveryStatus.ACCEPTED)
    assert {delivery.submission for delivery in (first, other, elsewhere)} == {1}
    assert ledger.deliveries("ravi") == (other,)
    assert set(ledger.deliveries("asha")) == {first, elsewhere}
    assert ledger.latest("nobody") is None
    assert ledger.get("nothing") is None


def test_the_same_bundle_sent_from_the_page_and_from_the_command_line_goes_out_once(ledger: Ledger) -> None:
    first = send(ledger, attempt(1), DeliveryStatus.ACCEPTED)
    assert ledger.prepare(attempt(2, owner="command line:asha@example.org")) == first


def test_order_case_and_repetition_of_recipients_do_not_matter() -> None:
    assert recipients_key(["A@x.org", "b@x.org"]) == recipients_key(["b@x.org", "a@X.org ", "B@x.org"])
    assert recipients_key(["a@x.org"]) != recipients_key(["a@x.org", "b@x.org"])


def test_the_newest_delivery_comes_first(ledger: Ledger, clock: SetClock) -> None:
    for number, sha256 in enumerate((FIRST, SECOND)):
        send(ledger, attempt(number, sha256=sha256), DeliveryStatus.ACCEPTED)
        clock.advance(minutes=1)
    assert [delivery.sha256 for delivery in ledger.deliveries()] == [SECOND, FIRST]


JUMPS = [
    timedelta(**{unit: sign * many}) for sign in (1, -1) for unit, many in (("seconds", 20), ("hours", 1), ("days", 1))
]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("first", [DeliveryStatus.REFUSED, DeliveryStatus.UNCERTAIN])
def test_whatever_the_clock_does_between_them_the_later_attempt_is_the_later_one(
    ledger: Ledger, clock: SetClock, jump: timedelta, first: DeliveryStatus
) -> None:
    before = send(ledger, attempt(1), first)
    clock.now += jump
    accepted = send(ledger, attempt(2), DeliveryStatus.ACCEPTED, again=before.id)
    assert ledger.plan("asha", FIRST, TO).latest == accepted
    assert ledger.latest("asha") == accepted
    for again in (None, before.id, accepted.id):
        assert ledger.prepare(attempt(3), again) == accepted
    clock.now -= 2 * jump
    assert send(ledger, attempt(4, sha256=SECOND), DeliveryStatus.ACCEPTED).submission == 2
    assert [delivery.id for delivery in ledger.deliveries("asha")] == ["ATTEMPT4", "ATTEMPT2", "ATTEMPT1"]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_clock_that_jumps_while_a_mail_is_sent_changes_nothing(
    database: Database, clock: SetClock, ledger: Ledger, jump: timedelta, tmp_path: Path
) -> None:
    claimed = ledger.claim(ledger.prepare(attempt(1)))
    assert claimed is not None
    clock.now += jump
    assert ledger.settle() == ()
    accepted = ledger.finish(ended(claimed, DeliveryStatus.ACCEPTED))
    assert ledger_of(database, clock, tmp_path).plan("asha", FIRST, TO).latest == accepted


def test_two_servers_whose_clocks_differ_count_together(database: Database, clock: SetClock, tmp_path: Path) -> None:
    ahead = ledger_of(database, SetClock(clock.now + timedelta(days=1)), tmp_path)
    behind = ledger_of(database, clock, tmp_path)
    refused = send(ahead, attempt(1), DeliveryStatus.REFUSED)
    accepted = send(behind, attempt(2), DeliveryStatus.ACCEPTED, again=refused.id)
    assert ahead.plan("asha", FIRST, TO).latest == accepted
    assert ahead.prepare(attempt(3), again=refused.id) == accepted


@pytest.fixture
def gone() -> str:
    """Return the name of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        return process_name(process.pid)  # the block ends the process


def test_a_start_finds_what_a_dead_process_was_sending_and_calls_it_uncertain(
    database: Database, clock: SetClock, gone: str, tmp_path: Path
) -> None:
    dead = ledger_of(database, clock, tmp_path, process=gone)
    dead.claim(dead.prepare(attempt(1)))
    clock.advance(minutes=1)
    (found,) = ledger_of(database, clock, tmp_path).deliveries()
    assert found.status is DeliveryStatus.UNCERTAIN
    assert found.problem is not None
    assert "nobody here can tell" in found.problem.what
    assert {recipient.status for recipient in found.recipients} == {RecipientStatus.UNCERTAIN}
    assert found.finished == clock.now
    assert found.may_send_again


def test_what_a_living_process_is_sending_is_left_alone(
    database: Database, clock: SetClock, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.claim(ledger.prepare(attempt(1)))
    clock.advance(days=1)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        elsewhere = ledger_of(database, clock, tmp_path, process=process_name(other.pid))
        assert elsewhere.settle() == ()
    assert ledger.deliveries()[0].status is DeliveryStatus.SENDING


def test_a_process_on_another_machine_counts_as_gone_when_its_lease_ends(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    away = ledger_of(database, clock, tmp_path, process="another-machine/1/0.00")
    away.claim(away.prepare(attempt(1)))
    here = ledger_of(database, clock, tmp_path)
    clock.advance(minutes=50)
    assert here.deliveries()[0].status is DeliveryStatus.SENDING
    clock.advance(minutes=11)
    assert here.deliveries()[0].status is DeliveryStatus.UNCERTAIN


def test_a_sender_that_was_given_up_too_early_corrects_the_ledger(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    slow = ledger_of(database, clock, tmp_path, process="another-machine/1/0.00")
    claimed = slow.claim(slow.prepare(attempt(1)))
    assert claimed is not None
    clock.advance(hours=2)
    here = ledger_of(database, clock, tmp_path)
    assert here.deliveries()[0].status is DeliveryStatus.UNCERTAIN
    assert slow.finish(ended(claimed, DeliveryStatus.ACCEPTED)).status is DeliveryStatus.ACCEPTED
    corrected = here.deliveries()[0]
    assert (corrected.status, corrected.problem) == (DeliveryStatus.ACCEPTED, None)


def test_a_process_cannot_finish_what_another_one_claimed(
    database: Database, clock: SetClock, ledger: Ledger, tmp_path: Path
) -> None:
    claimed = ledger.claim(ledger.prepare(attempt(1)))
    assert claimed is not None
    stranger = ledger_of(database, clock, tmp_path, process="another-machine/1/0.00")
    assert stranger.finish(ended(claimed, DeliveryStatus.ACCEPTED)).status is DeliveryStatus.SENDING


def test_an_end_is_not_overwritten(ledger: Ledger) -> None:
    accepted = send(ledger, attempt(1), DeliveryStatus.ACCEPTED)
    assert ledger.finish(ended(accepted, DeliveryStatus.REFUSED)) == accepted


def test_what_is_kept_comes_back_whole(ledger: Ledger) -> None:
    claimed = ledger.claim(ledger.prepare(attempt(1)))
    assert claimed is not None
    kept = claimed.model_copy(
        update={
            "status": DeliveryStatus.REFUSED,
            "problem": Problem(what="No.", evidence="550", fix="Ask.", temporary=True),
            "recipients": (Recipient(address="one@example.org", status=RecipientStatus.REFUSED, reply="550 no"),),
            "finished": BEFORE + timedelta(seconds=3, microseconds=5),
        }
    )
    assert ledger.finish(kept) == kept
    assert ledger.get(kept.id) == kept


def test_this_process_lives_and_an_ended_one_does_not(gone: str) -> None:
    assert process_lives(process_name()) is True
    assert process_lives(gone) is False
    assert process_lives("another-machine/1/0.00") is None


def test_a_process_id_that_was_given_to_another_process_does_not_count() -> None:
    machine, number, _ = process_name().rsplit("/", 2)
    assert int(number) == os.getpid()
    started = psutil.Process().create_time()
    assert process_lives(f"{machine}/{number}/{started:.2f}") is True
    assert process_lives(f"{machine}/{number}/{started - 3600:.2f}") is False
    assert process_lives(f"{machine}/{number}/1@another-start-of-the-system") is False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts from its own start")
def test_a_process_lives_on_when_the_clock_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    name = process_name()
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: 0.0)
    assert process_lives(name) is True
