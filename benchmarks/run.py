"""Speed and memory as ratios within one run: ``python benchmarks/run.py``. Each line says what was
compared, the ratio and its bound.

Machines are noisy: the sides of a ratio take turns, and their medians are compared.
"""

from __future__ import annotations

import compileall
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory, TemporaryFile

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)

IMPORTS = ["-c", "import yaml, click, jsonschema"]
CHECK = ["-m", "archspec", "check", "specs/resnet.yaml"]
CHECK_152 = ["-m", "archspec", "check", "specs/resnet.yaml@resnet152"]
KERAS_152 = [
    "-c",
    (
        "import sys; sys.path.insert(0, 'benchmarks'); import by_hand; print(by_hand.resnet((3, 8,"
        " 36, 3)).count_params())"
    ),
]
PLOT_152 = """
import sys, keras
net = keras.applications.ResNet152(weights=None)
keras.utils.plot_model(net, to_file=sys.argv[1], show_shapes=True)
"""
DRAWN = """
import sys; from archspec.cli.program import main
try: main(["draw", "keras/resnet@ResNet152", "-o", sys.argv[1]])
except SystemExit: pass
print([name for name in ("keras", "tensorflow", "numpy") if name in sys.modules], file=sys.stderr)
"""
LOADED = """
import sys; from archspec.cli.program import main
try: main(["check", "specs/resnet.yaml"])
except SystemExit: pass
print([name for name in ("keras", "tensorflow", "numpy") if name in sys.modules], file=sys.stderr)
"""
SOURCE = """
import json, tempfile, time
from archspec.backends.python_source import source
from archspec.compiler import Compiler
from archspec.frontend.elaborate.recording import Recorder
from archspec.frontend.library import Reference
def seconds(items):
    layers = []
    for number in range(items // 8):
        layers += [
            {"Dense": {"units": 4}}, {"name": f"a{number}", "Dense": {"units": 4}}, {"b": {"n": 4}},
            {"Add": None, "from": ["prev", f"a{number}"]}, {"reuse": f"a{number}"},
            {"name": f"end{number}", "output": []}, {"residual": ["ReLU"]},
            {"repeat": 2, "layers": [{"Dense": {"units": 4}}]},
        ]
    block = {"args": ["n"], "layers": [{"Dense": {"units": "$n"}}]}
    spec = {"archspec": 1, "name": "n", "input": [4], "blocks": {"b": block}, "layers": layers}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump(spec, file); file.flush()
        recorder, compiler = Recorder(), Compiler()
        resolved = compiler.resolve(Reference.parse(file.name))
        recording = recorder.recording(compiler.graph(resolved, expect=False, observer=recorder))
    start = time.process_time(); source(recording)
    return (time.process_time() - start) / items
seconds(1000)
print(min(seconds(1000) for _ in range(3)), min(seconds(8000) for _ in range(2)))
"""
LAYERS = """
import sys, time, archspec
def seconds(layers):
    conv = {"filters": "4 + 0 * $i", "kernel_size": 3, "padding": "same"}
    chain = {"Conv2D": conv, "repeat": layers}
    spec = {"archspec": 1, "name": "chain", "input": [8, 8, 4], "layers": [chain]}
    start = time.perf_counter(); archspec.compile(spec)
    return (time.perf_counter() - start) / layers
seconds(1000)
small = sorted(seconds(1000) for _ in range(21))[10]
large = sorted(seconds(100_000) for _ in range(3))[1]
print(small, large)
"""
COMPARE = """
import gc, sys, time
from statistics import median
sys.path.insert(0, "benchmarks")
import archspec, by_hand, keras
def seconds(build):
    keras.utils.clear_session(); gc.collect(); start = time.perf_counter(); model = build()
    return time.perf_counter() - start, model.count_params()
def compare(name, *sides):
    (_, ours), (_, theirs) = map(seconds, sides)
    assert ours == theirs, "the two sides differ"
    taken = [[], []]
    for turn in range(10):  # each side is first in every other turn
        for side in (turn % 2, 1 - turn % 2):
            taken[side].append(seconds(sides[side])[0])
    print(name, *map(median, taken), sep="\\t", flush=True)
"""
BUILD = """
compare("resnet50", lambda: archspec.build("resnet@resnet50"), by_hand.resnet)
compare("efficientnet B0", lambda: archspec.build("efficientnet@B0"), by_hand.efficientnet)
"""
APPLICATIONS = """
from archspec.frontend.library import shipped_names
from tests.equivalence.zoo import CASES
for name in shipped_names():
    if not name.startswith("keras/"):
        continue
    case = next(case for case in CASES if case.family == name.removeprefix("keras/"))
    function = getattr(keras.applications, case.function)
    compare(case.function, lambda: archspec.build(case.spec), lambda: function(weights=None))
"""

