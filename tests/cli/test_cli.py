"""The command line: what each command prints, its exit codes, and what it leaves on the disk."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import archspec
from archspec import files
from archspec.cli import program, terminal
from archspec.compiler import Compiler
from tests.paths import ROOT

RESNET = str(ROOT / "specs" / "resnet.yaml")

NET = """\
archspec: 1
name: net
input: [8, 8, 3]
vars: {classes: 10, size: 3}
layers:
  - {name: stem, Conv2D: {filters: 4, kernel_size: $size}}
  - BatchNormalization
  - Flatten
  - {name: head, Dense: {units: $classes}}
variants:
  wide: {vars: {classes: 20}}
"""

BAD = (
    NET
    + "  big: {vars: {size: 9}}\n  bigger: {vars: {size: 10}}\n  claim: {expect: {parameters: 7}}\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET, encoding="utf-8")
    Path("bad.yaml").write_text(BAD, encoding="utf-8")
    Path("worse.yaml").write_text(NET.replace("Flatten", "Fltten"), encoding="utf-8")
    return tmp_path


def run(*args, stdin=None):
    return CliRunner().invoke(program.main, args, input=stdin)


def process(*args, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    options = {"capture_output": True, "encoding": "utf-8", **options}
    return subprocess.run(
        [sys.executable, "-m", "archspec", *args],
        env=environment,
        check=False,
        timeout=120,
        **options,
    )


# check


def test_check_says_a_line_for_each_network():
    result = run("check", RESNET)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.splitlines()[3:5] == [
        "resnet50   224×224×3 → 1000  25,610,152 parameters   3,857,973,248 multiply-adds",
        "resnet101  224×224×3 → 1000  44,654,504 parameters   7,570,194,432 multiply-adds",
    ]
    assert len(result.stdout.splitlines()) == 6


def test_check_of_one_variant_and_of_a_shipped_spec():
    assert (
        run("check", "resnet@resnet18").stdout
        == "resnet18  224×224×3 → 1000  11,699,112 parameters  1,814,073,344 multiply-adds\n"
    )


def test_check_goes_on_after_a_failure_and_tells_each_mistake_once():
    result = run("check", "bad.yaml", "worse.yaml@wide", "nowhere.yaml", "net.yaml")
    assert result.exit_code == 1
    assert [line.split("  ")[0] for line in result.stdout.splitlines()] == [
        "net", "net-wide", "net-big", "net-bigger", "net-claim", "net-wide", "nowhere", "net", "net-wide",
    ]  # fmt: skip
    assert "net-big     fails: 1 error" in result.stdout
    assert result.stderr.count("error[shape-mismatch]") == 1
    assert "found in net-big and net-bigger" in result.stderr
    assert "found in net-claim" in result.stderr
    assert "error[unknown-layer]" in result.stderr
    assert "the file `nowhere.yaml` does not exist" in result.stderr
    assert result.stderr.endswith("\n\n4 errors; 5 of 9 networks fail\n")


@pytest.mark.parametrize("args", [["summary"], ["draw", "-o", "claim.svg"]])
def test_a_claim_that_is_not_met_hides_no_network(args):
    """What is wrong comes after the table or the picture, with the exit code of an error."""
    result = run(*args, "bad.yaml@claim")
    assert result.exit_code == 1
    assert result.stdout
    assert result.stderr.startswith("error[expectation]: the network has ")


@pytest.mark.parametrize("args", [["build", "-o", "claim.py"], ["expand"]])
def test_a_claim_that_is_not_met_is_not_built(args):
    result = run(*args, "bad.yaml@claim")
    assert (result.exit_code, result.stdout) == (1, "")
    assert not Path("claim.py").exists()


def test_warnings_are_shown_and_do_not_fail():
    Path("odd.yaml").write_text(NET.replace("size: 3", "size: 3, idle: 1"), encoding="utf-8")
    result = run("check", "odd.yaml")
    assert result.exit_code == 0
    assert result.stderr.count("warning[unused]") == 1
    assert result.stderr.endswith("\n\n1 warning\n")


def test_check_as_json_is_one_array():
    result = run("check", "bad.yaml", "--format", "json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert result.stderr == ""
    assert [one["code"] for one in found] == ["shape-mismatch", "expectation"]
    assert set(found[0]) == {"severity", "code", "message", "span", "label", "notes", "help"}
    assert found[0]["span"] == {
        "file": "bad.yaml",
        "line": 6,
        "column": 52,
        "end_line": 6,
        "end_column": 57,
    }
    assert json.loads(run("check", "net.yaml", "--format", "json").stdout) == []


def test_check_as_github_is_annotations():
    result = run("check", "bad.yaml", "--format", "github")
    assert result.exit_code == 1
    assert [line.partition(" ")[0] for line in result.stdout.splitlines()] == ["::error", "::error"]
    assert run("check", "net.yaml", "--format", "github").output == ""


def test_no_expect_turns_claims_off():
    assert run("check", "bad.yaml@claim").exit_code == 1
    assert run("check", "bad.yaml@claim", "--no-expect").exit_code == 0


def test_all_mistakes_in_set_are_told_together():
    for command in ("check", "summary", "expand", "build"):
        result = run(command, "net.yaml", "--set", "=1", "--set", "classes", "--set", "size=4")
        assert result.exit_code == 1
        assert result.stderr.count("error[override]") == 2
    assert (
        "the spec has no variable `clases`" in run("check", "net.yaml", "--set", "clases=3").stderr
    )
    assert run("check", "net.yaml@wide", "--set", "classes=7").stdout.startswith(
        "net-wide  8×8×3 → 7 "
    )


def test_standard_input():
    assert run("check", "-", stdin=NET).stdout.splitlines()[1].startswith("net-wide  8×8×3 → 20 ")
    assert run("summary", "-@wide", stdin=NET).stdout.startswith("net-wide: 8×8×3 → 20\n")
    result = run("check", "-@nosuch", stdin=NET)
    assert result.exit_code == 1
    assert "<stdin>@nosuch  fails" in result.stdout
    assert run("check", "-", stdin=b"\xff\xfe").exit_code == 1
    assert run("expand", "-@wide", stdin=NET).stdout == run("expand", "net.yaml@wide").stdout


def test_extends_stays_inside_unless_allowed():
    Path("sub").mkdir()
    Path("sub/child.yaml").write_text(
        "archspec: 1\nname: child\nextends: ../net.yaml\n", encoding="utf-8"
    )
    assert "error[extends-outside]" in run("check", "sub/child.yaml").stderr
    assert run("check", "sub/child.yaml", "--allow-outside").exit_code == 0


LISTS_MODULES = """
import sys
from archspec.cli.program import main
try:
    main([{arguments}])
