"""Decides what is true in one slot, by replaying its assertions. Pure: no clock, no I/O, no arrival order.

A *slot* is (scope, subject, predicate, qualifier) for a one-valued predicate, and in addition the object
for a many-valued one, so that only assertions that can conflict share one. The times that the assertions
speak of cut the time line into intervals; in each interval the assertions that speak of it are weighed one
after the other, in the order of the time for which each is vouched. What holds over adjoining intervals is
one fact.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from memgraph.model import UTC, Assertion, Evidence, FactState, Mode, Polarity, Precision, Role, Status

_FOREVER = dt.datetime.max.replace(tzinfo=UTC)
_EVER = dt.datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Policy:
    """How conflicts are weighed: `margin` of confidence, and how far each source or extractor is trusted."""

    margin: float = 0.2
    trust: Mapping[str, float] = field(default_factory=dict[str, float])

    def trust_in(self, assertion: Assertion) -> float:
        """The trust in who said it and in what read it, 0 to 1."""
        return self.trust.get(assertion.source, 1.0) * self.trust.get(assertion.extractor, 1.0)

    def strength(self, assertion: Assertion) -> float:
        """An assertion's confidence times the trust in where it comes from."""
        return assertion.confidence * self.trust_in(assertion)


@dataclass(frozen=True, slots=True)
class Slot:
    """The place in which assertions can conflict."""

    id: str
    subject: str
    predicate: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Claim:
    """An assertion with its value identified: `key` is equal for equal values, empty for an unknown one."""

    assertion: Assertion
    key: str
    object_entity: str | None
    object_text: str
    text: str  # the fact as a sentence
    is_own: bool = False  # somebody speaks of themselves


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Why a value gave way, or is doubted."""

    by: Claim
    rule: str
    why: str


@dataclass(slots=True)
class _Interval:
    """What holds from `start` to `end`: the claims for each value, and why values that were claimed do not."""

    start: dt.datetime
    end: dt.datetime
    winners: dict[str, list[Claim]] = field(default_factory=dict[str, list[Claim]])
    lost: dict[str, _Verdict] = field(default_factory=dict[str, _Verdict])
    doubts: dict[str, _Verdict] = field(default_factory=dict[str, _Verdict])


@dataclass(slots=True)
class _Run:
    """One value over adjoining intervals: a fact in the making."""

    key: str
    start: dt.datetime
    end: dt.datetime
    claims: dict[str, Claim]
    contested: bool = False
    doubt: _Verdict | None = None
    verdict: _Verdict | None = None


def vouched_at(assertion: Assertion) -> dt.datetime:
    """The latest time for which the speaker vouches; the later, the more recent the assertion."""
    if _is_past(assertion):
        return assertion.said_at
    return max(assertion.valid_from, assertion.holds_at or assertion.valid_from)


def support(claims: Iterable[Claim], policy: Policy) -> float:
    """The noisy-or of the strongest claim of each independent source (a speaker in a session)."""
    best: dict[tuple[str, str], float] = {}
    for claim in claims:
        source = (claim.assertion.source, claim.assertion.session)
        best[source] = max(best.get(source, 0.0), policy.strength(claim.assertion))
    doubt = 1.0
    for strength in sorted(best.values()):
        doubt *= 1.0 - strength
    return round(1.0 - doubt, 6)


def replay(
    slot: Slot, claims: Iterable[Claim], policy: Policy, known_at: dt.datetime | None = None
) -> tuple[FactState, ...]:
    """The facts that a slot's assertions come to, oldest first; with `known_at`, as they were known then.

    Every assertion is evidence of at least one fact, so nothing is lost: what was superseded, refuted or
    withdrawn stays as a fact whose status, rule and reason say so.
    """
    known = [_as_known(c, known_at) for c in claims if known_at is None or c.assertion.recorded_at <= known_at]
    withdrawn = [c for c in known if c.assertion.withdrawn_at is not None]
    gone = {c.assertion.id for c in withdrawn}
    live = _reaching_back(_in_order([c for c in known if c.assertion.id not in gone]))
    intervals, fates = _weigh(live, policy)
    _settle(intervals, fates)
    facts = _Facts(slot, policy)
    for run in _runs(intervals):
        facts.stand(run)
    facts.fall([c for c, _ in live], fates)
    facts.withdraw(withdrawn)
    facts.hang_ends([c for c, _ in live])
    return facts.finished()


def _as_known(claim: Claim, known_at: dt.datetime | None) -> Claim:
    """The claim as it stood then: a withdrawal still to come is not known."""
    at = claim.assertion.withdrawn_at
    if at is None or known_at is None or at <= known_at:
        return claim
    return replace(claim, assertion=replace(claim.assertion, withdrawn_at=None))


def _is_past(assertion: Assertion) -> bool:
    """Told as history: it speaks of an interval that was over when it was said."""
    return assertion.valid_to is not None and assertion.valid_to <= assertion.said_at


def _in_order(claims: Sequence[Claim]) -> list[Claim]:
    sources: dict[str, set[str]] = {}
    for claim in claims:
        sources.setdefault(claim.key, set()).add(claim.assertion.source)

    def order(claim: Claim) -> tuple[bool, dt.datetime, dt.datetime, int, int, dt.datetime, bool, str]:
        a = claim.assertion
        # History is weighed last: a stated interval is more specific than "since then". Of what one message says, the
        # earlier comes first: "I tore it in May, it's healed".
        in_one = (a.valid_from, a.polarity is not Polarity.HOLDS, a.id)
        return (_is_past(a), vouched_at(a), a.said_at, a.place, len(sources[claim.key]), *in_one)

    return sorted(claims, key=order)


def _reaching_back(claims: Sequence[Claim]) -> list[tuple[Claim, dt.datetime]]:
    """Each claim with the time from which it speaks: a correction speaks of all the time of what it corrects."""
    out: list[tuple[Claim, dt.datetime]] = []
    for claim in claims:
        start = claim.assertion.valid_from
        if claim.assertion.mode is Mode.CORRECTION and not claim.assertion.stated:
            wrong = ""
            for earlier, since in reversed(out):
                if earlier.assertion.polarity is not Polarity.HOLDS or earlier.key == claim.key:
                    if wrong:
                        break
                    continue
                if wrong and earlier.key != wrong:
                    break
                wrong, start = earlier.key, min(start, since)
        out.append((claim, start))
    return out


def _weigh(claims: Sequence[tuple[Claim, dt.datetime]], policy: Policy) -> tuple[list[_Interval], dict[str, _Verdict]]:
    """What holds in each interval, and for each claim that lost in some interval the verdict on it."""
    cuts = {start for claim, start in claims if claim.assertion.polarity is not Polarity.DENIES}
    cuts |= {c.assertion.valid_to for c, _ in claims if c.assertion.valid_to is not None}
    ordered = [*sorted(cuts), _FOREVER]
    fates: dict[str, _Verdict] = {}
    intervals = [_Interval(a, b) for a, b in itertools.pairwise(ordered)]
    for interval in intervals:
        for claim, start in claims:
            a = claim.assertion
            since = _EVER if a.polarity is Polarity.DENIES else start
            if since <= interval.start and interval.end <= (a.valid_to or _FOREVER):
                _take(claim, interval, fates, policy)
    return intervals, fates


def _take(claim: Claim, interval: _Interval, fates: dict[str, _Verdict], policy: Policy) -> None:
    """Let one more claim have its say about an interval."""
    a, winners = claim.assertion, interval.winners
    if a.polarity is not Polarity.HOLDS:
        for key in [k for k in winners if claim.key in ("", k)]:
            rule, word = ("denial", "denied") if a.polarity is Polarity.DENIES else ("end", "ended")
            if _is_weaker(claim, winners[key], policy):
                interval.doubts[key] = _Verdict(claim, "doubt", f"{word} on {a.said_at:%Y-%m-%d}, but too unsurely")
            else:
                why = f"{word} on {a.valid_from:%Y-%m-%d}, said on {a.said_at:%Y-%m-%d}"
                _lose(key, _Verdict(claim, rule, why), interval, fates)
        return
    rivals = [c for key, claims in winners.items() if key != claim.key for c in claims]
    contested = [r for r in rivals if _is_contested(a, r.assertion)]
    own = [r for r in contested if r.is_own and not claim.is_own and not _is_weaker(r, [claim], policy)]
    if own:
        why = f"{own[-1].assertion.source} says otherwise of themselves"
        fates[a.id] = interval.lost[claim.key] = _Verdict(own[-1], "own word", why)
        return
    hearsay = [r for r in contested if claim.is_own and not r.is_own]
    if not rivals or not (_is_weaker(claim, rivals, policy) or len(contested) > len(hearsay)):
        rule = "correction" if a.mode is Mode.CORRECTION else "own word" if hearsay else "recency"
        for key in [k for k in winners if k != claim.key]:
            _lose(key, _Verdict(claim, rule, _compare(claim, winners[key], policy)), interval, fates)
    winners.setdefault(claim.key, []).append(claim)
    interval.lost.pop(claim.key, None)
    interval.doubts.pop(claim.key, None)


def _lose(key: str, verdict: _Verdict, interval: _Interval, fates: dict[str, _Verdict]) -> None:
    for claim in interval.winners.pop(key):
        fates[claim.assertion.id] = verdict
    interval.lost[key] = verdict


def _is_weaker(claim: Claim, rivals: Iterable[Claim], policy: Policy) -> bool:
    strongest = max(policy.strength(r.assertion) for r in rivals)
    return policy.strength(claim.assertion) < strongest - policy.margin - 1e-9  # 0.9 - 0.2 is a little over 0.7


def _is_contested(a: Assertion, b: Assertion) -> bool:
    """Two sources say otherwise within one granule, and neither speaks of a change or correction."""
    return a.source != b.source and a.mode is b.mode is Mode.STATEMENT and _same_granule(a, b)


def _same_granule(a: Assertion, b: Assertion) -> bool:
    if a.stated and b.stated and a.precision is b.precision is Precision.INSTANT:
        return vouched_at(a) == vouched_at(b)
    return vouched_at(a).date() == vouched_at(b).date()


def _compare(claim: Claim, losers: Sequence[Claim], policy: Policy) -> str:
    older = max((c.assertion for c in losers), key=lambda a: (vouched_at(a), a.id))
    newer = claim.assertion
    word = "corrected" if newer.mode is Mode.CORRECTION else "stated anew"
    return (
        f"{word}: {vouched_at(newer):%Y-%m-%d %H:%M} comes after {vouched_at(older):%Y-%m-%d %H:%M}, "
        f"with confidence {policy.strength(newer):.2f} against {policy.strength(older):.2f}"
    )


def _settle(intervals: Sequence[_Interval], fates: dict[str, _Verdict]) -> None:
    """A dispute that ends in favour of one of its values is settled for all the time it was open."""
    for interval, later in zip(reversed(intervals[:-1]), reversed(intervals[1:]), strict=True):
        if len(interval.winners) < 2 or len(later.winners) != 1:
            continue
        (winner,) = later.winners
        if winner not in interval.winners:
            continue
        for key in [k for k in interval.winners if k != winner and k in later.lost]:
            by = later.lost[key].by
            why = f"the dispute was settled on {by.assertion.said_at:%Y-%m-%d}"
            _lose(key, _Verdict(by, "settled", why), interval, fates)


def _runs(intervals: Sequence[_Interval]) -> list[_Run]:
    runs: list[_Run] = []
    going: dict[str, _Run] = {}
    for interval in intervals:
        for key in [k for k in going if k not in interval.winners]:
            going.pop(key).verdict = interval.lost.get(key)
        for key, claims in interval.winners.items():
            run = going.get(key)
            if run is None:
                run = going[key] = _Run(key, interval.start, interval.end, {})
                runs.append(run)
            run.end = interval.end
            run.claims.update((c.assertion.id, c) for c in claims)
            run.contested = len(interval.winners) > 1
            run.doubt = interval.doubts.get(key)
    return runs


class _Facts:
    """Collects the facts of one replay: first those that stand, then what is left, so that all is kept."""

    def __init__(self, slot: Slot, policy: Policy) -> None:
        self.slot = slot
        self.policy = policy
        self.states: list[tuple[FactState, _Verdict | None, str]] = []
        self.serials: dict[str, int] = {}
        self.supports: dict[str, str] = {}  # an assertion -> the first fact that it supports
        self.closers: set[str] = set()

    def stand(self, run: _Run) -> None:
        claims = _in_order(list(run.claims.values()))
        told_as_past = run.end != _FOREVER and all(run.end <= c.assertion.said_at for c in claims)
        status, rule, why = Status.CURRENT, "", ""
        if run.contested:
            status, rule, why = Status.DISPUTED, "dispute", "another value is stated, and nothing decides between them"
        elif run.doubt is not None:
            status, rule, why = Status.DISPUTED, run.doubt.rule, run.doubt.why
        elif run.verdict is not None:
            status, rule, why = Status.SUPERSEDED, run.verdict.rule, run.verdict.why
        elif told_as_past:
            status, rule, why = Status.SUPERSEDED, "history", "told as something past"
        self._add(claims, run.key, (run.start, run.end), status, (rule, why), run.verdict, run.doubt)

    def fall(self, live: Sequence[Claim], fates: Mapping[str, _Verdict]) -> None:
        """Claims that hold at no time any more: superseded by later ones, corrected or denied."""
        fallen: dict[tuple[str, str, str], list[Claim]] = {}
        for claim in live:
            a = claim.assertion
            if a.polarity is Polarity.HOLDS and a.id not in self.supports:
                fate = fates[a.id]
                fallen.setdefault((claim.key, fate.rule, fate.by.assertion.id), []).append(claim)
        for (key, rule, _), claims in sorted(fallen.items()):
            fate = fates[claims[0].assertion.id]
            status = Status.RETRACTED if rule == "denial" else Status.SUPERSEDED
            start = min(c.assertion.valid_from for c in claims)
            self._add(claims, key, (start, start), status, (rule, fate.why), fate)

    def withdraw(self, claims: Sequence[Claim]) -> None:
        """Claims whose text was corrected."""
        by_key: dict[str, list[Claim]] = {}
        for claim in claims:
            by_key.setdefault(claim.key, []).append(claim)
        for key, same in sorted(by_key.items()):
            start = min(c.assertion.valid_from for c in same)
            reason = ("withdrawn", "the text that it was read from was corrected")
            self._add(_in_order(same), key, (start, start), Status.RETRACTED, reason)

    def hang_ends(self, live: Sequence[Claim]) -> None:
        """Ends and denials that decided nothing: hung on the last fact they speak of, else kept on their own."""
        for claim in live:
            a = claim.assertion
            if a.polarity is Polarity.HOLDS or a.id in self.closers:
                continue
            about = [i for i, (_, _, key) in enumerate(self.states) if claim.key in ("", key)]
            if about:
                at = max(about, key=lambda i: (self.states[i][0].valid_from, self.states[i][0].id))
                state, verdict, key = self.states[at]
                hung = (*state.evidence, Evidence(a.id, a.episode, Role.CLOSES))
                self.states[at] = (replace(state, evidence=hung), verdict, key)
                self.closers.add(a.id)
            else:
                reason = ("unmet end", "an end was heard of something that was not known")
                self._add([claim], claim.key, (a.valid_from, a.valid_from), Status.RETRACTED, reason)

    def finished(self) -> tuple[FactState, ...]:
        """All of them, oldest first, each knowing the fact that took its place."""
        out: list[FactState] = []
        for state, verdict, _ in self.states:
            successor = self.supports.get(verdict.by.assertion.id) if verdict is not None else None
            out.append(replace(state, superseded_by=successor if successor != state.id else None))
        return tuple(sorted(out, key=lambda f: (f.valid_from, f.recorded_at, f.id)))

    def _add(
        self,
        claims: Sequence[Claim],
        key: str,
        span: tuple[dt.datetime, dt.datetime],
        status: Status,
        reason: tuple[str, str],
        verdict: _Verdict | None = None,
        doubt: _Verdict | None = None,
    ) -> None:
        opener = claims[0]
        serial = self.serials[opener.assertion.id] = self.serials.get(opener.assertion.id, 0) + 1
        fact_id = "fa_" + opener.assertion.id.removeprefix("as_") + (f".{serial}" if serial > 1 else "")
        for claim in claims:
            self.supports.setdefault(claim.assertion.id, fact_id)
        closing = [v.by for v in (verdict, doubt) if v is not None and v.by.assertion.polarity is not Polarity.HOLDS]
        self.closers.update(c.assertion.id for c in closing)
        recorded = min(c.assertion.recorded_at for c in claims)
        if verdict is not None:
            retired = max(recorded, verdict.by.assertion.recorded_at)
        elif status in (Status.CURRENT, Status.DISPUTED):
            retired = None
        else:
            retired = max([recorded, *(c.assertion.withdrawn_at or recorded for c in claims)])
        state = FactState(
            id=fact_id,
            slot=self.slot.id,
            subject=self.slot.subject,
            predicate=self.slot.predicate,
            qualifier=self.slot.qualifier,
            object_entity=opener.object_entity,
            object_value=opener.assertion.object_value,
            object_text=opener.object_text,
            text=opener.text,
            valid_from=span[0],
            valid_to=None if span[1] == _FOREVER else span[1],
            recorded_at=recorded,
            retired_at=retired,
            confidence=support(claims, self.policy),
            status=status,
            rule=reason[0],
            why=reason[1],
            evidence=(
                *(Evidence(c.assertion.id, c.assertion.episode, Role.SUPPORTS) for c in claims),
                *(Evidence(c.assertion.id, c.assertion.episode, Role.CLOSES) for c in closing),
            ),
            source_ids=tuple(dict.fromkeys(c.assertion.source_id for c in claims)),
        )
        self.states.append((state, verdict, key))
