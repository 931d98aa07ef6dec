"""``python -m tests.fuzz --seconds N --seed S --jobs J --findings FOLDER``: exit 1 if there are
findings, each saved as a spec beside what it did.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

from tests.fuzz.run import Finding, Report, run


def main() -> int:
    """Run the fuzzer, and print a line after each batch that changes something, and at least
    one a minute.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--findings", type=Path, default=Path("build/fuzz"))
    options = parser.parse_args()
    teller = _Teller(options.findings)
    print(
        f"seed {options.seed}, {options.jobs} processes, {options.seconds:.0f} seconds", flush=True
    )
    report = run(options.seconds, options.seed, options.jobs, teller.tell)
    print(f"done: {_shown(report, time.monotonic() - teller.started)}", flush=True)
    return 1 if report.findings else 0


class _Teller:
    """Prints how a run goes, and saves what it finds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started = self.last = time.monotonic()
        self.saved: set[str] = set()

    def tell(self, report: Report) -> None:
        new = [one for one in report.findings if one.kind not in self.saved]
        for one in new:
            self.saved.add(one.kind)
            self._save(one)
        if new or time.monotonic() - self.last > 60:
            self.last = time.monotonic()
            print(_shown(report, self.last - self.started), flush=True)

    def _save(self, one: Finding) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = self.folder / hashlib.sha256(one.kind.encode()).hexdigest()[:12]
        name.with_suffix(".yaml").write_bytes(one.text)
        name.with_suffix(".txt").write_text(f"{one.reference} {one.variables}\n{one.broken}\n")
        print(f"finding {name}.yaml\n{one.broken}", flush=True)


def _shown(report: Report, seconds: float) -> str:
    share, findings = report.compiled / max(1, report.tried), len(report.findings)
    return (
        f"{report.tried:,} inputs in {seconds:,.0f} s, {share:.0%} compiled, {report.kinds} kinds"
        f" of outcome in a batch, {findings} findings"
    )


if __name__ == "__main__":
    sys.exit(main())
