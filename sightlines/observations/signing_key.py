"""The key that signs form tokens: from the settings, else made once and kept in the instance."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sightlines.errors import SettingsInvalidError
from sightlines.observations.locks import locked

if TYPE_CHECKING:
    from sightlines.settings import Settings

FILE = "signing_key"
_BYTES = 32


def signing_key(settings: Settings) -> bytes:
    """Return the key, the same in every process of an instance.

    Parameters
    ----------
    settings
        `secret_key`; where it is empty, the key lies in a file of the instance folder with mode
        0600 and is made if there is none yet.

    Returns
    -------
    bytes
        Made here: 64 characters that stand for 256 random bits.

    Raises
    ------
    SettingsInvalidError
        If the file is there without a whole key in it.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    place = settings.instance / FILE
    if not place.exists():
        with locked(settings.instance / f"{FILE}.lock"):
            if not place.exists():
                _make(place)
    key = place.read_bytes()
    if len(key) != 2 * _BYTES:
        raise SettingsInvalidError(
            f"The file {FILE} in the instance folder does not hold a key. Remove it, and a new one "
            "is made; forms that are open in a browser must then be sent twice."
        )
    return key


def _make(place: Path) -> None:
    # Renamed when it is whole, so that nobody reads half a key. Its mode is 0600.
    with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".part", delete=False) as draft:
        draft.write(secrets.token_hex(_BYTES).encode())
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(place)
