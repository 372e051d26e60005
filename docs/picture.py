"""Draws the README's picture from a report: the courses of three plans, as the page shows them.

Run: python docs/picture.py REPORT.html docs/images/over-time.png (needs Chromium and Playwright).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright


def main(report: Path, picture: Path) -> None:
    """Screenshot of the section "Over time", cut to its first row of charts."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1180, "height": 900}, device_scale_factor=1.5)
        page.goto(report.resolve().as_uri())
        box = page.locator("#curves").first.bounding_box()
        assert box is not None, "the report has no section 'Over time'"
        page.screenshot(
            path=picture,
            full_page=True,
            clip={"x": box["x"] - 8, "y": box["y"], "width": box["width"] + 16, "height": 520},
        )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
