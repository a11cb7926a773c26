"""First half of resolving: which names are heard, which entities they stand for, and what that moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from memgraph.changes import Called, Extraction, Identities, Known, Ledger, Look, Proposal
from memgraph.model import Entity, Link, LinkRule, Mention, Name, Scope, digest, name_key
from memgraph.resolve.entities import described, group, related_words, spelled


@dataclass(frozen=True, slots=True)
class Naming:
    """What a call comes to as far as names go. `moved` are entities whose facts have to be replayed."""

    names: Mapping[str, Name]
    entities: Mapping[str, Entity]
    mentions: tuple[Mention, ...]
    links: tuple[Link, ...]  # new ones
    links_removed: tuple[str, ...]
    names_changed: tuple[Name, ...]
    names_removed: tuple[str, ...]
    entities_changed: tuple[Entity, ...]
    entities_removed: tuple[str, ...]
    moved: frozenset[str]

    def identities(self, ledger: Ledger) -> Identities:
        """The ledger's names and entities, brought up to date with these."""
        entity_of = {**ledger.identities.entity_of, **{i: n.entity for i, n in self.names.items()}}
        return Identities(entity_of, {**ledger.identities.entities, **self.entities})


def name_id(scope: Scope, text: str) -> str:
    """The id of a name within a scope; spellings that fold alike share it."""
    return "na_" + digest(scope.key, name_key(text))


def link_id(a: str, b: str, rule: LinkRule, episode: str | None) -> str:
    """The id of what an episode says, or a person decided, on two names by id, the lesser first."""
    return "li_" + digest(a, b, rule, episode)


def mentions_of(scope: Scope, extraction: Extraction) -> tuple[Mention, ...]:
    """Every naming in an extraction, once for each episode, name, spelling and kind."""
    heard: list[tuple[str, Called]] = list(extraction.mentions)
    for proposal in extraction.proposals:
        heard.extend((proposal.episode, called) for called in _called(proposal))
    for same in extraction.same:
        heard.extend(((same.episode, same.a), (same.episode, same.b)))
    return tuple(dict.fromkeys(Mention(e, name_id(scope, c.text), c.text.strip(), c.kind) for e, c in heard))


def look_for(scope: Scope, extraction: Extraction) -> Look:
    """What has to be looked up before these names can be resolved."""
    mentions = mentions_of(scope, extraction)
    names = {m.name: spelled([m], "") for m in mentions}
    return Look(names=tuple(names), words=tuple(sorted(related_words(w for n in names.values() for w in n.ends))))


def unlooked(known: Known) -> set[str]:
    """The names, by id, that somebody said to be one with those that were found, and that weren't found with them.

    Such is a role of which several were said to bear it, and so is each of these to the role.
    """
    ends = {end for link in known.links if link.rule is LinkRule.ALIAS for end in (link.a, link.b)}
    return ends - {n.id for n in known.names}


def name(
    scope: Scope,
    extraction: Extraction,
    known: Known,
    *,
    links: Iterable[Link] = (),
    links_removed: Iterable[str] = (),
) -> Naming:
    """Join what is heard with what is known, and group all of it into entities anew."""
    mentions = mentions_of(scope, extraction)
    before = {n.id: n for n in known.names}
    now = dict(before)
    for touched in known.touched:  # their episodes go: what remains of their mentions decides
        now.pop(touched, None)
    heard: dict[str, list[Mention]] = {}
    for mention in (*known.remaining, *mentions):
        heard.setdefault(mention.name, []).append(mention)
    for ident, said in heard.items():
        old = now.get(ident)
        as_known = [Mention("", ident, old.text, old.kind)] if old else []
        now[ident] = spelled([*said, *as_known], old.entity if old else "")
    vanished = before.keys() - now.keys()
    removed = set(links_removed) | {k.id for k in known.links if {k.a, k.b} & vanished or k.episode in known.without}
    fresh = [*_aliases(scope, extraction), *links]
    kept = [k for k in known.links if k.id not in removed]
    grouped = group(now.values(), [*kept, *fresh])
    now = {i: replace(n, entity=grouped[i]) for i, n in now.items()}

    entities = _entities(now.values())
    entities_before = _entities(before.values())
    entities_changed = [e for i, e in entities.items() if entities_before.get(i) != e]
    entities_removed = [i for i in entities_before if i not in entities]
    moved = set(entities_removed)
    for entity in entities_changed:
        old_entity = entities_before.get(entity.id)
        if old_entity is not None and old_entity.name != entity.name:
            moved.add(entity.id)
    for ident, n in now.items():
        if ident in before and before[ident].entity != n.entity:
            moved |= {before[ident].entity, n.entity}
    return Naming(
        names=now,
        entities=entities,
        mentions=mentions,
        links=tuple(k for k in fresh if k.id not in {old.id for old in kept}),
        links_removed=tuple(sorted(removed)),
        names_changed=tuple(n for i, n in now.items() if before.get(i) != n),
        names_removed=tuple(i for i in before if i not in now),
        entities_changed=tuple(entities_changed),
        entities_removed=tuple(entities_removed),
        moved=frozenset(moved),
    )


def decision(known: Known, a: str, b: str, rule: LinkRule) -> tuple[Link, list[str]]:
    """A person's decision on two names, and the ids of the earlier ones that it overrules.

    Joining two overrules every "these are two" between a name of the one and a name of the other; keeping two names
    apart overrules that just these were joined.
    """
    entity_of = {n.id: n.entity for n in known.names}
    a, b = sorted((a, b))
    if rule is LinkRule.MERGED:
        meant = {entity_of[a], entity_of[b]}
        overruled = [
            k.id for k in known.links if k.rule is LinkRule.APART and {entity_of.get(k.a), entity_of.get(k.b)} == meant
        ]
    else:
        overruled = [k.id for k in known.links if k.rule is LinkRule.MERGED and (k.a, k.b) == (a, b)]
    return Link(link_id(a, b, rule, None), a, b, rule, None), overruled


def _called(proposal: Proposal) -> list[Called]:
    named = [proposal.subject]
    if isinstance(proposal.object, Called):
        named.append(proposal.object)
    return named


def _aliases(scope: Scope, extraction: Extraction) -> list[Link]:
    links: dict[str, Link] = {}
    for same in extraction.same:
        a, b = sorted((name_id(scope, same.a.text), name_id(scope, same.b.text)))
        if a != b:
            ident = link_id(a, b, LinkRule.ALIAS, same.episode)
            links[ident] = Link(ident, a, b, LinkRule.ALIAS, same.episode)
    return list(links.values())


def _entities(names: Iterable[Name]) -> dict[str, Entity]:
    members: dict[str, list[Name]] = {}
    for n in names:
        members.setdefault(n.entity, []).append(n)
    out: dict[str, Entity] = {}
    for ident, group_ in members.items():
        entity = described(group_)
        out[ident] = replace(entity, id=ident)
    return out
