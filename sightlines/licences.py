"""The licences a source can have, and what each lets out of the house.

A *licence* belongs to a source and travels with every row. `publishable` answers the one question
the rest of the code asks: may a row under this licence stand on the public map and in downloads,
beside OpenStreetMap's data under ODbL 1.0? (OSM Foundation, "Collective Database Guideline" and
"Horizontal Layers Guideline"; DEFINITIONS: Licences.)
"""

from __future__ import annotations

from dataclasses import dataclass

ODBL = "ODbL-1.0"
UNSTATED = "unstated"


@dataclass(frozen=True)
class Licence:
    """One licence.

    Parameters
    ----------
    id
        SPDX identifier where one exists.
    name
        As people know it.
    url
        Its text; "" where there is none.
    publishable
        Whether rows may be published together with ODbL data.
    share_alike
        Whether derived databases must carry the same licence.
    """

    id: str
    name: str
    url: str
    publishable: bool
    share_alike: bool


LICENCES: dict[str, Licence] = {
    row.id: row
    for row in (
        Licence(
            ODBL,
            "Open Database License 1.0",
            "https://opendatacommons.org/licenses/odbl/1-0/",
            publishable=True,
            share_alike=True,
        ),
        Licence(
            "CC0-1.0",
            "CC0 1.0 Universal",
            "https://creativecommons.org/publicdomain/zero/1.0/",
            publishable=True,
            share_alike=False,
        ),
        Licence(
            "PDDL-1.0",
            "Public Domain Dedication and License 1.0",
            "https://opendatacommons.org/licenses/pddl/1-0/",
            publishable=True,
            share_alike=False,
        ),
        Licence("public-domain", "Public domain", "", publishable=True, share_alike=False),
        Licence(
            "CC-BY-4.0",
            "Creative Commons Attribution 4.0",
            "https://creativecommons.org/licenses/by/4.0/",
            publishable=True,
            share_alike=False,
        ),
        Licence(
            "OGL-UK-3.0",
            "Open Government Licence v3.0",
            "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            publishable=True,
            share_alike=False,
        ),
        Licence(
            "etalab-2.0",
            "Licence Ouverte 2.0",
            "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
            publishable=True,
            share_alike=False,
        ),
        Licence(
            "CC-BY-SA-4.0",
            "Creative Commons Attribution-ShareAlike 4.0",
            "https://creativecommons.org/licenses/by-sa/4.0/",
            publishable=False,
            share_alike=True,
        ),
        Licence(
            "CC-BY-NC-4.0",
            "Creative Commons Attribution-NonCommercial 4.0",
            "https://creativecommons.org/licenses/by-nc/4.0/",
            publishable=False,
            share_alike=False,
        ),
        Licence(UNSTATED, "Licence not stated", "", publishable=False, share_alike=False),
    )
}


def find(licence_id: str) -> Licence:
    """Look a licence up, in any case of letters.

    Parameters
    ----------
    licence_id
        An id of `LICENCES`; an unknown one counts as not stated, under its own name.

    Returns
    -------
    Licence
        The row; for an unknown id a row that is not publishable.
    """
    for row in LICENCES.values():
        if row.id.casefold() == licence_id.casefold():
            return row
    return Licence(licence_id, licence_id, "", publishable=False, share_alike=False)


def is_publishable(licence_id: str, *, publish_unstated: bool) -> bool:
    """Decide whether rows under a licence may be shown to the public.

    Parameters
    ----------
    licence_id
        The licence of a source.
    publish_unstated
        The operator's override for sources that state none (`SIGHTLINES_PUBLISH_UNSTATED`).

    Returns
    -------
    bool
        True where they may.
    """
    row = find(licence_id)
    return row.publishable or (publish_unstated and row.id == UNSTATED)
