"""The report in a real browser: nothing overlaps, overflows, asks outside or fades away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from anagen.assess.assess import assess
from anagen.patients.intake import load
from anagen.patients.record import PatientRecord
from anagen.plan.make import make_plan
from anagen.plan.records import Plan
from anagen.report import html
from anagen.report.document import build
from report_cases import CASES, STAMP

sync_api = pytest.importorskip("playwright.sync_api")

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDTHS = (1280, 390)
EXAMPLES = Path(__file__).parents[2] / "examples"

# Text boxes that meet though neither holds the other; and text that leaves its picture.
OVERLAPS = """
() => {
  const wrong = [];
  const meets = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2.5;
  for (const svg of document.querySelectorAll('svg.chart')) {
    const frame = svg.getBoundingClientRect();
    if (!svg.checkVisibility()) continue;
    const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim()
      && getComputedStyle(t).opacity !== '0');
    const boxes = texts.map(t => t.getBoundingClientRect());
    boxes.forEach((box, i) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1
          || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        wrong.push(`${svg.querySelector('title').textContent}: '${texts[i].textContent}' leaves`);
      for (let k = i + 1; k < boxes.length; k++) if (meets(box, boxes[k]))
        wrong.push(`'${texts[i].textContent}' lies on '${texts[k].textContent}'`);
    });
  }
  const blocks = [...document.querySelectorAll(
    'p, li, dt, dd, td, th, h1, h2, h3, h4, summary, figcaption, caption, label, svg.chart')]
    .filter(e => !e.closest('.skip') && e.checkVisibility()
      && e.getBoundingClientRect().width > 1);
  const boxes = blocks.map(e => e.getBoundingClientRect());
  for (let i = 0; i < blocks.length; i++) for (let k = i + 1; k < blocks.length; k++)
    if (!blocks[i].contains(blocks[k]) && !blocks[k].contains(blocks[i])
        && meets(boxes[i], boxes[k]))
      wrong.push(`${blocks[i].tagName} '${blocks[i].textContent.slice(0, 40)}' lies on `
        + `${blocks[k].tagName} '${blocks[k].textContent.slice(0, 40)}'`);
  return wrong;
}
"""

CONTRASTS = """
() => {
  const channel = v => v <= 10 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = s => s.match(/[\\d.]+/g).map(Number);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const e of document.querySelectorAll('p, li, dt, dd, td, th, h1, h2, h3, h4, a, summary,'
      + ' caption, figcaption, strong, span, svg text')) {
    if (!e.textContent.trim() || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const color = parse(e.namespaceURI.endsWith('svg') ? style.fill : style.color);
    const a = light(color), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${ratio.toFixed(2)} ${e.tagName} ${e.textContent.slice(0, 30)}`);
  }
  return low;
}
"""


def missing(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}: the report cannot be checked in a browser")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@cache
def rendered(case: str) -> str:
    return html.render(build(*(SHIPPED if case in SHIPPED else CASES)[case](), STAMP))


def shipped(name: str) -> Callable[[], tuple[PatientRecord, Plan]]:
    """A shipped record planned with the real model; few draws, the page has the same parts."""

    def planned() -> tuple[PatientRecord, Plan]:
        record = load(EXAMPLES / f"{name}.toml")
        return record, make_plan(record, assess(record), weeks=104, draws=20, seed=1)

    return planned


SHIPPED = {
    name: shipped(name)
    for name in (
        "patients/male_pattern_vertex",
        "patients/severe_alopecia_areata",
        "patients/postpartum_shedding",
        "patients/areata_with_male_pattern",
        "published/LPP-01",
    )
}


def address(folder: Path, case: str) -> str:
    path = folder / f"{case.replace('/', '_')}.html"
    if not path.exists():
        path.write_text(rendered(case), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser: Any, folder: Path) -> Iterator[Any]:
    """Opens a case and fails the test on any console message or request beyond the file."""
    contexts: list[Any] = []
    noise: list[str] = []
    asked: list[str] = []

    def go(case: str, width: int, **media: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **media)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: noise.append(message.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address(folder, case))
        return page

    yield go
    for context in contexts:
        context.close()
    assert not noise
    outside = [url for url in asked if not url.startswith(("file:", "data:"))]
    assert not outside


def open_all(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", [*CASES, *SHIPPED])
def test_nothing_overlaps_or_overflows(opened: Any, case: str, width: int) -> None:
    page = opened(case, width)
    for state in ("closed", "open"):
        if state == "open":
            open_all(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        assert page.evaluate(OVERLAPS) == [], state


def test_overlap_check_can_fail(opened: Any) -> None:
    page = opened("male_pattern", 390)
    page.evaluate("document.querySelector('#short li').style.marginBottom = '-20px'")
    page.evaluate(
        "() => { const t = document.querySelectorAll('svg.chart text');"
        " t[1].setAttribute('transform', t[0].getAttribute('transform')); }"
    )
    assert len(page.evaluate(OVERLAPS)) >= 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(opened: Any, scheme: str) -> None:
    page = opened("severe_alopecia_areata", 1280, color_scheme=scheme)
    open_all(page)
    assert page.evaluate(CONTRASTS) == []
    page.evaluate("document.body.style.setProperty('--quiet', '#777')")
    assert page.evaluate(CONTRASTS) != []


def test_every_picture_has_a_name_and_charts_are_large_enough(opened: Any) -> None:
    page = opened("severe_alopecia_areata", 390)
    nameless = page.evaluate(
        "[...document.querySelectorAll('img, svg')].filter(e => e.getAttribute('aria-hidden')"
        " !== 'true' && !e.querySelector(':scope > title')?.textContent.trim()).length"
    )
    assert nameless == 0
    sizes = page.evaluate(
        "[...document.querySelectorAll('svg.chart text')].filter(t => t.getClientRects().length)"
        ".map(t => parseFloat(getComputedStyle(t).fontSize)"
        " * t.ownerSVGElement.getBoundingClientRect().width"
        " / t.ownerSVGElement.viewBox.baseVal.width)"
    )
    assert sizes
    assert min(sizes) >= 10.5


def test_time_picker_works_with_the_keyboard_and_without_script(opened: Any) -> None:
    page = opened("male_pattern", 1280, java_script_enabled=False)
    shown = page.locator("#compare .time:visible")
    first = shown.all_inner_texts()
    assert set(first) == {"1 year", "1 year."}
    page.locator("#time-1").focus()
    page.keyboard.press("ArrowRight")
    assert {text.rstrip(".") for text in shown.all_inner_texts()} == {"2 years"}


def test_keyboard_reaches_the_report_first(opened: Any) -> None:
    page = opened("male_pattern", 390)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_targets_are_large_enough(opened: Any) -> None:
    page = opened("severe_alopecia_areata", 390)
    small = page.evaluate(
        "[...document.querySelectorAll('nav a, summary, .picker label')]"
        ".filter(e => e.getClientRects().length)"
        ".filter(e => Math.min(e.getBoundingClientRect().height,"
        " e.getBoundingClientRect().width) < 24)"
        ".map(e => e.textContent)"
    )
    assert small == []


def test_print_shows_the_chosen_time_and_no_control(opened: Any) -> None:
    page = opened("male_pattern", 794)
    page.locator("#time-2").check()
    page.emulate_media(media="print")
    shown = page.locator("#compare .time:visible").all_inner_texts()
    assert {text.rstrip(".") for text in shown} == {"2 years"}
    header = page.locator("table.compare thead th").first
    assert header.is_visible(), "paper got the phone's layout"
    assert not page.locator(".picker").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")


def test_a_link_opens_the_option_it_leads_to(browser: Any, tmp_path: Path) -> None:
    record, made = CASES["male_pattern"]()
    first = made.options[1]
    many = tuple(replace(first, id=f"copy_{i}", label=f"Copy {i}") for i in range(6))
    path = tmp_path / "many.html"
    path.write_text(
        html.render(build(record, replace(made, options=(*made.options, *many)), STAMP)),
        encoding="utf-8",
    )
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.locator("details.option[open]").count() == 0, "all open or all closed"
    page.locator("table.compare a", has_text="Copy 3").click()
    opened_now = page.locator("details.option[open]")
    assert opened_now.count() == 1
    assert "Copy 3" in opened_now.inner_text()
    page.close()
