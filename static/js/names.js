/* Which names the map shows at a zoom: places, streets, parks, waters. */
(() => {
  'use strict';

  const { sightlines } = L;
  const { colour, pixelsOf, boxOf } = sightlines;
  const FROM_STREETS = 15;
  const FROM_GROUNDS = 16;

  /* Places: size in px, first and last zoom; first rows are written first. */
  const PLACES = [
    { classes: ['country'], size: 13, from: 3, to: 7, spaced: true },
    { classes: ['city'], size: 16, from: 6, to: 13 },
    { classes: ['town'], size: 14, from: 9, to: 14 },
    { classes: ['suburb', 'borough', 'village'], size: 13, from: 12, to: 15 },
    { classes: ['quarter', 'neighbourhood', 'hamlet', 'island'], size: 12, from: 13, to: 17 },
  ];
  const GROUNDS = [
    ['green', 'map-name-green'], ['water', 'map-name-water'], ['square', 'map-name-faint'],
  ];

  /** Returns the named lines of a tile, joined end to end, made once a tile. */
  function namedLines(tile) {
    if (!tile.namedLines) {
      const byName = new Map();
      for (const { properties, parts } of tile.street?.features ?? []) {
        const rank = sightlines.STREETS
          .findIndex(({ classes }) => classes.includes(properties.class));
        if (properties.name && rank >= 0) {
          const entry = byName.get(properties.name) ?? { name: properties.name, rank, lines: [] };
          entry.rank = Math.max(entry.rank, rank);
          entry.lines.push(...parts);
          byName.set(properties.name, entry);
        }
      }
      tile.namedLines = [...byName.values()].flatMap(({ name, rank, lines }) => sightlines
        .joinLines(lines).map((line) => ({ name, rank, line })));
    }
    return tile.namedLines;
  }

  const isIn = ({ x: left, y: top, size }, x, y) => x >= left && y >= top
    && x < left + size && y < top + size;

  sightlines.Names = sightlines.ViewCanvas.extend({
    options: { pane: 'names' },

    initialize(base) {
      this._base = base;
    },

    onAdd(map) {
      sightlines.ViewCanvas.prototype.onAdd.call(this, map);
      document.fonts?.ready?.then(() => this.redraw());
    },

    paint(context, frame) {
      const pieces = this._base.store.inView(frame).filter(({ tile }) => tile);
      const labels = new sightlines.Labels(context, frame);
      this._writePlaces(labels, frame, pieces);
      if (frame.zoom >= FROM_STREETS) this._writeStreets(labels, frame, pieces);
      if (frame.zoom >= FROM_GROUNDS) this._writeGrounds(labels, pieces);
    },

    _writePlaces(labels, frame, pieces) {
      PLACES.filter(({ from, to }) => frame.zoom >= from && frame.zoom <= to).forEach((row) => {
        labels.style({
          font: `${row.spaced ? 400 : 600} ${row.size}px ${colour('sans')}`,
          colour: colour(row.spaced ? 'map-name-faint' : 'map-name'),
          halo: colour('map-halo'),
        });
        pieces.forEach((piece) => (piece.tile.place?.features ?? [])
          .filter(({ properties }) => properties.name && row.classes.includes(properties.class))
          .forEach(({ properties, parts }) => {
            const [x, y] = pixelsOf(piece, parts[0]);
            if (isIn(piece, x, y)) labels.atPoint(properties.name, x, y);
          }));
      });
    },

    _writeStreets(labels, frame, pieces) {
      labels.style({
        font: `400 ${Math.min(13, 11 + (frame.zoom - FROM_STREETS) * 0.6)}px ${colour('sans')}`,
        colour: colour('map-name'),
        halo: colour('map-halo'),
      });
      pieces
        .flatMap((piece) => namedLines(piece.tile).map((entry) => ({ piece, ...entry })))
        .filter(({ rank }) => frame.zoom >= sightlines.STREETS[rank].from)
        .sort((one, other) => other.rank - one.rank || other.line.length - one.line.length
          || (one.name < other.name ? -1 : 1))
        .forEach(({ piece, name, line }) => labels.alongLine(name, pixelsOf(piece, line)));
    },

    _writeGrounds(labels, pieces) {
      GROUNDS.forEach(([layer, tint]) => {
        labels.style({
          font: `italic 400 12px ${colour('sans')}`, colour: colour(tint), halo: colour('map-halo'),
        });
        pieces.forEach((piece) => (piece.tile[layer]?.features ?? [])
          .filter(({ properties, parts }) => properties.name && parts.length)
          .forEach(({ properties, parts }) => {
            const [left, top, right, bottom] = boxOf(pixelsOf(piece, parts[0]));
            if (right - left > 60 && bottom - top > 24) {
              labels.atPoint(properties.name, (left + right) / 2, (top + bottom) / 2);
            }
          }));
      });
    },
  });
})();
