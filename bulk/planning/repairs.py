"""What Excel did to phones, extensions and ids, and how it was before. Proposed, listed, and only
applied when accepted.

The contracts' E.164 rule decides what is valid; phonenumbers only proposes, and only with a country
that the operator gave.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import pandas as pd
import phonenumbers

from bulk.adapters import all_actions
from bulk.core.action import Action
from bulk.core.headers import SYNONYMS
from bulk.errors import InputError
from bulk.files.dataset import Dataset, canonical, with_cells
from bulk.planning.mapping import ColumnMapping
from bulk.planning.sources import Source, fields_of
from schemas.phones import (
    DECIMALS,
    E164,
    EXCEL,
    TRUNK_ZERO,
    is_one_with_comma,
    may_be_one,
    plain_phone,
)

COUNTRY = "default_country"  # the column of GLOBAL that says it
_E164 = re.compile(E164)
_EXTENSION = re.compile(r"[0-9]{2,10}")
_DIGITS = re.compile(r"[0-9]{1,15}")
_EMAIL = re.compile(r"[^@\s<>:;,]+@[^@\s<>:;,]+\.[^@\s<>:;,]+")
_EXCEL = re.compile(EXCEL)
_DECIMAL = re.compile(r"(\+?[0-9]+)[.,]0+")  # nothing but zeros: what is before the mark is whole
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")
# what people put between digits, dashes of all sorts
_FILLER = re.compile("[\\s\u2010-\u2015\u2212\ufe58\ufe63\uff0d.\\-()/]")
_ADDRESS = re.compile(r"""[^\s<>;,'"()\[\]]+@[^\s<>;,'"()\[\]]+""")
_DASHED = re.compile("[0-9]{2}\\s*[\u2010-\u2015\u2212\ufe58\ufe63\uff0d-]\\s*[0-9]{2}")
# as well a list of short extensions as a number with marks of thousands
_LISTED = re.compile(r"[0-9]{3}(?:,[0-9]{3})+")
_APOSTROPHES = "'’‘`´"
_ZERO = re.compile(r"\(\s*0\s*\)")  # +44 (0)20: dialled inside the country only
_FULL_WIDTH = str.maketrans("＋．，（）", "+.,()")
_ITEMS = re.compile(r"([;|])")
MAX_KEPT = 20  # of a kind, to be shown

RULES = {
    "prefijo_del_pais": "Teléfono sin prefijo +",
    "prefijo_00": "Prefijo 00 en vez de +",
    "sobra_decimal": "Sobra .0 al final",
    "sobra_apostrofo": "Sobra el apóstrofo de Excel",
    "sobran_signos": "Sobran blancos o signos",
    "correo_adornado": "Correo con adornos",
}


@dataclass(frozen=True)
class Repair:
    """One cell, before and after. Nothing happens until it is applied."""

    line: int  # line of the file
    column: str  # header as written
    before: str  # cell as read
    after: str  # cell as proposed
    rule: str  # a key of RULES


# a file -> what it becomes, and the repairs proposed for it
RepairCell = Callable[[Dataset], tuple[Dataset, list[Repair]]]


def as_it_is(dataset: Dataset) -> tuple[Dataset, list[Repair]]:
    """Nothing is repaired."""
    return dataset, []


def default_country(global_dataset: Dataset | None) -> str | None:
    """Two letters out of GLOBAL's `default_country`; None when it says none. Raises InputError for
    one that there is not.
    """
    if global_dataset is None or global_dataset.frame.empty:
        return None
    for header in global_dataset.frame.columns:
        if canonical(header) in map(canonical, (COUNTRY, *SYNONYMS[COUNTRY])):
            return checked_country(str(global_dataset.frame[header].iloc[0]))
    return None


def checked_country(text: str | None) -> str | None:
    """`es` -> `ES`; empty -> None. Raises InputError."""
    country = (text or "").strip().upper()
    if country and country not in phonenumbers.SUPPORTED_REGIONS:
        raise InputError(f"No existe el país «{text}». Se esperan dos letras, como ES.")
    return country or None


