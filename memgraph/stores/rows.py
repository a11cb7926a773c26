"""Turns what stores keep as plain values back into the model, whatever stands for a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from memgraph.model import UTC, Assertion, Entity, FactState, Mode, Polarity, Precision, Scope, Status

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = dt.timedelta(microseconds=1)

_TIMES = ("valid_from", "valid_to", "holds_at", "said_at", "recorded_at", "withdrawn_at")
ASSERTION_FIELDS = tuple(Assertion.__dataclass_fields__)


def micros(time: dt.datetime) -> int:
    """Microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def moment(value: int) -> dt.datetime:
    """The time that `micros` came from."""
    return _EPOCH + dt.timedelta(microseconds=value)


def owner_values(scope: Scope) -> dict[str, Any]:
    """Who owns a scope, as what is kept of it."""
    owner = scope.owner
    return {
        "key": scope.key,
        "tenant": owner.tenant,
        "user": owner.user,
        "agent": owner.agent,
        "session": owner.session,
    }


def assertion_values(assertion: Assertion, time: Callable[[dt.datetime], Any]) -> dict[str, Any]:
    """An assertion as plain values; `time` says how a time is kept."""
    out: dict[str, Any] = {}
    for name in ASSERTION_FIELDS:
        value = getattr(assertion, name)
        out[name] = time(value) if name in _TIMES and value is not None else value
    for name in ("polarity", "mode", "precision"):
        out[name] = str(out[name])
    return out


def assertion(values: Mapping[str, Any], time: Callable[[Any], dt.datetime]) -> Assertion:
    """An assertion out of plain values."""
    known = {name: values.get(name) for name in ASSERTION_FIELDS}
    for name in _TIMES:
        if known[name] is not None:
            known[name] = time(known[name])
    known["polarity"] = Polarity(known["polarity"])
    known["mode"] = Mode(known["mode"])
    known["precision"] = Precision(known["precision"])
    return Assertion(**known)  # pyright: ignore[reportArgumentType] - as written by assertion_values


def fact(values: Mapping[str, Any], time: Callable[[Any], dt.datetime]) -> FactState:
    """A fact out of plain values, `evidence` and `source_ids` as they are."""

    def maybe(name: str) -> dt.datetime | None:
        return None if values[name] is None else time(values[name])

    return FactState(
        id=values["id"],
        slot=values["slot"],
        subject=values["subject"],
        predicate=values["predicate"],
        qualifier=values["qualifier"],
        object_entity=values["object_entity"],
        object_value=values["object_value"],
        object_text=values["object_text"],
        text=values["text"],
        valid_from=time(values["valid_from"]),
        valid_to=maybe("valid_to"),
        recorded_at=time(values["recorded_at"]),
        retired_at=maybe("retired_at"),
        confidence=values["confidence"],
        status=Status(values["status"]),
        rule=values["rule"],
        why=values["why"],
        superseded_by=values["superseded_by"],
        evidence=tuple(values["evidence"]),
        source_ids=tuple(values["source_ids"]),
    )


def entity(values: Mapping[str, Any]) -> Entity:
    """An entity out of plain values."""
    return Entity(values["id"], values["name"], values["kind"], tuple(values["aliases"]))
