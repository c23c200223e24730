"""Rows of a table that are no cameras: sums of the others, and remarks above or below them.

Only rows without a position are ever asked about, and what is not certain is a camera.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_TOTAL = 40
_TOTALS = frozenset(
    {
        "total", "totals", "grandtotal", "subtotal", "sum", "totalcameras", "totalcctv",
        "totalcctvcameras", "totalnumberofcameras", "numberofcameras", "gesamt", "gesamtsumme",
        "insgesamt", "summe", "totale", "totalgénéral", "totalgeneral", "sommetotale", "totaal",
        "totalt", "razem", "ogółem", "suma", "celkem", "spolu", "yhteensä", "összesen", "toplam",
        "jumlah", "итого", "всего", "합계", "총계", "소계", "계", "총합계", "누계", "總計", "總數",
        "合計", "合计", "总计", "小計", "小计", "總和", "รวม", "รวมทั้งหมด", "סהכ", "المجموع",
        "tổngcộng",
    }
)  # fmt: skip
_REMARK = re.compile(
    r"(?:source|sources|note|notes|nb|n\.b|remarks?|disclaimer|data as (?:of|at)|as (?:of|at)|data"
    r" source|last (?:updated?|modified|revised)|updated|generated|exported|quellen?|stand|hinweis"
    r"|anmerkung|datenstand|sources?|remarque|mis à jour|fuente|nota|bron|kilde|källa|lähde|źródło"
    r"|zdroj|kaynak|sumber|источник|примечание|출처|자료|비고|작성일|기준일|資料來源|資料更新"
    r"|数据来源|来源|備註|备注|出典|注)(?:\s*[:\uff1a]|\s+\d{1,4}[./-]\d)"
    r"|(?:©|\(c\)|copyright\b|※|\*{1,3}\s)"
    r"|data (?:as of|correct)|correct (?:as of|at)",
    re.IGNORECASE,
)
# Nobody calls a camera by a sentence of so many words.
_WORDS_OF_PROSE = 5


def is_total(cells: Sequence[str]) -> bool:
    """Say whether a row adds up others.

    Parameters
    ----------
    cells
        All of the row.
    """
    return any(
        re.sub(r"[\s:.*\"״'()]+", "", text.casefold()) in _TOTALS
        for text in cells
        if text and len(text) < _LONGEST_TOTAL
    )


def is_remark(cells: Sequence[str], told: Sequence[int]) -> bool:
    """Say whether a row holds a single text that speaks of the table, not of a camera.

    Parameters
    ----------
    cells
        All of the row.
    told
        Numbers of the columns that say where or what a camera is; a sentence there describes one.
    """
    filled = [(number, text.strip()) for number, text in enumerate(cells) if text and text.strip()]
    if len(filled) != 1 or len(cells) == 1:
        return False
    ((number, text),) = filled
    if _REMARK.match(text):
        return True
    return number not in told and len(text.split()) >= _WORDS_OF_PROSE
