"""The settings: environment variables with the prefix `SIGHTLINES_`, read once, never changed.

Each field of `Settings` is one variable; the text beside its type is its documentation, which
`docs/settings.md` repeats (a test holds the two together). Nothing else in the code reads the
environment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from sightlines.errors import SettingsInvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "SIGHTLINES_"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """All settings of one process; the text beside each type is its documentation."""

    instance: Annotated[Path, "Folder for everything that changes: ledger, lake, snapshots."] = (
        ROOT / "instance"
    )
    database_url: Annotated[
        str, "SQLAlchemy address of the ledger; empty means SQLite in the instance folder."
    ] = ""
    snapshots: Annotated[
        str, "Folder of the snapshots; empty means `snapshots` in the instance folder."
    ] = ""
    secret_key: Annotated[
        str, "Signs form tokens; empty means: made on first start and kept in the instance folder."
    ] = ""
    site_name: Annotated[str, "Name shown at the top of every page."] = "Sightlines"
    upload_limit_bytes: Annotated[int, "Largest contribution, file included, in bytes."] = 2_000_000
    upload_limit_rows: Annotated[int, "Most rows that one contributed file may have."] = 5_000
    rate_submissions_per_hour: Annotated[
        int, "Ceiling on submissions an hour for the whole site; senders are not told apart."
    ] = 200
    publish_delay_s: Annotated[
        int,
        "Seconds between a decision and the publication of people's submissions, which appear in "
        "shuffled batches at multiples of it. 0 on a test or trusted site: at once.",
    ] = 86_400
    publish_unstated: Annotated[
        bool, "1 publishes sources whose licence is not stated: for private use only."
    ] = False
    private_use: Annotated[
        bool,
        "1 shows sources whatever their licence forbids: only where nobody else can see the site.",
    ] = False
    publish_poll_s: Annotated[
        float, "Seconds between two looks of the publisher process for something new."
    ] = 1.0
    catalogue: Annotated[Path, "Folder of the catalogue of sources, one TOML file each."] = (
        ROOT / "data" / "sources"
    )
    fetch_private_hosts: Annotated[
        str,
        "Hosts as `name:port`, separated by spaces, that `flask fetch` may reach although their "
        "address is not a public one. Empty: none.",
    ] = ""
    fetch_limit_bytes: Annotated[
        int, "Most bytes that one fetch of a source may bring, after unpacking."
    ] = 1_000_000_000
    fetch_limit_s: Annotated[
        int, "Most seconds that one fetch of a source may take, tries and pauses included."
    ] = 1_800
    removal_hold_s: Annotated[
        int, "Seconds that a camera its source no longer lists is still shown as it was."
    ] = 86_400
    match_weights: Annotated[
        str, "File of match weights learned from labelled pairs; empty means those of the code."
    ] = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Parameters
        ----------
        environment
            Variables by name; absence means those of this process.

        Returns
        -------
        Settings
            With defaults where a variable is absent or empty.

        Raises
        ------
        SettingsInvalidError
            If a number is not one; every such variable is named.
        """
        found = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        faults: list[str] = []
        for row in fields(cls):
            text = found.get(PREFIX + row.name.upper(), "").strip()
            if not text:
                continue
            try:
                values[row.name] = _parse(text, type(row.default))
            except ValueError as reason:
                faults.append(f"{PREFIX}{row.name.upper()}: {reason}")
        if faults:
            raise SettingsInvalidError("; ".join(faults))
        return cls(**values)

    @property
    def ledger_url(self) -> str:
        """Return the SQLAlchemy address of the ledger."""
        return self.database_url or f"sqlite:///{self.instance / 'ledger.sqlite'}"

    @property
    def lake_folder(self) -> Path:
        """Return the folder of observations, areas and base-map features, one file a run."""
        return self.instance / "lake"

    @property
    def snapshots_folder(self) -> Path:
        """Return the folder that holds a folder a snapshot, and the pointer `current`."""
        return Path(self.snapshots) if self.snapshots else self.instance / "snapshots"

    @property
    def base_maps_folder(self) -> Path:
        """Return the folder of base maps, each a PMTiles archive named by its input's digest."""
        return self.instance / "base_maps"

    @property
    def fonts_folder(self) -> Path:
        """Return the folder of the fonts that pages use, cut down to the scripts they need."""
        return self.instance / "fonts"


def _parse(text: str, kind: type) -> object:
    if kind is bool:
        if text.casefold() in {"1", "true", "yes", "on"}:
            return True
        if text.casefold() in {"0", "false", "no", "off"}:
            return False
        raise ValueError(f"write 1 or 0, not {text!r}")
    if kind in (int, float):
        number = kind(text)
        if number < 0:
            raise ValueError("must not be negative")
        return number
    return Path(text).absolute() if issubclass(kind, Path) else text
