"""References: a path that is there is that path, whatever its name holds, and what is no reference
is told apart.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import archspec
from archspec.diagnostics import SpecError
from archspec.frontend.library import Reference

NET = "archspec: 1\nname: net\ninput: [4]\nlayers: [{Dense: {units: 2}}]\nvariants: {v1: {}}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a@b").mkdir()
    for name in ("net.yaml", "a@b/ok.yaml", "n@1.yaml", "net.yaml@odd.yaml"):
        (tmp_path / name).write_text(NET, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "path", "variant"),
    [
        ("net.yaml", "net.yaml", None),
        ("net.yaml@v1", "net.yaml", "v1"),
        ("resnet@resnet18", "resnet", "resnet18"),
        ("-@v1", "-", "v1"),
        ("a@b/ok.yaml", "a@b/ok.yaml", None),
        ("a@b/ok.yaml@v1", "a@b/ok.yaml", "v1"),
        ("n@1.yaml", "n@1.yaml", None),
        ("n@1.yaml@v1", "n@1.yaml", "v1"),
        ("net.yaml@odd.yaml", "net.yaml@odd.yaml", None),  # it is there
        ("net.yaml@gone.yaml", "net.yaml", "gone.yaml"),
        ("gone@b/ok.yaml", "gone@b/ok.yaml", None),
        ("@v1", "@v1", None),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_a_path_and_what_a_variant(text: str, path: str, variant: str | None) -> None:
    assert Reference.parse(text) == Reference(path, variant)


@pytest.mark.parametrize("reference", ["a@b/ok.yaml", "n@1.yaml@v1"])
def test_a_path_with_an_at_sign_is_compiled_and_extended(folder: Path, reference: str) -> None:
    top = f"archspec: 1\nname: top\nextends: {reference}\n"
    (folder / "top.yaml").write_text(top, encoding="utf-8")
    for ref in (reference, folder / reference, str(folder / reference), "top.yaml"):
        assert archspec.compile(ref).parameters == 10


@pytest.mark.parametrize(
    ("reference", "message", "help"),
    [
        (
            "resnet50",
            "archspec ships no spec called `resnet50`",
            "did you mean `resnet@resnet50`?",
        ),
        ("vgg16", "archspec ships no spec called `vgg16`", "did you mean `keras/vgg@VGG16`?"),
        (
            "EfficientNet-B0",
            "archspec ships no spec called `EfficientNet-B0`",
            "did you mean `efficientnet@B0`?",
        ),
        ("resnt", "archspec ships no spec called `resnt`", "did you mean `resnet`?"),
        (
            "vit.keras",
            "`vit.keras` is no spec: the path of a spec ends in `.yaml`",
            "to compare it with a spec: `archspec verify SPEC --against vit.keras`",
        ),
        (
            "notes.txt",
            "`notes.txt` is no spec: the path of a spec ends in `.yaml`",
            "a spec is a YAML file",
        ),
        ("a@b", "`a@b` is a folder", "name a file in it"),
        ("net", "archspec ships no spec called `net`", "for the file write `net.yaml`"),
    ],
)
def test_what_names_no_spec_is_told_what_it_is(
    folder: Path, reference: str, message: str, help: str
) -> None:
    for name in ("vit.keras", "notes.txt"):
        (folder / name).write_text("", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        archspec.compile(reference)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.message, diagnostic.help) == (message, help)
