from collections.abc import Callable
from dataclasses import replace

import pytest

from sightlines.errors import SettingsInvalidError
from sightlines.observations.signing_key import FILE, signing_key
from sightlines.settings import Settings


def test_signing_key_is_the_setting_when_there_is_one(settings: Settings):
    named = Settings.from_environment(
        {"SIGHTLINES_INSTANCE": str(settings.instance), "SIGHTLINES_SECRET_KEY": "of the operator"}
    )
    assert signing_key(named) == b"of the operator"
    assert not settings.instance.exists()


def test_signing_key_is_made_once_and_kept_to_its_owner(settings: Settings):
    key = signing_key(settings)
    assert key == signing_key(settings)
    assert len(key) == 64
    assert (settings.instance / FILE).stat().st_mode & 0o777 == 0o600
    assert settings.instance.stat().st_mode & 0o777 == 0o700


def test_signing_key_is_the_same_when_four_processes_start_at_once(
    start: Callable, finish: Callable
):
    code = """
from sightlines.observations.signing_key import signing_key
print(signing_key(settings).decode())
"""
    printed = finish(*(start(code) for _ in range(4)))
    assert len(set(printed)) == 1
    assert len(printed[0]) == 64


def test_signing_key_differs_between_instances(settings: Settings):
    other = replace(settings, instance=settings.instance.with_name("other"))
    assert signing_key(settings) != signing_key(other)


@pytest.mark.parametrize("content", [b"", b"half a key"])
def test_signing_key_refuses_a_file_without_a_whole_key(settings: Settings, content: bytes):
    settings.instance.mkdir()
    (settings.instance / FILE).write_bytes(content)
    with pytest.raises(SettingsInvalidError, match="does not hold a key"):
        signing_key(settings)
