"""What a tile shows, on small cases worked by hand."""

import pytest

from sightlines.errors import RequestInvalidError
from sightlines.tiles.grid import SLOTS, cut_tile


@pytest.mark.parametrize(
    "tile", [(-1, 0, 0), (25, 0, 0), (0, 1, 0), (3, 0, 8), (3, -1, 0), (24, 1 << 24, 0)]
)
def test_cut_tile_refuses_a_tile_that_is_not_there(tile, make_records, open_records):
    index, columns = open_records(make_records([(24.9, 60.2)], 1))
    with pytest.raises(RequestInvalidError):
        cut_tile(index, columns, *tile)


def test_cut_tile_shows_one_record_at_every_zoom(make_records, open_records):
    index, columns = open_records(make_records([(-179.99999999999, 0.00000000001)], 1))
    for z in range(25):
        cut = cut_tile(index, columns, z, 0, max(0, (1 << z) // 2 - 1))
        assert cut.clusters is None
        assert cut.singles.x.tolist() == [0]
        # Just north of the equator: the middle of the world tile, else the last unit of a tile.
        assert cut.singles.y.tolist() == [2047 if z == 0 else 4095]


def test_cut_tile_puts_a_cluster_at_the_mean_of_its_records(make_records, open_records):
    # Three at 11.25 and one at 22.5 degrees east, all in the cell from 0 to 45: mean 14.0625
    # degrees east, which is (194.0625 / 360) * 4096 = 2208 units.
    index, columns = open_records(
        make_records([(11.25, 1.0), (11.25, 1.0), (11.25, 1.0), (22.5, 1.0)], 1)
    )
    cut = cut_tile(index, columns, 0, 0, 0)
    assert cut.singles is None
    assert cut.clusters.x.tolist() == [2208]
    assert cut.clusters.n_records.tolist() == [4]


def test_cut_tile_splits_cells_at_their_borders(make_records, open_records):
    # A cell of the world tile is 45 degrees wide; 45 itself begins the next one.
    index, columns = open_records(make_records([(44.9999999, 1.0), (45.0, 1.0)], 1))
    cut = cut_tile(index, columns, 0, 0, 0)
    assert cut.clusters is None
    assert len(cut.singles.rows) == 2


@pytest.mark.parametrize(("number", "alone"), [(4096, True), (4097, False)])
def test_cut_tile_clusters_from_zoom_15_only_above_4096_records(
    make_records, open_records, number, alone
):
    # 24.9 + 180 = 204.9 degrees are column 18650.45 of 2^15; 60.2 north is row 9479.30 (Snyder
    # 1987, 7-2). All lie within 0.0005 degrees, less than a twentieth of the tile.
    places = [(24.9 + place * 1e-7, 60.2) for place in range(number)]
    index, columns = open_records(make_records(places, 1))
    cut = cut_tile(index, columns, 15, 18650, 9479)
    assert (cut.clusters is None) == alone
    assert (cut.singles is not None and len(cut.singles.rows) == number) == alone
    below = cut_tile(index, columns, 14, 18650 // 2, 9479 // 2)
    assert below.clusters.n_records.sum() == number


def test_slots_are_all_kinds_and_operator_groups():
    assert len(SLOTS) == 18
    assert ("cctv", "public") in SLOTS
