"""Training: from a series to a run.

What a training is given lies in files of its folder: `inputs`. What is decided before: `plan` (settings that suit a series), by `training_time` and `computer_speed`, which
`speed_measurement` measures. The training: `train`, on `forecasting`, which runs `starting_forecast` (the simple forecasts
of `baselines` on the scale of `transform`, without the `calendar_profile` of `cycles`), then `network_fitting` of `lstm` on
`windows`, `scores`, `intervals` and `forecast_comparison`; `backtest`. What is kept: `run`, `model_file`. What is told:
`progress_reporter`, `progress_now`, `run_in_words`.
"""

# The modules that travel inside the generated notebook, each after those that it needs. They import the standard
# library, numpy, torch and each other, and share one namespace there: no name is defined twice.
NOTEBOOK_MODULES: tuple[str, ...] = (
    "settings",
    "machine",
    "transform",
    "cycles",
    "calendar_profile",
    "lstm",
    "windows",
    "baselines",
    "starting_forecast",
    "network_fitting",
    "scores",
    "intervals",
    "forecast_comparison",
    "forecasting",
)
