"""The local page in a real browser, without JavaScript: a record goes in, its report comes out."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
uvicorn = pytest.importorskip("uvicorn")
web = pytest.importorskip("anagen.web.app")
local = pytest.importorskip("anagen.web.local")

EXAMPLES = Path(__file__).parents[2] / "examples"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    listening = local.bound("127.0.0.1", 0)
    server = uvicorn.Server(local.configured(web.local_page(EXAMPLES / "published")))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium: the page cannot be checked")
        pytest.skip("no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Any]:
    contexts: list[Any] = []
    asked: list[str] = []

    def go(width: int, **media: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=False, **media
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert not [url for url in asked if not url.startswith((address, "data:"))]


def test_a_file_becomes_a_report(opened: Any) -> None:
    page = opened(1280)
    page.get_by_label("A record of one person").set_input_files(
        str(EXAMPLES / "published" / "LPP-01.toml")
    )
    page.get_by_role("button", name="Make the report").click()
    assert "See a doctor first" in page.locator("body").inner_text()
    assert "Scarring alopecia" in page.locator("body").inner_text()


def test_an_example_is_chosen_with_the_keyboard(opened: Any) -> None:
    page = opened(390)
    page.get_by_label("Or a made-up person").focus()
    page.keyboard.type("LPP-01")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report")
    assert "LPP-01" in page.title()


def test_problems_come_back_with_the_form(opened: Any, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('format = "anagen-patient/1"\nid = "x"\nagee = 3\n', encoding="utf-8")
    page = opened(390)
    page.get_by_label("A record of one person").set_input_files(str(wrong))
    page.get_by_role("button", name="Make the report").click()
    alarm = page.get_by_role("alert")
    assert "1 problem in the record" in alarm.inner_text()
    assert "Did you mean: age_years" in alarm.inner_text()
    assert page.get_by_role("button", name="Make the report").is_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_its_targets_are_large(opened: Any, width: int, scheme: str) -> None:
    page = opened(width, color_scheme=scheme)
    for target in page.locator("button, select, input").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 24
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
