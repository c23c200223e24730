"""Populations, as numbers and as tables."""

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.population import (
    Figure,
    read_population,
    read_population_table,
    read_year,
)


def table(folder, text, column=None, name="people.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_population_table(path, column)


@pytest.mark.parametrize(
    ("text", "population"),
    [
        ("38300", 38_300),
        ("38,300", 38_300),
        ("38.300", 38_300),
        ("38 300", 38_300),
        ("1'234'567", 1_234_567),
        ("1\u202f234\u202f567", 1_234_567),
        ("889953.0", 889_953),
        ("0", 0),
        ("-5", None),
        ("1,2345", None),
        ("1,234.567", None),
        ("many", None),
        ("", None),
    ],
)
def test_read_population_reads_groups_of_three(text, population):
    assert read_population(text) == population


@pytest.mark.parametrize(
    ("text", "year"),
    [("2024-06-30", 2024), ("pop_2021", 2021), ("2020.1/4", 2020), ("E05015239", None), ("", None)],
)
def test_read_year_finds_a_year(text, year):
    assert read_year(text) == year


def test_figures_picks_the_total_of_several_rows(tmp_path):
    people = table(
        tmp_path,
        "code,sex,period,population\nA,Persons,2020,10\nA,Females,2020,6\nA,Males,2020,4\n"
        "A,Persons,2021,11\nA,Females,2021,6\nA,Males,2021,5\nB,Persons,2021,7\n",
    )
    assert people.figures(["A", "B", "C"]) == {"A": Figure(11, 2021), "B": Figure(7, 2021)}


def test_figures_never_sums_or_guesses(tmp_path):
    people = table(tmp_path, "code,sex,population\nA,F,6\nA,M,4\n")
    with pytest.raises(SourceRefusedError, match="several figures"):
        people.figures(["A"])


def test_figures_takes_the_year_from_the_files_name(tmp_path):
    people = table(tmp_path, "code\tpop\nA\t1,000\n", name="census_2011.tsv")
    assert people.figures(["a"]) == {"a": Figure(1_000, 2011)}


def test_read_population_table_refuses_without_a_column(tmp_path):
    with pytest.raises(SourceRefusedError, match="No column of populations"):
        table(tmp_path, "code,area\nA,1\n")
    with pytest.raises(SourceRefusedError, match="no column 'x'"):
        table(tmp_path, "code,population\nA,1\n", column="x")
