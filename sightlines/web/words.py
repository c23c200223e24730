"""Write figures and dates for people: template filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from flask import Flask


def whole(value: float) -> str:
    """Write a whole number with thin spaces between thousands."""
    return f"{value:,.0f}".replace(",", "\u202f")


def figure(value: float) -> str:
    """Write a measured figure with three significant digits, never in scientific form."""
    if value >= 100:
        return whole(value)
    decimals = 1 if value >= 10 else 2
    return f"{value:.{decimals}f}" if value >= 0.01 or value == 0 else f"{value:.2g}"


def percent(share: float) -> str:
    """Write a share of 1 in per cent; what is neither 0 nor 1 never looks so."""
    if 0 < share < 0.01:
        return "under 1\u202f%"
    if 0.99 < share < 1:
        return "over 99\u202f%"
    return f"{share:.0%}".replace("%", "\u202f%")


def day(value: date | str | None) -> str:
    """Write a date as 5 May 2021; "" for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value[:10]
    return f"{value.day} {value:%B %Y}"


def register(app: Flask) -> None:
    """Give templates the filters."""
    for filter_ in (whole, figure, percent, day):
        app.jinja_env.filters[filter_.__name__] = filter_
