"""In a browser that has none of the fonts in which the renderer measures, text keeps to its box
and to its line. Run where Chromium is installed; what is compared is measured by the browser.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from archspec.diagrams.options import Options
from tests.diagrams.samples import svg

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

FONTS = ("DejaVu Sans Mono", "DejaVu Serif", "")
"""Fonts that are wider than Arial, and the page's own choice."""

MEASURE = """
font => {
  const svg = document.querySelector('svg');
  if (font) svg.setAttribute('font-family', font);
  const wrong = [];
  for (const group of svg.querySelectorAll('g.node, g.cluster')) {
    const shapes = [...group.querySelectorAll('path, polygon, ellipse')].map(one => one.getBBox());
    const left = Math.min(...shapes.map(box => box.x));
    const right = Math.max(...shapes.map(box => box.x + box.width));
    for (const text of group.querySelectorAll('text')) {
      const box = text.getBBox();
      if (box.x < left - 1 || box.x + box.width > right + 1)
        wrong.push([group.id, text.textContent, box.x - left, right - box.x - box.width]);
    }
  }
  for (const group of svg.querySelectorAll('g')) {
    const texts = [...group.children].filter(one => one.tagName == 'text');
    const lines = texts.map(text => ({y: text.getAttribute('y'), text: text.textContent, box: text.getBBox()}));
    for (const one of lines) for (const other of lines)
      if (one !== other && one.y === other.y && one.box.x <= other.box.x
          && one.box.x + one.box.width > other.box.x + 0.6)
        wrong.push([group.id, one.text, other.text, one.box.x + one.box.width - other.box.x]);
  }
  return wrong;
}
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("direction", ["tb", "lr"])
@pytest.mark.parametrize(
    "name", ["resnet@resnet50", "googlenet", "unet", "xception", "efficientnet@B0", "two"]
)
def test_text_keeps_to_its_box_and_line(page: Any, name: str, direction: str) -> None:
    page.set_content(svg(name, Options(direction=direction)).decode().partition("?>")[2])
    for font in FONTS:
        assert page.evaluate(MEASURE, font) == [], font
