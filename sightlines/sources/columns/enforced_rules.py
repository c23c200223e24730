"""Which rule an enforcement camera watches, in the words of publishers.

Terms
-----
rule
    A choice of the attribute `enforcement`: the speed limit, the average speed over a section, a
    red light, access, a toll, the distance to the car in front.

A text may name several rules (`speed and red light`), or none: `Radar de passage à niveau` says
that it measures nothing of these, `fixed` says nothing at all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sightlines.attributes import KINDS
from sightlines.sources.columns.value_words import (
    choice_of,
    own_choices,
    spaced_title,
    word_pattern,
)
from sightlines.sources.free_text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightlines.sources.columns.mapping import Mapping

# Rule -> words, longer ones of a script without spaces first; what one line takes, the next ones no
# longer see, so that a section control is no speed camera besides.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("average_speed", (
        "average speed*", "section control*", "section speed*", "point to point", "abschnitt*",
        "vitesse moyenne", "troncon*", "tronçon*", "velocidad media",
        "tramo*", "velocità media", "velocita media", "tutor",
        "trajectcontrole*", "trajektkontroll*", "streknings*", "strækningskontrol*",
        "velocidade média", "velocidade media", "odcinkow*", "úsekov*", "usekov*",
        "средняя скорость", "средней скорости", "區間測速", "区间测速", "區間平均", "區間", "区间",
        "区間", "구간단속", "구간", "平均車速", "平均速度",
    )),
    ("traffic_signals", (
        "red light*", "redlight*", "red light cam*", "rotlicht*", "rote ampel", "feu rouge",
        "feux rouges", "foto rojo", "luz roja", "semáforo*", "semaforo*", "semafor*", "rosso",
        "avanço de sinal", "avanco de sinal", "sinal vermelho", "roodlicht*", "rood licht*",
        "rødt lys", "rött ljus", "rödljus*", "czerwon*", "červen*", "cerven*",
        "k\u0131rm\u0131z\u0131 \u0131\u015f\u0131k",
        "красн*", "闖紅燈", "闯红灯", "紅燈", "红灯", "신호위반", "신호", "信号無視", "赤信号",
    )),
    ("mindistance", (
        "tailgating", "distance de sécurité", "interdistance*", "sicherheitsabstand*", "abstand*",
        "安全距離", "안전거리",
    )),
    ("toll", (
        "toll", "tolls", "tolling", "maut*", "péage*", "peage*", "peaje*", "pedaggio", "pedágio*",
        "bompenge*", "bomstasjon*",
    )),
    ("access", (
        "bus lane*", "low emission*", "ztl", "zona a traffico limitato", "umweltzone*",
        "zone à faibles émissions", "bajas emisiones", "access control", "公車專用道", "버스전용*",
    )),
    ("maxspeed", (
        "speed", "speeding", "speed cam*", "speedcam*", "over speed*", "overspeed*", "geschwindig*",
        "vitesse*", "velocidad*", "velocità", "velocita", "autovelox", "snelheid*", "hastighet*",
        "hastighed*", "fartskamera*", "fartkontrol*", "prędkoś*", "predkos*", "rychlost*",
        "nopeu*", "скорост*", "h\u0131z", "kecepatan", "cinemometro*", "cinemómetro*", "測速",
        "测速", "超速", "速度違反", "速度", "オービス", "과속", "속도",
    )),
)  # fmt: skip
# A radar measures speed, unless the words beside it say what else it is for.
_WEAK = word_pattern(("radar*", "радар*", "fotoradar*", "blitzer*", "flitspaal*"))
# What else such devices are for, and what only sounds like speed.
_OTHER = word_pattern(
    ("level crossing*", "railway crossing*", "passage à niveau", "passages à niveau",
     "bahnübergang*", "paso a nivel", "passaggio a livello", "переезд*", "平交道", "건널목",
     "speed dome*", "parking", "stationnement", "parken", "parkeer*", "주정차", "違停")
)  # fmt: skip
_NEUTRAL = word_pattern(
    ("enforcement", "photo*", "camera*", "cam", "cams", "automatic*", "automated", "digital*",
     "mobile", "mobil*", "móvil*", "portable", "fixed", "fixe*", "fest", "stationary", "type")
)  # fmt: skip
_PATTERNS = tuple((rule, word_pattern(words)) for rule, words in _WORDS)
_NOT_SAID = "unknown"


@lru_cache(maxsize=65_536)
def rules_in(text: str) -> tuple[str, ...]:
    """Return which rules a text names.

    Parameters
    ----------
    text
        As the file has it, in any language of the vocabulary.

    Returns
    -------
    tuple of str
        Choices of `enforcement`, each once; empty for a text that names none.
    """
    plain = clean(text).casefold()
    found, n_others = _named(plain)
    if not found and not n_others and _WEAK.search(plain):
        return ("maxspeed",)
    return found


def _named(plain: str) -> tuple[tuple[str, ...], int]:
    """Return the rules that a text names outright, and how often it names something else."""
    own = own_choices("enforcement").get(re.sub(r"[\s_-]+", "_", plain).strip("_"))
    if own is not None:
        return (own,), 0
    rest, n_others = _OTHER.subn(" ", plain)
    found = []
    for rule, pattern in _PATTERNS:
        rest, n_times = pattern.subn(" ", rest)
        found += [rule] if n_times else []
    return tuple(found), n_others


def rule_of_title(*titles: str) -> tuple[str, ...]:
    """Return which rules a list is about, by what it is called.

    Parameters
    ----------
    *titles
        A file's stem, or what it calls itself; the first that names a rule decides. A list of
        radars names none: it may hold those of red lights too.
    """
    plain = (clean(spaced_title(title)).casefold() for title in titles)
    return next(filter(None, (_named(title)[0] for title in plain)), ())


def rule_text(text: str) -> str:
    """Return what the normaliser reads of a text: choices joined by `;`, "" for none.

    Parameters
    ----------
    text
        As the file has it. A section control watches the speed limit as well: it is one rule.
    """
    if text.strip().casefold() == "section":
        return "average_speed"
    rules = rules_in(text)
    if "average_speed" in rules:
        rules = tuple(rule for rule in rules if rule != "maxspeed")
    return ";".join(rules)


def says_nothing(text: str) -> bool:
    """Say whether a text leaves open which rule is meant: `fixed`, `photo enforcement`."""
    rest = _NEUTRAL.sub(" ", clean(text).casefold())
    is_plain = re.search(r"\w", rest.replace("_", " ")) is None
    return is_plain or (choice_of("camera_type", text) is not None and not rules_in(text))


class RuleCells:
    """Finds which rule the camera of a row enforces, by what the row says, else by its file.

    Parameters
    ----------
    by_meaning
        Numbers of the columns of each meaning.
    mapping
        How the table is read.
    """

    def __init__(self, by_meaning: dict[str, list[int]], mapping: Mapping) -> None:
        self._kind = mapping.kind
        self._own = mapping.values.get("enforcement", {})
        self._of_file = mapping.enforcement
        self._named = by_meaning.get("enforcement", [])
        self._kinds = by_meaning.get("kind", [])
        self._types = [
            index for name in ("camera:type", "camera_type") for index in by_meaning.get(name, ())
        ]

    def of(self, cells: Sequence[str], kind: str | None) -> str | None:
        """Return the rule.

        Parameters
        ----------
        cells
            Of the row.
        kind
            What the row says of its kind, as the normaliser reads it; None for nothing.

        Returns
        -------
        str or None
            One rule, several joined by `;`; the text of a column of rules that is none; `unknown`
            where the column of the kind speaks of something else; None where nothing is said at
            all, or the row is of another kind.
        """
        for index in self._named:
            said = self._said(cells[index], cells[index])
            if said:
                return said
        if (kind if kind in KINDS else self._kind) != "enforcement":
            return None
        for index in self._kinds:
            said = self._said(cells[index], _NOT_SAID)
            if said:
                return said
        of_types = (rule_text(cells[index]) for index in self._types)
        return next(filter(None, of_types), self._of_file)

    def _said(self, text: str, otherwise: str) -> str:
        """Return what a cell says; "" where it leaves the rule open."""
        own = self._own.get(text.strip())
        if own is not None or says_nothing(text):
            return own or ""
        return rule_text(text) or otherwise
