"""Fixtures that several kinds of tests share: the shared data, the sample, an instance with it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

from sightlines.observations.ledger import open_ledger
from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.pipeline.publication import publish
from sightlines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightlines.observations.ledger import Ledger

# A slow machine is no fault of the code: figures are measured in benchmarks.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder does not lie beside the project")
    return folder


@pytest.fixture(scope="session")
def sample_pbf() -> Path:
    return ROOT / "data" / "sample" / "helsinki_centre.osm.pbf"


@pytest.fixture(scope="session")
def sample_instance(tmp_path_factory: pytest.TempPathFactory, sample_pbf: Path) -> Path:
    """Return an instance folder with the sample imported and published; tests only read it."""
    folder = tmp_path_factory.mktemp("sample") / "instance"
    settings = Settings(instance=folder)
    ledger = open_ledger(settings)
    import_file(settings, ledger, sample_pbf, ImportOptions(title="Helsinki"), now=NOW)
    publish(settings, ledger, now=NOW)
    ledger.close()
    return folder


@pytest.fixture
def instance(sample_instance: Path, tmp_path: Path) -> Settings:
    """Return the settings of a copy of the sample's instance that a test may change."""
    shutil.copytree(sample_instance, tmp_path / "instance")
    return Settings(instance=tmp_path / "instance", publish_delay_s=0)


@pytest.fixture
def empty_instance(sample_instance: Path, tmp_path: Path) -> Settings:
    """Return the settings of an instance without sources; the world's base map is there already."""
    (tmp_path / "instance").mkdir()
    return Settings(instance=tmp_path / "instance", publish_delay_s=0)


@pytest.fixture
def opened() -> Iterator[Callable[[Settings], Ledger]]:
    """Return a function that opens ledgers and closes them after the test."""
    ledgers: list[Ledger] = []

    def open_one(settings: Settings) -> Ledger:
        ledgers.append(open_ledger(settings))
        return ledgers[-1]

    yield open_one
    for ledger in ledgers:
        ledger.close()
