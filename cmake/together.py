#!/usr/bin/env python3
"""Which source files the compiler may read at once: together.py COUNT FILE... prints, for each file in its turn, the
number of its batch. No batch has more than COUNT files, nor two that would take each other's local names.
"""
import pathlib
import re
import sys

NAMED = re.compile(r"(?<![:\w])([A-Za-z_]\w*)\s*(?:[({;=\[]|: |$)")
TEST = re.compile(r"[A-Z_]*TEST[A-Z_]*\((\w+), (\w+)")
USING = re.compile(r"using (?:(\w+) = |.*::(\w+);)")
NAMELESS = re.compile(r"(namespace|template|using namespace)\b")


def names_of(source):
    """What a file declares at its outermost, as far as one line tells: names, each with what it stands for, and which of
    them are local. The same short name for the same type does no harm.
    """
    meanings, local, is_local = {}, set(), False
    for line in source.read_text().splitlines():
        if line == "namespace {" or line.startswith("}  // namespace"):
            is_local = line == "namespace {"
        elif re.match(r"[A-Za-z_]", line) and not NAMELESS.match(line):
            found = USING.match(line) or TEST.match(line) or NAMED.search(line)
            name = "_".join(filter(None, found.groups())) if found else "operator"
            if name not in ("const", "operator"):
                meanings[name] = line if line.startswith("using ") else source
                if is_local or re.match(r"static\b|const\b|constexpr\b", line):
                    local.add(name)
    return meanings, local


def batch_of_each(count, sources):
    batches, numbers = [], []
    for source in sources:
        meanings, local = names_of(source)
        for number, (held, all_meanings, all_local) in enumerate(batches):
            shared = {name for name in meanings.keys() & all_meanings.keys() if meanings[name] != all_meanings[name]}
            if held < count and not shared & (local | all_local):
                batches[number] = (held + 1, all_meanings | meanings, all_local | local)
                break
        else:
            number = len(batches)
            batches.append((1, meanings, local))
        numbers.append(number)
    return numbers


print(*batch_of_each(int(sys.argv[1]), [pathlib.Path(name) for name in sys.argv[2:]]), sep=";", end="")
