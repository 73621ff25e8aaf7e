"""The same table, preset and seed give the same bundle, byte for byte, whatever else the computer does meanwhile."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from assistant.resources import TEMPLATES

ROOT = Path(__file__).resolve().parent.parent
LINK = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"


def one_project(path: Path) -> Path:
    """Write the shipped rules, but for one project."""
    first, second = re.split(r"(?m)^\[\[projects\]\]$", (TEMPLATES / "brief.toml").read_text("utf-8"))[:2]
    path.write_text(f"{first}[[projects]]{second}", "utf-8")
    return path


def test_the_whole_way_gives_the_same_bundle_twice_even_at_the_same_time(tmp_path: Path) -> None:
    brief = one_project(tmp_path / "brief.toml")
    outs = [tmp_path / "first", tmp_path / "second"]
    runs = [
        subprocess.Popen(
            [
                sys.executable, "-m", "assistant", "run", "--name", "Asha Rao", "--email", "asha@example.org",
                "--project", "sunspots", "--colab", LINK, "--out", out,
            ],
            cwd=ROOT, env={**os.environ, "ASSISTANT_BRIEF": str(brief)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for out in outs
    ]  # fmt: skip
    said = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    first, second = (zipfile.ZipFile(out / "bundle.zip") for out in outs)
    with first, second:
        assert first.namelist() == second.namelist()
        assert [name for name in first.namelist() if first.read(name) != second.read(name)] == []
    assert (outs[0] / "bundle.zip").read_bytes() == (outs[1] / "bundle.zip").read_bytes()
