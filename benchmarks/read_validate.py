"""Reading and validating USUARIOS: the product against plain vectorised pandas (the floor) and
frictionless.

    python benchmarks/read_validate.py                               # 100,000 rows, three times
      each
    python benchmarks/read_validate.py --rows 1000000 --repeat 1
    python benchmarks/read_validate.py --frictionless /path/to/python/with/frictionless

Every contender runs in a process of its own: seconds of CPU and of clock (after the imports and ten
rows to warm up), and the most memory it held. benchmarks/read_contenders.py says what all of them
check; `--same` shows, file by file, that they do. Prints a markdown table with ratios to the floor.
"""

from __future__ import annotations

import argparse
import base64
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from read_contenders import CONTENDERS, HEADERS


def hydra(kind: str, number: int) -> str:
    return (
        base64.b64encode(f"ciscospark://us/{kind}/{uuid.UUID(int=number * 7919)}".encode())
        .decode()
        .rstrip("=")
    )


def write_file(path: Path, rows: int, bad_share: float) -> None:
    """About 600 bytes per row, ids of real length; every 1/bad_share-th row has a phone without
    prefix.
    """
    places = [hydra("LOCATION", n) for n in range(40)]
    licences = [hydra("LICENSE", n) for n in range(5)]
    every = round(1 / bad_share) if bad_share else 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(HEADERS + "\r\n")
        for n in range(rows):
            plus = "" if every and n % every == 0 else "+"
            cells = (
                hydra("PEOPLE", n),
                f"usuario{n:07d}@example.com",
                f"Marta Gil {n}",
                f"Sede {n % 40}",
                places[n % 40],
                places[(n + 1) % 40],
                str(1000 + n // 40),
                f"{plus}34{600_000_000 + n}",
                licences[0],
                f"{licences[1]}|{licences[2]}",
                "INTERNATIONAL|PREMIUM_SERVICES_I|PREMIUM_SERVICES_II",
            )
            file.write(";".join(cells) + "\r\n")


# One row changed: column -> cell; what is wrong with it, or nothing.
PERSON, PLACE, EXTENSION, PHONE = (
    HEADERS.split(";").index(name)
    for name in ("person_id", "target_location_id", "target_extension", "target_phone_number")
)
RIGHT = {
    "as it is": {},
    "blanks around": {
        PERSON: f" {hydra('PEOPLE', 2)} ",
        PHONE: " +34600000002",
        EXTENSION: "1000\t",
    },
    "no extension, no phone": {EXTENSION: "", PHONE: ""},
    "a phone as people write it": {PHONE: "+34 (600) 000-002"},
    "an id with padding": {PLACE: hydra("LOCATION", 3) + "="},
    "an accent": {2: "Núñez"},
}
WRONG = {
    "no person": {PERSON: ""},
    "no location": {PLACE: ""},
    "no id": {PERSON: "nada"},
    "not base64": {PLACE: "A"},
    "an id of something else": {PERSON: hydra("PLACE", 2)},
    "a person for a location": {PLACE: hydra("PEOPLE", 7)},
    "an id of another scheme": {
        PERSON: (
            base64.b64encode(b"http://x/us/PEOPLE/00000000-0000-0000-0000-000000000002").decode()
        )
    },
    "one digit": {EXTENSION: "1"},
    "letters": {EXTENSION: "10a"},
    "no prefix": {PHONE: "34600000002"},
    "Excel's phone": {PHONE: "3,46E+10"},
    "a phone in doubt": {PHONE: "+34600000002.0"},
    "a short phone": {PHONE: "+34600"},
    "a person twice": {PERSON: hydra("PEOPLE", 1)},
    "a number for two": {PHONE: "+34600000001"},
    "an extension for two": {PLACE: hydra("LOCATION", 2), EXTENSION: "1000"},
    "a cell too many": {10: "A;B"},
    "NUL": {2: "a\x00b"},
    "spoilt accent": {2: "NÃºÃ±ez"},
}


def verdicts(name: str) -> dict[str, bool]:
    """Whether the contender called `name` finds anything, for each file of one odd row."""
    work, found = CONTENDERS[name](), {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "USUARIOS.CSV"
        for title, changes in {**RIGHT, **WRONG}.items():
            write_file(path, 5, 0)
            lines = path.read_text(encoding="utf-8-sig").splitlines()
            cells = lines[3].split(";")
            for column, cell in changes.items():
                cells[column] = cell
            path.write_text(
                "\r\n".join([*lines[:3], ";".join(cells), *lines[4:], ""]),
                encoding="utf-8-sig",
                newline="",
            )
            try:
                found[title] = bool(work(path))
            except ValueError:  # pandas, at a row of another width
                found[title] = True
    return found


def show_same(pythons: dict[str, str]) -> None:
    """A line a file, and whether each contender finds something in it."""
    ran = {
        name: subprocess.run(
            [python, __file__, "--same", "--alone", name],
            check=True,
            capture_output=True,
            text=True,
        )
        for name, python in pythons.items()
    }
    found = {name: json.loads(each.stdout) for name, each in ran.items()}
    for title in {**RIGHT, **WRONG}:
        message = [each[title] for each in found.values()]
        same = "same" if message == [title in WRONG] * len(message) else "NOT THE SAME"
        print(f"{same} · {title}: {dict(zip(found, message, strict=True))}")


def alone(name: str, path: Path) -> None:
    """One contender in this process; prints what it took as JSON."""
    work = CONTENDERS[name]()
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / "USUARIOS.CSV"
        write_file(few, 10, 0.5)
        work(few)
    cpu, clock = time.process_time(), time.perf_counter()
    found = work(path)
    took = {"cpu": time.process_time() - cpu, "clock": time.perf_counter() - clock, "found": found}
    print(json.dumps({**took, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def measure(path: Path, repeat: int, pythons: dict[str, str]) -> dict[str, dict[str, float]]:
    """Medians of `repeat` runs in fresh processes, the contenders in turns: what else the machine
    does falls on all of them.
    """
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in pythons}
    for _ in range(repeat):
        for name, python in pythons.items():
            command = [python, __file__, "--alone", name, "--file", str(path)]
            runs[name].append(
                json.loads(
                    subprocess.run(command, check=True, capture_output=True, text=True).stdout
                )
            )
    return {
        name: {key: statistics.median(run[key] for run in each) for key in each[0]}
        for name, each in runs.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--bad", type=float, default=0.01, help="share of rows with a wrong phone")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--frictionless",
        metavar="PYTHON",
        help="interpreter that has frictionless; without it that row is left out",
    )
    parser.add_argument(
        "--only",
        nargs="*",
        choices=CONTENDERS,
        default=list(CONTENDERS),
        help="contenders (the floor always runs)",
    )
    parser.add_argument(
        "--same",
        action="store_true",
        help="show what each contender finds in files with one odd row, and end",
    )
    parser.add_argument("--alone", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
        return (
            print(json.dumps(verdicts(asked.alone)))
            if asked.same
            else alone(asked.alone, asked.file)
        )
    pythons = {
        **dict.fromkeys(("floor", "product", "blocks"), sys.executable),
        "frictionless": asked.frictionless,
    }
    pythons = {
        name: python
        for name, python in pythons.items()
        if python and (name in asked.only or name == "floor")
    }
    if asked.same:
        return show_same(pythons)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "USUARIOS.CSV"
        write_file(path, asked.rows, asked.bad)
        found = measure(path, asked.repeat, pythons)
        size = path.stat().st_size / 1e6
        print(
            f"{asked.rows:,} rows, {size:.0f} MB, {asked.bad:.0%} of the rows wrong; medians of"
            f" {asked.repeat}\n"
        )
    print("| who | CPU s | clock s | CPU / floor | peak MB | findings |\n|---|---|---|---|---|---|")
    for name, took in found.items():
        ratio = took["cpu"] / found["floor"]["cpu"]
        print(
            f"| {name} | {took['cpu']:.2f} | {took['clock']:.2f} | {ratio:.2f} | {took['mb']:.0f} |"
            f" {took['found']:.0f} |"
        )
    return None


if __name__ == "__main__":
    main()
