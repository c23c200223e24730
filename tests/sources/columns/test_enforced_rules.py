"""Which rule a camera enforces, in the words of publishers."""

import pytest

from sightlines.sources.columns.enforced_rules import (
    rule_of_title,
    rule_text,
    rules_in,
    says_nothing,
)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("maxspeed", ("maxspeed",)),
        ("traffic signals", ("traffic_signals",)),
        ("check", ("check",)),
        ("Red-Light Camera", ("traffic_signals",)),
        ("red light & speed", ("traffic_signals", "maxspeed")),
        ("speed dome", ()),
        ("Speed camera", ("maxspeed",)),
        ("Radar feu rouge", ("traffic_signals",)),
        ("Radar fixe", ("maxspeed",)),
        ("Radar tronçon", ("average_speed",)),
        ("Radar Passage à Niveau", ()),
        ("Rotlicht und Geschwindigkeit", ("traffic_signals", "maxspeed")),
        ("Foto rojo", ("traffic_signals",)),
        ("Radar de tramo", ("average_speed",)),
        ("Autovelox", ("maxspeed",)),
        ("semaforo rosso", ("traffic_signals",)),
        ("trajectcontrole", ("average_speed",)),
        ("контроль скорости", ("maxspeed",)),
        ("проезд на красный свет", ("traffic_signals",)),
        ("闖紅燈", ("traffic_signals",)),
        ("闖紅燈測速", ("traffic_signals", "maxspeed")),
        ("區間測速", ("average_speed",)),
        ("구간단속", ("average_speed",)),
        ("과속", ("maxspeed",)),
        ("オービス", ("maxspeed",)),
        ("bus lane", ("access",)),
        ("toll gantry", ("toll",)),
        ("tailgating", ("mindistance",)),
        ("Atoll", ()),
        ("fixed", ()),
        ("", ()),
    ],
)
def test_rules_in_reads_the_words_of_publishers(text, rules):
    assert rules_in(text) == rules


def test_rule_of_title_asks_each_title_until_one_names_a_rule():
    assert rule_of_title("export", "RedLightCameras", "speed") == ("traffic_signals",)
    assert rule_of_title("export") == rule_of_title() == ()


def test_rule_text_joins_rules_and_takes_a_section_control_for_one():
    assert rule_text("average speed, speed") == "average_speed"
    assert rule_text("Section") == "average_speed"
    assert rule_text("section 4") == ""
    assert rule_text("speed; red light") == "traffic_signals;maxspeed"


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("", True), ("fixed", True), ("Mobile_camera", True), ("photo enforcement", True),
        ("tech", False), ("speed", False), ("Radar fixe", False), ("1", False),
    ],
)  # fmt: skip
def test_says_nothing_knows_what_leaves_the_rule_open(text, is_open):
    assert says_nothing(text) is is_open
