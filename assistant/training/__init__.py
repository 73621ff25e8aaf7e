"""Training: from a series to a run, in a child process."""

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
