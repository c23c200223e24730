"""Arranging and sealing."""

import numpy as np
import pyarrow as pa

from sightlines.geodesy import class_bytes, class_parts, morton_keys
from sightlines.snapshot.build import arrange
from sightlines.snapshot.manifest import read_current
from sightlines.snapshot.reader import Snapshot


def test_class_parts_inverts_class_bytes():
    kind, group, known, counted = np.meshgrid(range(6), range(3), [0, 1], [0, 1])
    packed = class_bytes(
        kind.ravel().astype(np.uint8),
        group.ravel().astype(np.uint8),
        known.ravel().astype(bool),
        counted.ravel().astype(bool),
    )
    assert len(set(packed.tolist())) == 72
    parts = class_parts(packed)
    assert (parts.kind == kind.ravel()).all()
    assert (parts.operator_group == group.ravel()).all()
    assert (parts.direction_known == known.ravel()).all()
    assert (parts.counted == counted.ravel()).all()


def test_arrange_gives_the_same_order_whatever_order_it_is_given(instance):
    folder = instance.snapshots_folder
    cameras = Snapshot.open(folder / read_current(folder)).cameras
    shuffled = cameras.take(pa.array(np.random.default_rng(7).permutation(cameras.num_rows)))
    arranged = arrange(shuffled)
    assert arranged.cameras.equals(cameras.combine_chunks())
    lon, lat = cameras["lon"].to_numpy(), cameras["lat"].to_numpy()
    assert ((arranged.keys & np.uint64(2**56 - 1)) == morton_keys(lon, lat)).all()


def test_arrange_puts_what_has_no_position_last(instance):
    folder = instance.snapshots_folder
    cameras = Snapshot.open(folder / read_current(folder)).cameras
    place = cameras.schema.get_field_index("lon")
    lon = pa.array([None, *cameras["lon"].to_pylist()[1:]], pa.float64())
    arranged = arrange(cameras.set_column(place, cameras.schema.field(place), lon))
    assert len(arranged.keys) == 222
    assert arranged.cameras["lon"].to_pylist()[-1] is None