def country_by_setting(text: str) -> str | None:
    """BULK_DEFAULT_COUNTRY as two letters; None when it says none. Raises InputError for one that
    there is not.
    """
    try:
        return checked_country(text)
    except InputError as error:
        raise InputError(f"BULK_DEFAULT_COUNTRY: {error.message}") from None


def propose(
    dataset: Dataset,
    action: Action | None,
    country: str | None,
    *,
    mapping: ColumnMapping | None = None,
) -> list[Repair]:
    """Repairs for the phones, extensions, ids and e-mails of the file, by line.

    `action` narrows it to the columns that the action takes (through `mapping` when there is one).
    Without `country` a phone that lost its prefix is left alone: it is never guessed.
    """
    found: list[Repair] = []
    for column, kind in repairable_columns(dataset, action, mapping).items():
        cells = dataset.frame[column]
        known = {before: _repaired(before, kind, country) for before in _suspects(cells, kind)}
        known = {before: repair for before, repair in known.items() if repair}
        for line, before in cells[cells.isin(list(known))].items():
            after, rule = known[str(before)] or ("", "")
            found.append(Repair(int(str(line)), column, str(before), after, rule))
    return sorted(found, key=lambda repair: repair.line)


def apply(dataset: Dataset, repairs: Iterable[Repair]) -> Dataset:
    """A dataset with the repairs made. Raises InputError when a cell is no longer what it was."""
    chosen = list(repairs)
    for repair in chosen:
        if repair.column not in dataset.frame.columns or repair.line not in dataset.frame.index:
            raise InputError(
                f"{dataset.file_name} ya no tiene la celda de la fila {repair.line},"
                f" «{repair.column}»."
            )
        if dataset.frame.at[repair.line, repair.column] != repair.before:
            raise InputError(
                f"{dataset.file_name} · Fila {repair.line} · «{repair.column}» ha cambiado desde"
                " que se propuso."
            )
    return with_cells(dataset, ((repair.line, repair.column, repair.after) for repair in chosen))


def grouped(repairs: Iterable[Repair]) -> list[dict[str, object]]:
    """[{rule, column, title, count, before, after, first_line}], biggest first."""
    groups: dict[tuple[str, str], list[Repair]] = {}
    for repair in repairs:
        groups.setdefault((repair.rule, repair.column), []).append(repair)
    biggest_first = sorted(groups.items(), key=lambda item: -len(item[1]))
    return [
        {
            "rule": rule,
            "column": column,
            "title": RULES[rule],
            "count": len(members),
            "before": members[0].before,
            "after": members[0].after,
            "first_line": members[0].line,
        }
        for (rule, column), members in biggest_first
    ]


class RepairGroups:
    """Repairs counted by kind and column as they come; the first ones of each are kept to be
    shown.
    """

    def __init__(self) -> None:
        self.groups: dict[tuple[str, str, str], tuple[int, list[Repair]]] = {}

    def add(self, repairs: Iterable[Repair], file: str = "") -> None:
        for repair in repairs:
            key = (file, repair.rule, repair.column)
            count, first = self.groups.get(key, (0, []))
            self.groups[key] = (count + 1, first if len(first) == MAX_KEPT else [*first, repair])

    @property
    def count(self) -> int:
        return sum(count for count, _ in self.groups.values())

    def to_json(self) -> list[dict[str, object]]:
        """Each kind of each file, with its first ones."""
        return [
            {
                "file": file,
                "rule": rule,
                "column": column,
                "count": count,
                "first": [vars(each) for each in first],
            }
            for (file, rule, column), (count, first) in self.groups.items()
        ]


# -- which cells -----------------------------------------------------------------------------------


def _suspects(cells: pd.Series[str], kind: str) -> Iterator[str]:
    """Different cells that are not plainly right: few, whatever the size of the file."""
    right = {
        "phone": rf"{_E164.pattern}(?:[;|,]{_E164.pattern})*",
        "extension": _EXTENSION.pattern,
        "email": _EMAIL.pattern,
    }
    right["digits"] = _DIGITS.pattern
    filled = cells[cells != ""]
    plain = (
        filled.str.fullmatch(f"(?:{right[kind]})")
        if kind in right
        else ~filled.str.startswith(tuple(_APOSTROPHES))
    )
    yield from map(str, filled[~plain].unique())