except SystemExit as leaving:
    assert not leaving.code, leaving.code
heavy = {{"keras", "numpy", "tensorflow", "h5py", "graphviz"}} & set(sys.modules)
sys.stderr.write(f"heavy: {{sorted(heavy)}}")
"""


@pytest.mark.parametrize(
    "arguments",
    [
        "'check', 'resnet'",
        "'summary', 'resnet'",
        "'expand', 'resnet', '--flat'",
        "'layers', 'Dense'",
        "'list'",
        "'schema'",
    ],
)
def test_nothing_but_build_loads_keras(arguments):
    code = LISTS_MODULES.format(arguments=arguments)
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == "heavy: []"


# summary, expand, layers, list, schema


def test_summary_in_its_forms():
    text = run("summary", "resnet@resnet50").stdout
    assert len(text.splitlines()) <= 25
    assert max(map(len, text.splitlines())) <= 100
    assert run("summary", "resnet@resnet50", "--format", "markdown").stdout.startswith(
        "## resnet50"
    )
    assert (
        json.loads(run("summary", "resnet@resnet50", "--format", "json").stdout)["parameters"]
        == 25_610_152
    )
    assert run("summary", "resnet@resnet50", "--format", "csv").stdout.startswith(
        "name,output,parameters,"
    )
    assert "conv2_x.block1 " in run("summary", "resnet@resnet50", "--depth", "2").stdout
    assert "conv2_x.block1.shortcut." in run("summary", "resnet@resnet50", "--layers").stdout


def test_errors_have_a_form_of_their_own():
    result = run("summary", "bad.yaml@big", "--format", "json", "--errors", "json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert [one["code"] for one in json.loads(result.stderr)] == ["shape-mismatch"]
    assert run("expand", "bad.yaml@big", "--errors", "github").stderr.startswith(
        "::error file=bad.yaml,line=6,"
    )
    fine = run("summary", "net.yaml", "--format", "json", "--errors", "json")
    assert json.loads(fine.stderr) == []
    assert json.loads(fine.stdout)["name"] == "net"


def test_expand_gives_the_same_network():
    for flags in ([], ["--flat"]):
        result = run("expand", "resnet@resnet18", "--set", "classes=10", *flags)
        graph = archspec.compile(yaml.safe_load(result.stdout))
        assert graph.parameters == archspec.compile("resnet@resnet18", classes=10).parameters
        assert graph.name == "resnet18"


def test_expand_compiles_first():
    result = run("expand", "bad.yaml@big")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[shape-mismatch]" in result.stderr


def test_layers():
    assert "\n  Conv2D  " in run("layers").stdout
    assert run("layers", "Conv2D").stdout.startswith(
        "Conv2D\n\nConvolution of an image.\n\nShape: (H, W, C) → "
    )
    result = run("layers", "Covn2D")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: there is no layer kind `Covn2D`\nhelp: did you mean `Conv2D`?\n"


def test_list_computes_every_shipped_network():
    data = {one["name"]: one for one in json.loads(run("list", "--format", "json").stdout)}
    assert data["resnet"]["variants"]["resnet152"]["parameters"] == 60_344_232
    assert data["vgg"]["variants"]["E"]["macs"] == 19_632_062_464
    specs = ROOT / "specs"
    assert set(data) == {
        path.relative_to(specs).with_suffix("").as_posix() for path in specs.rglob("*.yaml")
    }
    table = run("list", "--sort", "parameters", "--format", "markdown").stdout
    assert table.startswith("| name | variants |")
    names = [line.split()[0] for line in table.replace("| ", "").splitlines()[2:]]
    smallest = {
        name: min(one["parameters"] for one in [family, *family["variants"].values()])
        for name, family in data.items()
    }
    assert names == sorted(smallest, key=lambda name: (smallest[name], name))


def test_schema_is_a_schema():
    assert (
        json.loads(run("schema").stdout)["$schema"]
        == "https://json-schema.org/draft/2020-12/schema"
    )


def test_version_and_help():
    assert run("--version").stdout == f"archspec {archspec.__version__}\n"
    for command in ("", *program.main.list_commands(None)):
        shown = run(*([command] if command else []), "--help").stdout
        assert "Examples:\n    archspec " in shown
        assert max(map(len, shown.splitlines())) <= 100
    assert "build" in run("-h").stdout


REPEATED = [
    ("-o", "build", "vgg", "-o", "a.keras", "-o", "b.onnx"),
    ("--title", "draw", "vgg", "--title", "a", "--title=b"),
    ("--format", "list", "--format", "json", "--format", "text"),
]


@pytest.mark.parametrize(("option", "words"), [(one[0], one[1:]) for one in REPEATED])
def test_an_option_of_one_value_is_not_given_twice(option, words):
    """click takes the last, so that the first file would never be written, in silence."""
    result = run(*words)
    assert result.exit_code == 2
    assert f"Error: {option} is given 2 times, and takes one value" in result.stderr
    assert f" {words[0]} [OPTIONS]" in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["check"],
        ["check", "net.yaml", "--bogus"],
        ["nocommand"],
        ["summary", "net.yaml", "--depth", "0"],
        ["summary", "net.yaml", "--format", "xml"],
        ["build", "net.yaml", "-o", "net.h5"],
        ["build", "net.yaml", "--weights", "net.yaml"],
    ],
)
def test_usage_errors_exit_with_2(args):
    result = run(*args)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


# build


@pytest.mark.heavy
def test_build_writes_a_model_that_keras_loads():
    result = run("build", "net.yaml@wide")
    assert result.exit_code == 0, result.output
    path = Path("build/net-wide.keras")
    assert result.stdout.startswith("net-wide: 8×8×3 → 20\n")
    assert result.stdout.splitlines()[-1].startswith("wrote build/net-wide.keras, ")
    import keras

    model = keras.models.load_model(path)
    assert model.count_params() == archspec.compile("net.yaml@wide").parameters
    assert [layer.name for layer in model.layers][1:] == [
        "stem",
        "batch_normalization",
        "flatten",
        "head",
    ]
    assert list(Path("build").iterdir()) == [path]


@pytest.mark.heavy
def test_build_is_quiet_when_piped():
    result = process("build", "net.yaml", "-o", "net.keras")
    assert result.returncode == 0
    assert result.stderr == ""
    assert (
        result.stdout.splitlines()[-1]
        == f"wrote net.keras, {Path('net.keras').stat().st_size / 1000:.1f} kB"
    )


def test_build_needs_its_folder():
    result = run("build", "net.yaml", "-o", "nope/net.keras")
    assert result.exit_code == 1
    assert "the folder `nope` does not exist" in result.stderr
    assert "help: make it first: `mkdir -p nope`" in result.stderr
    assert not Path("nope").exists()
    Path("d.keras").mkdir()
    assert "`d.keras` is a folder" in run("build", "net.yaml", "-o", "d.keras").stderr
    assert (
        "`net.yaml` is a file, not a folder"
        in run("build", "net.yaml", "-o", "net.yaml/x.keras").stderr
    )


def test_a_spec_that_is_wrong_builds_nothing():
    result = run("build", "bad.yaml@big")
    assert result.exit_code == 1
    assert not Path("build").exists()


def test_a_file_is_written_whole_or_not_at_all(folder):
    target = folder / "made" / "x.keras"
    for failure, leaves in (
        (KeyboardInterrupt, KeyboardInterrupt),
        (ValueError, ValueError),
        (OSError(28, "No space left on device"), archspec.SpecError),
    ):
        with pytest.raises(leaves), files.whole_file(target, make_folder=True) as beside:
            assert beside.name == target.name and beside.parent.name[0] == "."
            beside.write_text("half")
            raise failure
        assert not target.parent.exists()
    target.parent.mkdir()
    target.write_text("old")
    with pytest.raises(ValueError, match="x"), files.whole_file(target) as beside:
        beside.write_text("half")
        raise ValueError("x")
    assert [(path.name, path.read_text()) for path in target.parent.iterdir()] == [
        ("x.keras", "old")
    ]
    with files.whole_file(target) as beside:
        beside.write_text("new")
    assert [(path.name, path.read_text()) for path in target.parent.iterdir()] == [
        ("x.keras", "new")
    ]


@pytest.mark.heavy
def test_a_disk_that_refuses_is_told(monkeypatch):
    import keras

    def save(self, path):
        Path(path).write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras.Model, "save", save)
    result = run("build", "net.yaml")
    assert result.exit_code == 1
    assert (
        "`build/net.keras` could not be written: no space left on device: nothing was written"
        in result.stderr
    )
    assert not Path("build").exists()


SLOW_SAVE = """
import time
from pathlib import Path
import keras
def save(model, path):
    Path(path).write_text("half")
    time.sleep(600)
