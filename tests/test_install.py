"""What a new user does: the README's build command in a copy of the repository, and a shipped
network from anywhere after it.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


def needed(distribution: str) -> set[str]:
    """The distributions that one needs, those that these need, and so on, as installed here."""
    found: set[str] = set()
    waiting = [distribution]
    while waiting:
        for text in requires(waiting.pop()) or []:
            requirement = Requirement(text)
            name = canonicalize_name(requirement.name)
            if name not in found and (not requirement.marker or requirement.marker.evaluate()):
                found.add(name)
                waiting.append(name)
    return found


def lent(distributions: set[str], folder: Path) -> None:
    """A folder of modules that has these distributions and no others, by links."""
    for name in distributions:
        for file in distribution(name).files or []:
            there = Path(str(distribution(name).locate_file(file.parts[0])))
            link = folder / file.parts[0]
            if there.exists() and file.parts[0] not in ("..", "__pycache__") and not link.exists():
                link.symlink_to(there)


def run(command: str, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.heavy
def test_the_build_command_of_the_readme(tmp_path: Path) -> None:
    """What the package declares that it needs is lent to the new environment: to install it anew
    takes most of a minute.
    """
    lent_modules = tmp_path / "lent"
    lent_modules.mkdir()
    lent(needed("archspec-nn"), lent_modules)
    path = {"PYTHONPATH": str(lent_modules)}
    clone, elsewhere = tmp_path / "clone", tmp_path / "elsewhere"
    shutil.copytree(ROOT, clone, ignore=LEFT_BEHIND)
    elsewhere.mkdir()
    output = run(readme_command("build"), clone, **path)
    assert "13,378,280" in output, "GoogLeNet with both heads, as the reference has it"
    assert "wrote build/googlenet.keras" in output
    assert (clone / "build" / "googlenet.keras").stat().st_size > 4 * 13_378_280
    shutil.rmtree(clone / "specs")  # the wheel brings its own
    archspec = clone / ".venv" / "bin" / "archspec"
    assert "25,610,152 parameters" in run(f"{archspec} check resnet@resnet50", elsewhere, **path)


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
