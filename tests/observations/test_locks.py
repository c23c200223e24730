from collections.abc import Callable
from pathlib import Path

import pytest

from sightlines.observations.locks import locked


def test_locked_lets_one_process_in_at_a_time(tmp_path: Path, start: Callable, finish: Callable):
    number = tmp_path / "number"
    number.write_text("0")
    code = f"""
from sightlines.observations.locks import locked
for _ in range(200):
    with locked(Path({str(tmp_path / "lock")!r})):
        number = Path({str(number)!r})
        number.write_text(str(int(number.read_text()) + 1))
"""
    finish(start(code), start(code))
    assert number.read_text() == "400"


def test_locked_makes_the_folder_kept_to_its_owner(tmp_path: Path):
    with locked(tmp_path / "instance" / "lock"):
        assert (tmp_path / "instance").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "instance" / "lock").exists()


def test_locked_lets_go_when_the_holder_fails(tmp_path: Path):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), locked(tmp_path / "lock"):
            1 // 0  # noqa: B018 - the failure under test
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
