"""Packs hits into a text for a prompt, within a budget, with dates and citations. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from memgraph.model import Episode, FactState

_CHARS_PER_TOKEN = 4


def tokens(text: str) -> int:
    """How many tokens a text takes at most in practice: a quarter of its UTF-8 bytes, rounded up."""
    return -(-len(text.encode("utf-8")) // _CHARS_PER_TOKEN)


def pack(answers: Sequence[FactState | Episode], max_tokens: int) -> str:
    """The best answers that fit, facts first, then what was said in the order of time. Nothing is cut in two.

    Every line cites the ids of the messages that it rests on. Never longer than `max_tokens` by `tokens`.
    """
    chosen: list[FactState | Episode] = []
    for answer in answers:
        if tokens(_rendered([*chosen, answer])) <= max_tokens:
            chosen.append(answer)
    return _rendered(chosen)


def _rendered(answers: Sequence[FactState | Episode]) -> str:
    facts = [answer for answer in answers if isinstance(answer, FactState)]
    episodes = (answer for answer in answers if isinstance(answer, Episode))
    said = sorted(episodes, key=lambda e: (e.occurred_at, e.place, e.id))
    parts: list[str] = []
    if facts:
        parts.append("Facts:\n" + "\n".join(_fact_line(f) for f in facts))
    if said:
        parts.append("Said:\n" + "\n".join(_episode_line(e) for e in said))
    return "\n\n".join(parts)


def _fact_line(fact: FactState) -> str:
    until = f" until {fact.valid_to:%Y-%m-%d}" if fact.valid_to else ""
    mark = {"disputed": " (disputed)", "superseded": " (no longer true)"}.get(fact.status, "")
    cited = ", ".join(fact.source_ids)
    return f"- {fact.text} (since {fact.valid_from:%Y-%m-%d}{until}){mark} [{cited}]"


def _episode_line(episode: Episode) -> str:
    said = " ".join(episode.content.split())
    return f"- {episode.occurred_at:%Y-%m-%d %H:%M} {episode.speaker}: {said} [{episode.source_id}]"
