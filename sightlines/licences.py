"""The licences a source can have, and what each lets out of the house.

A *licence* belongs to a source and travels with every row. `publishable` answers the one question
the rest of the code asks: may a row under this licence stand on the public map and in downloads,
beside OpenStreetMap's data under ODbL 1.0? (OSM Foundation, "Collective Database Guideline" and
"Horizontal Layers Guideline"; DEFINITIONS: Licences.)

`osm_compatible` answers another one: may OpenStreetMap take a statement under this licence, so that
OpenStreetMap passes it on under its own? Attribution alone is not enough: a licence that forbids
technical locks, or asks for a notice on each copy, needs a waiver of its owner first. ODbL is not
either: OpenStreetMap's contributors allow its licence to change, which the owner of another
database under ODbL has not allowed. Where it is not certain, the answer is no.

References
----------
OSM Foundation, "Licence Compatibility" and "Use of CC BY Data" (March 2017); OpenStreetMap wiki,
"Import/ODbL Compatibility"; OpenStreetMap Contributor Terms 1.2.4, sections 2 and 3; FOSSGIS 2022,
on the declaration that DL-DE-BY-2.0 needs beside it; OSM legal-talk, November 2013, on
OGL-Canada-2.0, which its provinces' and cities' versions are not; text of Licence Ouverte 1.0 and
2.0, of OGDL-Taiwan-1.0 (section 5: as CC BY 4.0).
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
    osm_compatible
        Whether OpenStreetMap may take what stands under it without asking its owner.
    """

    id: str
    name: str
    url: str
    publishable: bool
    share_alike: bool
    osm_compatible: bool = False


