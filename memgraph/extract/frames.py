"""What the ontology's `verbs`, `changes` and `ends` mean, and how they are matched against a clause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from memgraph.extract.clauses import Clause, children, conjuncts, forms
from memgraph.model import Mode, Polarity
from memgraph.ontology import Ontology

if TYPE_CHECKING:
    from memgraph.extract.tree import Token

_PREPOSITIONS = frozenset(
    "about across after against among around as aside at away before behind by down for from in inside into of off on "
    "onto out over through to toward under until up upon with within".split()
) | {"because of"}
_BECAUSE_OF = "because_of"
_ROLES = frozenset("SOX")
_GOT = frozenset("rid hitched engaged married divorced".split())
_OF_ITSELF = frozenset(("move", "relocate", "transfer"))  # with an object, something else is moved


@dataclass(frozen=True, slots=True)
class Arg:
    """One thing that must hang on the verb: after which preposition ("" for an object), what it fills, what it says."""

    preps: tuple[str, ...]
    role: str  # S, O, X (anything), or "" for a fixed word
    noun: str = ""  # the word itself, or the noun that the role stands before ("O people")


@dataclass(frozen=True, slots=True)
class Frame:
    """One way to say a predicate."""

    predicate: str
    mode: Mode
    polarity: Polarity
    verb: str
    subject: str  # S or O
    is_state: bool  # "be x"
    args: tuple[Arg, ...]
    particles: tuple[str, ...]
    text: str
    words: str = ""  # the class that the object must be of: "O:activity"
    is_negated: bool = False  # it is the denial that says it
    is_reciprocal: bool = False  # "S and O marry"
    value: str = ""  # what it means, where that is not said: "S sign"
    known: frozenset[str] = frozenset()  # "S!", "O!": which must be known for one of its kind

    @property
    def is_open(self) -> bool:
        """Whether it is no more than a verb, with nothing said of what."""
        return not self.args and self.subject == "S"

    @property
    def is_unsaid(self) -> bool:
        """Whether the value is not said: it is fixed, or whatever there was ends."""
        says_object = self.subject == "O" or self.is_reciprocal or any(a.role == "O" for a in self.args)
        return bool(self.value) or not says_object

    @property
    def length(self) -> int:
        """How much of a sentence it describes."""
        return self.is_reciprocal + len(self.args) + sum(1 for a in self.args if a.noun) + len(self.particles)


@dataclass(frozen=True, slots=True)
class Match:
    """A frame that fits a clause: what stands for the subject and for the object (None: the clause's own)."""

    frame: Frame
    subject: Token | None
    objects: tuple[Token, ...]


def read_frame(predicate: str, text: str, mode: Mode, polarity: Polarity) -> Frame:
    """Read a pattern such as "S work at|for O". Raises `ValueError` where it can't be one."""
    known, text = frozenset(r for r in "SO" if f"{r}!" in text), text.replace("S!", "S").replace("O!", "O")
    text, _, kind = text.partition(":")
    kind, _, rest_of = kind.partition(" ")
    words = [*text.replace("because of", _BECAUSE_OF).split(), *rest_of.split()]
    words = [w.replace("_", " ") for w in words]
    if len(words) < 2 or words[0] not in _ROLES:
        raise ValueError(f"{text!r}: a pattern begins with S or O and a verb")
    is_reciprocal = words[1:3] == ["and", "O"]
    if is_reciprocal:
        del words[1:3]
    is_negated = words[1] == "not"
    if is_negated:
        del words[1]
    subject, verb, rest = words[0], words[1], words[2:]
    is_state = False
    if verb == "be" and rest and rest[0].split("|")[0] not in _PREPOSITIONS | _ROLES:
        verb, rest, is_state = rest[0], rest[1:], True
    args: list[Arg] = []
    particles: list[str] = []
    at = 0
    while at < len(rest):
        word = rest[at]
        options = tuple(word.split("|"))
        following = rest[at + 1] if at + 1 < len(rest) else None
        if options[0] in _PREPOSITIONS:
            if (
                following is None
                or following.split("|")[0] in _PREPOSITIONS
                or (
                    options[0] in ("over", "up", "away", "out", "off", "down", "aside")
                    and len(options) == 1
                    and not is_state
                )
            ):
                particles.append(word)
                at += 1
                continue
            after = rest[at + 2] if at + 2 < len(rest) else None
            if following in _ROLES and after is not None and after.split("|")[0] not in _PREPOSITIONS:
                args.append(Arg(options, following, after))
                at += 3
            elif following in _ROLES:
                args.append(Arg(options, following))
                at += 2
            else:
                args.append(Arg(options, "", following))
                at += 2
        elif word in _ROLES:
            if following is not None and following.split("|")[0] not in _PREPOSITIONS and following not in _ROLES:
                args.append(Arg((), word, following))
                at += 2
            else:
                args.append(Arg((), word))
                at += 1
        else:
            if following in _ROLES:  # "version O"
                args.append(Arg((), following, "<" + word))
                at += 2
            else:
                args.append(Arg((), "", word))
                at += 1
    return Frame(
        predicate,
        mode,
        polarity,
        verb,
        subject,
        is_state,
        tuple(args),
        tuple(particles),
        text,
        kind,
        is_negated,
        is_reciprocal,
        known=known,
    )


def frames_of(ontology: Ontology) -> Mapping[str, tuple[Frame, ...]]:
    """All verb patterns of an ontology, by their verb."""
    found: dict[str, list[Frame]] = defaultdict(list)
    for name, declared in ontology.predicates.items():
        for patterns, mode, polarity, value in (
            (declared.ends, Mode.CHANGE, Polarity.ENDS, ""),
            (declared.changes, Mode.CHANGE, Polarity.HOLDS, ""),
            (declared.verbs, Mode.STATEMENT, Polarity.HOLDS, ""),
            *((p, Mode.CHANGE, Polarity.HOLDS, value) for value, p in declared.values.items()),
        ):
            for pattern in patterns:
                frame = replace(read_frame(name, pattern, mode, polarity), value=value)
                found[frame.verb].append(frame)
    return {verb: tuple(sorted(frames, key=lambda f: -f.length)) for verb, frames in found.items()}


def matches(clause: Clause, frames: Mapping[str, tuple[Frame, ...]], dates: frozenset[str]) -> Iterator[Match]:
    """Every frame that fits a clause. `dates` are the predicates whose object is a date."""
    words = {*clause.words, "be"} if clause.has_copula else clause.words
    seen: set[int] = set()
    for word in words:
        for frame in frames.get(word, ()):
            if id(frame) not in seen:
                seen.add(id(frame))
                match = _match(clause, frame, is_date=frame.predicate in dates)
                if match is not None:
                    yield match


def _match(clause: Clause, frame: Frame, *, is_date: bool) -> Match | None:
    if frame.is_state and not (clause.is_copular or clause.is_passive or clause.head.tag_ in ("VBN", "JJ")):
        return None
    is_so_no_more = frame.is_negated and frame.polarity is Polarity.ENDS
    if frame.is_negated and not (clause.is_ended or (clause.is_negated and not is_so_no_more)):
        return None
    if clause.is_passive and not frame.is_state and frame.verb != "be":
        return None
    if frame.is_reciprocal:
        pair = _pair(clause.subject) if clause.subject is not None else []
        if len(pair) != 2 or any(_fill(clause, frame, a) == [] for a in frame.args):
            return None
        if pair[1].lower_ == "i":
            pair.reverse()
        return Match(frame, pair[0], (pair[1],))
    if frame.verb == "be" and not clause.has_copula:
        return None
    if frame.verb in _OF_ITSELF and clause.objects and not any(a.preps == () for a in frame.args):
        return None  # "I moved the deal to closed"
    if frame.verb == "switch" and any(o.pos_ == "PRON" for o in clause.objects) and frame.subject == "S":
        return None  # "they switched me to …"
    doing = [t for t in clause.complements if t.pos_ in ("VERB", "AUX")]
    is_of_more = doing or (clause.objects and not any(a.preps == () for a in frame.args))
    if frame.verb == "start" and is_of_more:
        return None  # "started touring with …" is about the touring
    own = {p for particle in frame.particles for p in particle.split("|")}
    if frame.is_open and (clause.objects or clause.complements or clause.particles - own):
        return None  # "I quit smoking" ends no job, nor does being fired up
    elsewhere = {"as", "from"} if "down" in frame.particles else {"as"}
    if frame.is_open and any(p in elsewhere for p, _ in clause.preps):
        return None  # "stepped down as chair of the club", "from the ladder"
    for particle in frame.particles:
        said = clause.particles | {p for p, _ in clause.preps}
        if clause.is_copular:  # "is up for renewal"
            said = said | {clause.head.lower_}
        if not said & set(particle.split("|")):
            return None
    subject: Token | None = clause.subject if frame.subject == "S" else None
    objects: tuple[Token, ...] = (clause.subject,) if frame.subject == "O" and clause.subject is not None else ()
    if frame.subject == "O" and not objects:
        return None
    if not frame.args:
        return Match(frame, subject, objects)
    for arg in frame.args:
        found = _fill(clause, frame, arg)
        if not found and arg.role == "O" and is_date and frame.verb != "be":  # whatever the parser made of the date
            found = [clause.head] if not arg.preps or any(t.lower_ in arg.preps for t in clause.head.sent) else []
        if not found:
            return None
        if arg.role == "O":
            objects = tuple(found)
        elif arg.role == "S":
            subject = found[0]
    return Match(frame, subject, objects)


def _pair(subject: Token) -> list[Token]:
    """Those who do it together, also where the parser tore "Tom and I" apart."""
    pair = conjuncts(subject)
    if len(pair) == 1 and subject.i >= subject.sent.start + 2 and subject.nbor(-1).lower_ == "and":
        other = subject.nbor(-2)
        before = other.nbor(-1) if other.i > other.sent.start else None
        if other.pos_ == "PROPN" and (before is None or before.pos_ in ("PUNCT", "CCONJ", "SCONJ", "ADV")):
            return [other, subject]
    if len(pair) == 1 and subject.i + 2 < subject.sent.end and subject.nbor(1).lower_ == "and":
        other = subject.nbor(2)
        if other.dep_ == "nsubj" and other.head.i == subject.head.i:
            return [subject, other]
    return pair


def _hangs_elsewhere(token: Token, prep: str, clause: Clause) -> bool:
    """Whether what follows a "to" is not the verb's own: "plan a trip to relax", "plan to drive to Rome"."""
    is_infinitive = token.tag_ == "VB" or any(t.tag_ == "VB" and children(t, "mark") for t in clause.complements)
    first = token.head if token.dep_ == "conj" else token
    return prep == "to" and is_infinitive and first.head is not clause.head


def _fill(clause: Clause, frame: Frame, arg: Arg) -> list[Token]:
    """The nouns that an argument of a pattern may stand for."""
    if arg.preps:
        if "to" in arg.preps and clause.objects and clause.words & {"want", "plan"}:
            return []  # "I want my team to …", "I plan a trip to …"
        candidates = [t for prep, t in clause.preps if prep in arg.preps and not _hangs_elsewhere(t, prep, clause)]
        is_noun = clause.is_copular and clause.head.pos_ in ("NOUN", "PROPN")
        is_said_of_it = frame.verb == "be" and frame.subject == "S" and len(frame.args) == 1
        if is_said_of_it and is_noun:  # "it's vanilla with frosting" is with nobody
            own = {t.i for t in conjuncts(clause.head)}
            candidates = [t for t in candidates if t.i in own]
        if not candidates and "to" in arg.preps and arg.role == "O":
            candidates = clause.complements
        if not candidates and arg.role == "O" and {"in", "at", "to"} & set(arg.preps) and not clause.is_copular:
            candidates = [t for t in children(clause.head, "advmod") if t.lower_ == "there"]
    else:
        given = children(clause.head, "iobj") if arg.role == "S" and not arg.noun else []  # "gave Contoso a demo"
        candidates = given or list(clause.objects)
        if not candidates and frame.verb == "be" and clause.is_copular:
            candidates = [clause.head]  # "is my account"
        if not candidates and frame.particles:  # "took over X" with X parsed behind the particle
            candidates = [t for prep, t in clause.preps if prep in frame.particles]
        if not candidates and arg.role == "O" and clause.complements and not clause.is_copular:
            candidates = clause.complements
    if not candidates and frame.is_state and "of" in arg.preps:  # "a Contoso customer"
        candidates = [c for c in children(clause.head, "compound", "amod", "nmod") if c.text[:1].isupper()]
    if not arg.noun:
        return candidates
    if arg.role == "":
        beside = [] if arg.preps else children(clause.head, "advmod", "amod")  # "got divorced"
        if len(frame.args) == 1 or arg.noun in _GOT:  # "got laid off", "got rid of …"
            told = [*clause.complements, *children(clause.head, "obj", "advmod")]  # "went dark"
            beside += [t for t in told if t.lower_ == arg.noun and frame.verb in ("get", "go", "let")]
        beside += [c for t in candidates for c in children(t, "amod", "compound")]  # "makes the final call"
        return [t for t in [*candidates, *beside] if arg.noun in forms(t)]
    word = arg.noun.removeprefix("<")
    out: list[Token] = []
    for t in candidates:
        if word in forms(t):
            if arg.role == "S":
                beside = [o for o in children(clause.head, "obj") if o.i < t.i]
                out.extend(children(clause.head, "iobj") or beside)  # "sent Contoso the contract"
            out.extend(
                c
                for c in children(t, "compound", "amod", "nummod", "nmod:poss", "flat", "nmod", "nmod:unmarked")
                if c.lower_ != word and not (c.dep_ == "nmod" and children(c, "case"))  # "a job in Porto"
            )
        elif arg.noun.startswith("<") and any(c.lower_ == word for c in children(t, "compound", "amod", "nmod")):
            out.append(t)
    return [x for t in out for x in conjuncts(t)]
