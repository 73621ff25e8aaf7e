"""What Kaggle's refusals mean: each its own sentence, with what to do."""

from __future__ import annotations

import json

import requests

from assistant.dataset.fetching.kaggle_credentials import TOKEN_HELP
from assistant.errors import DatasetError


def refusal(error: requests.HTTPError, what: str, *, known: bool) -> DatasetError:
    """Return the error for a refused request of `what`; `known` tells whether a credential went with it."""
    status, told = _status_and_message(error)
    evidence = f"Kaggle answered {status} for {what}{f': {told}' if told else ''}."
    lower = told.lower()
    match status:
        case 401 if known and "expire" in lower:
            return DatasetError("Your Kaggle token has expired.", evidence, f"Make a new one. {TOKEN_HELP}")
        case 401 if known:
            return DatasetError(
                "Kaggle does not accept this user name and token.",
                evidence,
                f"Check them, or make a new token. {TOKEN_HELP}",
            )
        case 401:
            return DatasetError("Kaggle wants an account for this.", evidence, f"Add your Kaggle token. {TOKEN_HELP}")
        case 403 if "rule" in lower or what.startswith("the competition"):
            return DatasetError(
                "You have not accepted the rules of this competition yet.",
                evidence,
                "Open its Rules page on Kaggle, accept them, and try again.",
            )
        case 403 if known:
            return DatasetError(
                "There is no such dataset, or it is private, and your account may not see it.",
                evidence,
                "Check its name, which Kaggle refuses alike when nobody has it; ask its owner to share it, or choose a public one.",
            )
        case 403:
            return DatasetError(
                "There is no such dataset, or it is private, or Kaggle wants an account for it.",
                evidence,
                f"Check its name, which Kaggle refuses alike when nobody has it, or add your Kaggle token. {TOKEN_HELP}",
            )
        case 404 | 410:
            return DatasetError(
                "Kaggle has no such dataset or file.",
                evidence,
                "Check the reference, such as owner/dataset; it may have been deleted or renamed.",
            )
        case 429:
            return DatasetError(
                "Kaggle wants a pause: too many requests were made.", evidence, "Wait some minutes and try again."
            )
        case _ if status >= 500:
            return DatasetError("Kaggle has trouble of its own.", evidence, "Try again later.")
        case _:
            return DatasetError("Kaggle refused the request.", evidence, "Check the reference, such as owner/dataset.")


def _status_and_message(error: requests.HTTPError) -> tuple[int, str]:
    response = error.response
    if response is None:
        return 0, str(error)[:200]
    status = response.status_code
    try:
        told = json.loads(response.content[:10_000])
    except (ValueError, OSError, RuntimeError):
        return status, ""
    if not isinstance(told, dict):
        return status, ""
    code = told.get("code")
    if isinstance(code, int) and 400 <= code < 600:
        status = code
    return status, str(told.get("message", ""))[:200].rstrip(".")
