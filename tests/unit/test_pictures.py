"""Pictures of a head: skin where hair is missing, nothing half written, movies that play."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from anagen.errors import AnagenError, InputProblems
from anagen.pictures.frames import even_weeks, shown_weeks
from anagen.pictures.ground import PAPER, SKIN
from anagen.pictures.head import Head, prepare_head
from anagen.pictures.movie import durations, write_gif, write_mp4, write_png
from anagen.pictures.panel import Side, draw_panel, ticks, when
from anagen.rng import generator

FOLLICLES = 40_000
HALF_X, HALF_Y = 12.0, 15.0
PATCH = (4.0, 5.0, 3.0)


@pytest.fixture(scope="module")
def places() -> tuple[np.ndarray, np.ndarray]:
    random = generator(1, "", "synthetic head")
    angle = random.uniform(0.0, 2.0 * np.pi, FOLLICLES)
    radius = np.sqrt(random.uniform(0.0, 1.0, FOLLICLES))
    return HALF_X * radius * np.cos(angle), HALF_Y * radius * np.sin(angle)


@pytest.fixture(scope="module")
def head(places: tuple[np.ndarray, np.ndarray]) -> Head:
    return prepare_head(*places, width=200, parted=False)


def _full() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    everywhere = np.ones(FOLLICLES, dtype=bool)
    # Fewer follicles than on a head, so thicker ones.
    return (
        everywhere,
        np.full(FOLLICLES, 10.0, dtype=np.float32),
        np.full(FOLLICLES, 180.0, dtype=np.float32),
    )


def _around(head: Head, picture: Image.Image, x: float, y: float, half_cm: float) -> float:
    """Mean lightness (0-255) of a square around a place in cm."""
    column, row = head.view.pixels(np.array([x]), np.array([y]))
    finer = head.view.width / picture.size[0]
    size = max(round(half_cm * head.view.scale / finer), 1)
    c, r = round(float(column[0]) / finer), round(float(row[0]) / finer)
    gray = np.asarray(picture.convert("L"), dtype=float)
    return float(gray[r - size : r + size, c - size : c + size].mean())


def test_a_patch_shows_skin_and_the_rest_hair_also_in_gray(
    places: tuple[np.ndarray, np.ndarray], head: Head
) -> None:
    visible, length, diameter = _full()
    x, y = places
    bald = np.hypot(x - PATCH[0], y - PATCH[1]) < PATCH[2]
    full, patchy = (head.paint(v, length, diameter) for v in (visible, visible & ~bald))
    skin = float(np.asarray(Image.new("RGB", (1, 1), SKIN).convert("L"))[0, 0])
    inside = _around(head, patchy, PATCH[0] + 0.5, PATCH[1] + 0.5, 0.5)
    assert abs(inside - skin) < 0.15 * skin
    assert _around(head, full, PATCH[0], PATCH[1], 0.5) < 0.55 * skin
    # Far from the patch not one pixel differs.
    assert _around(head, full, -6.0, -8.0, 2.0) == _around(head, patchy, -6.0, -8.0, 2.0)


@pytest.mark.parametrize("what", ["number", "length", "caliber"])
def test_less_hair_of_any_kind_shows_more_skin(head: Head, what: str) -> None:
    visible, length, diameter = _full()
    lightness = []
    for share in (1.0, 0.5, 0.2, 0.0):
        drawn = [visible, length, diameter]
        if what == "number":
            drawn[0] = np.arange(FOLLICLES) % 10 < 10 * share
        elif what == "length":
            drawn[1] = np.full_like(length, 1.6 * share)
        else:
            drawn[2] = diameter * np.float32(share)
        lightness.append(_around(head, head.paint(*drawn), 3.0, 3.0, 3.0))
    assert lightness == sorted(lightness)
    assert lightness[-1] > lightness[0] + 60.0


def test_the_same_hairs_make_the_same_picture(
    places: tuple[np.ndarray, np.ndarray], head: Head
) -> None:
    again = prepare_head(*places, width=200, parted=False)
    assert head.paint(*_full()).tobytes() == again.paint(*_full()).tobytes()


def test_the_nose_is_in_front_and_ears_at_both_sides(head: Head) -> None:
    bare = np.asarray(head.paint(np.zeros(FOLLICLES, dtype=bool), *_full()[1:]))
    drawn = (bare != np.array(PAPER)).any(axis=2)
    rows = np.flatnonzero(drawn.any(axis=1))
    top, bottom = drawn[rows[0] + 3].sum(), drawn[rows[-1] - 3].sum()
    assert 0 < top < bottom, "the nose is narrower than the nape"
    columns = np.flatnonzero(drawn.any(axis=0))
    for edge in (columns[0] + 2, columns[-1] - 2):
        assert 0 < drawn[:, edge].sum() < 0.3 * drawn.shape[0], "ears stand out at the sides"


def test_parted_hair_falls_to_both_sides(places: tuple[np.ndarray, np.ndarray]) -> None:
    head = prepare_head(*places, width=200, parted=True)
    visible, length, diameter = _full()
    picture = head.paint(visible, length, diameter)
    assert _around(head, picture, 0.0, 6.0, 0.25) > 1.3 * _around(head, picture, 4.0, 6.0, 0.5)


def test_a_panel_sets_heads_side_by_side(head: Head) -> None:
    picture = head.paint(*_full())
    one = Side("No treatment", ("Norwood III", "80 hairs shed a day"), picture)
    other = Side("finasteride 1 mg daily", ("Norwood II",), picture, ((0.0, 52.0),))
    alone = draw_panel([one], week=0, weeks=104, note="someone")
    both = draw_panel([one, other], week=52, weeks=104, note="someone")
    assert both.size[0] > 2 * picture.size[0] > alone.size[0]
    assert both.tobytes() != draw_panel([one, other], week=53, weeks=104, note="someone").tobytes()


def test_weeks_and_marks_of_time_in_words() -> None:
    assert when(12) == "Week 12"
    assert when(261) == "Week 261 (5.0 years)"
    assert [text for _, text in ticks(104)] == ["0 wk", "13 wk", "26 wk", "39 wk", "52 wk",
                                               "65 wk", "78 wk", "91 wk", "104 wk"]  # fmt: skip
    assert [text for _, text in ticks(1305)] == ["0 y", "5 y", "10 y", "15 y", "20 y", "25 y"]
    for weeks in (1, 5, 40, 300, 2080):
        assert 2 <= len(ticks(weeks)) <= 9


def test_weeks_shown() -> None:
    assert even_weeks(3, 48) == (0, 1, 2, 3)
    assert even_weeks(104, 5) == (0, 26, 52, 78, 104)
    assert shown_weeks([7], 104, 0) == (7,)
    assert shown_weeks([7], 104, 3) == (0, 7, 52, 104)


def _small(count: int) -> list[Image.Image]:
    return [Image.new("RGB", (31, 21), (40 * i, 10, 250 - 40 * i)) for i in range(count)]


def test_a_gif_plays_every_picture_over_and_over(tmp_path: Path) -> None:
    write_gif(tmp_path / "head.gif", _small(3))
    with Image.open(tmp_path / "head.gif") as movie:
        assert getattr(movie, "n_frames", 1) == 3
        assert movie.info["loop"] == 0
        assert movie.info["duration"] == round(1000 * durations(3)[0])
    assert [path.name for path in tmp_path.iterdir()] == ["head.gif"]


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "head.png").write_bytes(b"before")

    def fail(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(KeyboardInterrupt):
        write_png(tmp_path / "head.png", _small(1)[0])
    assert (tmp_path / "head.png").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["head.png"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputProblems) as caught:
        write_png(tmp_path / "file" / "head.png", _small(1)[0])
    assert caught.value.problems[0].field == "--out"


FAKE = """#!/bin/sh
for last in "$@"; do :; done
wc -c > "$last"
"""


def _encoder(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    (folder / "ffmpeg").write_text(script, encoding="utf-8")
    (folder / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_mp4_hands_even_sized_pictures_to_the_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _encoder(tmp_path / "bin", FAKE, monkeypatch)
    write_mp4(tmp_path / "head.mp4", _small(3))
    written = int((tmp_path / "head.mp4").read_text(encoding="utf-8"))
    frame = 30 * 20 * 3
    assert written % frame == 0
    assert written // frame == sum(max(round(30 * seconds), 1) for seconds in durations(3))


def test_an_encoder_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _encoder(tmp_path / "bin", "#!/bin/sh\necho no codec >&2\nexit 1\n", monkeypatch)
    with pytest.raises(AnagenError, match="no codec"):
        write_mp4(tmp_path / "head.mp4", _small(3))
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_without_an_encoder_mp4_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AnagenError, match="GIF"):
        write_mp4(tmp_path / "head.mp4", _small(2))
