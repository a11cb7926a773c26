"""Reads English with a trained pipeline: the one that ships (`memgraph-en`), or a bigger one that is installed."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from memgraph.blas import one_thread
from memgraph.errors import MissingExtra
from memgraph.extract.tree import SHORT_FOR, Line

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

SHIPPED = "memgraph_en"
_AT_ONCE = 64  # texts
_UNNEEDED = ("textcat", "entity_linker", "entity_ruler")
_TOPIC = re.compile(r"(?:(?<=^)|(?<=[.!?;] ))((?:[A-Z][\w&'-]*)(?: [A-Z][\w&'-]*){0,3}:) (?=[a-z]\S*(?: \S+){2})")
_IS = re.compile(  # "Juno's on hold", and no "I work at Macy's on Mondays"
    r"((?:^|[,.;:!?–-] |\b(?:[Aa]nd|[Bb]ut|[Ss]o|[Tt]hat|[Bb]ecause|[Tt]hink|[Ss]ince|[Tt]hough) )"
    r"(?:[A-Z]\w+|(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er) (?:[a-z]+ )?[a-z]+))['’]s "
    r"(?=(?:an?|my|our|his|her|their|in|at|on|not|now|still|already|also|going|looking|based|moving|waiting"
    r"|leaving|thinking|driving|called|named|allergic|diabetic|pregnant|expecting|vegan|vegetarian|engaged|married|divorced|retired"
    r"|single|sick|ill|sober|studying|living|working|staying|getting|having|taking|seeing|dating|turning|teaching"
    r"|learning|playing|joining|switching|quitting|starting|planning|trying|recovering|renting"
    r"|considering|evaluating|using|worried|concerned|interested|keen|happy|unhappy|stuck|blocked|delayed|due|out"
    r"|behind|ahead|under|almost|nearly|finally|back|done|live|over|ready|late|running|finished|paused|cancelled"
    r"|off|up|down)\b(?!-)|(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty)(?:[,.!;]| and\b| now\b| already\b|$))"
)
_ASIDE = re.compile(r", (?:by the way|btw|incidentally),(?= [A-Z]\w+[.!]?$)")  # "a cat, by the way, Pixel"
_HAS = re.compile(
    r"\b([Ss]?[Hh]e|[A-Z]\w+)['’]s (?=(?:just |already |finally |recently |now )?"
    r"(?:got (?:an?|two|three|four|some|no)\b|given up|taken up|quit|started|stopped|joined|bought|become|turned)\b)"
)
_HERE = re.compile(
    r"\b([A-Z]\w+),? here,? (?=(?:is|was|has|works?|lives?|runs?|heads?|leads?) )"
)  # "Ann here is my boss"
_OUR_SIDE = re.compile(  # "the main objection on our side"
    r"\b[Tt]he ((?:\w+ )?(?:objection|concern|worry|issue|problem|hesitation|budget|decision[- ]maker|champion"
    r"|deadline)) (?:on|from|at) (our|their|your) (?:side|end)\b"
)
_CONFIRM = re.compile(  # "Could you confirm your date of birth?"
    r"(?:^|(?<=[.!?] ))(?:(?:and|so|ok|okay|thanks|thank you|great|sure|right|first|perfect)[,!.]? )*"
    r"(?:(?:can|could|may|might|would) (?:you|I|we)(?: please| just| also| quickly)* (?:confirm|give me|tell me|get"
    r"|have|take|share|verify|remind me of|repeat)|remind me of|(?:please )?confirm)(?: with me| again)? "
    r"(?=(?:your|his|her|their) [\w -]{3,50}\?)",
    re.IGNORECASE,
)
_GOT = re.compile(  # "We've got about 40 staff"
    r"\b(I|[Ww]e|[Yy]ou|[Tt]hey)['’]ve got (?=(?:(?:about|around|roughly|some|over|nearly|almost) )?\d)"
)
_AND_TOO = re.compile(r"(?<=\w) on top of (?:it|that|this)(?: all)?(?=[.,!;]|$)")  # "and gout on top of it"
_HAS_DONE = re.compile(r", (?:and )?(?:has|have) done(?= (?:for|since) )")  # "uses Jira, has done for ages"
_REPAIR = re.compile(  # "on sertraline... no, hang on, I mean citalopram"
    r"(?P<wrong>[^\s,.]+)(?:,|\.{2,3}|…| [-–—]+) ?(?:(?:no|sorry|oops|er+|um+|uh|actually"
    r"|(?P<pause>wait|hang on|hold on|let me think|that can['’]t be(?: right)?|that['’]s (?:not right|wrong)))"
    r"\b[,.]* ?)*(?:I mean(?:t)?|make that|or rather)\b,?"
    r" (?!(?:it|that|this|so|what|really|honestly|seriously|well|yes|no|maybe|like)\b)"
    r"(?P<right>[^\s,.]+)(?=[,;!]|[.](?:\s|$)|$)"
)
_NAMED_SO = re.compile(r"\b((?:[Mm]y|[Hh]is|[Hh]er|[Oo]ur) (?:\w+ )?\w+ (?:is|was)) (?:called|named) (?=[A-Z]\w+[.,!])")
_WOULD_BE = re.compile(r"^((?:[Yy]es, )?[Tt]hat)(?: would|['’]d| will|['’]ll) be (?=[A-Z])")  # "That would be Magda"
_GOING_TO_BE = re.compile(r"(?:['’](?:s|re|m)| is| are| am) going to be\b")
_NUMBER_IS = re.compile(r"\b((?:nick)?name|number|e-?mail|address|budget|headcount)['’]s (?=[A-Z0-9$€£+]|\S+@)")
_WHAT_IS = re.compile(
    r"^((?:(?:and|so|ok|but),? )?(?:[Ww]hat|[Ww]ho|[Ww]here|[Ww]hen))['’]s (?!(?:been|got|gone|\w+ed)\b)"
)
_IT_IS = re.compile(r"\b((?:[Tt]urn(?:s|ed) out|found out)(?: that)? it)['’]s ")
_CALLS_HOME = re.compile(
    r"\bcall(?P<s>s?) (?P<where>[A-Z][\w-]*(?: [A-Z][\w-]*)*) (?:my |our |his |her |their )?home\b"
)
_GAPPED = re.compile(  # "Ann reports to me, Tom to Bo"
    r"\b(?P<verb>reports?|answers?|works?|lives?|studies|study|goes|moved|belongs|is)"
    r" (?P<prep>to|on|at|in|for|with|from) (?P<first>[^,;.?!]{2,40}),?"
    r" (?:and |while )?(?P<who>[A-Z][\w-]*(?: [A-Z][\w-]*)?) (?P=prep)"
    r" (?=(?:the |our |my )?[A-Z]|me\b)"
)
_TYPED = re.compile(r"\b([Tt]ype) ([12]) (?=diabet)")  # "type-2 diabetes" is parsed as one thing
_AGED = re.compile(r"\b([A-Z]\w+) \((\d{1,2})\)(?:(?= and\b)|(?=[,.;!?]|$)|( ))")  # "Tom (10) and Bea (8)"
_WHOSE_NOT = re.compile(  # "diagnosed with Parkinson's last spring" is about nobody's spring
    r"\b((?:diagnosed with|treated for|suffer(?:s|ed|ing)? from) [A-Z]\w+['’]s) (?=\w)(?!disease|syndrome)"
)
_OPENER = re.compile(
    r"^((?:(?:team|all|folks|everyone|guys),? )?(?:(?:good|great|bad|sad|big|exciting) news"
    r"|(?:quick )?(?:update|note|recap|reminder)|heads[- ]up|fyi|btw|ps"
    r"|by the way|guess what|it['’]s official|(?:standup|meeting|call) notes)"
    r"(?: [\w ]{1,20}?)?)(?:[,:!–]| -) (?=\S+ \S)",
    re.IGNORECASE,
)
_ASKS_BESIDE = re.compile(  # "I'm vegan, does she know?" tells one thing and asks another
    r"^(?!(?:if|since|when|what|who|where|why|how|which|whose|do|does|did|is|are|was|were|has|have|had|can|could|will"
    r"|would|should|shall|may|and|but|so|or|any\w*)\b)"
    r"((?:(?:I|We|They|You|He|She)(?:['’](?:m|re|ve|s|d|ll))? [^,;:?]+|[A-Z]\w+(?:['’]s)?(?: [^ ,;:?]+){3,})), "
    r"(?=(?:and |but |so )?(?:does|did|do|is|are|was|were|has|have|can|could|will|would|should"
    r"|(?:what|when|where|who|how|why)(?:['’]s| \w+))"
    r" (?:he|she|they|you|we|it|that|this|the|your|my|our|any(?:one|body|thing)|[A-Z]\w+) \w[^?]*\?$)",
    re.IGNORECASE,
)
_TOLD_ASKING = re.compile(  # "Did I tell you we moved?", "Did you hear that Ann married Bo?"
    r"^(?:(?:so|oh|hey|btw|ok|okay|and|by the way),? )?"
    r"(?:did (?:I (?:tell you|mention)|you(?: guys| all)? (?:hear|know))"
    r"|have (?:I (?:told you|mentioned)|you(?: guys| all)? heard)|(?:do )?you know(?= that\b))"
    r"(?: already| yet)?(?:,? that|,)? (?P<told>"
    r"(?-i:I|[Ww]e|[Hh]e|[Ss]he|[Tt]hey|[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[A-Z]\w+)(?:['’]\w+)?"
    r"(?: [^ ?]+){2,})\?+!*$",
    re.IGNORECASE,
)
_TELLS = re.compile(r"(?:I|We|He|She|They|My|Our|His|Her|[A-Z]\w+(?! \w+$))(?:['’]\w+)? (?:[^ ?]+ )+[^ ?]+[.!]+$")
_TOLD_AFTER = re.compile(
    r"(?:To|With|At|In|From|As) (?!.*\b(?i:I|we|you|he|she|they|it|is|are|was|were|has|have|had|do|does|did|will|would"
    r"|can|could|there|this|that|fact|case|general|course|first|last|least|all|the end)\b)(?!.*['’](?:m|re|ve|ll|d)\b)"
    r"[^ ,.!?]+(?:,? [^ ,.!?]+){0,4}[.!]*$"
)
_ELIDED = re.compile(
    r"^(Lost|Won|Closed|Signed|Landed) (?=(?:the )?[A-Z]\w+(?: [A-Z]\w+)*(?: (?:to|at|for|in|on|last)\b|[.!,]|$))"
)
_STOP = re.compile(r"(?<=[a-z0-9)%][.!?])(?<!\b[MmDdSsJj]r\.)(?<!\b[Mm]rs\.)(?<!\b[Pp]rof\.)(?<!\bSt\.)\s+(?=[A-Z])")
_FORWARDED = re.compile(
    r"^\s*(?:-{2,} ?(?:original|forwarded) message|begin forwarded message|on .{4,80} wrote:|from: .+\n)",
    re.IGNORECASE | re.MULTILINE,
)


@functools.lru_cache(maxsize=2)
def pipeline(name: str) -> Language:
    """The pipeline of that name, without what the rules don't need. Raises `MissingExtra` where it isn't installed."""
    import spacy  # a second, which only those pay who read something

    unneeded = list(_UNNEEDED)
    if importlib.util.find_spec(name) is None:
        raise MissingExtra(f"the English pipeline {name!r} isn't installed: pip install {name.replace('_', '-')}")
    found = importlib.import_module(name)
    loaded: Language = found.load(exclude=unneeded) if hasattr(found, "load") else spacy.load(name, exclude=unneeded)
    _speed_up(loaded)
    tokenizer: Any = loaded.tokenizer
    for short, whole in SHORT_FOR.items():
        tokenizer.add_special_case(short, [{"ORTH": short, "NORM": whole}])
    return loaded


def _speed_up(nlp: Language) -> None:
    """Multiply matrices with numpy's library, which takes a third of the time of the one that spaCy brings."""
    import numpy as np
    from thinc.api import NumpyOps  # pyright: ignore[reportUnknownVariableType]

    class Ops(NumpyOps):  # pyright: ignore[reportUntypedBaseClass]
        def gemm(self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:  # noqa: FBT001, FBT002
            return np.dot(x.T if trans1 else x, y.T if trans2 else y, out=out)

    ops = Ops()
    for _, pipe in nlp.pipeline:
        model: Any = getattr(pipe, "model", None)
        for node in model.walk() if model is not None else ():
            node.ops = ops


def lines_of(text: str) -> list[str]:
    """The lines that their sender wrote, cut where a sentence surely ends; what an e-mail quotes is left out."""
    own = _FORWARDED.split(text, maxsplit=1)[0]
    lines = [line.strip() for line in own.splitlines()]
    sent = "\n".join(map(_plainer, (line for line in lines if not line.startswith((">", "|")))))
    parts = [part for whole in _STOP.sub("\n", sent).split("\n") for part in _OPENER.sub(r"\1\n", whole).split("\n")]
    for pattern in (_TOPIC, _ASKS_BESIDE):
        parts = [part for whole in parts for part in pattern.sub(r"\1\n", whole).split("\n")]
    return _joined(
        [_TOLD_ASKING.sub(lambda m: f"{m['told'][0].upper()}{m['told'][1:]}.", part) for part in parts if part]
    )


def _joined(parts: Sequence[str]) -> list[str]:
    """ "He got married again. To his yoga teacher.": what is put after goes with the sentence before it."""
    out: list[str] = []
    for part in parts:
        if out and _TOLD_AFTER.match(part) and _TELLS.match(out[-1]):
            out[-1] = f"{out[-1].rstrip('.! ')} {part[0].lower()}{part[1:]}"
        else:
            out.append(part)
    return out


def _repaired(slip: re.Match[str]) -> str:
    """What was meant, where that stands for one word of its kind; what is said of names is compared later."""
    wrong, right = slip["wrong"], slip["right"]
    is_alike = (wrong.islower() and right.islower()) or (wrong[:1].isdigit() and right[:1].isdigit())
    return right if is_alike else f"{wrong}, I mean {right}" if slip["pause"] else slip[0]


_PLAINER: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (  # in this order
    *((pattern, r"\1 is ") for pattern in (_IS, _NUMBER_IS, _IT_IS, _WHAT_IS)),
    (_CONFIRM, "What is "),
    (_GOT, r"\1 have "),
    (_AND_TOO, ""),
    (_HAS_DONE, ""),
    (_REPAIR, _repaired),
    (_HERE, r"\1 "),
    (_NAMED_SO, r"\1 "),
    (_OUR_SIDE, r"\2 \1"),
    (_WOULD_BE, r"\1 is "),
    (_GOING_TO_BE, " will be"),
    (_ASIDE, ","),
    (_HAS, r"\1 has "),
    (_ELIDED, lambda m: f"We {m[1].lower()} "),
    (_AGED, lambda m: f"{m[1]}, {m[2]}" + (", " if m[3] else "")),
    (_CALLS_HOME, r"live\g<s> in \g<where>"),
    (_GAPPED, lambda m: f"{m['verb']} {m['prep']} {m['first']}, and {m['who']} {m['verb']} {m['prep']} "),
    (_TYPED, r"\1-\2 "),
    (_WHOSE_NOT, r"\1, "),
)


def _plainer(line: str) -> str:
    """A line with what the parser trips over put another way."""
    for pattern, instead in _PLAINER:
        line = pattern.sub(instead, line)
    return line


def parsed(texts: Sequence[str], name: str = SHIPPED) -> Iterator[list[Line]]:
    """Each text as its lines, each of them parsed; lines are never joined into one sentence."""
    for at in range(0, len(texts), _AT_ONCE):
        yield from _parsed(texts[at : at + _AT_ONCE], name)


def _parsed(texts: Sequence[str], name: str) -> list[list[Line]]:
    split = [lines_of(text) for text in texts]
    nlp = pipeline(name)
    with one_thread():
        flat = map(Line, _annotated([line for lines in split for line in lines], nlp))
        return [[next(flat) for _ in lines] for lines in split]


def _annotated(lines: Sequence[str], nlp: Language) -> Sequence[Doc]:
    """What `nlp.pipe` gives, in two thirds of its time."""
    if not lines:
        return []
    from spacy.pipeline.dep_parser import DependencyParser  # pyright: ignore[reportUnknownVariableType]
    from spacy.pipeline.ner import EntityRecognizer  # pyright: ignore[reportUnknownVariableType]

    docs: Sequence[Doc] = [nlp.make_doc(line) for line in lines]
    pipe: Any
    for _, pipe in nlp.pipeline:
        if isinstance(pipe, (DependencyParser, EntityRecognizer)) and _is_plain(pipe):
            _step(docs, pipe)
        else:
            docs = list(pipe.pipe(docs)) if hasattr(pipe, "pipe") else [pipe(doc) for doc in docs]
    return docs


def _is_plain(pipe: Any) -> bool:
    """Whether it searches greedily, with a layer above the hidden one and every class known."""
    attrs = pipe.model.attrs
    return pipe.cfg["beam_width"] == 1 and attrs["has_upper"] and not attrs["unseen_classes"]


def _step(docs: Sequence[Doc], pipe: Any) -> None:
    """Step all docs at once, as spaCy steps its beams: its greedy search takes Python's lock at each move."""
    states = pipe.moves.init_batch(docs)
    step = pipe.model.predict(docs)
    weights, bias = step.vec2scores.get_param("W").T, step.vec2scores.get_param("b")
    unfinished = [state for state in states if not state.is_final()]
    while unfinished:
        hidden = step.state2vec.predict(step.get_token_ids(unfinished))
        unfinished = pipe.transition_states(unfinished, hidden @ weights + bias)
    pipe.set_annotations(docs, states)
