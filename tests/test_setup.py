"""``scripts/setup.py`` in a checkout of its own, installing tiny wheels and no network."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "setup.py"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A folder (with a space in its name) where everything has been set up once."""
    root = tmp_path_factory.mktemp("un clon")
    (root / "scripts").mkdir()
    shutil.copy(SCRIPT, root / "scripts")
    wheels = root / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "pequeno")
    write_wheel(wheels, "torch")
    write_wheel(wheels, "entrena", requires="torch")
    write_wheel(wheels, "modelo", requires="no-existe")
    (root / "requirements.txt").write_text("pequeno==1.0  # una razón\n")
    (root / "requirements-models.txt").write_text("torch==1.0  # primero\nentrena==1.0\n")
    (root / "requirements-models-nodeps.txt").write_text("modelo==1.0\n")
    (root / ".env").write_text(f"TORCH_INDEX_URL={wheels.as_uri()}\n")
    assert setup(root, "--models").returncode == 0
    return root


def write_wheel(folder, name, *, requires=None):
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    metadata += f"Requires-Dist: {requires}\n" if requires else ""
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{name}-1.0.dist-info/METADATA", metadata)
        wheel.writestr(
            f"{name}-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")


def setup(root, *arguments):
    return subprocess.run(
        [sys.executable, "scripts/setup.py", *arguments],
        cwd=root,
        env={
            "PATH": os.environ["PATH"],
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": (root / "wheels").as_uri(),
        },
        capture_output=True,
        text=True,
        timeout=180,
    )


def installed(root, environment):
    return {path.stem for path in root.glob(f"{environment}/lib/python3*/site-packages/*.py")}


def report(root):
    return json.loads((root / "var" / "models-setup.json").read_text())


def load():
    """The script as a module, to reach what a test machine cannot be made to lack."""
    spec = importlib.util.spec_from_file_location("setup_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_environment_gets_its_own_packages(checkout):
    assert "pequeno" in installed(checkout, ".venv")
    assert {"torch", "entrena", "modelo"} <= installed(checkout, ".venv-models")


def test_report_says_that_the_models_are_ready_and_how_large_they_are(checkout):
    found = report(checkout)
    assert found["state"] == "ready"
    assert found["step"] == found["steps"] == 4
    assert found["megabytes"] > 0


def test_second_run_does_nothing(checkout):
    before = {path: path.stat().st_mtime_ns for path in checkout.rglob("*") if path.is_file()}
    again = setup(checkout, "--models")
    after = {path: path.stat().st_mtime_ns for path in checkout.rglob("*") if path.is_file()}
    assert again.stdout == ""
    assert after == before


def test_install_that_was_interrupted_is_done_again(checkout):
    stamp = checkout / ".venv" / ".setup-stamp"
    stamp.unlink()
    (checkout / ".venv" / "downloads").mkdir()
    assert setup(checkout).returncode == 0
    assert stamp.exists()
    assert not (checkout / ".venv" / "downloads").exists()


def test_failure_is_recorded_in_pips_words_and_repaired_by_the_next_run(checkout):
    file = checkout / "requirements-models.txt"
    good = file.read_text()
    file.write_text(good + "no-existe==9\n")
    failed = setup(checkout, "--models")
    assert failed.returncode == 1
    assert report(checkout)["state"] == "failed"
    assert "No matching distribution found for no-existe==9" in report(checkout)["message"]
    file.write_text(good)
    assert setup(checkout, "--models").returncode == 0
    assert report(checkout)["state"] == "ready"


def test_secrets_are_made_once_for_the_owner_only(checkout):
    file = checkout / "var" / "secrets.env"
    secrets = dict(line.split("=", 1) for line in file.read_text().split())
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(secrets["SECRET_KEY"]) >= 50
    assert secrets["MODELSERVER_API_KEY"] == secrets["LLM_LOCAL_API_KEY"]


def test_missing_secret_is_added_and_the_others_stay(tmp_path, monkeypatch):
    script = load()
    monkeypatch.setattr(script, "SECRETS", tmp_path / "secrets.env")
    script.SECRETS.write_text("SECRET_KEY=mia\nLLM_LOCAL_API_KEY=llave\n")
    script.make_secrets()
    lines = script.SECRETS.read_text().splitlines()
    assert lines[:2] == ["SECRET_KEY=mia", "LLM_LOCAL_API_KEY=llave"]
    assert "MODELSERVER_API_KEY=llave" in lines


def test_older_python_is_refused_by_name(monkeypatch):
    script = load()
    monkeypatch.setattr(script, "OLDEST", (9, 0))
    with pytest.raises(script.SetupError, match="PYTHON="):
        script.main([])


def test_python_without_ensurepip_is_told_the_package_to_install(tmp_path, monkeypatch):
    script = load()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(script.SetupError, match="apt-get install python3-venv"):
        script.Environment(tmp_path / ".venv", [], [])._create()
