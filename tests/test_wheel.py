"""The wheel: built from this checkout, installed beside what runs these tests, and used from an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import assistant
from assistant.dataset.ready_projects import list_ready
from assistant.resources import TEMPLATES

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution, and the wheel from that, as anybody would who gets only the former."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


class Installed:
    """An environment in which the wheel is installed; its libraries are those of the environment that runs the tests."""

    def __init__(self, wheel: Path, folder: Path) -> None:
        venv.create(folder / "env", with_pip=False)
        self.scripts = folder / "env" / SCRIPTS
        self.python = self.scripts / f"python{sysconfig.get_config_var('EXE') or ''}"
        self.empty = folder / "empty"
        self.empty.mkdir()
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(self.python),
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
        ]
        subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True, capture_output=True)
        where = self.call(str(self.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout
        (Path(where.strip()) / "libraries.pth").write_text(sysconfig.get_path("purelib"), "utf-8")

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the empty folder."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment["ASSISTANT_WORKSPACE"] = str(self.empty.parent / "workspace")
        done = subprocess.run(
            command, cwd=self.empty, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def command(self, *arguments: str) -> str:
        """Run the console command and return what it printed."""
        return self.call(str(self.scripts / "submission-assistant"), *arguments).stdout

    def evaluate(self, code: str) -> object:
        """Return what code prints as JSON."""
        return json.loads(self.call(str(self.python), "-c", code).stdout)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(wheel, tmp_path_factory.mktemp("installed"))


def test_the_wheel_holds_every_file_of_the_package_and_of_the_two_folders_beside_it(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "assistant", "templates", "projects"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    expected = {name if name.startswith("assistant/") else f"assistant/_data/{name}" for name in tracked if name}
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    assert names >= {name for name in expected if (ROOT / name.removeprefix("assistant/_data/")).is_file()}
    assert "assistant/py.typed" in names
    assert not any(name.startswith(("tests/", "templates/", "projects/")) for name in names)


def test_the_wheel_needs_what_requirements_txt_says_and_has_the_packages_version(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        (name,) = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(opened.read(name).decode())
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    pins = {line.split("#")[0].strip().lower() for line in lines if line and not line.startswith("#")}
    assert pins <= {needed.lower() for needed in metadata.get_all("Requires-Dist")}
    assert metadata["Version"] == assistant.__version__


def test_the_tests_build_with_what_the_project_says_it_is_built_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pins = (ROOT / "tests" / "requirements.txt").read_text("utf-8")
    assert all(f"\n{needed} " in pins for needed in project["build-system"]["requires"])


def test_the_console_command_explains_itself_alone_and_when_asked(installed: Installed) -> None:
    shown = installed.command("--help")
    assert "Usage: submission-assistant" in shown
    assert "serve" in shown
    alone = subprocess.run(
        [installed.scripts / "submission-assistant"], cwd=installed.empty, capture_output=True, text=True, check=False
    )
    assert "Usage: submission-assistant" in alone.stdout + alone.stderr


def test_an_installed_program_finds_the_ready_projects_and_the_templates(installed: Installed) -> None:
    inspected = json.loads(installed.command("inspect", "co2", "--json"))
    assert inspected["rows"] > 2_000
    found = installed.evaluate(
        "import json\n"
        "from assistant.brief import load_brief\n"
        "from assistant.dataset.ready_projects import list_ready\n"
        "from assistant.resources import TEMPLATES\n"
        "texts = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob('*') if path.is_file())\n"
        "print(json.dumps([load_brief().title, [ready.name for ready in list_ready()], texts]))"
    )
    texts = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file())
    assert isinstance(found, list)
    assert found[1:] == [[ready.name for ready in list_ready()], texts]


def test_an_installed_program_lays_out_the_wizard(installed: Installed) -> None:
    found = installed.evaluate(
        "import json, assistant\n"
        "from assistant.settings import load_settings\n"
        "from assistant.submission.services import open_services\n"
        "from assistant.web.app import build_app\n"
        "app = build_app(open_services(*load_settings()))\n"
        "from starlette.testclient import TestClient\n"
        "answer = TestClient(app).get('/')\n"
        "print(json.dumps([assistant.__file__, answer.status_code, 'Submission assistant' in answer.text]))"
    )
    assert isinstance(found, list)
    assert str(installed.scripts.parent) in found[0]
    assert found[1:] == [200, True]