# -- one cell --------------------------------------------------------------------------------------


def _repaired(cell: str, kind: str, country: str | None) -> tuple[str, str] | None:
    """(cell as it should be, rule), or None when nothing is known to be better."""
    if kind == "phone":
        return _phones(cell, country)
    if kind in ("extension", "digits"):
        return _extension(cell, _EXTENSION if kind == "extension" else _DIGITS)
    bare = cell.strip().lstrip(_APOSTROPHES).strip()
    if kind == "email":
        if len({each.casefold() for each in _ADDRESS.findall(cell)}) != 1:
            return None  # of two people, one would be dropped
        inner = re.sub(r"^mailto:", "", bare.strip("<>;,. "), flags=re.IGNORECASE).strip("<>;,. ")
        found = re.search(r"<([^<>]+)>", cell)
        inner = found[1].strip() if found else inner
        return (inner, "correo_adornado") if inner != cell and _EMAIL.fullmatch(inner) else None
    return (bare, "sobra_apostrofo") if bare and bare != cell else None


def _phones(cell: str, country: str | None) -> tuple[str, str] | None:
    """Each number of the cell; the rule is that of the first one repaired. One that cannot be
    repaired stays as it is.
    """
    parts = _ITEMS.split(cell)
    if len(parts) == 1 and not is_one_with_comma(cell):
        parts = re.split("(,)", cell)
    repaired = [
        _phone(part, country) if position % 2 == 0 and part.strip() else None
        for position, part in enumerate(parts)
    ]
    rules = [repair[1] for repair in repaired if repair]
    if not rules:
        return None
    return (
        "".join(
            repair[0] if repair else part for part, repair in zip(parts, repaired, strict=True)
        ),
        rules[0],
    )


def _phone(item: str, country: str | None) -> tuple[str, str] | None:
    if _E164.fullmatch(plain_phone(item.strip())) or _EXCEL.fullmatch(item.strip()):
        # plain spelling is read without a repair; digits that are gone are not brought back by any
        return None
    bare, rule = _without_apostrophe(_ascii_digits(item), "")
    if DECIMALS.search(bare):
        if not (whole := re.fullmatch(r"(.*?)[.,]\s*0+", bare)):
            return None  # decimals that are not zero are digits of an unknown number
        bare, rule = whole[1], "sobra_decimal"
    abroad = _ZERO.sub("", bare)
    plain = _FILLER.sub("", abroad)
    if not re.fullmatch(r"\+?[0-9]+", plain):
        return None
    if plain.startswith("00") and _valid("+" + plain[2:], None):
        return "+" + plain[2:], rule or "prefijo_00"
    if plain.startswith("+"):
        after = _valid(abroad, None) if TRUNK_ZERO.search(abroad) else plain
        return (
            (after, rule or "sobran_signos")
            if after and _E164.fullmatch(after) and may_be_one(after)
            else None
        )
    after = _valid(plain, country)
    return (after, rule if rule and plain == after else "prefijo_del_pais") if after else None


def _without_apostrophe(cell: str, rule: str) -> tuple[str, str]:
    """(cell without Excel's apostrophe, the rule that says so or else `rule`)."""
    bare = cell.strip()
    if bare.startswith(tuple(_APOSTROPHES)):
        return bare.lstrip(_APOSTROPHES).strip(), "sobra_apostrofo"
    return bare, rule


def _ascii_digits(text: str) -> str:
    """Digits of any script and full-width signs as the keyboard writes them, without marks that
    no operator sees.
    """
    seen = (each for each in text if unicodedata.category(each) != "Cf")
    plain = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in seen)
    return plain.translate(_FULL_WIDTH)


@lru_cache(maxsize=65_536)
def _valid(text: str, country: str | None) -> str | None:
    """E.164 of a number that exists in its country's plan, or None. A number without + needs a
    country.
    """
    if not text.startswith("+") and country is None:
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found if phonenumbers.is_valid_number(number) and _E164.fullmatch(found) else None


