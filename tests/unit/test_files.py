"""Results are whole or not at all, and what is at their place stays what it is."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from anagen.errors import InputProblems
from anagen.files import place_problems, write_whole


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_link_stays_and_the_file_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link, real = tmp_path / "link.txt", tmp_path / "real" / "kept.txt"
    link.symlink_to(real)
    for text in ("made", "written again"):
        write_whole(link, text)
        assert link.is_symlink()
        assert real.read_text(encoding="utf-8") == text
    assert names(tmp_path / "real") == ["kept.txt"]


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_whole(pipe, "all of it")
    reader.join(10)
    assert read == ["all of it"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(tmp_path) == ["pipe"]


def test_a_device_stays_a_device() -> None:
    write_whole(Path(os.devnull), "nothing")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_new_files_keep_the_umask_and_old_ones_their_mode(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new.txt", "text")
        assert mode(tmp_path / "new.txt") == 0o640
        (tmp_path / "new.txt").chmod(0o600)
        write_whole(tmp_path / "new.txt", "other text")
        assert mode(tmp_path / "new.txt") == 0o600
    finally:
        os.umask(before)


def test_work_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    write_whole(tmp_path / "kept.txt", "before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "kept.txt", "half \ud800")
    assert (tmp_path / "kept.txt").read_text(encoding="utf-8") == "before"
    assert names(tmp_path) == ["kept.txt"]


def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.touch()
    for path, folder, said in (
        (tmp_path, False, "a folder"),
        (file, True, "no folder"),
        (file / "below.txt", False, "no folder"),
        (file / "deep" / "below", True, "no folder"),
    ):
        (problem,) = place_problems(path, folder=folder)
        assert said in problem.message
        assert problem.file == str(path)
        with pytest.raises(InputProblems):
            write_whole(path / "any.txt" if folder else path, "text")
    (tmp_path / "link").symlink_to(tmp_path / "new" / "far.txt")
    for path, folder in (
        (file, False),
        (tmp_path, True),
        (tmp_path / "new" / "deep.txt", False),
        (tmp_path / "new" / "deep", True),
        (tmp_path / "link", False),
        (Path(os.devnull), False),
        (None, True),
    ):
        assert not place_problems(path, folder=folder)
    assert names(tmp_path) == ["file.txt", "link"]


def test_a_folder_that_is_closed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    (problem,) = place_problems(tmp_path / "new" / "file.txt")
    assert f"{tmp_path} is closed to you" in problem.message
