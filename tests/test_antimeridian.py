import pytest
import shapely

from sightlines.antimeridian import cut_at_antimeridian, polygonal


def test_cut_at_antimeridian_leaves_other_polygons_as_they_are():
    square = shapely.box(0, 0, 1, 1)
    assert cut_at_antimeridian(square).equals(square)


def test_cut_at_antimeridian_cuts_a_ring_that_jumps():
    jumping = shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])
    expected = shapely.union(shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1))
    assert cut_at_antimeridian(jumping).equals(expected)


def test_cut_at_antimeridian_keeps_a_hole_across_it():
    jumping = shapely.Polygon(
        [(178, 0), (-178, 0), (-178, 4), (178, 4)],
        [[(179, 1), (-179, 1), (-179, 3), (179, 3)]],
    )
    assert cut_at_antimeridian(jumping).area == pytest.approx(4 * 4 - 2 * 2)


@pytest.mark.parametrize(("lat", "pole"), [(80, 90), (-80, -90)])
def test_cut_at_antimeridian_closes_a_ring_round_a_pole(lat, pole):
    ring = shapely.Polygon([(-150, lat), (-30, lat), (90, lat)])
    cap = cut_at_antimeridian(ring)
    assert cap.area == pytest.approx(360 * 10)
    assert shapely.intersects_xy(cap, 0, pole)


def test_polygonal_drops_points_and_lines():
    mixed = shapely.GeometryCollection([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)])
    assert polygonal(mixed).equals(shapely.box(0, 0, 1, 1))
    assert polygonal(shapely.Point(0, 0)).is_empty


def test_cut_at_antimeridian_keeps_a_band_round_the_whole_globe():
    band = shapely.box(-180, -60, 180, 70)
    assert cut_at_antimeridian(band).equals(band)
    world = shapely.box(-180, -90, 180, 90)
    assert cut_at_antimeridian(world).equals(world)


def test_cut_at_antimeridian_cuts_a_ring_with_vertices_on_it():
    ring = shapely.Polygon(
        [(179, 0), (180, 0), (-180, 0), (-179, 0), (-179, 1), (-180, 1), (180, 1), (179, 1)]
    )
    expected = shapely.union(shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1))
    assert cut_at_antimeridian(ring).equals(expected)


def test_cut_at_antimeridian_leaves_a_ring_that_was_closed_along_the_pole():
    cap = shapely.Polygon([(-180, -90), (-180, -80), (0, -70), (180, -80), (180, -90)])
    assert cut_at_antimeridian(cap).equals(cap)


def test_cut_at_antimeridian_takes_the_ground_between_two_rings_round_a_pole():
    # TopoJSON's Antarctica: the seam at the pole is the outer ring, the coast its hole.
    seam, coast = ([(lon, lat) for lon in range(-180, 180, 30)] for lat in (-89, -70))
    for rings in ((seam, coast), (coast, seam)):
        ground = cut_at_antimeridian(shapely.Polygon(rings[0], [rings[1]]))
        assert ground.equals(shapely.box(-180, -89, 180, -70))
