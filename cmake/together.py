#!/usr/bin/env python3
"""Which source files the compiler may read at once: together.py COUNT FILE... prints, for each file in its turn, the
number of its batch. No batch has more than COUNT files, nor two that would take each other's local names.
"""
import pathlib
import re
import sys

NAMED = re.compile(r"(?<![:\w])([A-Za-z_]\w*)\s*(?:[({;=\[]|: |$)")
TEST = re.compile(r"[A-Z_]*TEST[A-Z_]*\((\w+), (\w+)")
NAMELESS = re.compile(r"(namespace|template|using)\b")


def names_of(source):
    """The names that a file declares at its outermost, as far as one line tells, and those among them that are local."""
    names, local, is_local = set(), set(), False
    for line in source.read_text().splitlines():
        if line == "namespace {" or line.startswith("}  // namespace"):
            is_local = line == "namespace {"
        elif re.match(r"[A-Za-z_]", line) and not NAMELESS.match(line):
            found = TEST.match(line) or NAMED.search(line)
            name = "_".join(found.groups()) if found else "operator"
            if name not in ("const", "operator"):
                names.add(name)
                if is_local or re.match(r"static\b|const\b|constexpr\b", line):
                    local.add(name)
    return names, local


def batch_of_each(count, sources):
    batches, numbers = [], []
    for source in sources:
        names, local = names_of(source)
        for number, (held, all_names, all_local) in enumerate(batches):
            if held < count and not local & all_names and not names & all_local:
                batches[number] = (held + 1, all_names | names, all_local | local)
                break
        else:
            number = len(batches)
            batches.append((1, names, local))
        numbers.append(number)
    return numbers


print(*batch_of_each(int(sys.argv[1]), [pathlib.Path(name) for name in sys.argv[2:]]), sep=";", end="")
