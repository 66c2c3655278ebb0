"""Holds the gate to the foreign server: its faithful form in its moods is left in peace, and its flaws are named.

    python3 cli/foreign_server/trial.py --program build/release/cli/closecheck --moods --flaws

prints a line for each run: what was tried, the verdict, the clauses that were named, and how long it took. The exit
status is 0 when every run came out as it should. Standard library only.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from flaws import FLAWS  # noqa: E402
from moods import MOODS  # noqa: E402


def run(program, effort, profile, mood, flaw, selection, seconds_max, keep):
    """One run of the gate against one form of the server; returns its report, or what went wrong as text."""
    with tempfile.TemporaryDirectory(prefix="closecheck-foreign-") as folder:
        folder = Path(folder)
        server = [sys.executable, str(HERE), "--profile", profile, "--mood", mood]
        server += ["--configuration", str(folder / "configuration.yml")] + (["--flaw", flaw] if flaw else [])
        with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as serving:
            try:
                serving.stdout.readline()
                command = [program, "run", *selection, "--config", str(folder / "configuration.yml"), "--effort", effort]
                command += ["--json", str(folder / "report.json"), "--budget", f"{seconds_max}s", "--require", "reachable"]
                if keep:
                    os.makedirs(keep, exist_ok=True)
                    command += ["--record", f"{keep}/{flaw or mood}.jsonl"]
                environment = dict(os.environ, XDG_STATE_HOME=str(folder))
                done = subprocess.run(command, env=environment, text=True, capture_output=True, timeout=seconds_max + 60)
                if keep:
                    Path(f"{keep}/{flaw or mood}.txt").write_text(done.stdout + done.stderr)
                report = folder / "report.json"
                if not report.exists():
                    return f"exit {done.returncode}: {done.stderr.strip()[-300:]}"
                return json.loads(report.read_text())
            except subprocess.TimeoutExpired:
                return "not done in time"
            finally:
                serving.kill()


def told(report):
    """What a report says, in a few words: its verdict, the clauses named, and what was not told."""
    named = [violation["clause"] for violation in report["violations"]]
    judged = [clause for clause in report["clauses"] if clause["level"] != "measured"]
    untold = [clause["id"] for clause in judged if clause.get("kind") == "did-not"]
    return report["verdict"], named, untold


def attempt(options, mood, flaw, repetition):
    """A line of the table, and whether it is as it should be."""
    started = time.monotonic()
    profile = FLAWS[flaw].dialect if flaw else options.profile
    name = flaw or f"({mood})"
    report = run(options.program, options.effort, profile, mood, flaw, options.clause, options.seconds_max, options.keep)
    seconds = time.monotonic() - started
    if isinstance(report, str):
        return f"FAILED   {name:38} {report}", False
    verdict, named, untold = told(report)
    if flaw:
        good = verdict == "violates" and named[0] in FLAWS[flaw].clauses
        word = "caught" if good else "MISNAMED" if named else "MISSED"
    else:
        good = verdict == "conforms" and not named and not untold
        word = "spared" if good else "ACCUSED" if named else "UNTOLD"
    rest = f" untold: {' '.join(untold)}" if untold else ""
    wanted = "" if good or not flaw else f" wanted: {' '.join(FLAWS[flaw].clauses)}"
    return f"{word:8} {name:38} {verdict:12} {seconds:5.0f} s  {' '.join(named)}{wanted}{rest}", good


def main():
    """Everything that was asked for, a few runs at a time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--effort", default="quick")
    parser.add_argument("--profile", default="xpack-6.3")
    parser.add_argument("--moods", nargs="*", choices=sorted(MOODS))
    parser.add_argument("--flaws", nargs="*", choices=sorted(FLAWS))
    parser.add_argument("--clause", nargs="*", default=[], help="only these clauses")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds-max", type=int, default=300)
    parser.add_argument("--keep", help="a folder for what each run printed and recorded")
    options = parser.parse_args()
    work = []
    if options.moods is not None:
        work += [(mood, None, i) for i in range(options.repeat) for mood in options.moods or MOODS]
    if options.flaws is not None:
        work += [("late-results", flaw, i) for i in range(options.repeat) for flaw in options.flaws or FLAWS]
    good = True
    with ThreadPoolExecutor(options.workers) as pool:
        for line, as_it_should in pool.map(lambda item: attempt(options, *item), work):
            print(line, flush=True)
            good = good and as_it_should
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
