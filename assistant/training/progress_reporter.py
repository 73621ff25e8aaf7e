"""What a training tells while it runs: the phase, the first network's losses, and the time that is left."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from assistant import wording
from assistant.training.network_fitting import EpochLoss
from assistant.training.progress_now import later
from assistant.training.run import Epoch, Phase, Progress
from assistant.training.settings import TrainingSettings
from assistant.training.training_time import Phases

MEASURING = 0.5  # wall seconds that it takes to measure the computer's speed
MOST_PACES = 24  # epochs that tell the pace: other programs come and go
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


class ProgressReporter:
    """Turns what several networks do into one progress; may be called from several threads.

    `spent` are wall seconds that passed before. How long the rest takes is first what `Phases` expects; as soon as there
    are epochs of this process to go by, their own pace.
    """

    def __init__(self, progress: Callable[[Progress], None], spent: float) -> None:
        self._progress = progress
        self._began = time.perf_counter() - spent
        self._lock = threading.RLock()
        self._history: list[Epoch] = []
        self._epochs: dict[int, int] = {}  # of each network that has begun
        self._lengths: dict[int, int] = {}  # of each network that has ended
        self._settings = TrainingSettings(epochs=0)
        self._phases: Phases | None = None
        self._stretch = 1.0  # how much longer the epochs take than expected
        self._ended: dict[int, float] = {}  # when the last epoch of each network ended in this process
        self._paces: deque[float] = deque(maxlen=MOST_PACES)  # wall seconds of the last epochs
        self._together = 1  # networks that are trained side by side
        self._message = ""
        self._phase: Phase = "loading"
        self._told: Progress | None = None
        self._trained = False
        self._tested = (0.0, 0, 0)  # when the backtest began, its epochs so far, and all of them

    @property
    def seconds(self) -> float:
        """Return the wall seconds since the beginning."""
        return time.perf_counter() - self._began

    def measuring(self, settings: TrainingSettings, phases: Phases) -> None:
        """Tell that the computer's speed is being measured; `phases` are how long each should take until that is known."""
        with self._lock:
            self._settings, after = settings, phases.total - phases.start
            self._say("measuring", "Measuring how fast this computer trains.", MEASURING + after, after)

    def planned(self, settings: TrainingSettings, phases: Phases) -> None:
        """Take up what is going to be trained and how long it should take."""
        with self._lock:
            self._settings, self._phases = settings, phases
            left = phases.total - phases.start
            self._say("comparing", "Comparing the simple forecasts.", left, left - phases.choose)

    def _say(self, phase: Phase, message: str, left: float | None = None, after: float = 0.0) -> None:
        self._phase, self._message = phase, message
        self._tell(left, after)

    def epoch_done(self, member: int, done: EpochLoss) -> None:
        """Tell about one more epoch of a network, or about one that an earlier process had trained."""
        with self._lock:
            settings, self._phase = self._settings, "training"
            self._epochs[member] = done.number
            if done.last:
                self._lengths[member] = done.number
            if member == 0:
                self._history.append(epoch_of(done))
            self._message = (
                f"Training {settings.members} networks, whose forecasts are averaged."
                if settings.members > 1
                else "Training the network."
            )
            if not done.kept:
                self._measure(member, done)
            if self._phases is None or (expected := self._phases.train / (settings.epochs * settings.members)) <= 0:
                self._tell(None)
                return
            if self._paces:
                pace = sum(self._paces) / len(self._paces) / self._together
                self._stretch = min(max(pace / expected, 0.2), 20.0)
            # The last networks have fewer beside them.
            alone = self._together / max(1, min(self._together, settings.members - len(self._lengths)))
            self._tell(self._stretch * expected * self._epochs_left() * alone + self._tail(), self._tail())

    def _measure(self, member: int, done: EpochLoss) -> None:
        """Take the time that an epoch took, from the one before it of the same network; the first pays for getting ready.

        Epochs of several networks end at the same moments, so that the time between any two of them says nothing.
        """
        now = time.perf_counter()
        if member in self._ended:
            self._paces.append(now - self._ended[member])
        self._ended[member] = now
        self._together = max(self._together, len(self._ended.keys() - self._lengths.keys()) + done.last)

    def forecasting(self) -> None:
        """Tell that the networks are trained."""
        with self._lock:
            self._trained = True
            self._say("testing", "Forecasting the test part, and what comes after the data.", self._tail())

    def testing(self, origins: int, epochs: int) -> None:
        """Tell that the backtest begins, which will train so many epochs in all."""
        with self._lock:
            self._tested = (time.perf_counter(), 0, epochs)
            count = COUNTS[origins] if origins < len(COUNTS) else f"{origins:,}"
            left = self._stretch * self._phases.backtest if self._phases is not None else None
            moments = wording.plural("moment", origins)
            self._say("testing", f"Testing on {count} earlier {moments}, as if the forecast had been made then.", left)

    def tested(self, _: int, done: EpochLoss) -> None:
        """Tell about one more epoch of the backtest."""
        with self._lock:
            began, count, everything = self._tested
            # A network that stops early takes the rest of its epochs with it.
            count += 1 + (self._settings.epochs - done.number if done.last else 0)
            self._tested = (began, count, everything)
            self._tell((time.perf_counter() - began) / count * max(everything - count, 0))

    def _epochs_left(self) -> float:
        usual = sum(self._lengths.values()) / len(self._lengths) if self._lengths else float(self._settings.epochs)
        running = sum(max(usual - count, 0.0) for member, count in self._epochs.items() if member not in self._lengths)
        return running + usual * (self._settings.members - len(self._epochs))

    def _tail(self) -> float:
        return 0.0 if self._phases is None else self._stretch * (self._phases.forecast + self._phases.backtest)

    def _tell(self, left: float | None, after: float = 0.0) -> None:
        settings = self._settings
        done = sum(self._lengths.get(member, count) for member, count in self._epochs.items())
        # An ended network counts with all of its epochs, or the number would never reach the last.
        done += sum(settings.epochs - length for length in self._lengths.values())
        seconds = self.seconds
        # Whoever looked meanwhile has seen the bar where the time before had brought it.
        seen = 0.0 if self._told is None else later(self._told, seconds - self._told.seconds).share
        share = 0.0 if left is None else seconds / max(seconds + left, 1e-9)
        self._told = Progress(
            state="running",
            epoch=settings.epochs if self._trained else -(-done // max(settings.members, 1)),
            epochs=settings.epochs,
            history=tuple(self._history),
            seconds=seconds,
            seconds_left=left,
            seconds_after=after,
            share=max(seen, share),
            phase=self._phase,
            message=self._message,
        )
        self._progress(self._told)


def epoch_of(done: EpochLoss) -> Epoch:
    """Return what the loop told about an epoch as a type that travels."""
    return Epoch(
        number=done.number,
        train_loss=done.train_loss,
        validation_loss=done.validation_loss,
        seconds=done.seconds,
        cpu_seconds=done.cpu_seconds,
    )
