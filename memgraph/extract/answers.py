"""What a question asks for, and what its answer then says."""

from __future__ import annotations

from dataclasses import replace

import regex

from memgraph.changes import Called
from memgraph.extract.claims import POINTED, SURE, UNREAL
from memgraph.extract.clauses import Clause, conjuncts
from memgraph.extract.fields import Fields
from memgraph.extract.referents import IT, OTHERS, YOU, label_is
from memgraph.extract.states import W
from memgraph.extract.talk import Question
from memgraph.model import Polarity
from memgraph.ontology import Predicate

_ANSWERED = frozenset(
    ("job_title", "studies", "favorite", "prefers", "hobby", "speaks", "diet", "nationality", "nickname")
)
_YES = regex.compile(
    r"^(?:yes|yeah|yep|yup|right|correct|exactly|indeed|true|sure|of course|that's right|thats right|si|aye)\b",
    regex.IGNORECASE,
)
_FILLER = regex.compile(r"^(?:(?:still|now|currently|it's|they're|we're|just|oh|well),? )+", regex.IGNORECASE)
_NO = regex.compile(r"^(?:no|nope|nah|never|not)\b", regex.IGNORECASE)
_WHERE_AT = regex.compile(
    r"\b(?:where (?:are we|do we stand|do things stand)|how(?:'s| is| are things)(?: it going)?|any (?:news|update)s?"
    rf"|what'?s the (?:status|latest)) (?:with|on|of|at|for|from) (?:the )?(?P<what>(?-i:{W})(?: (?-i:{W})){{0,3}})",
    regex.IGNORECASE,
)


_SUPPOSES = frozenset("think guess believe reckon suppose".split())
_HOW_BIG = regex.compile(
    rf"\bhow (?:big|large) (?:is|are) (?:the )?(?P<what>(?-i:{W})(?: (?-i:{W})){{0,3}}|they|it)"
    r"|\bhow many (?:people|employees|staff|folks)\b(?:.*\b(?:at|for|does|do|has|have)) (?:the )?"
    rf"(?P<what>(?-i:{W})(?: (?-i:{W})){{0,3}}|they|it|there)",
    regex.IGNORECASE,
)


class Answers(Fields):
    """Reads one sentence as a question, or as the answer to one."""

    def _open(self) -> list[tuple[str, Called, str]]:
        """What a question asks for: predicates with a subject and no object."""
        out: list[tuple[str, Called, str]] = []
        asked = {t.lower_ for t in self.sentence} & {
            "where",
            "who",
            "what",
            "which",
            "when",
            "how",
            "whats",
            "wheres",
            "whos",
        }
        for clause in self.clauses:
            if not asked:
                break
            for word in clause.words:
                for frame in self.x.frames.get(word, ()):
                    declared = self.ontology[frame.predicate]
                    if frame.polarity is not Polarity.HOLDS or frame.subject != "S" or declared.qualified:
                        continue
                    if not self._asks(asked, declared, clause):
                        continue
                    subject = self._subject(clause.subject, declared, clause) if clause.subject is not None else None
                    if subject is not None:
                        out.append((frame.predicate, subject[0], ""))
        asked_after = self._search(_WHERE_AT)
        if asked_after is not None:
            name = asked_after["what"]
            self.talk.note(name, self._kind_of(name))
            out += [(p, Called(name, self.ontology[p].subject), "") for p in ("deal_stage", "project_status")]
        sized = self._search(_HOW_BIG)
        if sized is not None and "headcount" in self.ontology.predicates:
            name = sized["what"] if sized["what"][:1].isupper() else self._latest("organization")
            out += [("headcount", Called(name, "organization"), "")] if name and not self._is_person(name) else []
        for found in self.x.nouns.asked(self.sentence):
            declared = self.ontology[found.predicate]
            owner = self._owner(found.owner, declared, found.noun) if found.owner is not None else None
            if owner is None and found.owner is None and declared.subject != "person":
                last = self._latest(declared.subject)
                owner = (Called(last, declared.subject), False) if last else None
            if owner is not None:
                out.append((found.predicate, owner[0], found.qualifier))
        return list(dict.fromkeys(out))

    def _asks(self, asked: set[str], declared: Predicate, clause: Clause) -> bool:
        if "where" in asked or "wheres" in asked:
            return declared.object in ("place", "organization")
        if "who" in asked or "whos" in asked:
            is_for = any(p in ("for", "with") for p, _ in clause.preps)
            return declared.object == "person" or (declared.object == "organization" and is_for)
        if "when" in asked:
            return declared.object == "date"
        return declared.object not in ("place", "person", "date") and any(
            t.lower_ in ("what", "which") and (label_is(t, "obj") or label_is(t.head, "obj") or t.dep_ == "det")
            for t in self.sentence
        )

    def _answering(self, called: Called) -> Called:
        return Called(self.episode.speaker, "person") if called.text == YOU else called

    def answer(self, question: Question) -> None:
        """Read this sentence as the answer to what was asked."""
        text = self.plain.strip()
        if _YES.match(text) and question.asked and not self.is_question:
            of_others = any(c.subject is not None and c.subject.lower_ in OTHERS for c in self.clauses)
            for asked in question.asked:
                if of_others and asked.subject.text == YOU:  # "Do you …?" — "Yes, they do."
                    continue
                self.reading.proposals.append(
                    replace(
                        asked,
                        episode=self.episode.id,
                        subject=self._answering(asked.subject),
                        object=self._answering(asked.object) if isinstance(asked.object, Called) else asked.object,
                        confidence=round(SURE * POINTED, 4),
                        text=self.text,
                    )
                )
            return
        if not question.open_ or self.is_question or _NO.match(text) or UNREAL.search(text):
            return
        for predicate, asked_of, _ in question.open_:
            if predicate in ("deal_stage", "project_status") and not any(c.subject is not None for c in self.clauses):
                how = _FILLER.sub("", text).strip(" .!")
                told = list(self._standing(asked_of.text, how, None, is_answer=True))
                self.reading.proposals.extend(told)
                if told:
                    return
        root = self.sentence.root
        pointing = [c for c in self.clauses if c.is_copular and c.subject is not None and c.subject.lower_ in IT]
        if pointing and len(self.clauses) == 1 and not pointing[0].is_negated:
            root = pointing[0].head  # "That would be Magda"
        elif any(c.subject is not None and not c.words & _SUPPOSES for c in self.clauses):
            return
        if root.pos_ not in ("NOUN", "PROPN", "NUM", "ADJ", "X", "VERB"):
            return
        for predicate, asked_of, qualifier in question.open_:
            subject = self._answering(asked_of)
            declared = self.ontology[predicate]
            if declared.object == "text" and predicate not in _ANSWERED:
                continue
            found = False
            counted = [t for t in self.sentence if t.like_num][:1] if declared.object == "number" else []
            for token in counted or conjuncts(root):
                for thing in self._object(token, declared, None):
                    if isinstance(thing, Called) and declared.object != "person" and self._is_person(thing.text):
                        continue  # "Nice set-up, James!" answers nothing
                    for proposal in self._stated(None, predicate, (subject, True), thing):
                        found = True
                        self.reading.proposals.append(
                            replace(proposal, qualifier=qualifier, confidence=round(proposal.confidence * POINTED, 4))
                        )
            if found:
                return