keras.Model.save = save
"""


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("number", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "")]
)
def test_an_interrupted_build_leaves_nothing(number, code, said, mother):
    building = mother.start(["build", "net.yaml", "-o", "x.keras"], Path.cwd(), SLOW_SAVE)
    deadline = time.monotonic() + 300
    while not list(Path().glob(".archspec-*/x.keras")):
        assert time.monotonic() < deadline, building.err.read_text()
        time.sleep(0.005)
    building.kill(number)
    done = building.wait()
    assert done.code == code
    assert done.err.strip() == said
    assert not list(Path().glob("*.keras")) + list(Path().glob(".*.keras"))


@pytest.mark.heavy
@pytest.mark.parametrize("ending", ["weights.h5", "keras"])
def test_weights_are_loaded(ending):
    import numpy as np

    model = archspec.build("net.yaml")
    model.set_weights(
        [np.random.default_rng(0).normal(size=weight.shape) for weight in model.get_weights()]
    )
    getattr(model, "save" if ending == "keras" else "save_weights")(f"old.{ending}")
    result = run("build", "net.yaml", "-o", "new.keras", "--weights", f"old.{ending}")
    assert result.exit_code == 0, result.output
    import keras

    loaded = keras.models.load_model("new.keras")
    assert all(
        np.array_equal(a, b) for a, b in zip(loaded.get_weights(), model.get_weights(), strict=True)
    )


@pytest.mark.heavy
@pytest.mark.parametrize("ending", ["weights.h5", "keras"])
def test_weights_that_do_not_fit_name_every_layer_and_both_shapes(ending):
    model = archspec.build("net.yaml", size=5)
    getattr(model, "save" if ending == "keras" else "save_weights")(f"old.{ending}")
    result = run("build", "net.yaml@wide", "--weights", f"old.{ending}")
    assert result.exit_code == 1
    assert result.stderr.count("error[weights-mismatch]") == 2
    assert (
        f"the weights of `old.{ending}` do not fit `stem`\n --> net.yaml:6:18"
        in result.stderr.replace("  -->", " -->")
    )
    assert "^^^^^^ kernel 3×3×3×4 here, 5×5×3×4 in the file\n" in result.stderr
    assert "kernel 144×20 here, 64×10 in the file; bias 20 here, 10 in the file" in result.stderr
    assert not Path("build").exists()


@pytest.mark.heavy
def test_weights_of_another_network_are_refused():
    layers = [
        {"name": "first", "Conv2D": {"filters": 4, "kernel_size": 3}},
        "Flatten",
        {"Dense": {"units": 10}},
        {"name": "more", "Dense": {"units": 5}},
    ]
    archspec.build({"archspec": 1, "name": "x", "input": [8, 8, 3], "layers": layers}).save_weights(
        "x.weights.h5"
    )
    result = run("build", "net.yaml", "--weights", "x.weights.h5")
    assert result.exit_code == 1
    assert (
        "gamma 4, beta 4, moving_mean 4, moving_variance 4 here, no weights in the file"
        in result.stderr
    )
    assert (
        "`x.weights.h5` holds weights for layers that the network does not have: `more` (10×5, 5)"
        in result.stderr
    )
    assert "do not fit `stem`" not in result.stderr  # its name differs, its weights do not


@pytest.mark.heavy
def test_weights_of_layers_within_layers_are_compared():
    attention = {
        "archspec": 1,
        "name": "x",
        "input": [5, 8],
        "layers": [
            {"MultiHeadAttention": {"num_heads": 2, "key_dim": 4, "dropout": 0.1}},
            "Dropout",
        ],
    }
    attention["layers"][1] = {"Dropout": {"rate": 0.5}}
    Path("x.yaml").write_text(yaml.safe_dump(attention), encoding="utf-8")
    archspec.build("x.yaml").save_weights("x.weights.h5")
    assert run("build", "x.yaml", "--weights", "x.weights.h5").exit_code == 0
    attention["layers"][0]["MultiHeadAttention"]["num_heads"] = 4
    Path("x.yaml").write_text(yaml.safe_dump(attention), encoding="utf-8")
    assert (
        "query/kernel 8×4×4 here, 8×2×4 in the file"
        in run("build", "x.yaml", "--weights", "x.weights.h5").stderr
    )


@pytest.mark.heavy
def test_weights_files_that_cannot_be_read():
    for name in ("text.keras", "text.weights.h5"):
        Path(name).write_text("no weights", encoding="utf-8")
        assert (
            f"`{name}` is not a weights file of Keras"
            in run("build", "net.yaml", "--weights", name).stderr
        )
    Path("folder.keras").mkdir()
    assert (
        "`folder.keras` is a folder" in run("build", "net.yaml", "--weights", "folder.keras").stderr
    )
    result = run("build", "net.yaml", "--weights", "gone.weights.h5")
    assert result.exit_code == 1
    assert "error[weights-file]: the file `gone.weights.h5` does not exist" in result.stderr
    assert not Path("build").exists()


# The terminal


def test_a_reader_that_goes_away_is_no_error():
    command = [sys.executable, "-m", "archspec", "expand", "efficientnet@B7", "--flat"]
    with subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as writing:
        writing.stdout.readline()
        writing.stdout.close()
        assert writing.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("args", [["layers"], ["--help"], ["check", "net.yaml"]])
def test_a_full_disk_is_an_error_in_a_line(args):
    with Path("/dev/full").open("w") as full:
        result = process(*args, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert result.returncode == 1
    assert result.stderr == "error: no space left on device\n"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("ascii", "8x8x3 -> 10"), ("latin-1", "8×8×3 -> 10"), ("utf-8", "8×8×3 → 10")],
)
def test_terminals_that_are_not_utf8(encoding, shown):
    result = process("check", "net.yaml", env={"PYTHONIOENCODING": encoding}, encoding=encoding)
    assert (result.returncode, result.stderr) == (0, "")
    assert shown in result.stdout


def test_closed_standard_streams():
    result = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m archspec check - <&- >&-"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert result.returncode == 1
    assert b"this file is empty" in result.stderr
    assert b"Traceback" not in result.stderr


def test_a_fault_of_ours_is_a_line_unless_asked_for(monkeypatch):
    monkeypatch.setattr(Compiler, "check", lambda *_: 1 / 0)
    result = run("summary", "net.yaml")
    assert result.exit_code == terminal.FAULT
    assert result.stderr.startswith(
        "error: this is a fault of archspec, please report it: ZeroDivisionError: division by zero"
    )
    monkeypatch.setenv("ARCHSPEC_TRACEBACK", "1")
    assert isinstance(run("summary", "net.yaml").exception, ZeroDivisionError)


def test_ctrl_c_exits_with_130(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Compiler, "check", interrupt)
    result = run("summary", "net.yaml")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr


def test_progress_is_shown_on_a_terminal_alone():
    class Terminal(io.StringIO):
        def isatty(self):
            return self.is_terminal

    shown = {}
    for is_terminal in (True, False):
        stream = Terminal()
        stream.is_terminal = is_terminal
        with terminal.progress("building layer", 2, stream) as step:
            step("a")
            step("b")
        shown[is_terminal] = stream.getvalue()
    assert shown == {True: "\rbuilding layer ...\rbuilding layer 1 of 2\r\x1b[K", False: ""}


# odd names, odd places


def test_a_variant_of_any_name_is_expanded_to_a_spec_and_built():
    Path("odd.yaml").write_text(NET + "  x.y+z: {vars: {classes: 4}}\n", encoding="utf-8")
    for options in ((), ("--flat",)):
        text = run("expand", "odd.yaml@x.y+z", *options).stdout
        assert "\nname: net-x-y-z\n" in text
        assert "→ 4 " in run("check", "-", stdin=text).stdout
    result = run("build", "odd.yaml@x.y+z")
    assert result.stdout.splitlines()[-1].startswith("wrote build/net-x.y-z.keras, ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write anything")
def test_what_the_system_forbids_is_told_before_the_work(tmp_path):
    Path("net.yaml").chmod(0)
    assert (
        "the file `net.yaml` cannot be read: permission denied\n" in run("check", "net.yaml").stderr
    )
    Path("net.yaml").chmod(0o600)
    tmp_path.chmod(0o500)
    assert "the folder `.` cannot be written to\n" in run("build", "net.yaml").stderr


def test_the_folder_that_a_missing_one_would_stand_in_must_take_files(tmp_path, monkeypatch):
    monkeypatch.setattr(files.os, "access", lambda path, mode: Path(path) != tmp_path)
    with pytest.raises(archspec.SpecError, match="cannot be written to"):
        files.check_target(tmp_path / "build" / "net.keras", make_folder=True)


def test_compile_takes_numbers_and_arrays_of_numpy_and_no_other_objects():
    numpy = pytest.importorskip("numpy")
    assert archspec.compile("net.yaml", classes=numpy.int64(7)).tensors["head"].shape == (7,)
    assert archspec.compile({**yaml.safe_load(NET), "input": numpy.array([9, 9, 3])}).inputs[
        "input"
    ].shape == (9, 9, 3)
    with pytest.raises(archspec.SpecError, match="it holds an object of the type `object`"):
        archspec.compile("net.yaml", classes=object())
    with pytest.raises(TypeError):
        archspec.compile(None)
