#!/usr/bin/env python3
"""No two files define types of one name in one namespace: the linker would take the one's functions for the other's,
and say nothing.
"""
import collections
import pathlib
import re
import sys

OPENED = re.compile(r"namespace ([\w:]+) \{$")
NAMELESS = re.compile(r"namespace \{$")
CLOSED = re.compile(r"\}  // namespace")
DEFINED = re.compile(r"(?:struct|class|union|enum(?: class)?) (\w+)(?: final)?(?: :.*)? \{")

places = collections.defaultdict(list)
for room in ["model", "sut", "properties", "scenarios", "reports", "cli"]:
    for path in sorted(pathlib.Path(room).rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        within = []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if opened := OPENED.match(line):
                within.append(opened[1])
            elif NAMELESS.match(line):
                within.append(str(path))
            elif CLOSED.match(line):
                within.pop()
            elif defined := DEFINED.match(line):
                places["::".join([*within, defined[1]])].append(f"{path}:{number}")
twice = {name: found for name, found in places.items() if len(found) > 1}
for name, found in twice.items():
    print(f"{name} is defined in {' and in '.join(found)}")
sys.exit(1 if twice else 0)
