"""Panels as files: PNG pictures, and GIF or MP4 movies; each whole or not at all."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from PIL import Image

from anagen.errors import AnagenError
from anagen.files import whole

# A movie lasts about this long; its first and last picture stand longer.
SECONDS = 9.0
HOLD_SECONDS = 1.6
SHORTEST_SECONDS = 0.06
COLORS = 64
FFMPEG = "ffmpeg"
RATE = 30


def can_write_mp4() -> bool:
    """Whether the encoder of MP4 movies is on this machine."""
    return shutil.which(FFMPEG) is not None


def write_png(path: Path, picture: Image.Image) -> None:
    """One picture."""
    with whole(path) as place:
        picture.save(place, format="PNG", optimize=True)


def write_gif(path: Path, pictures: Sequence[Image.Image]) -> None:
    """A movie that plays in any browser, over and over, with one palette for all pictures."""
    palette = _palette(pictures)
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    with whole(path) as place:
        frames[0].save(
            place,
            format="GIF",
            save_all=True,
            append_images=frames[1:],
            duration=[round(1000 * seconds) for seconds in durations(len(frames))],
            loop=0,
            optimize=False,
        )


def write_mp4(path: Path, pictures: Sequence[Image.Image]) -> None:
    """A movie in H.264. Raises AnagenError when the encoder is missing or fails."""
    encoder = shutil.which(FFMPEG)
    if encoder is None:
        raise AnagenError("MP4 needs ffmpeg on this machine; GIF needs nothing")
    width, height = (side - side % 2 for side in pictures[0].size)
    command = [
        encoder, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{width}x{height}", "-r", str(RATE), "-i", "-",
        "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart",
    ]  # fmt: skip
    with whole(path) as place, tempfile.TemporaryFile() as said:
        encoding = subprocess.Popen([*command, str(place)], stdin=subprocess.PIPE, stderr=said)
        assert encoding.stdin is not None
        # An encoder that stops early says why on its way out.
        with suppress(BrokenPipeError), encoding.stdin as pipe:
            for picture, seconds in zip(pictures, durations(len(pictures)), strict=True):
                frame = picture.crop((0, 0, width, height)).tobytes()
                for _ in range(max(round(seconds * RATE), 1)):
                    pipe.write(frame)
        if encoding.wait():
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            raise AnagenError(f"ffmpeg could not write the movie: {words}")


WRITERS: dict[str, Callable[[Path, Sequence[Image.Image]], None]] = {
    "gif": write_gif,
    "mp4": write_mp4,
}


def durations(count: int) -> list[float]:
    """Seconds every picture of a movie stands."""
    each = max(SECONDS / max(count, 1), SHORTEST_SECONDS)
    return [max(each, HOLD_SECONDS) if i in (0, count - 1) else each for i in range(count)]


def _palette(pictures: Sequence[Image.Image]) -> Image.Image:
    """Colors of the first, middle and last picture together."""
    few = [pictures[i] for i in sorted({0, len(pictures) // 2, len(pictures) - 1})]
    width, height = few[0].size
    both = Image.new("RGB", (width, height * len(few)))
    for i, picture in enumerate(few):
        both.paste(picture, (0, i * height))
    return both.quantize(colors=COLORS, method=Image.Quantize.MEDIANCUT)
