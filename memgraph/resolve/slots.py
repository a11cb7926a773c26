"""Second half of resolving: proposals become assertions, their slots are replayed, facts come out. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from memgraph.changes import Called, Changes, Identities, Ledger, Proposal, Sought
from memgraph.model import Assertion, Entity, Episode, FactState, Precision, Role, Scope, digest, name_key
from memgraph.ontology import Ontology
from memgraph.resolve.facts import Claim, Policy, Slot, replay
from memgraph.resolve.naming import Naming, name_id


@dataclass(frozen=True, slots=True)
class Resolver:
    """The rules in force: the vocabulary, and how conflicts are weighed."""

    ontology: Ontology
    policy: Policy

    def asserted(self, scope: Scope, proposals: Iterable[Proposal], episodes: Mapping[str, Episode]) -> list[Assertion]:
        """Each proposal as an assertion of its episode; of two that say the same the surer one stays."""
        out: dict[str, Assertion] = {}
        for proposal in proposals:
            assertion = _assertion(scope, proposal, episodes[proposal.episode])
            rival = out.get(assertion.id)
            if rival is None or assertion.confidence > rival.confidence:
                out[assertion.id] = assertion
        return list(out.values())

    def sought(self, naming: Naming, assertions: Iterable[Assertion]) -> Sought:
        """The facts that have to be read before these assertions can be decided on."""
        identities = naming.identities(Ledger())
        slots = {self._slot(a, identities).id for a in assertions}
        return Sought(slots=tuple(sorted(slots)), entities=tuple(sorted(naming.moved)))

    def decide(
        self,
        scope: Scope,
        naming: Naming,
        ledger: Ledger,
        assertions: Iterable[Assertion],
        without: frozenset[str] = frozenset(),
    ) -> Changes:
        """Replay every slot of the ledger and of the new assertions; what differs from the ledger changes.

        `without` are assertions that are no more; a slot that they leave empty goes with them.
        """
        claimed = {i: a for i, a in ledger.assertions.items() if i not in without}
        claimed.update((a.id, a) for a in assertions)
        facts = self.replayed(claimed.values(), naming.identities(ledger))
        before = {f.id: f for f in ledger.facts}
        changed = tuple(f for i, f in facts.items() if before.get(i) != f)
        return Changes(
            scope=scope,
            mentions=naming.mentions,
            names=naming.names_changed,
            names_removed=naming.names_removed,
            links=naming.links,
            links_removed=naming.links_removed,
            entities=naming.entities_changed,
            entities_removed=naming.entities_removed,
            facts=changed,
            facts_removed=tuple(i for i in before if i not in facts),
            assertions={e.assertion: claimed[e.assertion] for f in changed for e in f.evidence},
            assertions_removed=tuple(sorted(without)),
        )

    def replayed(
        self, assertions: Iterable[Assertion], identities: Identities, known_at: dt.datetime | None = None
    ) -> dict[str, FactState]:
        """The facts that all these assertions come to, by id; with `known_at`, as they were known then."""
        slots: dict[str, tuple[Slot, list[Claim]]] = {}
        for assertion in assertions:
            slot = self._slot(assertion, identities)
            slots.setdefault(slot.id, (slot, []))[1].append(self._claim(assertion, identities))
        facts: dict[str, FactState] = {}
        for slot, claims in slots.values():
            facts.update((f.id, f) for f in replay(slot, claims, self.policy, known_at))
        return facts

    def _slot(self, assertion: Assertion, identities: Identities) -> Slot:
        subject = identities.entity_of[assertion.subject]
        parts: list[object] = [subject, assertion.predicate, assertion.qualifier]
        if not self.ontology[assertion.predicate].one:
            parts.append(_object_key(assertion, identities))
        return Slot("sl_" + digest(*parts), subject, assertion.predicate, assertion.qualifier)

    def _claim(self, assertion: Assertion, identities: Identities) -> Claim:
        subject = identities.entities[identities.entity_of[assertion.subject]]
        entity: Entity | None = None
        if assertion.object_name is not None:
            entity = identities.entities[identities.entity_of[assertion.object_name]]
        said = entity.name if entity else assertion.object_text
        text = self.ontology.says(assertion.predicate, subject.name, assertion.qualifier, said)
        is_own = name_key(assertion.source) in {name_key(alias) for alias in subject.aliases}
        return Claim(assertion, _object_key(assertion, identities), entity.id if entity else None, said, text, is_own)


def _object_key(assertion: Assertion, identities: Identities) -> str:
    if assertion.object_name is not None:
        return "entity " + identities.entity_of[assertion.object_name]
    return "" if assertion.object_value is None else "value " + assertion.object_value


def _assertion(scope: Scope, proposal: Proposal, episode: Episode) -> Assertion:
    subject = name_id(scope, proposal.subject.text)
    thing = proposal.object
    object_name = name_id(scope, thing.text) if isinstance(thing, Called) else None
    object_value = None if thing is None or isinstance(thing, Called) else thing.value
    out = Assertion(
        id="",
        episode=episode.id,
        source_id=episode.source_id,
        source=episode.speaker,
        session=episode.scope.session_id,
        subject=subject,
        predicate=proposal.predicate,
        qualifier=proposal.qualifier,
        object_name=object_name,
        object_value=object_value,
        object_text=thing.text if thing is not None else "",
        polarity=proposal.polarity,
        mode=proposal.mode,
        valid_from=proposal.valid_from or episode.occurred_at,
        valid_to=proposal.valid_to,
        stated=proposal.valid_from is not None,
        precision=proposal.precision if proposal.valid_from else Precision.INSTANT,
        holds_at=episode.occurred_at if proposal.is_vouched else None,
        said_at=episode.occurred_at,
        place=episode.place,
        recorded_at=episode.recorded_at,
        confidence=proposal.confidence,
        extractor=proposal.extractor,
        text=proposal.text,
    )
    return replace(out, id=assertion_id(out))


def assertion_id(a: Assertion) -> str:
    """The id of what an assertion says of an episode; how it is put and how sure it is play no part."""
    identity = (a.episode, a.subject, a.predicate, a.qualifier, a.object_name, a.object_value, a.polarity)
    return "as_" + digest(*identity)


def events(
    before: Mapping[str, FactState], changes: Changes, assertions: Iterable[Assertion]
) -> list[tuple[str, FactState]]:
    """What new assertions did, one (event, fact) for each fact touched: ADD, SUPERSEDE, DISPUTE or NONE."""
    new = {a.id for a in assertions}
    displaced = {f.superseded_by for f in changes.facts if f.id in before and not before[f.id].superseded_by}
    out: list[tuple[str, FactState]] = []
    for fact in changes.facts:
        supports = [e for e in fact.evidence if e.assertion in new]
        if not supports:
            continue
        closes = all(e.role is Role.CLOSES for e in supports)
        if fact.status == "disputed":
            event = "DISPUTE"
        elif closes or fact.id in displaced:
            event = "SUPERSEDE"
        else:
            event = "NONE" if fact.id in before else "ADD"
        out.append((event, fact))
    return out


def withdrawn(assertions: Iterable[Assertion], at: dt.datetime) -> list[Assertion]:
    """The same assertions, no longer believed from `at` on."""
    return [replace(a, withdrawn_at=at) for a in assertions if a.withdrawn_at is None]
