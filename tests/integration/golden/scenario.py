"""The commands whose output is compared: every verb of `bulk`, in the order in which they run.

All of them share one data directory and the embedded sandbox (60 people, 4 locations, the seed of
the examples), so a command sees what the earlier ones did. `{files}`, `{bad}` and `{out}` are the
directories of the example files, of the bad files and of what the commands write.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FORWARD = "usuarios_configurar_desvio_prefijo53"
LICENSES = "usuarios_modificar_licencias"
MOVE = "usuarios_asignar_location_desde_csv"
INTERCOM = "usuarios_anadir_intercom_legacy"
PERSON_PROFILE = "usuarios_configurar_perfil_saliente_custom"
HEADER = "ubicacion_actualizar_cabecera"
NUMBERS = "ubicacion_alta_numeraciones_desactivadas"
ROUTING = "ubicacion_configurar_llamadas_internas"
LOCATION_PROFILE = "ubicacion_configurar_permisos_salientes_defecto"

USERS = ("--usuarios", "{files}/USUARIOS.CSV")
LOCATIONS = ("--ubicaciones", "{files}/UBICACIONES.CSV")
GLOBAL = ("--global", "{files}/GLOBAL.CSV")
PROFILE = ("--profile", "{files}/perfil_saliente_defecto.json")
BULK = ("--sandbox", "--bulk", "--workers", "1")


@dataclass(frozen=True)
class Command:
    """One command line and the file that it writes, if any."""

    name: str  # of its file in expected/
    arguments: tuple[str, ...]
    writes: str = ""  # in {out}; text files only: their content is compared too
    usage: bool = False  # refused by the option parser: its wording is not compared


def _of(name: str, *arguments: str, writes: str = "", usage: bool = False) -> Command:
    return Command(name, arguments, writes, usage)


def _report(name: str) -> Command:
    """Every row of the last run, with what it was before and what became of it."""
    file = f"informe_{name}.csv"
    return _of(f"report_{name}", "report", "last", "--out", f"{{out}}/{file}", writes=file)


COMMANDS = (
    _of("actions", "actions"),
    _of("actions_json", "actions", "--json"),
    _of("examples", "examples", "{out}/examples", "--people", "60", "--locations", "4"),
    _of("validate_all", "validate", *GLOBAL, *LOCATIONS, *USERS),
    _of("validate_all_json", "validate", *GLOBAL, *LOCATIONS, *USERS, "--json"),
    _of("validate_action", "validate", FORWARD, *USERS),
    _of("validate_nothing", "validate"),
    _of("validate_missing_file", "validate", "--usuarios", "{bad}/NO_EXISTE.CSV"),
    _of("validate_without_header", "validate", FORWARD, "--usuarios", "{bad}/sin_cabecera.csv"),
    _of("validate_bad_rows", "validate", FORWARD, "--usuarios", "{bad}/filas_malas.csv"),
    _of(
        "validate_bad_rows_json",
        "validate",
        FORWARD,
        "--usuarios",
        "{bad}/filas_malas.csv",
        "--json",
    ),
    _of(
        "validate_repairs",
        "validate",
        FORWARD,
        "--usuarios",
        "{bad}/filas_malas.csv",
        "--accept-repairs",
        "--country",
        "ES",
        "--out",
        "{out}/problemas.csv",
        writes="problemas.csv",
    ),
    _of("validate_bad_encoding", "validate", *USERS, "--encoding", "klingon"),
    _of("validate_bad_delimiter", "validate", *USERS, "--delimiter", "xx"),
    _of("template", "template", FORWARD, "--out", "{out}/plantilla.xlsx"),
    _of("plan", "plan", FORWARD, *USERS, "--sandbox", "--lines", "2-6", "--workers", "1"),
    _of(
        "plan_json",
        "plan",
        HEADER,
        *LOCATIONS,
        "--sandbox",
        "--workers",
        "1",
        "--json",
    ),
    _of("run_without_target", "run", FORWARD, *USERS),
    _of("run_unknown_action", "run", "no_existe", *USERS, "--sandbox"),
    _of("run_action_in_development", "run", "workspaces_alta", *USERS, "--sandbox"),
    _of("run_unknown_option", "run", FORWARD, "--no-existe", usage=True),
    _of("run_option_without_value", "run", FORWARD, "--usuarios", usage=True),
    _of("run_bad_integer", "run", FORWARD, "--chunk-size", "muchas", usage=True),
    _of("run_bad_lines", "run", FORWARD, *USERS, *BULK, "--lines", "9-3"),
    _of("run_bad_condition", "run", FORWARD, *USERS, *BULK, "--where", "sin_igual"),
    _of("run_unknown_column", "run", FORWARD, *USERS, *BULK, "--map", "destination=no_esta"),
    _of("run_nothing_in_scope", "run", FORWARD, *USERS, *BULK, "--lines", "900-901"),
    _of("run_forward", "run", FORWARD, *USERS, *BULK, "--lines", "2-6", "--json"),
    _of("run_forward_again", "run", FORWARD, *USERS, *BULK, "--lines", "2-6", "--json"),
    _of("status", "status", "last"),
    _of("status_json", "status", "last", "--json"),
    _of("verify", "verify", "last"),
    _of("run_bad_rows", "run", FORWARD, "--usuarios", "{bad}/filas_malas.csv", *BULK, "--json"),
    _of(
        "report_csv",
        "report",
        "last",
        "--out",
        "{out}/informe.csv",
        writes="informe.csv",
    ),
    _of(
        "report_json",
        "report",
        "last",
        "--out",
        "{out}/informe.json",
        writes="informe.json",
    ),
    _of("report_unknown_format", "report", "last", "--out", "{out}/informe.pdf"),
    _of("report_parts", "report", "last", "--parts", "{out}/partes"),
    _of("run_licenses", "run", LICENSES, *USERS, *BULK, "--lines", "2-4", "--json"),
    _report("licenses"),
    _of("undo_plan", "undo", "last", "--dry-run", "--json"),
    _of("run_licenses_again", "run", LICENSES, *USERS, *BULK, "--lines", "5-6"),
    _of("undo", "undo", "last", "--json"),
    _of("run_move", "run", MOVE, *USERS, *BULK, "--lines", "2-5", "--json"),
    _report("move"),
    _of("run_intercom", "run", INTERCOM, *USERS, *BULK, "--lines", "2-4", "--json"),
    _report("intercom"),
    _of("run_person_profile", "run", PERSON_PROFILE, *USERS, *BULK, "--lines", "2-4", "--json"),
    _of("run_header", "run", HEADER, *LOCATIONS, *BULK, "--json"),
    _of("undo_header", "undo", "last"),
    _of("run_numbers", "run", NUMBERS, *LOCATIONS, *BULK, "--json"),
    _report("numbers"),
    _of("run_routing", "run", ROUTING, *LOCATIONS, *BULK, "--json"),
    _of("run_profile", "run", LOCATION_PROFILE, *LOCATIONS, *PROFILE, *BULK, "--json"),
    _report("profile"),
    _of("run_row_by_row", "run", FORWARD, *USERS, "--sandbox", "--lines", "8-9", "--json"),
    _of("run_canary", "run", FORWARD, *USERS, *BULK, "--lines", "10-20", "--canary", "3", "--json"),
    _of("resume_json", "resume", "last", "--json"),
    _of("resume_finished", "resume", "last"),
    _of("retry_nothing", "retry", "last"),
    _of("pause_finished", "pause", "last"),
    _of("cancel_finished", "cancel", "last"),
    _of("status_unknown", "status", "20200101-0000-abc"),
    _of("runs", "runs"),
    _of("export_unknown_list", "export", "sitios", "--sandbox", "--out", "{out}/sitios.csv"),
    _of(
        "export", "export", "locations", "--sandbox", "--out", "{out}/sedes.csv", writes="sedes.csv"
    ),
    _of(
        "fill_ids",
        "fill-ids",
        "{bad}/USUARIOS_sin_id.CSV",
        "--sandbox",
        "--out",
        "{out}/con_id.csv",
        writes="con_id.csv",
    ),
    _of("journal_check", "journal", "check"),
    _of("journal_check_json", "journal", "check", "--json"),
    _of("journal_prune", "journal", "prune", "--keep", "3"),
    _of("journal_prune_nothing_said", "journal", "prune"),
)

BAD_FILES = {
    "sin_cabecera.csv": "1;2;3\r\n4;5;6\r\n",
    "filas_malas.csv": (
        "person_id;extension;destination;display_name\r\n"
        "no-es-un-id;12;600111222;Ana\r\n"
        "{person};1000;34600111222;Luis\r\n"
        "{person};1000.0;600 111 222;Luis otra vez\r\n"
    ),
    "USUARIOS_sin_id.CSV": (
        "person_id;email;extension\r\n"
        ";usuario00000@example.com;1000\r\n"
        ";usuario00003@example.com;1003\r\n"
        ";nadie@example.com;1009\r\n"
    ),
}


def write_bad_files(folder: Path, example_users: Path) -> None:
    """Write the files with faults; `{person}` in them is the first person of the examples."""
    folder.mkdir(parents=True)
    first = example_users.read_text(encoding="utf-8-sig").splitlines()[1]
    for name, text in BAD_FILES.items():
        content = text.replace("{person}", first.split(";")[0])
        (folder / name).write_bytes(content.encode("utf-8"))