TRAINING = """
import sys, time, keras, numpy
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
sys.path.insert(0, "benchmarks")
import by_hand_training
from archspec.training import trainer
from archspec.training.library import find
from archspec.training.plan import plan, with_epochs
EPOCHS = 6
made = plan(find("lenet5"), with_epochs({}, EPOCHS))
keras.utils.set_random_seed(0)
trainer.deterministic(made)  # of both sides
class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None): self.steps = []
    def on_train_batch_end(self, batch, logs=None): self.steps.append(time.perf_counter())
    def on_epoch_end(self, epoch, logs=None):
        taken.append((self.steps[-1] - self.steps[0]) / (len(self.steps) - 1))
class Silent:
    def say(self, line): pass
    def epoch(self, epoch, row, seconds): pass
    def step(self, epoch, step, steps, loss):
        if step == 0: self.since = time.perf_counter()
        if step == steps - 1: taken.append((time.perf_counter() - self.since) / (steps - 1))
def ours():
    with TemporaryDirectory() as folder: trainer.train(made, Path(folder), Silent())
(x, y), test = by_hand_training.digits()
def theirs():
    model, shown = by_hand_training.lenet5(), {"callbacks": [Clock()], "verbose": 0}
    model.fit(x, y, epochs=EPOCHS, validation_data=test, **shown)
sides = {ours: [], theirs: []}
for turn in range(5):
    for side in (ours, theirs) if turn % 2 else (theirs, ours):
        taken = []
        side()
        sides[side] += taken[1:]
print(median(sides[ours]), median(sides[theirs]))
"""


