#!/usr/bin/env python3
"""Writes every form of report with the program, and has tools of others read each.

check_formats.py PROGRAM FOLDER NODE_MODULES JUNIT_SCHEMA: files and pictures stay in FOLDER. Talks to this machine only.
"""
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

import jsonschema

HERE = Path(__file__).resolve().parent
program, folder, modules, junit_schema = (Path(each).resolve() for each in sys.argv[1:5])
passed = 0
failures = []


def check(what, wrong):
    """`wrong`: what is wrong with it, empty if nothing is."""
    global passed
    if wrong:
        failures.append(f"{what}: {wrong}")
        print(f"FAILED {what}: {wrong}", flush=True)
    else:
        passed += 1
        print(f"ok     {what}", flush=True)


def closecheck(*words, code, environment=None):
    done = subprocess.run([program, *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=300,
                          env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), **(environment or {})})
    check(f"closecheck {words[0]} ends with {code}",
          "" if done.returncode == code else f"{done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
    return done.stdout


def forms(name):
    return [word for form in ("json", "junit", "sarif", "html", "badge") for word in (f"--{form}", f"{name}.{form}")]


def run_everything():
    """A run of each kind: conforming, violating with a race in it, waived, not told, live; replays and recordings."""
    quick = ("--seed", 7, "--effort", "quick")
    closecheck("run", *quick, *forms("conforms"), "--record", "conforms.jsonl", code=0)
    closecheck("run", *quick, *forms("violates"), "--deviation", "accepts-data-after-close",
               "--save-counterexamples", "saved", code=1)
    summary = folder / "summary.md"
    summary.unlink(missing_ok=True)
    text = closecheck("run", *quick, *forms("race"), "--deviation", RACE, "--record", "race.jsonl", code=1,
                      environment={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
    check("annotations", "" if re.search(r"^::error title=closecheck%3A [a-z-]+::.*%0Aexpected: ", text, re.M) else text)
    check("step summary", "" if "closecheck violates" in summary.read_text() else "says nothing")

    violation = json.loads((folder / "violates.json").read_text())["violations"][0]
    waiver = {"clause": violation["clause"], "fingerprint": violation["fingerprint"], "reason": "known"}
    (folder / "waivers.yml").write_text(json.dumps([waiver]))
    closecheck("run", *quick, *forms("waived"), "--deviation", "accepts-data-after-close", "--waivers", "waivers.yml",
               "--strict-waivers", code=0)
    closecheck("run", *quick, *forms("fault"), "--waivers", "waivers.yml", "--strict-waivers", code=1)
    closecheck("run", *quick, *forms("unreachable"), "--target", "http://127.0.0.1:9", "--profile", "es-8", code=2)
    run_live()
    compare_some(quick[:2])
    closecheck("run", *quick, "clos*", "--evidence", "--json", "kept.json", code=0)
    closecheck("verify", "kept.json", "--json", "verified.json", code=0)
    kept = json.loads((folder / "kept.json").read_text())
    kept["totals"]["exchanges"] += 1
    (folder / "changed.json").write_text(json.dumps(kept))
    closecheck("verify", "changed.json", "--json", "contradicted.json", code=1)
    scenario = violation["scenario"]
    closecheck("replay", scenario, "library", "--json", "replay.json", "--junit", "replay.junit", "--html",
               "replay.html", code=1)
    closecheck("judge", "race.jsonl", "--json", "judge.json", "--junit", "judge.junit", "--html", "judge.html",
               code=1)


def compare_some(seed):
    """Three side by side, two of them wrong, one of these by a race; and reports, of which nothing is run."""
    outputs = lambda name: [word for form in ("json", "html", "markdown") for word in (f"--{form}", f"{name}.{form}")]
    closecheck("compare", "none", "accepts-data-after-close", RACE, *seed, "--save", "apart", *outputs("compared"), code=1)
    closecheck("compare", "conforms.json", "violates.json", *outputs("reports"), code=1)


def run_live():
    server = subprocess.Popen([program, "serve", "--port", "0", "--profile", "xpack-6.3", "--log-level", "off"],
                              stdout=subprocess.PIPE, text=True, cwd=folder)
    try:
        url = server.stdout.readline().split()[-1]
        closecheck("run", "--target", url, "--profile", "xpack-6.3", "--seed", 7, "--effort", "quick", "close-ends-*",
                   "closed-job-*", "close-flushes-buffers", *forms("live"), code=0)
    finally:
        server.terminate()
        server.wait(timeout=30)


def check_json():
    schemas = {name: json.loads((HERE.parent / f"{name}.schema.json").read_text())
               for name in ("report", "replay", "judgement", "history", "comparison", "verification")}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    kinds = {f"closecheck-{name}/1": name for name in schemas}
    for file in sorted(folder.glob("*.json")):
        report = json.loads(file.read_text())
        schema = schemas[kinds[report["schema"]]]
        check(f"{file.name} by python's jsonschema", errors_of(schema, report))
        check(f"{file.name} with a surplus member", "" if errors_of(schema, {**report, "surplus": 1}) else "is let through")
    for file in sorted(folder.glob("*.jsonl")):
        lines = [json.loads(line) for line in file.read_text().splitlines()][:5000]
        validator = jsonschema.Draft202012Validator(schemas["history"])
        check(f"{file.name}, {len(lines)} lines", next((str(e.message)[:300] for line in lines
                                                        for e in validator.iter_errors(line)), ""))


def errors_of(schema, value):
    return "; ".join(f"{list(error.path)}: {error.message[:200]}"
                     for error in jsonschema.Draft202012Validator(schema).iter_errors(value))


def check_sarif():
    [schema] = modules.glob("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0*.json")
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text()))
    for file in sorted(folder.glob("*.sarif")):
        log = json.loads(file.read_text())
        check(f"{file.name} by the schema of SARIF", "; ".join(error.message[:200] for error in validator.iter_errors(log)))
        rules = log["runs"][0]["tool"]["driver"]["rules"]
        wrong = [it for it in log["runs"][0]["results"] if rules[it["ruleIndex"]]["id"] != it["ruleId"]]
        check(f"{file.name}: results are of their rules", wrong)


def tool(*words):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=120, cwd=folder)
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-600:]


