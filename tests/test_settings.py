"""Settings: read once, every fault named, every one documented."""

from dataclasses import fields
from pathlib import Path

import pytest

from sightlines.errors import SettingsInvalidError
from sightlines.settings import PREFIX, Settings

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_from_environment_has_defaults_when_nothing_is_set():
    assert Settings.from_environment({}) == Settings()


def test_from_environment_reads_every_type():
    found = Settings.from_environment(
        {
            "SIGHTLINES_INSTANCE": "somewhere",
            "SIGHTLINES_PUBLISH_DELAY_S": "0",
            "SIGHTLINES_PUBLISH_POLL_S": "0.5",
            "SIGHTLINES_PUBLISH_UNSTATED": "yes",
            "SIGHTLINES_SITE_NAME": "Überwacht",
            "SIGHTLINES_UPLOAD_LIMIT_ROWS": "",
        }
    )
    assert found.instance == Path("somewhere").absolute()
    assert (found.publish_delay_s, found.publish_poll_s) == (0, 0.5)
    assert found.publish_unstated is True
    assert found.site_name == "Überwacht"
    assert found.upload_limit_rows == Settings().upload_limit_rows


def test_from_environment_names_every_fault_at_once():
    with pytest.raises(SettingsInvalidError) as caught:
        Settings.from_environment(
            {
                "SIGHTLINES_PUBLISH_DELAY_S": "soon",
                "SIGHTLINES_UPLOAD_LIMIT_BYTES": "-1",
                "SIGHTLINES_PUBLISH_UNSTATED": "perhaps",
            }
        )
    for name in ("PUBLISH_DELAY_S", "UPLOAD_LIMIT_BYTES", "PUBLISH_UNSTATED"):
        assert PREFIX + name in str(caught.value)


@pytest.mark.parametrize("name", [row.name for row in fields(Settings)])
def test_every_setting_is_documented(name):
    assert f"`{PREFIX}{name.upper()}`" in (DOCS / "settings.md").read_text(encoding="utf-8")


def test_places_lie_in_the_instance_unless_named():
    settings = Settings(instance=Path("there"), snapshots="elsewhere")
    assert settings.ledger_url == "sqlite:///there/ledger.sqlite"
    assert settings.lake_folder == Path("there/lake")
    assert settings.snapshots_folder == Path("elsewhere")
