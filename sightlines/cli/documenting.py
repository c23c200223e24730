"""`flask write-docs`: the pages of documentation that are tables in the code."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, get_type_hints

import click

from sightlines.attributes import ATTRIBUTES, Attribute
from sightlines.settings import PREFIX, ROOT, Settings
from sightlines.sources.register import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

_NOTE = "This page is written by `make docs` from {}; change it there.\n"


@click.command("write-docs")
def write_docs_command() -> None:
    """Write the pages of docs/ that are tables in the code."""
    for path, text in pages(ROOT / "docs").items():
        path.write_text(text, encoding="utf-8")
        click.echo(path.name)


def pages(folder: Path) -> dict[Path, str]:
    """Return the pages that come from tables, by the file they belong into."""
    return {
        folder / "settings.md": settings_page(),
        folder / "attributes.md": attributes_page(),
        folder / "formats.md": formats_page(),
    }


def settings_page() -> str:
    """Write the page of settings."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = []
    for row in fields(Settings):
        what = _cell(hints[row.name].__metadata__[0])
        rows.append(f"| `{PREFIX}{row.name.upper()}` | {_default(row.default)} | {what} |")
    head = "# Settings\n\nEnvironment variables, read once at the start.\n\n"
    table = "| variable | default | what it is |\n|---|---|---|\n"
    return head + table + "\n".join(rows) + "\n\n" + _NOTE.format("`sightlines/settings.py`")


def attributes_page() -> str:
    """Write the page of attributes."""
    head = (
        "# Attributes\n\nWhat can be known of a camera. The name is the same as column, form "
        "field, property and query parameter.\n\n"
    )
    table = "| name | type | OpenStreetMap keys | values | what it is |\n|---|---|---|---|---|\n"
    rows = "\n".join(map(_attribute_row, ATTRIBUTES))
    return head + table + rows + "\n\n" + _NOTE.format("`sightlines/attributes.py`")


def formats_page() -> str:
    """Write the page of formats."""
    head = (
        "# Formats\n\nWhat can be imported and contributed. The format of a file is found by what "
        "is in it, never by its name; `docs/importing.md` says how a table is understood.\n\n"
    )
    table = "| id | format | usual endings | what it can carry |\n|---|---|---|---|\n"
    rows = "\n".join(
        f"| `{row.id}` | {row.name} | {' '.join(row.extensions)} | {row.carries} |"
        for row in FORMATS
    )
    packed = "Any of them may come packed by gzip, or alone in a ZIP archive."
    return f"{head}{table}{rows}\n\n{packed}\n\n" + _NOTE.format("`sightlines/sources/register.py`")


def _attribute_row(row: Attribute) -> str:
    keys = ", ".join(f"`{key}`" for key in row.keys)
    values = ", ".join(row.choices) or (f"in {row.unit}" if row.unit else "")
    return f"| `{row.name}` | {row.type} | {keys} | {values} | {_cell(row.help or row.label)} |"


def _default(value: object) -> str:
    if value == "":
        return "empty"
    text = str(value).removeprefix(f"{ROOT}/")
    return f"`{int(value) if isinstance(value, bool) else text}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