def run(arguments: Sequence[str]) -> float:
    """Seconds of a whole Python process."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=ENVIRONMENT, check=True, capture_output=True
    )
    return time.perf_counter() - start


def ratio(ours: Sequence[str], theirs: Sequence[str], turns: int) -> float:
    """How many times as long the first process takes as the second, in medians of processes
    that take turns.
    """
    run(ours), run(theirs)
    pairs = [(run(ours), run(theirs)) for _ in range(turns)]
    return median(a for a, _ in pairs) / median(b for _, b in pairs)


def output(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a program prints."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
        text=True,
    )


def say(what: str, value: str, bound: str) -> None:
    print(f"{what:<82} {value:>9}   {bound}", flush=True)


def start_up() -> None:
    say(
        "archspec check resnet.yaml (6 networks) / importing yaml, click and jsonschema",
        f"{ratio(CHECK, IMPORTS, 25):.2f}",
        "at most 1.5",
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    say("largest process so far, check included", f"{before / 1024:.0f} MB", "under 60 MB")
    say("modules of Keras, TensorFlow or numpy that it loads", output(LOADED).stderr.strip(), "[]")


def keras_route() -> None:
    value = ratio(KERAS_152, CHECK_152, 3)
    say(
        "ResNet-152 by Keras: import, build, count_params / archspec check",
        f"{value:.0f}",
        "at least 30",
    )


def linear() -> None:
    small, large = map(float, output(LAYERS).stdout.split())
    say(
        "time for each layer of a spec of 100,000 layers / of 1,000",
        f"{large / small:.2f}",
        "at most 1.5",
    )


def source() -> None:
    small, large = map(float, output(SOURCE).stdout.split())
    say(
        "time for each item of the Python source of 8,000 items / of 1,000",
        f"{large / small:.2f}",
        "at most 1.5",
    )


def compared(program: str) -> Iterator[tuple[str, float]]:
    """The names and ratios of the sides that a program calls ``compare`` with, each as soon as
    it is there.
    """
    command = [sys.executable, "-c", COMPARE + program]
    with TemporaryFile("w+") as errors:
        with subprocess.Popen(
            command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            for line in process.stdout or ():
                name, ours, theirs = line.split("\t")
                yield name, float(ours) / float(theirs)
        if process.returncode:
            errors.seek(0)
            sys.exit(errors.read())


def build() -> None:
    for name, value in compared(BUILD):
        say(
            f"archspec.build / the same model by hand in Keras, {name}",
            f"{value:.3f}",
            "at most 1.05",
        )


def applications() -> None:
    ratios = []
    for function, value in compared(APPLICATIONS):
        ratios.append(value)
        say(f"archspec.build / keras.applications.{function}", f"{value:.3f}", "at most 1.05")
    say(
        f"archspec.build / keras.applications, median of {len(ratios)} families",
        f"{median(ratios):.3f}",
        "at most 1.0",
    )


def draw() -> None:
    """Keras draws with pydot and Graphviz's dot, archspec with neither."""
    if not (find_spec("pydot") and which("dot")):
        say(
            "Keras's plot_model / archspec draw",
            "skipped",
            "pip install pydot, apt install graphviz",
        )
        return
    with TemporaryDirectory() as folder:
        pictures = {"Keras's": f"{folder}/theirs.svg", "archspec's": f"{folder}/ours.svg"}
        theirs, ours = pictures.values()
        value = ratio(
            ["-c", PLOT_152, theirs],
            ["-m", "archspec", "draw", "keras/resnet@ResNet152", "-o", ours],
            3,
        )
        say(
            "ResNet-152 to SVG by Keras: import, build, plot_model / archspec draw",
            f"{value:.0f}",
            "at least 20",
        )
        for side, path in pictures.items():
            size = re.search(r'width="(\d+)pt" height="(\d+)pt"', Path(path).read_text("utf-8"))
            say(
                f"points across and down of {side} picture of it",
                "×".join(size.groups()) if size else "?",
                "at most 1200×1100",
            )
        say(
            "modules of Keras, TensorFlow or numpy that archspec draw loads",
            output(DRAWN, ours).stderr.strip(),
            "[]",
        )


def train() -> None:
    """Both sides shuffle, augment, validate and measure each step."""
    ours, theirs = map(float, output(TRAINING).stdout.split())
    say("a step of archspec train lenet5 / of Keras's fit", f"{ours / theirs:.3f}", "at most 1.02")
    with TemporaryDirectory() as folder:
        by_hand = ["benchmarks/by_hand_training.py", "1", folder]
        taken: dict[str, list[float]] = {"ours": [], "theirs": []}
        for turn in range(4):
            command = ["-m", "archspec", "train", "lenet5", "--epochs", "1", "-o"]
            taken["ours"].append(run([*command, f"{folder}/{turn}"]))
            taken["theirs"].append(run(by_hand))
    more = median(taken["ours"]) - median(taken["theirs"])
    say(
        "one epoch in a new process: archspec train lenet5 - a script in plain Keras",
        f"{more:+.2f} s",
        "at most 1 s more",
    )


BENCHMARKS: tuple[Callable[[], None], ...] = (
    start_up,
    keras_route,
    draw,
    linear,
    source,
    build,
    train,
    applications,
)

if __name__ == "__main__":
    compileall.compile_dir(ROOT / "archspec", quiet=1)
    wanted = sys.argv[1:]
    for benchmark in BENCHMARKS:
        if not wanted or benchmark.__name__ in wanted:
            benchmark()