def check_xml():
    for file in sorted(folder.glob("*.junit")):
        check(f"{file.name} by xmllint and the schema of Jenkins", tool("xmllint", "--noout", "--schema", junit_schema, file))
        suite = xml.parse(file).getroot()
        for outcome, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            check(f"{file.name}: {attribute}", "" if len(suite.findall(f"testcase/{outcome}")) == int(suite.get(attribute))
                  else "are not counted as they stand there")
    for file in sorted(folder.glob("*.badge")):
        check(f"{file.name} by xmllint", tool("xmllint", "--noout", file))


def check_model():
    for form in ("table", "svg", "dot", "mermaid"):
        (folder / f"model.{form}").write_text(closecheck("model", "--format", form, code=0))
        (folder / f"covered.{form}").write_text(
            closecheck("model", "--format", form, "--coverage", "conforms.json", code=0))
    for name in ("model", "covered"):
        check(f"{name}.svg by xmllint", tool("xmllint", "--noout", f"{name}.svg"))
        check(f"{name}.dot by dot", tool("dot", "-Tsvg", "-o", f"{name}.dot.svg", f"{name}.dot"))
        width = float(re.search(r'width="([0-9.]+)pt"', (folder / f"{name}.dot.svg").read_text())[1])
        check(f"{name}.dot can be looked at", "" if width < 2500 else f"it is {width} points wide")
    closecheck("model", "--coverage", "race.jsonl", code=3)


def check_command_line():
    """The man page and the completions, by those that show and use them."""
    (folder / "closecheck.1").write_text(closecheck("man", code=0))
    check("closecheck.1 by mandoc", tool("mandoc", "-T", "lint", "-W", "warning", "closecheck.1"))
    for shell in ("bash", "zsh", "fish"):
        (folder / f"closecheck.{shell}").write_text(closecheck("completions", shell, code=0))
        check(f"closecheck.{shell} by {shell}", tool(shell, "-n", f"closecheck.{shell}"))
    uses = {
        "bash": ("bash", "-c", "source ./closecheck.bash; COMP_WORDS=(closecheck rep); COMP_CWORD=1; _closecheck; "
                               'echo "${COMPREPLY[@]}"', "replay"),
        "zsh": ("zsh", "-fc", "autoload -Uz compinit; compinit -u -d ./zcompdump; source ./closecheck.zsh; "
                              "print -- $_comps[closecheck]", "_closecheck"),
        "fish": ("fish", "-c", "source ./closecheck.fish; complete -C 'closecheck rep'", "replay"),
    }
    for shell, (*words, wanted) in uses.items():
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, cwd=folder)
        check(f"{shell} completes", "" if done.stdout.split()[:1] == [wanted] else done.stdout + done.stderr)


def check_pages():
    for file in sorted(folder.glob("*.html")):
        check(f"{file.name} is under a megabyte", "" if file.stat().st_size < 1_000_000 else file.stat().st_size)
    done = subprocess.run(["node", HERE / "page_test.js", folder], text=True, timeout=900, stdout=subprocess.PIPE,
                          env={**os.environ, "NODE_PATH": str(modules)})
    for line in done.stdout.splitlines():
        verdict, _, what = line.partition(" ")
        check(what, "" if verdict == "ok" else "see above")
    check("the browser ends well", "" if done.returncode == 0 else f"exit code {done.returncode}")


RACE = "overlapping-close-reports-early"

if __name__ == "__main__":
    folder.mkdir(parents=True, exist_ok=True)
    run_everything()
    check_json()
    check_sarif()
    check_xml()
    check_model()
    check_command_line()
    check_pages()
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)