LICENCES: dict[str, Licence] = {
    row.id: row
    for row in (
        Licence(ODBL, "Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/",
                publishable=True, share_alike=True),
        Licence("CC0-1.0", "CC0 1.0 Universal",
                "https://creativecommons.org/publicdomain/zero/1.0/",
                publishable=True, share_alike=False, osm_compatible=True),
        Licence("PDDL-1.0", "Public Domain Dedication and License 1.0",
                "https://opendatacommons.org/licenses/pddl/1-0/",
                publishable=True, share_alike=False, osm_compatible=True),
        Licence("public-domain", "Public domain", "",
                publishable=True, share_alike=False, osm_compatible=True),
        Licence("CC-BY-4.0", "Creative Commons Attribution 4.0",
                "https://creativecommons.org/licenses/by/4.0/",
                publishable=True, share_alike=False),
        Licence("OGL-UK-3.0", "Open Government Licence v3.0",
                "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
                publishable=True, share_alike=False, osm_compatible=True),
        Licence("etalab-2.0", "Licence Ouverte 2.0",
                "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
                publishable=True, share_alike=False, osm_compatible=True),
        Licence("CC-BY-3.0", "Creative Commons Attribution 3.0",
                "https://creativecommons.org/licenses/by/3.0/",
                publishable=True, share_alike=False),
        Licence("CC-BY-3.0-AU", "Creative Commons Attribution 3.0 Australia",
                "https://creativecommons.org/licenses/by/3.0/au/",
                publishable=True, share_alike=False),
        Licence("CC-BY-2.5", "Creative Commons Attribution 2.5",
                "https://creativecommons.org/licenses/by/2.5/",
                publishable=True, share_alike=False),
        Licence("CC-BY-2.5-AR", "Creative Commons Attribution 2.5 Argentina",
                "https://creativecommons.org/licenses/by/2.5/ar/",
                publishable=True, share_alike=False),
        Licence("CC-BY-2.0", "Creative Commons Attribution 2.0",
                "https://creativecommons.org/licenses/by/2.0/",
                publishable=True, share_alike=False),
        Licence("ODC-By-1.0", "Open Data Commons Attribution License 1.0",
                "https://opendatacommons.org/licenses/by/1-0/",
                publishable=True, share_alike=False),
        Licence("OGL-UK-2.0", "Open Government Licence v2.0",
                "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/2/",
                publishable=True, share_alike=False),
        Licence("OGL-Canada-2.0", "Open Government Licence - Canada 2.0",
                "https://open.canada.ca/en/open-government-licence-canada",
                publishable=True, share_alike=False, osm_compatible=True),
        Licence("etalab-1.0", "Licence Ouverte 1.0",
                "https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf",
                publishable=True, share_alike=False, osm_compatible=True),
        Licence("DL-DE-ZERO-2.0", "Datenlizenz Deutschland - Zero 2.0",
                "https://www.govdata.de/dl-de/zero-2-0",
                publishable=True, share_alike=False, osm_compatible=True),
        Licence("DL-DE-BY-2.0", "Datenlizenz Deutschland - Namensnennung 2.0",
                "https://www.govdata.de/dl-de/by-2-0",
                publishable=True, share_alike=False),
        Licence("NLOD-1.0", "Norsk lisens for offentlige data 1.0",
                "https://data.norge.no/nlod/en/1.0",
                publishable=True, share_alike=False),
        Licence("NLOD-2.0", "Norsk lisens for offentlige data 2.0",
                "https://data.norge.no/nlod/en/2.0",
                publishable=True, share_alike=False),
        Licence("IODL-2.0", "Italian Open Data License 2.0", "https://www.dati.gov.it/iodl/2.0/",
                publishable=True, share_alike=False),
        Licence("OGDL-Taiwan-1.0", "Open Government Data License, Taiwan 1.0",
                "https://data.gov.tw/license",
                publishable=True, share_alike=False),
        Licence("KOGL-1", "Korea Open Government License, type 1 (attribution)",
                "https://www.kogl.or.kr/info/license.do",
                publishable=True, share_alike=False),
        Licence("KOGL-2", "Korea Open Government License, type 2 (no commercial use)",
                "https://www.kogl.or.kr/info/license.do",
                publishable=False, share_alike=False),
        Licence("KOGL-3", "Korea Open Government License, type 3 (no changes)",
                "https://www.kogl.or.kr/info/license.do",
                publishable=False, share_alike=False),
        Licence("KOGL-4", "Korea Open Government License, type 4 (no commercial use, no changes)",
                "https://www.kogl.or.kr/info/license.do",
                publishable=False, share_alike=False),
        Licence("CC-BY-SA-4.0", "Creative Commons Attribution-ShareAlike 4.0",
                "https://creativecommons.org/licenses/by-sa/4.0/",
                publishable=False, share_alike=True),
        Licence("CC-BY-SA-3.0", "Creative Commons Attribution-ShareAlike 3.0",
                "https://creativecommons.org/licenses/by-sa/3.0/",
                publishable=False, share_alike=True),
        Licence("CC-BY-NC-4.0", "Creative Commons Attribution-NonCommercial 4.0",
                "https://creativecommons.org/licenses/by-nc/4.0/",
                publishable=False, share_alike=False),
        Licence("CC-BY-NC-SA-4.0", "Creative Commons Attribution-NonCommercial-ShareAlike 4.0",
                "https://creativecommons.org/licenses/by-nc-sa/4.0/",
                publishable=False, share_alike=True),
        Licence("CC-BY-ND-4.0", "Creative Commons Attribution-NoDerivatives 4.0",
                "https://creativecommons.org/licenses/by-nd/4.0/",
                publishable=False, share_alike=False),
        Licence(UNSTATED, "Licence not stated", "",
                publishable=False, share_alike=False),
    )
}  # fmt: skip


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


def is_publishable(licence_id: str, *, publish_unstated: bool, private_use: bool = False) -> bool:
    """Decide whether rows under a licence may be shown to the public.

    Parameters
    ----------
    licence_id
        The licence of a source.
    publish_unstated
        The operator's override for sources that state none, or one that nobody here knows
        (`SIGHTLINES_PUBLISH_UNSTATED`).
    private_use
        The operator's override for every licence (`SIGHTLINES_PRIVATE_USE`).

    Returns
    -------
    bool
        True where they may.
    """
    row = find(licence_id)
    is_unknown = row.id == UNSTATED or row.id not in LICENCES
    return row.publishable or private_use or (publish_unstated and is_unknown)


def may_go_to_osm(licence_id: str) -> bool:
    """Decide whether a statement under a licence may be proposed to OpenStreetMap.

    Parameters
    ----------
    licence_id
        The licence of a source.

    Returns
    -------
    bool
        True where its licence is known to allow that. OpenStreetMap's own data and contributions,
        which their senders pass on to it, need no such permission: who asks knows them by where
        they come from, not by their licence, which is ODbL.
    """
    return find(licence_id).osm_compatible
