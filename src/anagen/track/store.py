"""The file of visits: SQLite, readable by its owner only, whole after every crash."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from anagen.errors import AnagenError, InputProblems, Problem
from anagen.patients.reading import Reading
from anagen.track.visit import Visit, as_document, from_stored

# "AnaT" in the header of the file: what else may be a SQLite file is not touched.
APPLICATION = 0x416E6154
# 1: no findings, no digest. 2: both. Version 1 is read as it is and becomes 2 with a first change.
VERSION = 2
PATIENCE_MS = 20_000
_TABLES = """
CREATE TABLE person (id TEXT PRIMARY KEY, start TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE visit (
    person TEXT NOT NULL REFERENCES person (id),
    date TEXT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (person, date)
) WITHOUT ROWID;
"""
_ADD_PERSON = "INSERT INTO person VALUES (?, ?) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Course:
    """One person's visits in order of date; `start` is the day of the record."""

    person: str
    start: date
    visits: tuple[Visit, ...]


def default_file() -> Path:
    """`anagen/track.db` in the user's data folder (XDG)."""
    base = os.environ.get("XDG_DATA_HOME", "")
    folder = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share"
    return folder / "anagen" / "track.db"


def read(path: Path) -> tuple[Course, ...]:
    """Everyone's visits. Empty when there is no file yet.

    Raises InputProblems for a file that is damaged, of another program or of a newer Anagen.
    """
    if not _is_there(path):
        return ()
    with _open(path) as connection:
        return _courses(connection, path)


def add(path: Path, courses: Iterable[Course]) -> None:
    """Add all visits or none. The file is made when there is none.

    Raises InputProblems for a day that is taken or a person with another start, AnagenError when
    it could not be written.
    """
    courses = tuple(courses)
    if not _is_there(path):
        _create(path)
    with _open(path) as connection, _writing(connection, path):
        _check_free(connection, courses, path)
        for course in courses:
            connection.execute(_ADD_PERSON, (course.person, course.start.isoformat()))
            connection.executemany(
                "INSERT INTO visit VALUES (?, ?, ?, ?)",
                [_row(course.person, course.start, visit) for visit in course.visits],
            )


def remove(path: Path, person: str, day: date | None) -> int:
    """Remove one visit, or with `day` None the person. Returns how many visits went.

    Raises InputProblems when there is nothing to remove.
    """
    if not _is_there(path):
        raise InputProblems([Problem(str(path), "--file", "", "there is no file of visits here")])
    with _open(path) as connection, _writing(connection, path):
        known = connection.execute("SELECT 1 FROM person WHERE id = ?", (person,)).fetchone()
        which, values = "person = ?", [person]
        if day is not None:
            which, values = "person = ? AND date = ?", [person, day.isoformat()]
        gone = connection.execute(f"DELETE FROM visit WHERE {which}", values).rowcount
        if not known or (day is not None and not gone):
            what = person if day is None else f"{person} {day}"
            raise InputProblems(
                [Problem(str(path), "remove", what, "no such visit", fix="see anagen track list")]
            )
        connection.execute(
            "DELETE FROM person WHERE id = ? AND id NOT IN (SELECT person FROM visit)", (person,)
        )
        return gone


def _is_there(path: Path) -> bool:
    """Whether there is a file. Raises InputProblems for a place that cannot have one."""
    try:
        if path.exists():
            return True
        above = next((folder for folder in path.parents if folder.exists()), None)
    except (OSError, ValueError) as error:
        raise InputProblems(
            [_no_place(path, str(getattr(error, "strerror", "") or error))]
        ) from error
    if above is not None and not above.is_dir():
        raise InputProblems([_no_place(path, f"{above} is no folder")])
    return False


def _row(person: str, start: date, visit: Visit) -> tuple[str, str, str, str]:
    day = visit.date.isoformat()
    body = json.dumps(as_document(visit), ensure_ascii=False, sort_keys=True)
    return person, day, body, _digest(person, start.isoformat(), day, body)


def _digest(*parts: str) -> str:
    """What tells a row from one in which a bit has turned: SQLite looks at its tree only."""
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def _courses(connection: sqlite3.Connection, path: Path) -> tuple[Course, ...]:
    visits: dict[str, list[Visit]] = {}
    reading = Reading(str(path))
    digest = "v.digest" if _version(connection) > 1 else "NULL"
    rows = connection.execute(
        f"SELECT p.id, p.start, v.date, v.body, {digest} "
        "FROM person p LEFT JOIN visit v ON v.person = p.id ORDER BY p.id, v.date"
    ).fetchall()
    starts: dict[str, date] = {}
    for person, start, day, body, kept in rows:
        try:
            if kept is not None and kept != _digest(person, start, day, body):
                raise ValueError("this is not what was written")
            starts[person] = date.fromisoformat(start)
            found = visits.setdefault(person, [])
            visit = None if body is None else from_stored(json.loads(body))
            if visit is not None and visit.date.isoformat() != day:
                raise ValueError("the day of the row is another")
        except (ValueError, TypeError, KeyError, AttributeError):
            reading.problem(f"{person} {day}", body, "this row cannot be read")
            continue
        found += [visit] if visit is not None else []
    if reading.problems:
        raise InputProblems(reading.problems)
    return tuple(Course(person, starts[person], tuple(found)) for person, found in visits.items())


def _check_free(connection: sqlite3.Connection, courses: Iterable[Course], path: Path) -> None:
    reading = Reading(str(path))
    seen: set[tuple[str, date]] = set()
    starts: dict[str, date] = {}
    for course in courses:
        first = starts.setdefault(course.person, course.start)
        if first != course.start:
            reading.problem(
                f"{course.person}.start", str(course.start),
                "another row of this person starts from another day",
                allowed=first.isoformat(),
                fix="all visits of a person start from one record",
            )  # fmt: skip
        row = connection.execute(
            "SELECT start FROM person WHERE id = ?", (course.person,)
        ).fetchone()
        if row and row[0] != course.start.isoformat():
            reading.problem(
                f"{course.person}.start", course.start,
                "the visits of this person start from a record of another day",
                allowed=row[0],
                fix="keep the record of the first visit; what changed since belongs in visits",
            )  # fmt: skip
        for visit in course.visits:
            taken = connection.execute(
                "SELECT 1 FROM visit WHERE person = ? AND date = ?",
                (course.person, visit.date.isoformat()),
            ).fetchone()
            if taken or (course.person, visit.date) in seen:
                reading.problem(
                    f"{course.person}.date", str(visit.date), "this day has its visit already",
                    fix=f"anagen track remove {course.person} {visit.date}, then add it again",
                )  # fmt: skip
            seen.add((course.person, visit.date))
    if reading.problems:
        raise InputProblems(reading.problems)


def _create(path: Path) -> None:
    """A new file with its tables, linked into place whole; who comes second uses the first's.

    Raises InputProblems for a place that cannot hold it, AnagenError when it cannot be written.
    """
    if path.is_symlink():
        raise InputProblems([_no_place(path, "this link leads nowhere")])
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)  # mkstemp makes it 0600
        fresh = Path(name)
        try:
            connection = sqlite3.connect(fresh, isolation_level=None)
            try:
                connection.executescript(
                    f"PRAGMA synchronous = FULL; BEGIN; {_TABLES}"
                    f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
                    "COMMIT;"
                )
            finally:
                connection.close()
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink(missing_ok=True)
            Path(f"{name}-journal").unlink(missing_ok=True)
        _keep_folder(path.parent)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        why = f"{Path(error.filename or path.parent).name}: {error.strerror}"
        raise InputProblems([_no_place(path, why)]) from error
    except (OSError, sqlite3.Error) as error:
        raise AnagenError(f"{path}: cannot make a file of visits: {error}") from error


