"""Decides which names stand for one entity. Pure, and a function of the set of names and links alone.

Names are joined where somebody said so (an alias), where a person decided so, or where one is the short
form of exactly one other ("Gunnar" of "Gunnar Lie", "Bob Chen" of "Robert Chen", "Halvorsen" of "Halvorsen
Shipping", "Atlas" of "Project Atlas"). Likeness of spelling alone never joins: Caroline and Carolyn are as near as Jon
and John. What a person holds to be two stays two.

A role ("Ana's sister") stands for whoever was called so, unless several were: then it stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from memgraph.model import Entity, Link, LinkRule, Mention, Name, name_key
from memgraph.ontology import full_forms, short_forms

_ROLE = re.compile(r"'s [\w-]+$")
_LABELS = frozenset("project programme program initiative".split())  # which tell apart nothing: "Project Atlas"
_RANK = {"person": 4, "organization": 3, "place": 2, "event": 1, "thing": 0}


def kind_rank(kind: str) -> int:
    """How specific a kind is; of two kinds heard for one name the higher wins, in whatever order."""
    return _RANK.get(kind, 0)


def spelled(mentions: Iterable[Mention], entity: str) -> Name:
    """One name out of its mentions: the best-cased spelling, the most specific kind."""
    mentions = list(mentions)
    surface = max((m.surface for m in mentions), key=_casing)
    kind = max((m.kind for m in mentions), key=lambda k: (kind_rank(k), k))
    return Name(mentions[0].name, name_key(surface), surface, kind, entity)


def _casing(surface: str) -> tuple[int, str]:
    # "Dana Reyes" before "DANA REYES" before "dana reyes": title case reads best.
    return (2 if surface.istitle() else 1 if not surface.islower() else 0, surface)


def group(names: Collection[Name], links: Collection[Link]) -> dict[str, str]:
    """The id of the entity that each name stands for: that of the entity's fullest name."""
    by_id = {n.id: n for n in names}
    links = [k for k in links if k.a in by_id and k.b in by_id]
    joined = _Union(by_id, [(k.a, k.b) for k in links if k.rule is LinkRule.APART])
    bearers: dict[str, set[str]] = {}  # role -> the names that were said to bear it
    for link in sorted(links, key=lambda k: (k.rule is not LinkRule.MERGED, k.id)):
        if link.rule is LinkRule.APART:
            continue
        roles = [i for i in (link.a, link.b) if is_role(by_id[i])]
        if len(roles) == 1 and link.rule is LinkRule.ALIAS:
            bearers.setdefault(roles[0], set()).add(link.b if roles[0] == link.a else link.a)
        else:
            joined.join(link.a, link.b)
    words = {n.id: n.words for n in names if not is_role(n)}
    beginning: dict[str, list[Name]] = {}
    ending: dict[str, list[Name]] = {}
    for name in names:
        if name.id in words:
            beginning.setdefault(words[name.id][0], []).append(name)
            ending.setdefault(words[name.id][-1], []).append(name)
    for short in sorted((n for n in names if n.id in words), key=lambda n: (-len(words[n.id]), n.id)):
        a = words[short.id]
        alike = [n for given in (a[0], *full_forms().get(a[0], ())) for n in beginning.get(given, ())]
        alike += ending.get(a[-1], ())
        fuller = {joined.root(n.id) for n in alike if _is_short_for(short, a, n, words[n.id])}
        if len(fuller) == 1:
            joined.join(short.id, min(fuller))
    for role, named in sorted(bearers.items()):
        if len({joined.root(i) for i in named}) == 1:
            joined.join(role, min(named))
    members: dict[str, list[Name]] = {}
    for name in names:
        members.setdefault(joined.root(name.id), []).append(name)
    entity_ids = {root: entity_id(fullest(group)) for root, group in members.items()}
    return {n.id: entity_ids[joined.root(n.id)] for n in names}


def entity_id(name: Name) -> str:
    """The id of the entity whose fullest name this is."""
    return "en_" + name.id.removeprefix("na_")


def fullest(names: Iterable[Name]) -> Name:
    """The name that an entity goes by."""
    return max(names, key=lambda n: (not is_role(n), len(n.words), len(n.key), n.id))


def is_role(name: Name) -> bool:
    """Whether a name only says what somebody is to somebody: "Ana's sister"."""
    return _ROLE.search(name.key) is not None


def described(names: Sequence[Name]) -> Entity:
    """The entity that these names, all of one entity, make up."""
    best = fullest(names)
    kind = max((n.kind for n in names), key=lambda k: (kind_rank(k), k))
    others = sorted(n.text for n in names if n.id != best.id)
    return Entity(entity_id(best), best.text, kind, (best.text, *others))


def related_words(words: Iterable[str]) -> frozenset[str]:
    """With which words a name may begin or end that bears on what names with these first and last words stand for.

    These words, the given names that they may be short for, their own short forms, and what those may be short
    for in turn: whether "Rob" is Robert Chen depends on Robin Hale.
    """
    given = set(words)
    shorter = {short for word in given for short in short_forms().get(word, ())}
    return frozenset(given | shorter | {full for word in given | shorter for full in full_forms().get(word, ())})


def _is_short_for(short: Name, a: tuple[str, ...], full: Name, b: tuple[str, ...]) -> bool:
    """Whether a name, of the words `a`, is a short form of another, of the words `b`."""
    if len(a) > len(b) or ("thing" not in (short.kind, full.kind) and short.kind != full.kind):
        return False
    may_be_person = {short.kind, full.kind} <= {"person", "thing"} and "person" in (short.kind, full.kind)
    is_nickname = may_be_person and len(b) > 1 and b[0] in full_forms().get(a[0], ())
    if is_nickname and len(a) in (1, len(b)) and a[1:] in ((), b[1:]):
        return True
    if full.kind == "thing" and short.kind == "thing":
        return any(b in ((label, *a), (*a, label)) for label in _LABELS)
    if len(a) == len(b) or full.kind == "place":
        return False
    is_prefix = b[: len(a)] == a
    if full.kind == "person" and len(a) == 1:
        return is_prefix or b[-1:] == a
    return is_prefix


class _Union:
    """Union-find over name ids, in which some pairs are never joined, by whatever way."""

    def __init__(self, ids: Iterable[str], apart: Iterable[tuple[str, str]]) -> None:
        self.parent = {i: i for i in ids}
        self.apart = tuple(apart)

    def root(self, i: str) -> str:
        while self.parent[i] != i:
            self.parent[i] = i = self.parent[self.parent[i]]
        return i

    def join(self, a: str, b: str) -> None:
        """Join two sets of names, unless that would bring a pair together that is to stay apart."""
        a, b = sorted((self.root(a), self.root(b)))
        if all({self.root(x), self.root(y)} != {a, b} or a == b for x, y in self.apart):
            self.parent[b] = a