def _extension(cell: str, form: re.Pattern[str] = _EXTENSION) -> tuple[str, str] | None:
    bare, rule = _without_apostrophe(_ascii_digits(cell), "sobran_signos")
    if whole := _DECIMAL.fullmatch(bare):
        if _THOUSANDS.fullmatch(bare):
            return None  # 20.000: twenty with decimals, or twenty thousand
        bare, rule = whole[1], "sobra_decimal"
    elif _THOUSANDS.fullmatch(bare):
        if _LISTED.fullmatch(bare):
            return None
    elif re.search("[.,]", bare) or _several(bare, may_be_phone=form is _DIGITS):
        return None  # decimals that are not zero, or more than one of them
    bare = _FILLER.sub("", bare.replace(",", ""))
    return (bare, rule) if bare != cell and form.fullmatch(bare) else None


def _several(text: str, *, may_be_phone: bool) -> bool:
    """Whether these are two extensions, a range or a date: joined they would be a number that
    was not written.

    Pairs (20 41) are one number as people say it; so are the groups of a phone, where one
    `may_be_phone`.
    """
    sizes = [len(digits) for digits in re.findall("[0-9]+", text)]
    if re.fullmatch(r"[0-9]{1,2}\s[0-9]{3}", text.strip()):  # thousands, as a space marks them
        return False
    if len(sizes) < 2 or "/" in text:
        return len(sizes) > 1
    if may_be_phone:
        return len(sizes) == 2 and sizes[0] >= max(3, sizes[1])
    *_, second, longest = sorted(sizes)
    return bool(_DASHED.search(text)) or (longest > 2 and second > 1)


# -- which columns hold what Excel spoils ---------------------------------------------------------


def repairable_columns(
    dataset: Dataset, action: Action | None, mapping: ColumnMapping | None
) -> dict[str, str]:
    """Header -> phone, extension, id, email or digits. `mapping` says which columns of this file
    the action takes.
    """
    if action is not None and mapping is not None:
        return _mapped(dataset, action, mapping)
    names = {param.name for param in action.parameters} if action else None
    found = {}
    for header in map(str, dataset.frame.columns):
        name = _parameter_of(header)
        kind = _repair_kind(name) if name and (names is None or name in names) else None
        if kind:
            found[header] = kind
    return found


def _mapped(dataset: Dataset, action: Action, mapping: ColumnMapping) -> dict[str, str]:
    found: dict[str, str] = {}
    # what a template puts into a parameter made of digits is digits too
    digits = {
        param.name
        for param in action.params
        if param.digits or param.kind in ("phone", "extension")
    }
    for name, source in mapping.sources.items():
        template = source.kind == "template"
        kind = ("digits" if name in digits else None) if template else _repair_kind(name)
        for place, header in _columns_of(source, action.dataset):
            if kind and place == dataset.name and header in dataset.frame:
                found[header] = found.get(header, kind) if template else kind
    return found


def _columns_of(source: Source, own: str) -> Iterator[tuple[str, str]]:
    """(dataset name, header) of what a source reads."""
    if source.kind == "template":
        yield from ((place or own, header) for place, header in fields_of(source))
    elif source.kind in ("column", "global", "join"):
        yield {"column": own, "global": "global"}.get(source.kind, source.dataset), source.ref


def _parameter_of(header: str) -> str | None:
    """The parameter that a header names: in its own words, else by a synonym."""
    key = canonical(header)
    own = next((name for name in _kinds() if key == canonical(name)), None)
    return own or next(
        (name for name, words in SYNONYMS.items() if key in map(canonical, (name, *words))), None
    )


def _repair_kind(name: str) -> str | None:
    """phone, extension, id or email, by what the parameter of that name holds in any action."""
    return "email" if name == "email" else _kinds().get(name)


@cache
def _kinds() -> dict[str, str]:
    params = [param for action in all_actions() for param in action.parameters]
    return {
        param.name: "id" if param.is_id else param.kind
        for param in params
        if param.is_id or param.kind in ("phone", "extension")
    }
