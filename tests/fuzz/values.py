"""Strategies: any JSON, the cells that pass validation, and what each action may have read."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from bulk.adapters.call_permissions import ACTIONS, CALL_TYPES
from bulk.adapters.usuarios_configurar_perfil_saliente_custom import FLAGS, PATH
from bulk.core.action import Action, Param

PHONES = st.from_regex(r"\+34[89][0-9]{8}", fullmatch=True)
EXTENSIONS = st.from_regex(r"[0-9]{2,6}", fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
    | st.just("")
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def hydra(kind: str, tail: str) -> str:
    return base64.b64encode(f"ciscospark://us/{kind}/{tail}".encode()).decode().rstrip("=")


def ids(kind: str) -> st.SearchStrategy[str]:
    return st.uuids().map(lambda found: hydra(kind, str(found)))


LICENCES = st.sampled_from(
    [hydra("LICENSE", f"00000000-0000-0000-0000-00000000000{n}") for n in range(4)]
)
ROUTES = st.sampled_from([hydra("ROUTE_GROUP", "a"), hydra("TRUNK", "b")])
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": WORDS,
    "phone": PHONES,
    "extension": EXTENSIONS,
    "flag": st.booleans(),
    "call_type": st.sampled_from(CALL_TYPES),
    "number_type": st.sampled_from(["DID", "TOLLFREE", "MOBILE"]),
    "route_type": st.sampled_from(["ROUTE_GROUP", "TRUNK"]),
    "route": ROUTES,
    "license": LICENCES,
    "person": ids("PEOPLE"),
    "location": ids("LOCATION"),
    "organization": ids("ORGANIZATION"),
}


def cell(param: Param) -> st.SearchStrategy[Any]:
    one = KINDS[param.kind]
    return st.lists(one, min_size=1, max_size=4, unique=True) if param.many else one


def rows(action: Action) -> st.SearchStrategy[dict[str, Any]]:
    """Parameters of a row that passed validation."""
    required = {param.name: cell(param) for param in action.params if param.required}
    optional = {param.name: cell(param) for param in action.params if not param.required}
    return st.fixed_dictionaries(required, optional=optional)


# -- what was read ---------------------------------------------------------------------------------

PERMISSION = st.fixed_dictionaries(
    {
        "action": st.sampled_from(ACTIONS) | st.none(),
        "transferEnabled": st.booleans() | st.none(),
        "restricted": st.booleans(),
    }
)
PERMISSIONS = st.dictionaries(st.sampled_from(CALL_TYPES), PERMISSION)
FORWARD = st.fixed_dictionaries(
    {"enabled": st.booleans()}, optional={"destination": WORDS, "numberOfRings": st.integers(0, 9)}
)


def befores(action: Action, params: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """States that `read` can give for these parameters."""
    name = action.id
    if name == "ubicacion_actualizar_cabecera":
        return st.fixed_dictionaries({"phoneNumber": PHONES | st.none(), "name": WORDS | st.none()})
    if name == "ubicacion_alta_numeraciones_desactivadas":
        there = st.none() | st.sampled_from(["ACTIVE", "INACTIVE"])
        numbers = dict.fromkeys(params["phone_numbers"], there)
        return st.fixed_dictionaries({**numbers, "connection": st.booleans()})
    if name == "ubicacion_configurar_llamadas_internas":
        route = st.none() | st.fixed_dictionaries({"id": ROUTES, "type": KINDS["route_type"]})
        return st.fixed_dictionaries(
            {
                "enableUnknownExtensionRoutePolicy": st.booleans(),
                "unknownExtensionRouteIdentity": route,
            }
        )
    if name == "ubicacion_configurar_permisos_salientes_defecto":
        return PERMISSIONS
    if name == "usuarios_anadir_intercom_legacy":
        return st.fixed_dictionaries({params["legacy_phone_number"]: st.booleans()})
    if name == "usuarios_asignar_location_desde_csv":
        place = KINDS["location"] | st.just(params["target_location_id"]) | st.none()
        person = {
            "locationId": place,
            "extension": EXTENSIONS | st.none(),
            "phoneNumber": PHONES | st.none(),
        }
        return st.fixed_dictionaries({**person, "calling": st.booleans()})
    if name == "usuarios_configurar_desvio_prefijo53":
        members = {
            member: FORWARD | st.none()
            for member in ("always", "busy", "noAnswer", "businessContinuity")
        }
        return st.fixed_dictionaries(members)
    if name == "usuarios_configurar_perfil_saliente_custom":
        flags = st.fixed_dictionaries(
            {
                **{flag: st.booleans() for flag in FLAGS},
                PATH: st.sampled_from(["features", "telephony"]),
            }
        )
        return st.tuples(flags, PERMISSIONS).map(lambda both: {**both[0], **both[1]})
    named = [*params.get("add_license_ids", ()), *params.get("remove_license_ids", ())]
    held = st.fixed_dictionaries({licence: st.booleans() for licence in named})
    calling = st.lists(st.sampled_from(named), unique=True) if named else st.just([])
    context = st.fixed_dictionaries(
        {"calling": calling, "locationId": st.none() | WORDS, "extension": st.none() | EXTENSIONS}
    )
    return st.tuples(held, context).map(lambda both: {**both[0], **both[1]})
