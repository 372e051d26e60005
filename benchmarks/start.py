"""What a person waits for: help, the first run, a plan; and the memory it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.race import seconds

PATIENT = "examples/patients/severe_alopecia_areata.toml"
MAIN = "from anagen.cli import run; run()"


def measure(turns: int) -> dict[str, float]:
    """Seconds of help, of a first and a later plan, the share computed, and MiB at most."""
    found = {"anagen --help, s": min(seconds(lambda: _anagen("--help")) for _ in range(turns))}
    with tempfile.TemporaryDirectory() as folder:
        cache = {"NUMBA_CACHE_DIR": str(Path(folder) / "cache")}
        asked = ("plan", PATIENT, "--out", str(Path(folder) / "out"))
        busy = _processor()
        found["first plan after install, s"] = seconds(lambda: _anagen(*asked, **cache))
        first = _processor() - busy
        busy = _processor()
        found["plan again, s"] = seconds(lambda: _anagen(*asked, **cache))
        # Other work on the machine lengthens the wait, not the work.
        found["compiling, processor time, s"] = first - (_processor() - busy)
    found |= _inside(_PLAN)
    found |= _inside(_MANY)
    return found


def _processor() -> float:
    """Processor time of all finished subprocesses, s."""
    spent = os.times()
    return spent.children_user + spent.children_system


def peak_mib() -> float:
    """Most memory this process has held, MiB. (What the parent held does not count.)"""
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(text for text in status.read_text().splitlines() if text.startswith("VmHWM"))
    return float(line.split()[1]) / 1024


def _anagen(*arguments: str, **environment: str) -> None:
    subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def _inside(code: str) -> dict[str, float]:
    """What a fresh interpreter measures of itself, as JSON on its last line."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


_PLAN = f"""
import json, time
from benchmarks.start import peak_mib
from anagen.assess.assess import assess
from anagen.patients.intake import load
from anagen.plan import make

record = load({PATIENT!r})
spent, cpu, arms = [], [], []

def timed(*given, **named):
    begin, busy = time.perf_counter(), time.process_time()
    made = make.run_model(*given, **named)
    spent.append(time.perf_counter() - begin)
    cpu.append(time.process_time() - busy)
    arms.append(len(made.arms))
    return made

for turn in range(4):
    make.make_plan(record, assess(record), forecaster=timed)
print(json.dumps({{
    "plan, computing, s": min(spent[1:]),
    "plan, arms": arms[-1],
    "plan, computing of 8 plans, s": min(spent[1:]) * 9 / arms[-1],
    "plan, processor time of 8 plans on 2 cores, s": min(cpu[1:]) * 9 / arms[-1] / 2,
    "plan, peak memory, MiB": peak_mib(),
}}))
"""
# Many people at 15 visits of four weeks, in batches; only what the visits read is kept.
_MANY = """
import json, time
from benchmarks.start import peak_mib
import numpy as np
from anagen.model.scalp_day import RECORD
from benchmarks.cohort import drivers_of, engine, group_of

BATCH, BATCHES, VISITS = 512, 4, 15
block = np.full(28 * (VISITS - 1), 0.35)
group, drivers = group_of(BATCH), drivers_of(block, BATCH)
run = engine(group, drivers)
run()
kept = np.empty((1_000_000, VISITS), np.float32)
begin = time.perf_counter()
for i in range(BATCHES):
    kept[i * BATCH : (i + 1) * BATCH] = run()[::4].mean(axis=1).T
spent = time.perf_counter() - begin
kept[:] = kept[0]
peak = peak_mib()
print(json.dumps({
    "1e6 patients x 15 visits, peak memory, MiB": peak,
    "1e6 patients x 15 visits, one core, extrapolated, h": spent / (BATCH * BATCHES) * 1e6 / 3600,
}))
"""
