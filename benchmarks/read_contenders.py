"""Who reads and validates USUARIOS for `usuarios_asignar_location_desde_csv`, and what all of them
check.

Bytes: UTF-8, no NULs, no accents spoilt before. Rows as wide as the header. person_id and
target_location_id: there, public ids of Webex, of the right kind. target_extension: 2 to 10 digits
when there. target_phone_number: E.164 when there; blanks, dots, hyphens and brackets aside, but not
where they leave in doubt which number it is. No person twice; no number, and no extension of a
location, for two people. Blanks around cells do not count. The other columns are read only: the
action does not take them.

Each contender is a function that makes another one: path -> number of findings.
"""

from __future__ import annotations

import binascii
import importlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

ACTION = "usuarios_asignar_location_desde_csv"
HEADERS = (
    "person_id;email;display_name;location_name;location_id;target_location_id;target_extension;target_phone_number;"
    "add_license_ids;remove_license_ids;block_call_types"
)
ID = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
PHONE, EXTENSION, SPELLING = r"\+[1-9][0-9]{6,14}", "[0-9]{2,10}", r"[\s.\-()]"
IN_DOUBT = r"[.,]\s*[0-9]\Z|\A[^.,]*[.,][0-9]{2}\Z|[0-9]{7}[.,][0-9]+\Z|\(\s*0"

Work = Callable[[Path], int]


def product() -> Work:
    from bulk.adapters import get_action
    from bulk.files.dataset import read_csv
    from bulk.planning.mapping import map_columns, param_frame
    from bulk.planning.validation import validate_rows

    action = get_action(ACTION)
    importlib.import_module(f"schemas.{ACTION}")

    def work(path: Path) -> int:
        data = read_csv(path, name="usuarios")
        mapping = map_columns(action, data)
        frame = param_frame(action, data, None, mapping)
        return len(data.problems) + len(validate_rows(action, data, mapping, frame))

    return work


def in_blocks() -> Work:
    from bulk.adapters import get_action
    from bulk.files.blocks import open_blocks
    from bulk.planning.streaming import validate_blocks

    action = get_action(ACTION)
    importlib.import_module(f"schemas.{ACTION}")

    def work(path: Path) -> int:
        report = validate_blocks(action, open_blocks(path, name="usuarios"))
        return sum(group["count"] for group in report.totals)

    return work


def kind(value: str) -> str:
    """PEOPLE, LOCATION … of a public id; "" when it is not one."""
    if not ID.fullmatch(value):
        return ""
    try:
        parts = (
            binascii.a2b_base64(value.replace("-", "+").replace("_", "/") + "==")
            .decode()
            .split("/")
        )
    except ValueError:
        return ""
    return parts[3] if parts[0] == "ciscospark:" and len(parts) >= 5 else ""


def odd_bytes(path: Path) -> int:
    """NULs and spoilt accents. Raises UnicodeDecodeError."""
    raw = path.read_bytes()
    raw.decode()
    return sum(
        raw.count(trace) for trace in (b"\x00", "\ufffd".encode(), b"\xc3\x83\xc2", b"\xc3\x82\xc2")
    )  # Ã and Â before a sign


