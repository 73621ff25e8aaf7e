"""A trained model on disk: plain tensors and numbers, so that it loads with `weights_only=True` anywhere."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assistant.files import write_atomically
from assistant.training.calendar_profile import Profile
from assistant.training.cycles import around
from assistant.training.forecasting import Result
from assistant.training.lstm import Forecaster
from assistant.training.network_fitting import forecast_at
from assistant.training.settings import TrainingSettings
from assistant.training.starting_forecast import profile_after
from assistant.training.transform import Standard
from assistant.training.windows import InputScale, Windows


def save_model(result: Result, path: Path) -> Path:
    """Write the networks, and everything that their inputs depend on."""
    scale = result.windows.scale
    stored: dict[str, Any] = {
        "settings": asdict(result.settings),
        "networks": [fitted.network.state_dict() for fitted in result.members],
        "size": result.members[0].network.size,
        "inputs": result.windows.inputs,
        "columns": [asdict(column) for column in result.columns],
        "cycles": len(result.choice.cycles),
        "profile": {"knots": result.choice.profile.knots, "heights": torch.from_numpy(result.choice.profile.heights)},
        "scale": {
            "moves": torch.from_numpy(scale.moves),
            "over_season": scale.over_season,
            "heights": torch.from_numpy(scale.heights),
        },
    }
    buffer = io.BytesIO()
    torch.save(stored, buffer)
    return write_atomically(path, buffer.getvalue())


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model: its settings, its networks, the scales of columns and inputs, and the calendar's profile.

    `cycles` counts the cycles of the settings' calendar that the profile covers and the network is told.
    """

    settings: TrainingSettings
    networks: list[Forecaster]
    columns: list[Standard]
    scale: InputScale
    cycles: int
    profile: Profile

    def windows(self, values: np.ndarray, calendar: np.ndarray) -> Windows:
        """Return what the networks read of `values` (rows, columns) and the phases `calendar` (rows + horizon, cycles)."""
        z = np.stack([column.apply(part) for column, part in zip(self.columns, values.T, strict=True)], axis=1)
        z[:, 0] -= self.profile.at(calendar[: len(z)])
        return Windows(z, around(calendar[: len(z), : self.cycles]), self.settings, self.scale)

    def forecast(self, values: np.ndarray, calendar: np.ndarray) -> np.ndarray:
        """Return the forecast (horizon,) in the data's units for what follows the last row.

        `values` is (rows, columns), `calendar` the phases (rows + horizon, cycles), as in training.
        """
        windows, last = self.windows(values, calendar), np.array([len(values) - 1])
        made = np.mean([forecast_at(network, windows, last) for network in self.networks], axis=0)
        ahead = profile_after(self.profile, calendar, last, self.settings.horizon)
        return self.columns[0].undo((made + ahead)[0])


def load_model(path: Path) -> Model:
    """Read what `save_model` wrote."""
    stored = torch.load(path, weights_only=True)
    settings = TrainingSettings(**{**stored["settings"], "calendar": tuple(stored["settings"]["calendar"])})
    networks = []
    for state in stored["networks"]:
        network = Forecaster(
            stored["inputs"], settings.units, state["kernel"], state["bias"], stored["size"], settings.cell
        )
        network.load_state_dict(state)
        networks.append(network)
    scale = stored["scale"]
    return Model(
        settings,
        networks,
        [Standard(**column) for column in stored["columns"]],
        InputScale(scale["moves"].numpy(), scale["over_season"], scale["heights"].numpy()),
        stored["cycles"],
        Profile(tuple(stored["profile"]["knots"]), stored["profile"]["heights"].numpy()),
    )