def _keep_folder(folder: Path) -> None:
    """Ask the disk to keep a new name."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _keep_private(path: Path) -> None:
    """A copy that was put back for everyone to read is for its owner again; journals follow it."""
    if os.name == "posix":
        known = path.stat()
        if known.st_mode & 0o077 and known.st_uid == os.geteuid():
            path.chmod(0o600)


def _no_place(path: Path, why: str) -> Problem:
    return Problem(
        str(path), "--file", why, "there can be no file of visits here",
        allowed="a file of your own that anagen track has made, or a new name in a folder of yours",
    )  # fmt: skip


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    """A checked connection in the mode of a rollback journal, synced at every step."""
    try:
        if not path.is_file():
            raise InputProblems([_no_place(path, "this is no regular file")])
        if not os.access(path, os.R_OK | os.W_OK):
            raise InputProblems([_no_place(path, "you may not read and write it")])
        if path.stat().st_size == 0:
            raise InputProblems([_damaged(path, "the file is empty")])
        _keep_private(path)
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=PATIENCE_MS / 1000.0,
        )
    except (OSError, sqlite3.Error) as error:
        raise AnagenError(f"{path}: cannot open the file of visits: {error}") from error
    try:
        _check(connection, path)
        yield connection
    except sqlite3.OperationalError as error:
        raise AnagenError(
            f"{path}: could not finish ({error}); visits saved before are kept, this one is not"
        ) from error
    except sqlite3.DatabaseError as error:
        raise InputProblems([_damaged(path, str(error))]) from error
    finally:
        connection.close()


def _check(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    version = _version(connection)
    if owner != APPLICATION:
        raise InputProblems([_damaged(path, "this is no file of visits of Anagen")])
    if not 1 <= version <= VERSION:
        raise InputProblems([_newer(path, version)])
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise InputProblems([_damaged(path, found)])


def _damaged(path: Path, why: str) -> Problem:
    return Problem(
        str(path), "file", why, "the file of visits cannot be read; it was left as it is",
        allowed="a file that anagen track has made",
        fix="put back a copy, or move it away and import an export",
    )  # fmt: skip


def _newer(path: Path, version: int) -> Problem:
    return Problem(
        str(path), "version", str(version), "written by another version of Anagen",
        allowed=f"1 to {VERSION}", fix="use that version, or export there and import here",
    )  # fmt: skip


@contextmanager
def _writing(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One transaction: all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        _migrate(connection, path)
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """A file of an older version becomes one of this, inside the change that asks for it.

    Asked again here: another program may have changed the file since it was opened.
    """
    version = _version(connection)
    if version > VERSION:
        raise InputProblems([_newer(path, version)])
    if version == 1:
        courses = _courses(connection, path)
        connection.execute("ALTER TABLE visit ADD COLUMN digest TEXT NOT NULL DEFAULT ''")
        rows = [_row(one.person, one.start, visit) for one in courses for visit in one.visits]
        connection.executemany("INSERT OR REPLACE INTO visit VALUES (?, ?, ?, ?)", rows)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
