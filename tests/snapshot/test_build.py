"""Arranging and sealing."""

import numpy as np
import pyarrow as pa

from sightlines.geodesy import class_bytes, class_parts, morton_keys
from sightlines.schema import MATCH
from sightlines.snapshot.build import BATCH_ROWS, arrange, map_arrow, write_arrow
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


def test_map_arrow_gives_back_what_write_arrow_wrote_in_batches_of_one_size(tmp_path):
    table = pa.table(
        {"n": pa.array(range(2 * BATCH_ROWS + 3)), "text": ["é"] * (2 * BATCH_ROWS + 3)}
    )
    path = tmp_path / "table.arrow"
    write_arrow(path, table)
    assert map_arrow(path).equals(table)
    assert map_arrow(path)["n"].num_chunks == 3
    whole = path.read_bytes()
    write_arrow(path, pa.concat_tables([table.slice(0, 5), table.slice(5)]).combine_chunks())
    assert path.read_bytes() == whole


def test_map_arrow_gives_back_an_empty_table(tmp_path):
    write_arrow(tmp_path / "table.arrow", MATCH.empty_table())
    assert map_arrow(tmp_path / "table.arrow").equals(MATCH.empty_table())
