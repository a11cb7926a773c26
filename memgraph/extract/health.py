"""What somebody suffers from, takes, and can't take: "she's diabetic", "Penicillin gives me hives"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from memgraph.changes import Called, Literal, Proposal
from memgraph.extract.claims import Claims
from memgraph.extract.clauses import Clause, children, clause_of, conjuncts, phrase
from memgraph.extract.values import W, read_text
from memgraph.model import Mode, Polarity, Precision, name_key

if TYPE_CHECKING:
    from memgraph.extract.tree import Token

_AILING = {
    "anaemic": "anemia",
    "anemic": "anemia",
    "anorexic": "anorexia",
    "arthritic": "arthritis",
    "asthmatic": "asthma",
    "autistic": "autism",
    "bulimic": "bulimia",
    "colorblind": "color blindness",
    "color-blind": "color blindness",
    "colourblind": "colour blindness",
    "colour-blind": "colour blindness",
    "deaf": "deafness",
    "bipolar": "bipolar disorder",
    "celiac": "celiac disease",
    "coeliac": "coeliac disease",
    "diabetic": "diabetes",
    "dyslexic": "dyslexia",
    "epileptic": "epilepsy",
    "haemophiliac": "haemophilia",
    "hypertensive": "hypertension",
    "hyperthyroid": "hyperthyroidism",
    "hypothyroid": "hypothyroidism",
    "insomniac": "insomnia",
    "lactose-intolerant": "lactose intolerance",
    "narcoleptic": "narcolepsy",
    "prediabetic": "prediabetes",
    "schizophrenic": "schizophrenia",
}
DOSE = regex.compile(r"\d*(?:mg|mcg|ml|g|units?|drops?|tablets?|puffs?|dose)", regex.IGNORECASE)
_MEASURED = frozenset(("pressure", "cholesterol"))  # an illness only where it is high or low
_RETURNS = frozenset("come return flare start begin".split())  # "my eczema came back in May"
_DOSES = frozenset("dose dosage prescription course refill round".split())
_HEALS = frozenset(
    "clear gone cure heal disappear vanish resolve recover stop over better past history subside outgrow outgrew "
    "beat".split()
)
_POSSESSED = (  # what one has, and by which verbs it goes
    ("has_condition", "condition", _HEALS),
    ("takes_medication", "medication", frozenset("finish stop quit drop replace swap discontinue finished".split())),
)
_WELL = frozenset("normal fine good ok okay".split())
_HIGH = regex.compile(r"\b(?:high|low|raised|elevated)\b", regex.IGNORECASE)
_UP_DOWN = {"up": "high", "high": "high", "raised": "high", "elevated": "high", "low": "low", "down": "low"}
_ABOVE = regex.compile(r"\b(?:through the roof|sky[- ]high|off the charts?)\b", regex.IGNORECASE)
_NEAR = 4  # words
_SWITCHES = regex.compile(
    r"\b(?:switch(?:ed|es|ing)?|swapp(?:ed|ing)|replac(?:ed|es|ing)|chang(?:ed|es|ing) (?:me |him |her |it |us"
    r" |(?:my|his|her|the|their) \p{L}+ )?to)\b",
    regex.IGNORECASE,
)
_SWAPPED = regex.compile(
    r"\b(?:replac|swapp|exchang|chang|switch)ed (?:my |the |his |her |their )?(?P<old>[\p{L}-]+)"
    r" (?:with|for|by|to) (?:the )?(?P<new>[\p{L}-]+)",
    regex.IGNORECASE,
)
_FIRST_PERSON = regex.compile(r"\b(?:I|[Mm]y|me|mine)\b")
_TOO = regex.compile(r"\b(?:too|as well|also)\b|\bsame\b", regex.IGNORECASE)
_NEARLY = regex.compile(r"\b(?:borderline|nearly|almost|pre-?)\b", regex.IGNORECASE)
_OWN = frozenset("my his her their our left right".split())
_INJURES = {
    "break": "broken", "broke": "broken", "fracture": "fractured", "sprain": "sprained", "twist": "twisted",
    "tear": "torn", "tore": "torn", "dislocate": "dislocated", "pull": "pulled", "bruise": "bruised",
    "rupture": "ruptured", "burn": "burnt",
}  # fmt: skip
_HURT = frozenset(
    (
        *_INJURES.values(),
        *"slipped herniated bulging prolapsed pinched trapped frozen bad underactive overactive weak".split(),
    )
)
_EPONYMS = frozenset("disease syndrome disorder palsy lymphoma sarcoma tremor".split())
_PARTS = frozenset("disc disk nerve vertebra thyroid bladder heart kidney liver prostate".split())
_ACRONYMS = frozenset(("CFS", "EDS", "MS", "POTS"))  # words of another meaning, in lower case
_WHO = rf"(?P<who>\b(?i:me|him|her|my \w+(?:-in-law)?|our \w+)(?:,? {W})?|{W})"
_EATER = rf"(?P<who>\bI|(?i:\b(?:s?he|my \w+(?:-in-law)?|our \w+)(?:,? {W})?)|{W})"
_REACTS = regex.compile(
    rf"(?P<what>\b[\p{{L}}-]+(?: [\p{{L}}-]+)?) (?:gives?|gave|makes?|made) {_WHO}"
    r" (?:(?:hives|(?:a |an )?(?:\w+ )?(?:rash|rashes))\b|(?:itch|sneeze|wheeze|swell(?: up)?|break out(?: in \w+)?)\b)"
    rf"|(?P<what>\b[\p{{L}}-]+(?: [\p{{L}}-]+)?) (?:could|would|can|might|will) kill {_WHO}"
    rf"|{_EATER} can(?:['’]?t|not)(?: even)?"
    r" (?:have|eat|touch|go near|do|drink) (?P<what>[\p{L}-]+(?: [\p{L}-]+)?)"
    r"(?=[,;.–-].*\b(?:throat|swells?(?: up)?|hives|rash(?:es)?|allerg\w+|anaphyla\w+|epi-?pen|react"
    r"|break(?:s|ing)? out)\b)"
    rf"|{_EATER}"
    r" (?:(?:breaks?|broke) out in (?:hives|a rash|spots)|(?:gets?|got|comes? out in) (?:hives|a (?:bad |nasty )?rash)"
    r"|swells? up|reacts?(?: badly)?)(?:,? (?:when|whenever|if|every time|after|from|to))"
    r"(?: (?i:he|she|I|they)(?: ever)? (?:eats?|ate|has|have|had|touch(?:es)?|drinks?))?(?: eating| having| touching)?"
    r" (?P<what>[\p{L}-]+(?: [\p{L}-]+)?)"
    r"|\bit['’]s (?P<what>[\p{L}-]+(?: [\p{L}-]+)?) (?:that )?(?P<who>I)(?:['’]m| am) allergic to"
)
_REACTING = regex.compile(  # told fast
    r"\b(?:give|gave|make|made|kill|can['’]?t|cannot|allergic|hives|rash|swell|react)", regex.IGNORECASE
)
_DOUBTING = regex.compile(
    r"\b(?:diagnos|misdiagnos|tests?\b|scare\b|alarm|mistake|ruled?s? out|negative|thought|feared)", regex.IGNORECASE
)
_INTOLERANT = regex.compile(
    rf"(?P<who>\b(?i:i|he|she|my \w+)|{W})(?:['’]m|['’]s| am| is| was)(?: \w+ly| also| a bit| quite| very)? "
    r"(?P<what>lactose|gluten|fructose|histamine|sulphite|sulfite)[- ]intolerant"
)
_WRONGLY = regex.compile(
    r"\b(?:the |my |that |his |her )?(?P<what>[\p{L}'’ -]{3,25}?) (?:diagnosis|test|scare)"
    r" (?:was|is|turned out(?: to be)?|came back) (?:wrong|false|negative|a mistake|a false alarm|incorrect)\b"
    r"|\b(?:the |my |that )(?P<what>[\p{L}'’ -]{3,25}?) was (?:only |just )?"
    r"(?:a )?(?:misdiagnos(?:is|ed)|false alarm|mistake)\b"
    r"|\b(?:ruled?|rules) out (?P<what>[\p{L}'’-]{3,}(?: [\p{L}'’-]{3,})?)"
    r"|\btests? for (?P<what>[\p{L}'’ -]{3,25}?) (?:was|were|is|came back|turned out)"
    r" (?:all )?(?:negative|clear|clean)\b"
    r"|\bnegative for (?P<what>[\p{L}'’-]{3,})"
    r"|\b(?:thought|feared) (?:that )?(?:I|it) (?:had|was)"
    r" (?P<what>[\p{L}'’-]{3,}(?: [\p{L}'’-]{3,})?),? (?:but|turns)",
    regex.IGNORECASE,
)
_CONTROLLED = regex.compile(
    r"\b(?:under control|(?:well |being )?(?:controlled|managed|treated)|in check|at bay)\b"
    r" (?:with|by|thanks to|on) (?P<what>[\p{L}-]+)",
    regex.IGNORECASE,
)
_REMISSION = regex.compile(r"\bin (?:full )?remission\b|\bcancer[- ]free\b|\ball[- ]clear\b", regex.IGNORECASE)
_TUMOUR = regex.compile(r"cancer|tumou?r|leuk|lymphoma|melanoma|carcinoma", regex.IGNORECASE)
_FOUND_OUT = regex.compile(
    r"\b(?:turn(?:s|ed) out|diagnos\w+|doctors?|gp|tests?|scans?|results|x-?rays?|mri|specialist|physio"
    r"|clinic|hospital|bloods|biopsy|ultrasound|\w+ologist|therapist|psychiatrist|dentist|surgeon|consultant|nurse"
    r"|vet|doc)\b",
    regex.IGNORECASE,
)


def dosed(token: Token) -> Token:
    """What it is a dose of: "20mg of citalopram", "a bit of Kurdish"."""
    of = [c for c in children(token, "nmod") if any(k.lower_ == "of" for k in children(c, "case"))]
    return of[0] if of and (DOSE.fullmatch(token.text) or token.lower_ in ("bit", "little")) else token


class Health(Claims):
    """Reads illnesses, medication and allergies off one sentence."""

    def _ailing(self, clause: Clause, head: Token) -> Iterator[Proposal]:
        """ "She's diabetic" says what she has."""
        declared = self.ontology.predicates.get("has_condition")
        told = [t for t in conjuncts(head) if t.lower_ in _AILING and not self._search(_NEARLY)]
        subject = self._subject(clause.subject, declared, clause) if declared is not None and told else None
        if subject is None:
            return
        for token in told:
            what = _AILING[token.lower_]
            yield from self._stated(clause, "has_condition", subject, Literal(what, what))

    def _reactions(self) -> Iterator[Proposal]:
        """ "Penicillin gives me hives", "I'm lactose intolerant": what somebody can't take."""
        match = self._search(_REACTS) if self._search(_REACTING) else None
        if match is not None and not self.is_question and "allergic_to" in self.ontology.predicates:
            whose = self._whose(match["who"])
            what = read_text(match["what"])
            is_told = any(p.predicate == "allergic_to" for p in self.found)
            if whose and what is not None and not is_told and not self.words.is_vague(what.value):
                yield from self._stated(None, "allergic_to", (Called(whose, "person"), True), what)
        match = self._search(_INTOLERANT)
        if match is not None and not self.is_question and "has_condition" in self.ontology.predicates:
            whose, what = self._whose(match["who"]), f"{match['what'].lower()} intolerance"
            if whose:
                yield from self._stated(None, "has_condition", (Called(whose, "person"), True), Literal(what, what))

    def _afflicted(self, clause: Clause) -> Iterator[Proposal]:
        """ "She has glaucoma", "I have rheumatoid arthritis", with the "has" taken for an auxiliary."""
        head, declared = clause.head, self.ontology.predicates.get("has_condition")
        is_had = any(a.lemma_.lower() == "have" and a.nbor(1) is head for a in children(head, "aux"))
        if not is_had or declared is None or clause.subject is None or head.tag_ in ("VBN", "VBD"):
            return
        behind = [t for t in children(head, "obj")[:1] if t.i == head.i + 1 and self.words.is_any("condition", t)]
        said = [head.text] if self.words.is_("condition", head.lower_) else []
        if behind and not said:
            said = [f"{head.text} {behind[0].text}", *(t.text for t in conjuncts(behind[0])[1:])]
        subject = self._subject(clause.subject, declared, clause) if said else None
        for what in filter(None, map(read_text, said)):
            if subject is not None:
                yield from self._stated(replace(clause, tense="present"), "has_condition", subject, what)

    def _controlled(self) -> Iterator[Proposal]:
        """ "I have asthma, it's under control with salbutamol": what is taken."""
        match = self._statement("takes_medication", _CONTROLLED)
        had = [p for p in self._told_so_far if p.predicate == "has_condition" and p.polarity is Polarity.HOLDS]
        if match is None or not had or any(p.predicate == "takes_medication" for p in self.found):
            return
        what = Literal(match["what"], match["what"].lower())
        if self.words.is_("medication", what.value):
            yield from self._stated(None, "takes_medication", (had[-1].subject, True), what)

    def _treated(self) -> Iterator[Proposal]:
        """ "I take levothyroxine for an underactive thyroid": what somebody has, and why."""
        told = [p for p in (*self.reading.proposals, *self.found) if p.episode == self.episode.id]
        taken = [p for p in told if p.predicate == "takes_medication" and p.polarity is Polarity.HOLDS]
        if not taken or taken[-1].text != self.text or any(p.predicate == "has_condition" for p in told):
            return
        if "has_condition" not in self.ontology.predicates or self.is_question:
            return
        for token in self.sentence:
            is_why = any(k.lower_ in ("for", "against") for k in children(token, "case"))
            if is_why and (self.words.is_any("condition", token) or self._is_hurt(token)):
                what = read_text(phrase(token))
                if what is not None:
                    yield from self._stated(None, "has_condition", (taken[-1].subject, True), what)

    def _suffers_too(self, clause: Clause) -> Iterator[Proposal]:
        """ "My mum had it too": the illness that was told last."""
        is_it = any(t.lower_ in ("it", "that", "same") for t in clause.objects) and bool(clause.words & {"have", "get"})
        told = [p for p in self._told_so_far if p.predicate in ("has_condition", "allergic_to")]
        if not is_it or not self._search(_TOO) or not told or told[-1].polarity is not Polarity.HOLDS:
            return
        predicate, thing = told[-1].predicate, told[-1].object
        who = clause.subject
        subject = self._subject(who, self.ontology[predicate], clause) if who is not None else None
        if subject is not None and thing is not None and subject[0] != told[-1].subject:
            yield from self._stated(replace(clause, tense="present"), predicate, subject, thing)

    def _stopped(self, clause: Clause) -> Iterator[Proposal]:
        """ "I took …, but it made me dizzy so I stopped": what the sentence has just told is over."""
        is_bare = bool(clause.words & {"stop", "quit"}) and not (clause.objects or clause.complements or clause.preps)
        taken = [p for p in self.found if p.predicate == "takes_medication" and p.polarity is Polarity.HOLDS]
        if not is_bare or not taken or clause.subject is None or clause.is_unreal or clause.is_negated:
            return
        subject = self._subject(clause.subject, self.ontology["takes_medication"], clause)
        if subject is not None and subject[0] == taken[-1].subject:
            over = self._proposal(clause, "takes_medication", subject, taken[-1].object, Mode.CHANGE, Polarity.ENDS)
            yield from [over] if over is not None else []

    def _healed(self, clause: Clause) -> Iterator[Proposal]:
        """ "I tore my hamstring, it's healed": what was told last is over."""
        told = [p for p in (*self.talk.told, *self.found) if p.predicate == "has_condition" and p.object is not None]
        is_it = clause.subject is not None and clause.subject.lower_ == "it" and bool(clause.words & _HEALS)
        if not told or not is_it or told[-1].polarity is not Polarity.HOLDS or clause.is_unreal or clause.is_negated:
            return
        over = self._proposal(
            clause, "has_condition", (told[-1].subject, False), told[-1].object, Mode.CHANGE, Polarity.ENDS
        )
        if over is not None:
            yield over

    def _unfounded(self) -> Iterator[Proposal]:
        """ "They ruled out lupus": what was thought, and isn't so. "She's in remission": what is over."""
        declared = self.ontology.predicates.get("has_condition")
        if declared is None or self.is_question:
            return
        conditions = [p for p in reversed(self.talk.told) if p.predicate == "has_condition" and p.object is not None]
        match = self._search(_WRONGLY) if self._search(_DOUBTING) else None
        words = match["what"].split() if match is not None else []
        if match is not None and any(self.words.is_("condition", w.lower().removesuffix("'s")) for w in words):
            what = read_text(match["what"])
            said = [p for p in conditions if what is not None and p.object is not None and p.object.text == what.text]
            who = said[0].subject if said else Called(self.episode.speaker, "person")
            if what is not None:
                over = self._proposal(None, "has_condition", (who, bool(said)), what, Mode.CORRECTION, Polarity.DENIES)
                if over is not None:
                    yield replace(over, mode=Mode.CORRECTION)
        clause = next((c for c in self.clauses if c.subject is not None and not c.is_negated), None)
        if self._search(_REMISSION) and clause is not None and not clause.is_unreal:
            subject = self._subject(clause.subject, declared, clause)
            told = [p.object for p in conditions if p.object is not None and _TUMOUR.search(p.object.text)]
            thing = told[0] if told else Literal("cancer", "cancer")
            if subject is not None:
                over = self._proposal(clause, "has_condition", subject, thing, Mode.CHANGE, Polarity.ENDS)
                if over is not None:
                    yield over

    def _whose(self, who: str) -> str:
        """Who "me", "her", "my son" or a name is."""
        if who.lower() in ("me", "i"):
            return self.episode.speaker
        if who.lower() in ("him", "her", "he", "she"):
            return self._pointed(who.lower()) or ""
        if who.lower().startswith(("my ", "our ")):
            token = next((t for t in self.sentence if t.lower_ == who.split()[1].lower()), None)
            role = self._role(token) if token is not None else None
            return role.text if role is not None else ""
        return who if not self.words.is_common(who) and self._kind_of(who) in ("", "person") else ""

    def _found_out(self, clause: Clause) -> Iterator[Proposal]:
        """ "My knee hurts, turns out it's arthritis": what the speaker has."""
        if clause.subject is None or clause.subject.lower_ != "it" or not clause.is_copular or clause.is_negated:
            return
        is_contrast = any(c.is_copular and c.is_negated for c in self.clauses)  # "it's not X, it's Y" puts right
        if "has_condition" not in self.ontology.predicates or is_contrast or not self._search(_FOUND_OUT):
            return
        for token in conjuncts(clause.head):
            what = read_text(phrase(token)) if self.words.is_any("condition", token) else None
            if token.lower_ in _AILING:  # "the doctor says it's coeliac"
                what = Literal(_AILING[token.lower_], _AILING[token.lower_])
            if what is not None:
                yield from self._stated(clause, "has_condition", (self._patient(), False), what)

    def _patient(self) -> Called:
        """Whose health is spoken of: the speaker's, unless another's was before and they don't speak of themselves."""
        told = [p.subject for p in self.talk.told if p.predicate in ("has_condition", "takes_medication")]
        is_own = _FIRST_PERSON.search(self.episode.content) is not None
        of_other = self.talk.going_on if self._is_somebody(self.talk.going_on) else ""
        return told[-1] if told and not is_own else Called(of_other or self.episode.speaker, "person")

    def _injured(self, clause: Clause) -> Iterator[Proposal]:
        """ "I broke my wrist": what somebody has then."""
        how = next((_INJURES[w] for w in sorted(clause.words) if w in _INJURES), "")
        if clause.subject is not None and self._is_part(clause.subject) and (clause.is_passive or clause.is_copular):
            yield from self._hurting(clause, clause.subject)
            return
        declared = self.ontology.predicates.get("has_condition")
        if not how or declared is None or clause.is_negated or clause.is_unreal:
            return
        for part in self.sentence:
            # Just behind it, whatever the parser made of "my wrist skiing".
            is_it = 1 < part.i - clause.head.i <= _NEAR and self.words.is_any("body_part", part)
            subject = self._subject(clause.subject, declared, clause) if is_it else None
            if subject is not None and part.nbor(-1).lower_ in _OWN:
                what = f"{how} {part.lower_}"
                yield from self._stated(clause, "has_condition", subject, Literal(what, what), Mode.CHANGE)

    def _hurting(self, clause: Clause, part: Token) -> Iterator[Proposal]:
        """ "My ankle is sprained": what is wrong with whose."""
        owners, declared = children(part, "nmod:poss"), self.ontology.predicates.get("has_condition")
        if clause.head.lower_ not in _HURT or declared is None or not owners or clause.is_negated or clause.is_unreal:
            return
        subject, what = self._subject(owners[0], declared, clause), f"{clause.head.lower_} {part.lower_}"
        if subject is not None:
            yield from self._stated(clause, "has_condition", subject, Literal(what, what), Mode.CHANGE)

    def _is_part(self, token: Token) -> bool:
        return self.words.is_any("body_part", token) or token.lower_ in _PARTS

    def _is_hurt(self, token: Token) -> bool:
        """ "A torn meniscus", "a slipped disc", "MS"."""
        if token.text in _ACRONYMS:
            return True
        return self._is_part(token) and any(c.lower_ in _HURT for c in children(token, "amod", "compound"))

    def _replaced(self) -> Iterator[Proposal]:
        """ "The ramipril made me cough, so she switched me to losartan": the one before is over."""
        if not self._search(_SWITCHES):
            return
        swapped = self._search(_SWAPPED)
        is_told = any(p.predicate == "takes_medication" for p in self.found)
        if swapped is not None and not is_told and "takes_medication" in self.ontology.predicates:
            old, new = (Literal(swapped[k], swapped[k].lower()) for k in ("old", "new"))
            patient = (self._patient(), False)
            if any(self.words.is_("medication", thing.value) for thing in (old, new)) and not self.is_question:
                yield from self._stated(None, "takes_medication", patient, new, Mode.CHANGE)
                over = self._proposal(None, "takes_medication", patient, old, Mode.CHANGE, Polarity.ENDS)
                yield from [over] if over is not None else []
            return
        for new in [p for p in self.found if p.predicate == "takes_medication" and p.polarity is Polarity.HOLDS]:
            is_told = any(p.polarity is Polarity.ENDS and p.predicate == new.predicate for p in self.found)
            if is_told or new.mode is not Mode.CHANGE:
                continue
            said = [Literal(t.text, t.lower_) for t in self.sentence if self.words.is_any("medication", t)]
            of_it = [p.object for p in self.talk.told if (p.subject, p.predicate) == (new.subject, new.predicate)]
            named = [s for s in said if s != new.object]
            before = named or list(dict.fromkeys(o for o in of_it if isinstance(o, Literal) and o != new.object))
            if len(before) == 1:
                over = self._proposal(None, new.predicate, (new.subject, True), before[0], Mode.CHANGE, Polarity.ENDS)
                if over is not None:
                    yield replace(over, valid_from=new.valid_from, precision=new.precision)

    def _sufferer(self, predicate: str, token: Token, clause: Clause) -> tuple[Called, bool] | None:
        """Whose "the eczema" is: of whom it was told, else the subject's, else the speaker's."""
        told = [p for p in self.talk.told if p.predicate == predicate and p.object is not None]
        whose = [p.subject for p in told if p.object is not None and name_key(p.object.text) == token.lower_]
        if whose:
            return whose[-1], True
        doer = clause.subject
        if doer is not None and self.words.is_any("occupation", doer):  # "my doctor stopped the ramipril"
            owners = children(doer, "nmod:poss")
            return self._subject(owners[0], self.ontology[predicate], clause) if owners else (self._patient(), False)
        if doer is None or token in (doer, *doer.subtree):
            return Called(self.episode.speaker, "person"), False
        return self._subject(doer, self.ontology[predicate], clause)

    def _possessed(self) -> Iterator[Proposal]:
        """ "My migraines are back", "I finished my antibiotics": whose it is has it, or had it."""
        for token in self.sentence:
            if token.pos_ not in ("NOUN", "PROPN"):
                continue
            of_what = token.head if token.head.lower_ in _DOSES else token  # "my dose of metformin"
            owners = children(of_what, "nmod:poss")
            is_the = any(c.lower_ == "the" for c in children(of_what, "det"))
            if not owners and not is_the:
                continue
            if token.lower_ in _EPONYMS and any(o.pos_ == "PROPN" for o in owners):
                continue  # "Crohn's disease" is nobody's
            at = clause_of(token, self.heads)
            clause = next((c for c in self.clauses if c.head.i == at), None)
            if clause is None or clause.is_unreal or clause.is_imperative:
                continue
            for predicate, kind, over in _POSSESSED:
                declared = self.ontology.predicates.get(predicate)
                if declared is None or not self.words.is_any(kind, token):
                    continue
                is_away = "away" in clause.adverbs | clause.particles and bool(clause.words & {"go", "went"})
                is_gone = bool(clause.words & over) or (is_away and kind == "condition")
                is_over = is_gone and not clause.is_negated
                owner = self._subject(owners[0], declared, None) if owners else None
                if is_over and not owners:  # "the eczema cleared up", "he stopped the amlodipine"
                    owner = self._sufferer(predicate, token, clause)
                is_well = clause.is_copular and clause.subject == token and clause.head.lower_ in _WELL
                if token.lower_ in _MEASURED and is_well and owner is not None and not clause.is_negated:
                    level = Literal(f"high {phrase(token)}", f"high {phrase(token).lower()}")
                    over_it = self._proposal(clause, predicate, owner, level, Mode.CHANGE, Polarity.ENDS)
                    yield from [over_it] if over_it is not None else []
                    continue
                said = phrase(token).rpartition("diagnosed ")[2]  # "my GP diagnosed anaemia"
                if token.lower_ in _MEASURED and not _HIGH.search(said):
                    is_told = clause.is_copular and clause.subject == token
                    level = _UP_DOWN.get(clause.head.lower_) if is_told else None
                    level = "high" if is_told and self._search(_ABOVE) else level
                    what = said.replace("’", "'").rpartition("'s ")[2]  # "Dad's cholesterol"
                    said = f"{level} {what}" if level is not None else ""
                thing = read_text(said) if token.text.islower() else Literal(token.text, token.lower_)
                if owner is None or thing is None:
                    continue
                plain = replace(clause, is_negated=False, tense="present")
                if is_over:
                    told = self._proposal(plain, predicate, owner, thing, Mode.CHANGE, Polarity.ENDS)
                else:
                    told = self._proposal(plain, predicate, owner, thing, Mode.STATEMENT, Polarity.HOLDS)
                    is_back = bool(clause.words & _RETURNS)
                    told = told if is_back else told and replace(told, valid_from=None, precision=Precision.INSTANT)
                if told is not None:
                    yield told
                if is_over and kind == "medication":  # "replaced my lisinopril with amlodipine"
                    for instead in (
                        t for p, t in clause.preps if p in ("with", "by", "for") and self.words.is_any(kind, t)
                    ):
                        other = Literal(instead.text, instead.lower_)
                        yield from self._stated(plain, predicate, owner, other, Mode.CHANGE)
