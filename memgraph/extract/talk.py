"""What is known while a conversation is read: who was named, what was told, what was asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from memgraph.changes import Called, Literal, Proposal, SameAs
from memgraph.model import name_key
from memgraph.times import TimeSpan


@dataclass(slots=True)
class Heard:
    """Something named lately, for pronouns to point at."""

    name: str
    kind: str
    gender: str = ""
    by: str = ""
    is_topic: bool = False  # something was said about it
    hint: str = ""  # the kind that the pipeline takes it for, where it isn't known
    is_account: bool = False  # a firm that is sold to: not the speaker's own
    is_rival: bool = False  # a firm that is chosen instead: "they left us for Contoso"
    is_aside: bool = False  # in passing: "Okta groups", "our SSO", "in Graz", "than Contoso"

    @property
    def is_unsure(self) -> bool:
        """Whether its kind isn't known and it may be what is spoken of."""
        return self.kind == "" and not self.is_aside


class Open(NamedTuple):
    """What a question leaves open: the object of a fact."""

    predicate: str
    subject: Called
    qualifier: str = ""
    words: str = ""  # the class that the answer must be of
    preps: tuple[str, ...] = ()  # how an answer to a yes or no begins: "Are you married?" - "Yes, to Tom"
    is_turned: bool = False  # it is the subject that is asked for: "Who works on Atlas?"; `subject` is the object then


@dataclass(slots=True)
class Question:
    """What the turn before asked: facts that lack their object (or only a yes)."""

    by: str
    asked: list[Proposal] = field(default_factory=list[Proposal])
    open_: list[Open] = field(default_factory=list["Open"])
    whose: list[Proposal] = field(default_factory=list[Proposal])  # "Who's allergic to cats?": whoever answers for it
    words: int = 0  # how many it has
    about: str = ""  # who is asked after, where that is neither of the two
    named: str = ""  # the only one named in it: "Is Tom your brother?"
    dated: Proposal | None = None  # what it asks the beginning of: "Since when?", "When did you start?"
    is_still: bool = False  # it asks whether that is still so
    is_of_school: bool = False  # it speaks of a school


@dataclass(slots=True)
class Talk:
    """What is known while reading on."""

    speaker: str = ""
    other: str = ""
    before: str = ""  # the id of the turn before
    heard: list[Heard] = field(default_factory=list[Heard])
    named: dict[str, str] = field(default_factory=dict[str, str])  # lower case -> as first written with capitals
    persons: set[str] = field(default_factory=set[str])
    roles: dict[str, str] = field(default_factory=dict[str, str])  # "ana lima's sister" -> "Inês"
    question: Question | None = None
    answering: Question | None = None  # what the turn before asked, while this one is read
    unnamed: tuple[Called, str] | None = None  # whose, and by which predicate: "a kitten" whose name is still to come
    at_work: bool = False  # it is business that is spoken of, so "we" are a firm
    going_on: str = ""  # somebody else whom the sentence before, of this turn, was about: "He's nice. Grew up in Pune."
    time: TimeSpan | None = None  # the last one told, which "since then" may mean
    ailments: dict[str, Literal] = field(default_factory=dict[str, Literal])  # the last medication and illness named
    told: list[Proposal] = field(default_factory=list[Proposal])  # facts, the latest last

    def note(self, name: str, kind: str, gender: str = "", *, is_topic: bool = False) -> None:
        self.hear(Heard(name, kind, gender, is_topic=is_topic))

    def hear(self, heard: Heard) -> None:
        """Take note of what the speaker named; what was known of it stays known."""
        name, kind = heard.name, heard.kind
        known = next((h for h in self.heard if h.name == name), None)
        if known is not None:
            self.heard.remove(known)
            kind = known.kind if kind in ("", "thing") and known.kind else kind
            heard = replace(
                heard,
                kind=kind,
                gender=heard.gender or known.gender,
                is_topic=heard.is_topic or known.is_topic,
                hint=heard.hint or known.hint,
                is_account=heard.is_account or known.is_account,
                is_rival=heard.is_rival or known.is_rival,
                is_aside=heard.is_aside and known.is_aside,
            )
        self.heard.append(replace(heard, by=self.speaker))
        if kind == "person":
            self.persons.add(name_key(name))
        if name != name.lower():
            self.named.setdefault(name.lower(), name)

    def absorb(self, earlier: Talk) -> None:
        """Take in what an earlier turn, read by itself, told."""
        for heard in earlier.heard:
            self.speaker = heard.by
            self.hear(heard)
        for key, name in earlier.named.items():
            self.named.setdefault(key, name)
        self.persons |= earlier.persons
        self.roles.update(earlier.roles)
        self.told.extend(earlier.told)
        self.ailments.update(earlier.ailments)
        self.time = earlier.time or self.time
        self.at_work |= earlier.at_work
        self.unnamed = earlier.unnamed or self.unnamed
        self.speaker = earlier.speaker


@dataclass(slots=True)
class Reading:
    """What one episode came to."""

    mentions: dict[Called, None] = field(default_factory=dict[Called, None])
    proposals: list[Proposal] = field(default_factory=list[Proposal])
    same: dict[SameAs, None] = field(default_factory=dict[SameAs, None])
