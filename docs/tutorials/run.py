"""Runs the code blocks of a tutorial and puts what they print into the text block after each.

`python docs/tutorials/run.py docs/tutorials/three-causes.md` renews the page after the model has
changed.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

# A python block, and the text block right after it when there is one.
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)


def printed(
    page: str, namespace: dict[str, object] | None = None
) -> Iterator[tuple[str | None, str]]:
    """Of each code block, in one namespace: the text the page shows and what the code prints."""
    namespace = {} if namespace is None else namespace
    namespace["__name__"] = "tutorial"
    for code, shown in BLOCK.findall(page):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, "tutorial", "exec"), namespace)
        yield shown or None, out.getvalue()


def renewed(page: str) -> str:
    """The page with every text block as the code prints it now."""
    prints = iter([text for _, text in printed(page)])

    def one(match: re.Match[str]) -> str:
        text = next(prints)
        result = f"```python\n{match[1]}```"
        return result + (f"\n\n```text\n{text}```" if text else "")

    return BLOCK.sub(one, page)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(renewed(path.read_text("utf-8")), "utf-8")