def floor() -> Work:
    """What a careful script does by hand: no line numbers, no texts, no other encodings, nothing
    but the checks.
    """
    import pandas as pd

    def wrong_ids(cells: pd.Series, wanted: str) -> int:  # type: ignore[type-arg]
        return int((cells.map({each: kind(each) for each in cells.unique()}) != wanted).sum())

    def numbers(cells: pd.Series) -> pd.Series:  # type: ignore[type-arg]
        odd = cells[~cells.str.fullmatch(PHONE)]
        plain = odd.str.replace(SPELLING, "", regex=True).mask(odd.str.contains(IN_DOUBT), odd)
        return cells.mask(cells.index.isin(odd.index), plain)

    def work(path: Path) -> int:
        found = odd_bytes(path)
        frame = pd.read_csv(
            path,
            sep=";",
            dtype="str",
            engine="pyarrow",
            keep_default_na=False,
            encoding="utf-8-sig",
        )
        if list(frame.columns) != HEADERS.split(";"):
            return found + 1
        frame = frame.apply(lambda cells: cells.str.strip())
        found += wrong_ids(frame["person_id"], "PEOPLE") + wrong_ids(
            frame["target_location_id"], "LOCATION"
        )
        phones, extensions = numbers(frame["target_phone_number"]), frame["target_extension"]
        found += int((~phones.str.fullmatch(PHONE) & (phones != "")).sum())
        found += int((~extensions.str.fullmatch(EXTENSION) & (extensions != "")).sum())
        found += int(frame["person_id"].duplicated(keep=False).sum()) + int(
            phones[phones != ""].duplicated(keep=False).sum()
        )
        given = frame[extensions != ""]
        return found + int(
            given.duplicated(["target_location_id", "target_extension"], keep=False).sum()
        )

    return work


def frictionless() -> Work:  # noqa: C901  # one contender, one function, as the others
    from frictionless import Check, Checklist, Dialect, Resource, Schema, errors, formats  # type: ignore[import-not-found]

    phone, spelling, in_doubt = re.compile(PHONE), re.compile(SPELLING), re.compile(IN_DOUBT)
    kind_of = cache(kind)

    class Rows(Check):  # type: ignore[misc]
        """What a schema of frictionless cannot say: kinds of ids, spellings of phones, things asked
        for two people.
        """

        Errors = (errors.RowConstraintError,)

        def validate_start(self):  # type: ignore[no-untyped-def]
            self.people, self.numbers, self.extensions = set(), {}, {}
            return ()

        def validate_row(self, row):  # type: ignore[no-untyped-def]
            for message in self.wrong(row):
                yield errors.RowConstraintError.from_row(row, note=message)

        def wrong(self, row):  # type: ignore[no-untyped-def]
            person, place = (
                (row["person_id"] or "").strip(),
                (row["target_location_id"] or "").strip(),
            )
            number, extension = (
                (row["target_phone_number"] or "").strip(),
                (row["target_extension"] or "").strip(),
            )
            for value, wanted in ((person, "PEOPLE"), (place, "LOCATION")):
                if kind_of(value) != wanted:
                    yield f"no {wanted}: {value}"
            if person in self.people:
                yield f"{person} twice"
            self.people.add(person)
            if number and not phone.fullmatch(number):
                number = number if in_doubt.search(number) else spelling.sub("", number)
                if not phone.fullmatch(number):
                    yield f"no phone: {number}"
            if number and self.numbers.setdefault(number, person) != person:
                yield f"{number} for two people"
            if extension and self.extensions.setdefault((place, extension), person) != person:
                yield f"{extension} for two people"

    fields = [{"name": name, "type": "string"} for name in HEADERS.split(";")]
    by_name = {field["name"]: field for field in fields}
    by_name["person_id"] |= {"constraints": {"required": True}}  # type: ignore[dict-item]
    by_name["target_location_id"] |= {"constraints": {"required": True}}  # type: ignore[dict-item]
    by_name["target_extension"] |= {"constraints": {"pattern": rf"\s*{EXTENSION}\s*"}}  # type: ignore[dict-item]

    def work(path: Path) -> int:
        dialect = Dialect(controls=[formats.CsvControl(delimiter=";")])
        source = Resource(
            path=path.name,
            basepath=str(path.parent),
            dialect=dialect,
            encoding="utf-8-sig",
            schema=Schema.from_descriptor({"fields": fields}),
        )
        return odd_bytes(path) + int(
            source.validate(Checklist(checks=[Rows()]), limit_errors=10_000_000).stats["errors"]
        )

    return work


CONTENDERS = {"floor": floor, "product": product, "blocks": in_blocks, "frictionless": frictionless}
