"""Packs hits into a text for a prompt, within a budget, with dates and citations. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from memgraph.model import Episode, FactState

_CHARS_PER_TOKEN = 4
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")
_MARKS = {"disputed": " (disputed)", "superseded": " (no longer true)"}


def tokens(text: str) -> int:
    """How many tokens a text takes at most in practice: a quarter of its UTF-8 bytes, rounded up."""
    return -(-len(text.encode("utf-8")) // _CHARS_PER_TOKEN)


@dataclass(frozen=True, slots=True)
class _Said:
    """A turn, and as many of its first sentences as are taken; None: all."""

    episode: Episode
    sentences: int | None = None

    @property
    def text(self) -> str:
        if self.sentences is None:
            return " ".join(self.episode.content.split())
        return " ".join(_sentences(self.episode)[: self.sentences]) + " …"


def pack(answers: Sequence[FactState | Episode], max_tokens: int) -> str:
    """The best answers that fit: facts first, then what was said, session after session in the order of time.

    `answers` come best first, and are taken in that order. A turn that does not fit is shortened to the first sentences
    that do; no sentence is cut. Turns that follow each other stand together, "…" says that others lie between. Every
    line cites the ids of the messages that it rests on. Never longer than `max_tokens` by `tokens`.
    """
    facts: list[FactState] = []
    said: list[_Said] = []
    for answer in {a.id: a for a in answers}.values():
        if isinstance(answer, FactState):
            if tokens(_rendered([*facts, answer], said)) <= max_tokens:
                facts.append(answer)
        else:
            for part in _shorter(answer):
                if tokens(_rendered(facts, [*said, part])) <= max_tokens:
                    said.append(part)
                    break
    return _rendered(facts, said)


def _shorter(episode: Episode) -> Iterator[_Said]:
    """The whole turn, then less and less of it."""
    yield _Said(episode)
    for count in range(len(_sentences(episode)) - 1, 0, -1):
        yield _Said(episode, count)


def _sentences(episode: Episode) -> list[str]:
    return _SENTENCE.split(" ".join(episode.content.split()))


def _rendered(facts: Sequence[FactState], said: Sequence[_Said]) -> str:
    parts: list[str] = []
    if facts:
        parts.append("Facts:\n" + "\n".join(_fact_line(f) for f in facts))
    ordered = sorted(said, key=lambda s: (s.episode.occurred_at, s.episode.place, s.episode.id))
    first = {s.episode.scope.session_id: i for i, s in reversed(list(enumerate(ordered)))}
    ordered.sort(key=lambda s: first[s.episode.scope.session_id])
    for _, group in groupby(ordered, key=lambda s: s.episode.scope.session_id):
        parts.append(_session(list(group)))
    return "\n\n".join(parts)


def _session(turns: Sequence[_Said]) -> str:
    """What was said in one session, under its day; a new day is named where it begins."""
    begun = turns[0].episode
    session = f", session {begun.scope.session}" if begun.scope.session else ""
    lines = [f"Said on {begun.occurred_at:%Y-%m-%d}{session}:"]
    for before, turn in zip([None, *turns[:-1]], turns, strict=True):
        episode = turn.episode
        if before is not None and episode.place != before.episode.place + 1:
            lines.append("  …")
        is_new_day = before is not None and episode.occurred_at.date() != before.episode.occurred_at.date()
        when = f"{episode.occurred_at:%Y-%m-%d %H:%M}" if is_new_day else f"{episode.occurred_at:%H:%M}"
        lines.append(f"- {when} {episode.speaker}: {turn.text} [{episode.source_id}]")
    return "\n".join(lines)


def _fact_line(fact: FactState) -> str:
    until = f" until {fact.valid_to:%Y-%m-%d}" if fact.valid_to else ""
    cited = ", ".join(fact.source_ids)
    return f"- {fact.text} (since {fact.valid_from:%Y-%m-%d}{until}){_MARKS.get(fact.status, '')} [{cited}]"
