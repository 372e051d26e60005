"""The file of visits: no visit is lost by a crash, a second writer, a full disk or a bad file."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from anagen.errors import AnagenError, InputProblems
from anagen.track import store
from anagen.track.store import Course, add, read, remove
from anagen.track.visit import LabResult, Visit

START = date(2020, 1, 1)
WRITER = """
import sys
from datetime import date, timedelta
from pathlib import Path
from anagen.track.store import Course, add
from anagen.track.visit import LabResult, Visit
path, person, first, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
start = date(2020, 1, 1)
for number in range(first, first + count):
    visit = Visit(start + timedelta(days=number), note=f"visit {number} " + "x" * 2000)
    add(path, [Course(person, start, (visit,))])
    print(number, flush=True)
"""


def course(*days: int, person: str = "one") -> Course:
    visits = tuple(Visit(START + timedelta(days=d), (("salt", 40.0 + d % 50),)) for d in days)
    return Course(person, START, visits)


def writer(path: Path, person: str, first: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), person, str(first), str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_was_added_is_read_in_order_of_date(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "track.db"
    assert read(path) == ()
    add(path, [course(30)])
    add(path, [course(10), course(5, person="two")])
    assert read(path) == (course(10, 30), course(5, person="two"))


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "track.db"
    add(path, [course(1)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == ["track.db"]


def test_default_is_the_data_folder_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert store.default_file() == Path("/somewhere/anagen/track.db")


def test_a_day_that_is_taken_spoils_all_and_all_are_named(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1, 2)])
    with pytest.raises(InputProblems) as caught:
        add(path, [course(2, 3), course(1)])
    assert [p.value for p in caught.value.problems] == ["2020-01-03", "2020-01-02"]
    assert read(path) == (course(1, 2),)
    with pytest.raises(InputProblems, match="another day"):
        add(path, [Course("one", date(2019, 1, 1), ())])
    with pytest.raises(InputProblems, match="already"):
        add(path, [course(7, person="two"), course(7, person="two")])


def test_two_starts_of_one_person_are_refused_together(tmp_path: Path) -> None:
    path = tmp_path / "visits.db"
    later = Course("one", START + timedelta(days=1), course(9).visits)
    with pytest.raises(InputProblems) as error:
        add(path, [course(1), later])
    assert [problem.field for problem in error.value.problems] == ["one.start"]
    assert not path.exists() or read(path) == ()


def test_removing(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1, 2), course(1, person="two")])
    assert remove(path, "one", START + timedelta(days=1)) == 1
    assert remove(path, "two", None) == 1
    assert read(path) == (course(2),)
    with pytest.raises(InputProblems, match="no such visit"):
        remove(path, "one", START)
    with pytest.raises(InputProblems, match="no such visit"):
        remove(path, "two", None)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_killed_while_writing_no_saved_visit_is_lost(tmp_path: Path) -> None:
    path, first, said = tmp_path / "track.db", 0, []
    for after in (3, 7, 12):
        process = writer(path, "one", first, 10_000)
        assert process.stdout is not None
        for _ in range(after):
            said.append(int(process.stdout.readline()))
        time.sleep(0.0007 * after)
        process.send_signal(signal.SIGKILL)
        # Read as before: `communicate` would pass over lines that `readline` took in ahead.
        said += [int(line) for line in process.stdout.read().split()]
        process.communicate()
        kept = [(visit.date - START).days for visit in read(path)[0].visits]
        assert set(said) <= set(kept)
        # At most the visit under way when the process ended was kept without being said.
        assert len(kept) <= len(said) + 1
        first = max(kept) + 1
        said = kept


def test_a_writer_killed_within_a_transaction_leaves_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(*range(200))])
    code = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size = 1')\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "c.execute(\"UPDATE visit SET body = body || printf('%2000d', 1)\")\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert Path(f"{path}-journal").stat().st_size > 0, "the crash left a journal to play back"
    assert read(path) == (course(*range(200)),)


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    processes = [writer(path, "one", 0, 40), writer(path, "one", 1000, 40)]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    assert len(read(path)[0].visits) == 80


def test_a_full_disk_keeps_what_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1)])
    plain = store._check

    def full(connection: sqlite3.Connection, where: Path) -> None:
        plain(connection, where)
        connection.execute("PRAGMA max_page_count = 1")

    monkeypatch.setattr(store, "_check", full)
    big = Visit(START + timedelta(days=9), note="x" * 200_000)
    with pytest.raises(AnagenError, match="full") as caught:
        add(path, [Course("one", START, (big,))])
    assert caught.value.exit_code == 1
    monkeypatch.undo()
    assert read(path) == (course(1),)


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_file_that_may_not_grow_keeps_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1)])
    limited = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited + WRITER, str(path), "one", "5", "100"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "AnagenError" in done.stderr
    said = [int(line) for line in done.stdout.split()]
    assert said
    assert [(v.date - START).days for v in read(path)[0].visits] == [1, *said]


def damaged(kind: str, good: bytes) -> bytes:
    noise = bytes((i * 73 + 41) % 256 for i in range(4096))
    return {
        "empty": b"",
        "cut": good[: len(good) // 2],
        "cut within a page": good[:-700],
        "not SQLite": b"patient,visit\n" * 500,
        "noise in a page": good[:4096] + noise + good[8192:],
        "noise all over": noise * 5,
    }[kind]


@pytest.mark.parametrize(
    "kind",
    ["empty", "cut", "cut within a page", "not SQLite", "noise in a page", "noise all over"],
)
def test_a_damaged_file_is_told_and_left_as_it_is(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(*range(300))])
    content = damaged(kind, path.read_bytes())
    path.write_bytes(content)
    for act in (lambda: read(path), lambda: add(path, [course(900)])):
        with pytest.raises(InputProblems) as caught:
            act()
        assert "left as it is" in caught.value.problems[0].message
        assert caught.value.exit_code == 2
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("pragma", "words"), [("user_version = 3", "another version"), ("application_id = 7", "left")]
)
def test_a_file_of_another_kind_is_not_touched(tmp_path: Path, pragma: str, words: str) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1)])
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {pragma}")
    connection.commit()
    connection.close()
    with pytest.raises(InputProblems, match=words):
        add(path, [course(2)])


def test_a_row_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1)])
    connection = sqlite3.connect(path)
    connection.execute("UPDATE visit SET body = '{'")
    connection.commit()
    connection.close()
    with pytest.raises(InputProblems, match="one 2020-01-02"):
        read(path)


VERSION_1 = Path(__file__).with_name("track_version_1.db")


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA user_version").fetchone()[0]
    finally:
        connection.close()


def written_by_version_1() -> tuple[Course, ...]:
    start = date(2025, 1, 10)
    second = Visit(
        date(2025, 4, 4),
        (("salt", 27.8), ("hairs_shed_per_day", 80.0)),
        (("top", 50.0), ("back", 25.0), ("left", 0.0), ("right", 10.0)),
        (LabResult("ferritin", 35.0, "ng/mL"), LabResult("igra", text="negative")),
        (date(2025, 4, 1),),
        90.0,
        note="as before",
    )
    first = Visit(start, (("salt", 84.0),), plan="baricitinib 4 mg daily")
    other = Visit(date(2025, 3, 1), (("terminal_density_per_cm2", 142.0),))
    return Course("one", start, (first, second)), Course("two", start, (other,))


def test_a_file_of_version_1_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    path.write_bytes(VERSION_1.read_bytes())
    assert version(path) == 1
    assert read(path) == written_by_version_1()
    assert path.read_bytes() == VERSION_1.read_bytes()


def test_a_file_of_version_1_becomes_version_2_with_the_first_change(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    path.write_bytes(VERSION_1.read_bytes())
    one, two = written_by_version_1()
    found = Visit(date(2025, 6, 1), findings=(("fever_or_night_sweats", "present"),))
    add(path, [Course("two", two.start, (found,))])
    assert version(path) == 2
    assert read(path) == (one, Course("two", two.start, (*two.visits, found)))
    again = tmp_path / "again.db"
    again.write_bytes(VERSION_1.read_bytes())
    with pytest.raises(InputProblems, match="no such visit"):
        remove(again, "three", None)
    assert version(again) == 1, "a change that fails changes no version"
    assert read(again) == (one, two)


def test_a_turned_bit_is_told_or_changes_nothing(tmp_path: Path) -> None:
    """No bit of the file can turn a reading into another one in silence."""
    path = tmp_path / "track.db"
    add(path, [course(*range(12))])
    good, whole = path.read_bytes(), read(path)
    random = np.random.default_rng(1)
    told = 0
    for place, bit in zip(
        random.integers(0, len(good), 250), random.integers(0, 8, 250), strict=True
    ):
        bad = bytearray(good)
        bad[place] ^= 1 << int(bit)
        path.write_bytes(bytes(bad))
        try:
            assert read(path) == whole
        except (InputProblems, AnagenError):
            told += 1
    assert told > 10, "most of these files are padding, but not all"


def test_every_row_is_guarded(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1)])
    connection = sqlite3.connect(path)
    connection.execute("UPDATE visit SET body = replace(body, '41.0', '91.0')")
    connection.commit()
    connection.close()
    with pytest.raises(InputProblems, match="one 2020-01-02"):
        read(path)


def test_a_plan_that_is_no_longer_known_locks_nothing_up(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    old = Course("one", START, (Visit(START, plan="an elixir 3 drops nightly"),))
    add(path, [old])
    add(path, [course(4)])
    assert [visit.plan for visit in read(path)[0].visits] == ["an elixir 3 drops nightly", ""]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_copy_put_back_is_private_again(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1)])
    path.chmod(0o644)
    read(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_the_journal_is_as_private_as_the_file(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1)])
    with store._open(path) as connection, store._writing(connection, path):
        connection.execute("UPDATE visit SET body = '{}'")
        beside = [other for other in tmp_path.iterdir() if other != path]
        assert [stat.S_IMODE(other.stat().st_mode) for other in beside] == [0o600]
        assert not {other.name for other in beside} & {"track.db-wal", "track.db-shm"}


@pytest.mark.skipif(os.name != "posix", reason="files of POSIX")
@pytest.mark.parametrize("kind", ["folder", "pipe", "link to nowhere", "file above", "long name"])
def test_what_stands_in_the_way_is_told(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "link to nowhere":
        path.symlink_to(tmp_path / "nowhere")
    elif kind == "long name":
        path = tmp_path / ("x" * 400)
    else:
        path = path / "track.db"
        path.parent.write_text("a file")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputProblems) as caught:
        add(path, [course(1)])
    assert caught.value.problems[0].field == "--file"
    assert sorted(tmp_path.iterdir()) == before
    if kind != "link to nowhere":
        with pytest.raises(InputProblems):
            read(path)


def test_a_file_of_somebody_else_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1)])
    # Permissions do not hold an administrator back, who may be running this.
    monkeypatch.setattr(os, "access", lambda *_: False)
    for act in (lambda: read(path), lambda: add(path, [course(2)])):
        with pytest.raises(InputProblems, match="no file of visits here"):
            act()


def test_a_folder_that_may_not_be_looked_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", closed)
    for act in (lambda: read(tmp_path / "a.db"), lambda: add(tmp_path / "a.db", [course(2)])):
        with pytest.raises(InputProblems, match="no file of visits here"):
            act()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_two_writers_killed_again_and_again_lose_nothing(tmp_path: Path) -> None:
    path, first, said = tmp_path / "track.db", 0, set()
    add(path, [course(0, person="zero")])
    for after in (2, 5, 3):
        processes = [writer(path, name, first, 5_000) for name in ("one", "two")]
        for process, name in zip(processes, ("one", "two"), strict=True):
            assert process.stdout is not None
            for _ in range(after):
                said.add((name, int(process.stdout.readline())))
        for process in processes:
            process.send_signal(signal.SIGKILL)
        for process, name in zip(processes, ("one", "two"), strict=True):
            rest, _ = process.communicate()
            said |= {(name, int(line)) for line in rest.split()}
        kept = {(c.person, (v.date - START).days) for c in read(path) for v in c.visits}
        assert said <= kept
        first = max(day for _, day in kept) + 1


def test_two_writers_may_meet_on_a_file_of_version_1(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    path.write_bytes(VERSION_1.read_bytes())
    processes = [writer(path, name, 0, 5) for name in ("three", "four")]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    assert version(path) == 2
    found = {one.person: one for one in read(path)}
    assert (found["one"], found["two"]) == written_by_version_1()
    assert [len(found[name].visits) for name in ("three", "four")] == [5, 5]


def test_readers_wait_for_a_writer_and_see_all_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "track.db"
    add(path, [course(1)])
    process = writer(path, "one", 100, 30)
    seen = [1]
    while process.poll() is None:
        found = [(visit.date - START).days for visit in read(path)[0].visits]
        assert found[0] == 1
        assert len(found) >= seen[-1]
        seen.append(len(found))
    process.communicate()
    assert process.returncode == 0
    assert len(read(path)[0].visits) == 31
