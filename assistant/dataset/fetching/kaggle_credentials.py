"""A student's Kaggle credentials: held for one request, never written, never shown."""

from __future__ import annotations

import json
import re

from pydantic import SecretStr, model_validator

from assistant.errors import DatasetError
from assistant.frozen import Frozen

_STEPS = (
    "Open https://www.kaggle.com/settings and sign in.",
    'Under "API", press "Generate new token" (or "Create legacy API key").',
    "Copy what it shows, or the contents of the file kaggle.json, into the field here.",
)
_ASSIGNED = re.compile(r"KAGGLE_(USERNAME|KEY|API_TOKEN)['\"]?\]?\s{0,3}[=:]\s{0,3}['\"]?([^\s'\"&;]{1,4096})")
TOKEN_HELP = " ".join(_STEPS)


class KaggleCredentials(Frozen):
    """An API token, or a user name with a legacy key."""

    username: str = ""
    key: SecretStr | None = None
    token: SecretStr | None = None

    @model_validator(mode="after")
    def _whole(self) -> KaggleCredentials:
        if self.token is None and not (self.username and self.key):
            raise ValueError("give a token, or a user name and a key")
        return self


def parse_credentials(text: str) -> KaggleCredentials:
    """Read what a student pastes: a token, `user:key`, or the contents of kaggle.json; raise DatasetError otherwise."""
    text = text.lstrip("\ufeff")
    bare = text.strip().strip("\"'").strip()
    if not bare:
        raise DatasetError("No Kaggle token was given.", "", TOKEN_HELP)
    if bare.startswith("{") or text.strip().startswith("{"):
        try:
            data = json.loads(text)
            return KaggleCredentials(username=str(data["username"]), key=SecretStr(str(data["key"])))
        except (ValueError, KeyError, TypeError) as error:
            raise DatasetError(
                "This is not the contents of kaggle.json.", "It needs a username and a key.", TOKEN_HELP
            ) from error
    if given := dict(_ASSIGNED.findall(bare)):
        name, key = given.get("USERNAME", ""), given.get("KEY", "")
        bare = given.get("API_TOKEN") or (f"{name}:{key}" if name else key) or bare
    if "://" in bare or bare.lower().startswith("www."):
        raise DatasetError("This is a web address, not a Kaggle token.", "A token is one word.", TOKEN_HELP)
    if re.search(r"\s", bare):
        raise DatasetError("This is not a Kaggle token.", "A token has no blanks in it.", TOKEN_HELP)
    if "@" in bare or not re.fullmatch(r"[\w.:~+/=-]{1,4096}", bare):
        raise DatasetError(
            "This looks like a password or an e-mail address, not a Kaggle token.",
            "A token holds letters, digits and _ alone; a password is needed nowhere here, and is not kept.",
            TOKEN_HELP,
        )
    if pair := re.fullmatch(r"([\w-]+):([0-9a-f]{32})", bare):
        return KaggleCredentials(username=pair[1], key=SecretStr(pair[2]))
    if re.fullmatch(r"[0-9a-f]{32}", bare):
        raise DatasetError(
            "A key needs its user name.",
            "A legacy key alone was given.",
            "Paste it as name:key, or the contents of kaggle.json.",
        )
    return KaggleCredentials(token=SecretStr(bare))
