"""How long a student waits from the press of Train to the first epoch, and from the press of Stop to the end.

`python -m tests.benchmarks.training_start` does both ready projects three times, in worker processes as the wizard does.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import psutil

from assistant.settings import MailAccount, Settings
from assistant.submission import dataset_choice as dataset
from assistant.submission.jobs.job import Lane
from assistant.submission.jobs.process_tree import READY
from assistant.submission.services import Services, open_services
from assistant.submission.session import Session
from assistant.submission.training_runs import ChoosePreset, start_training, stop_training, training_progress
from assistant.submission.workspace import new_owner
from assistant.training.run import Phase

PROJECTS = ("co2", "sunspots")
TIMES = 3
LOOKS = 0.02  # seconds between two looks


def seconds_until(holds: Callable[[], object]) -> float:
    """Return the seconds that pass until `holds` is true."""
    began = time.perf_counter()
    while not holds():
        time.sleep(LOOKS)
    return time.perf_counter() - began


def epochs_of(session: Session) -> int:
    """Return how many epochs the running training has told of."""
    project = session.refresh().project(1)
    progress = training_progress(project)
    if progress is None or project.draft.running is None:
        raise SystemExit(f"The training ended before its first epoch: {progress}")
    return len(progress.history)


def ready_processes() -> list[psutil.Process]:
    """Return the processes that wait for a training."""
    return [one for one in psutil.Process().children() if READY in one.cmdline()]


def make_ready(services: Services) -> None:
    """Have a process ready and wait until it has loaded everything: it computes no more."""
    services.jobs.prepare(Lane.TRAINING)
    seconds_until(ready_processes)
    [child] = ready_processes()
    before = -1.0
    while (now := sum(child.cpu_times()[:2])) != before or child.status() != psutil.STATUS_SLEEPING:
        before = now
        time.sleep(0.5)
    print(
        f"(ready: {child.memory_info().rss / 1e6:.0f} MB resident, {child.memory_full_info().uss / 1e6:.0f} of its own)"
    )


def measured(services: Services, project: str, ready: bool) -> tuple[float, float]:
    """Return the seconds from the press to the first epoch, and from Stop to the end."""
    session = Session(services, new_owner())
    dataset.choose_ready(session, 1, project)
    if ready:
        make_ready(services)
    began = time.perf_counter()
    start_training(session, 1)
    seconds_until(lambda: epochs_of(session))
    first = time.perf_counter() - began
    stop_training(session, 1)
    return first, seconds_until(lambda: session.refresh().project(1).draft.running is None)


def stopped_in(services: Services, project: str, preset: str, phase: str) -> float | None:
    """Return the seconds from Stop, pressed in a phase, to the end; None when the phase was over before it was seen."""
    session = Session(services, new_owner())
    for number in (1, 2):
        dataset.choose_ready(session, number, project)
        session.apply(ChoosePreset(project=number, preset=preset))
    start_training(session, 1)
    number = 2 if phase == "waiting" else 1
    if number == 2:
        seconds_until(lambda: epochs_of(session))
        start_training(session, 2)

    def there() -> bool:
        found = training_progress(session.refresh().project(number))
        ended = session.snapshot.project(number).draft.running is None
        return ended or (found is not None and phase in (found.state, found.phase))

    seconds_until(there)
    if session.snapshot.project(number).draft.running is None:
        return None
    stop_training(session, number)
    seconds = seconds_until(lambda: session.refresh().project(number).draft.running is None)
    stop_training(session, 1)
    seconds_until(lambda: session.refresh().project(1).draft.running is None)
    return seconds


def stops(services: Services) -> None:
    """Print how long a stop takes in each phase."""
    phases = ("waiting", *get_args(Phase))
    print(f"\n{'Stop in … takes s':<24}" + "".join(f"{phase:>11}" for phase in phases))
    for project in PROJECTS:
        for preset in ("quick", "thorough"):
            # The test of a thorough training is minutes away.
            found = [
                None if (preset, phase) == ("thorough", "testing") else stopped_in(services, project, preset, phase)
                for phase in phases
            ]
            shown = "".join(f"{'–' if one is None else f'{one:.2f}':>11}" for one in found)
            print(f"{project + ', ' + preset:<24}{shown}")


def main() -> None:
    """Print a line for each project, with and without a process that was ready; then how long a stop takes."""
    with tempfile.TemporaryDirectory() as folder:
        services = open_services(Settings(workspace=Path(folder)), MailAccount())
        lines = [f"{'project':<12}{'process':<9}{'first epoch s':>15}{'stop s':>9}   medians of {TIMES}, then each"]
        for project in PROJECTS:
            # By turns, so that what else runs on this machine comes to both.
            found = [(ready, *measured(services, project, ready)) for _ in range(TIMES) for ready in (False, True)]
            for ready in (False, True):
                first, stop = ([one[place] for one in found if one[0] == ready] for place in (1, 2))
                each = ", ".join(f"{one:.2f}" for one in first)
                name = "ready" if ready else "new"
                lines.append(
                    f"{project:<12}{name:<9}{statistics.median(first):>15.2f}{statistics.median(stop):>9.2f}   {each}"
                )
        print("\n".join(lines))
        stops(services)
        services.jobs.close()


if __name__ == "__main__":
    main()
