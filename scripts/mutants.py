"""Takes each clause out of each condition that the contract suite sends to the table, and turns each into its opposite: for
every such mutant a test has to fail. Prints the survivors; scripts/mutants.known lists those that make no difference, and
why.

mutants.py BINARY [ONLY]: the contract suite's test binary, and perhaps a part of the conditions to look at.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# A test that takes longer hangs, however busy the machine is.
TIMEOUT = 900
# Few histories notice nearly all; what they do not is looked at with as many as the suite has.
HISTORIES = ("20", "120")
KNOWN = Path(__file__).with_name("mutants.known")
TOKEN = re.compile(r"\s*(<>|<=|>=|[<>=(),]|[^\s<>=(),]+)")
ALWAYS = "(attribute_exists(pk) OR attribute_not_exists(pk))"


class Parser:
    """Clauses of a condition, with their places: a clause is what stands between AND, OR, NOT and the brackets of these."""

    def __init__(self, text):
        self.text = text
        self.tokens = [(m.group(1), m.start(1), m.end(1)) for m in TOKEN.finditer(text)]
        self.at = 0
        self.clauses = []

    def peek(self):
        return self.tokens[self.at][0].upper() if self.at < len(self.tokens) else ""

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def any_of(self):
        self.all_of()
        while self.peek() == "OR":
            self.next()
            self.all_of()

    def all_of(self):
        self.one()
        while self.peek() == "AND":
            self.next()
            self.one()

    def one(self):
        begin = self.tokens[self.at][1]
        if self.peek() == "NOT":
            self.next()
            self.one()
        elif self.peek() == "(":
            self.next()
            self.any_of()
            self.next()
        else:
            self.leaf()
        self.clauses.append((begin, self.tokens[self.at - 1][2]))

    def leaf(self):
        depth = 0
        while self.at < len(self.tokens):
            token = self.peek()
            if depth == 0 and token in ("AND", "OR", ")"):
                return
            depth += {"(": 1, ")": -1}.get(token, 0)
            self.next()


def clauses(condition):
    parser = Parser(condition)
    parser.any_of()
    assert parser.at == len(parser.tokens), condition
    return sorted(set(parser.clauses))


def mutants(condition):
    """Each clause taken out (it holds always, and its values stay named, or the table would refuse them), and negated."""
    for begin, end in clauses(condition):
        before, clause, after = condition[:begin], condition[begin:end], condition[end:]
        yield f"without `{clause}`", f"{before}({clause} OR {ALWAYS}){after}"
        yield f"not `{clause}`", f"{before}(NOT ({clause})){after}"


def tests(binary):
    listed = subprocess.run([binary, "--list", "--format", "terse"], capture_output=True, text=True, check=True).stdout
    return [line.removesuffix(": test") for line in listed.splitlines() if line.endswith(": test")]


def run(binary, test, extra):
    """Whether the test passes."""
    command = [binary, "--exact", test, "--test-threads", "2"]
    try:
        done = subprocess.run(command, env={"RINGONCE_HISTORIES": HISTORIES[0], **os.environ, **extra}, capture_output=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def conditions_by_test(binary, folder):
    """Which conditions each test sends, the quickest test first."""

    def look(numbered):
        number, test = numbered
        record = os.path.join(folder, str(number))
        began = os.times().elapsed
        assert run(binary, test, {"RINGONCE_RECORD_CONDITIONS": record}), f"{test} fails as it is"
        sent = Path(record).read_text().splitlines() if os.path.exists(record) else []
        return os.times().elapsed - began, test, set(sent)

    with ThreadPoolExecutor(2) as pool:
        looked = sorted(pool.map(look, enumerate(tests(binary))), key=lambda row: row[0])
    return [(test, sent) for _, test, sent in looked if sent]


def killer(binary, senders, condition, mutant):
    """The test that notices: the one that noticed the last mutant of this condition first, then the quickest."""
    for histories in HISTORIES:
        for test in senders[:] if histories == HISTORIES[0] else [test for test in senders if test.startswith("agreement::")]:
            extra = {"RINGONCE_CONDITION": condition, "RINGONCE_MUTANT": mutant, "RINGONCE_HISTORIES": histories}
            if not run(binary, test, extra):
                senders[:] = sorted(senders, key=lambda other: other != test)
                return test
    return None


def main():
    binary, only = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    known = json.loads(KNOWN.read_text())
    with tempfile.TemporaryDirectory() as folder:
        sent = conditions_by_test(binary, folder)
    conditions = sorted({condition for _, of_test in sent for condition in of_test if only in condition})
    senders = {condition: [test for test, of_test in sent if condition in of_test] for condition in conditions}
    work = [(condition, what, mutant) for condition in conditions for what, mutant in mutants(condition)]
    print(f"mutants: {len(work)} of {len(conditions)} conditions", flush=True)

    def look(job):
        condition, what, mutant = job
        return condition, what, killer(binary, senders[condition], condition, mutant)

    survivors, excused = [], 0
    with ThreadPoolExecutor(2) as pool:
        for done, (condition, what, test) in enumerate(pool.map(look, work), 1):
            if test is None:
                reason = known.get(what, {}).get("because") if condition == known.get(what, {}).get("of") else None
                excused += reason is not None
                if reason is None:
                    survivors.append((condition, what))
                    print(f"SURVIVES {what}\n   of {condition}", flush=True)
            if done % 50 == 0:
                print(f"mutants: {done} of {len(work)}", flush=True)
    print(f"mutants: {len(work)} of {len(conditions)} conditions, {len(survivors)} survive, {excused} make no difference")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
