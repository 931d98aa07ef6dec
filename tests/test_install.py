"""What a new user does: the README's build command in a copy of the repository, and a shipped
network from anywhere after it.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", "build", ".*_cache", "__pycache__", ".hypothesis"
)


def readme_command(mark: str) -> str:
    found = re.search(
        rf"<!-- {mark} -->\n+```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    assert found, f"README.md has no {mark} command"
    return found[1]


def run(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.heavy
def test_the_build_command_of_the_readme(tmp_path: Path) -> None:
    clone, elsewhere = tmp_path / "clone", tmp_path / "elsewhere"
    shutil.copytree(ROOT, clone, ignore=LEFT_BEHIND)
    elsewhere.mkdir()
    output = run(readme_command("build"), clone)
    assert "13,378,280" in output, "GoogLeNet with both heads, as the reference has it"
    assert "wrote build/googlenet.keras" in output
    assert (clone / "build" / "googlenet.keras").stat().st_size > 4 * 13_378_280
    shutil.rmtree(clone / "specs")  # the wheel brings its own
    archspec = clone / ".venv" / "bin" / "archspec"
    assert "25,610,152 parameters" in run(f"{archspec} check resnet@resnet50", elsewhere)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = readme_command("test").strip()
    found = subprocess.run(
        ["bash", "-c", "sed -n '/^command=/,/^\\[/p' .ci/run | head -n 1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    printed = subprocess.run(
        ["bash", "-c", f'{found}\necho "$command"'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.strip() == command


def test_the_hook_checks_changed_specs(tmp_path: Path) -> None:
    """The entry of .pre-commit-hooks.yaml, called with the changed files as pre-commit calls it."""
    entry = re.search(
        r"^\s*entry: (.*)$", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE
    )
    assert entry
    good, bad = ROOT / "specs" / "lenet5.yaml", tmp_path / "bad.yaml"
    bad.write_text(good.read_text().replace("Flatten", "Flaten"))
    run(f"{entry[1]} {good}", tmp_path)
    failed = subprocess.run(
        ["bash", "-c", f"{entry[1]} {good} {bad}"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert failed.returncode == 1
    assert "did you mean `Flatten`?" in failed.stderr
