"""docs/kinds.md is what the kinds say of themselves."""

from __future__ import annotations

import os

from archspec.reports.kinds import document
from tests.paths import ROOT

PAGE = ROOT / "docs" / "kinds.md"


def test_the_page_of_kinds_is_generated() -> None:
    if os.environ.get("ARCHSPEC_REWRITE"):
        PAGE.write_text(document(), encoding="utf-8")
    else:
        assert PAGE.read_text(encoding="utf-8") == document()
