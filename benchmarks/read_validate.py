"""Reading and validating USUARIOS: the product against plain vectorised pandas (the floor) and frictionless.

    python benchmarks/read_validate.py                               # 100,000 rows, three times each
    python benchmarks/read_validate.py --rows 1000000 --repeat 1
    python benchmarks/read_validate.py --frictionless /path/to/python/with/frictionless

Every contender runs in a process of its own: seconds of CPU and of clock (after the imports and ten rows to warm up), and
the most memory it held.
All of them check the same five columns: person and location ids by kind, extension, phone, and the call types.
Prints a markdown table with ratios to the floor.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

ACTION = "usuarios_asignar_location_desde_csv"
HEADERS = (
    "person_id;email;display_name;location_name;location_id;target_location_id;target_extension;target_phone_number;"
    "add_license_ids;remove_license_ids;block_call_types"
)
ID = r"[A-Za-z0-9+/_-]+={0,2}"


def hydra(kind: str, number: int) -> str:
    return base64.b64encode(f"ciscospark://us/{kind}/{uuid.UUID(int=number * 7919)}".encode()).decode().rstrip("=")


def write_file(path: Path, rows: int, bad_share: float) -> None:
    """About 600 bytes a row, ids of real length; every 1/bad_share-th row has a phone without prefix."""
    places = [hydra("LOCATION", n) for n in range(40)]
    licences = [hydra("LICENSE", n) + hydra("LICENSE", n)[-40:] for n in range(5)]
    every = round(1 / bad_share) if bad_share else 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(HEADERS + "\r\n")
        for n in range(rows):
            plus = "" if every and n % every == 0 else "+"
            cells = (
                hydra("PEOPLE", n), f"usuario{n:07d}@example.com", f"Marta Gil {n}", f"Sede {n % 40}", places[n % 40],
                places[(n + 1) % 40], str(1000 + n // 40), f"{plus}34{600_000_000 + n}", licences[0],
                f"{licences[1]}|{licences[2]}", "INTERNATIONAL|PREMIUM_SERVICES_I|PREMIUM_SERVICES_II",
            )  # fmt: skip
            file.write(";".join(cells) + "\r\n")


# -- contenders: each returns a function that takes the path and gives the number of findings ---------------------------


def product() -> Callable[[Path], int]:
    from bulk.actions import get_action
    from bulk.dataset import read_csv
    from bulk.mapping import map_columns, param_frame
    from bulk.validation import validate_rows

    action = get_action(ACTION)
    importlib.import_module(f"schemas.{ACTION}")

    def work(path: Path) -> int:
        data = read_csv(path, name="usuarios")
        mapping = map_columns(action, data)
        frame = param_frame(action, data, None, mapping)
        return len(data.problems) + len(validate_rows(action, data, mapping, frame))

    return work


def in_blocks() -> Callable[[Path], int]:
    from bulk.actions import get_action
    from bulk.block_validation import validate_blocks
    from bulk.blocks import open_blocks

    action = get_action(ACTION)
    importlib.import_module(f"schemas.{ACTION}")

    def work(path: Path) -> int:
        report = validate_blocks(action, open_blocks(path, name="usuarios"))
        return sum(group["count"] for group in report.totals)

    return work


def floor() -> Callable[[Path], int]:
    """What a careful script does by hand: no line numbers, no texts, no encodings, nothing but the checks."""
    import binascii

    import pandas as pd

    def kind(value: str) -> str:
        try:
            return binascii.a2b_base64(value.replace("-", "+").replace("_", "/") + "==").decode().split("/")[3]
        except (ValueError, IndexError):
            return ""

    def wrong_ids(cells: pd.Series, wanted: str) -> int:  # type: ignore[type-arg]
        kinds = {each: kind(each) for each in cells.unique()}
        return int((~cells.str.fullmatch(ID) | (cells.map(kinds) != wanted)).sum())

    def work(path: Path) -> int:
        frame = pd.read_csv(path, sep=";", dtype="str", engine="pyarrow", keep_default_na=False, encoding="utf-8-sig")
        frame = frame.apply(lambda cells: cells.str.strip())
        found = wrong_ids(frame["person_id"], "PEOPLE") + wrong_ids(frame["target_location_id"], "LOCATION")
        phones = frame["target_phone_number"].str.replace(r"[\s.\-()]", "", regex=True)
        found += int((~phones.str.fullmatch(r"\+[1-9][0-9]{6,14}") & (phones != "")).sum())
        found += int((~frame["target_extension"].str.fullmatch("[0-9]{2,10}")).sum())
        found += int(frame["person_id"].duplicated(keep=False).sum()) + int(phones[phones != ""].duplicated(keep=False).sum())
        return found + int(frame.duplicated(["target_location_id", "target_extension"], keep=False).sum())

    return work


def frictionless() -> Callable[[Path], int]:
    import binascii

    from frictionless import Check, Checklist, Dialect, Resource, Schema, errors, formats  # type: ignore[import-not-found]

    class Rows(Check):  # type: ignore[misc]
        """What a schema of frictionless cannot say: the kinds of the ids, and one extension once in a location."""

        Errors = (errors.RowConstraintError,)

        def validate_start(self):  # type: ignore[no-untyped-def]
            self.kinds: dict[str, str] = {}
            self.seen: set[tuple[str, str]] = set()
            return ()

        def validate_row(self, row):  # type: ignore[no-untyped-def]
            place, extension = row["target_location_id"], row["target_extension"]
            for value, wanted in ((row["person_id"], "PEOPLE"), (place, "LOCATION")):
                if value not in self.kinds:
                    self.kinds[value] = self._kind(value)
                if self.kinds[value] != wanted:
                    yield errors.RowConstraintError.from_row(row, note=f"no {wanted}: {value}")
            if (place, extension) in self.seen:
                yield errors.RowConstraintError.from_row(row, note=f"{extension} twice")
            self.seen.add((place, extension))

        def _kind(self, value: str) -> str:
            try:
                return binascii.a2b_base64(value.replace("-", "+").replace("_", "/") + "==").decode().split("/")[3]
            except (ValueError, IndexError):
                return ""

    fields = [{"name": name, "type": "string"} for name in HEADERS.split(";")]
    by_name = {field["name"]: field for field in fields}
    by_name["person_id"] |= {"constraints": {"required": True, "unique": True, "pattern": ID}}  # type: ignore[dict-item]
    by_name["target_location_id"] |= {"constraints": {"required": True, "pattern": ID}}  # type: ignore[dict-item]
    by_name["target_extension"] |= {"constraints": {"pattern": "[0-9]{2,10}"}}  # type: ignore[dict-item]
    by_name["target_phone_number"] |= {"constraints": {"unique": True, "pattern": r"\+[1-9][0-9]{6,14}"}}  # type: ignore[dict-item]

    def work(path: Path) -> int:
        dialect = Dialect(controls=[formats.CsvControl(delimiter=";")])
        source = Resource(
            path=path.name, basepath=str(path.parent), dialect=dialect, schema=Schema.from_descriptor({"fields": fields})
        )
        return int(source.validate(Checklist(checks=[Rows()]), limit_errors=10_000_000).stats["errors"])

    return work


CONTENDERS = {"floor": floor, "product": product, "blocks": in_blocks, "frictionless": frictionless}


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


def measure(name: str, path: Path, repeat: int, python: str) -> dict[str, float]:
    """Medians of `repeat` runs in fresh processes."""
    command = [python, __file__, "--alone", name, "--file", str(path)]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(repeat)]
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--bad", type=float, default=0.01, help="share of rows with a wrong phone")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--frictionless", metavar="PYTHON", help="interpreter that has frictionless; without it that row is left out"
    )
    parser.add_argument(
        "--only", nargs="*", choices=CONTENDERS, default=list(CONTENDERS), help="contenders (the floor always runs)"
    )
    parser.add_argument("--alone", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
        return alone(asked.alone, asked.file)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "USUARIOS.CSV"
        write_file(path, asked.rows, asked.bad)
        pythons = {**dict.fromkeys(("floor", "product", "blocks"), sys.executable), "frictionless": asked.frictionless}
        pythons = {name: python for name, python in pythons.items() if python and (name in asked.only or name == "floor")}
        found = {name: measure(name, path, asked.repeat, python) for name, python in pythons.items()}
        size = path.stat().st_size / 1e6
        print(f"{asked.rows:,} rows, {size:.0f} MB, {asked.bad:.0%} of the rows wrong; medians of {asked.repeat}\n")
    print("| who | CPU s | clock s | CPU / floor | peak MB | findings |\n|---|---|---|---|---|---|")
    for name, took in found.items():
        ratio = took["cpu"] / found["floor"]["cpu"]
        print(f"| {name} | {took['cpu']:.2f} | {took['clock']:.2f} | {ratio:.2f} | {took['mb']:.0f} | {took['found']:.0f} |")
    return None


if __name__ == "__main__":
    main()
