"""Breaks a promise by one line at a time, in a copy of the repository, and shows which test notices.

sabotage.py [NUMBER ...]: all of them, or those of docs/proof.md with these numbers.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "target" / "sabotage"
DOCUMENT = ROOT / "docs" / "proof.md"
ROW = re.compile(r"^\| (\d+) \|.*\|$")


def sabotages():
    """The rows of the document: number, file, the line, what takes its place, and the test as package, binary and name."""
    rows = []
    for line in DOCUMENT.read_text().splitlines():
        if not ROW.match(line):
            continue
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        number, promise, file, before, after, test = cells
        code = [cell.strip("`").replace("\\|", "|") for cell in (file, before, after, test)]
        rows.append((int(number), promise, *code))
    return rows


def copy():
    """The repository as it is committed and changed here, without what was built; what was built for an earlier copy stays."""
    COPY.mkdir(parents=True, exist_ok=True)
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for file in filter(None, files):
        source, to = ROOT / file, COPY / file
        if source.exists() and (not to.exists() or source.read_bytes() != to.read_bytes()):
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, to)


def passes(test):
    package, binary, name = test.split()
    command = ["cargo", "test", "--quiet", "--package", package]
    command += ["--lib"] if binary == "lib" else ["--test", binary]
    done = subprocess.run([*command, "--", name], cwd=COPY, capture_output=True, text=True)
    ran = re.search(r"running (\d+) test", done.stdout)
    if done.returncode and not ran:
        sys.exit(f"sabotage: `{test}` cannot be built:\n{done.stderr[-2000:]}")
    if not ran or ran.group(1) == "0":
        sys.exit(f"sabotage: there is no test `{test}`")
    return done.returncode == 0


def main():
    wanted = {int(number) for number in sys.argv[1:]}
    copy()
    missed = 0
    for number, promise, file, before, after, test in sabotages():
        if wanted and number not in wanted:
            continue
        path = COPY / file
        text = path.read_text()
        if text.count(before) != 1:
            sys.exit(f"sabotage {number}: `{before}` stands {text.count(before)} times in {file}")
        path.write_text(text.replace(before, after))
        try:
            noticed = not passes(test)
        finally:
            path.write_text(text)
        missed += not noticed
        print(f"sabotage {number} ({promise}): {'noticed by' if noticed else 'NOT NOTICED by'} {test}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
