/* Tiles: loaded for the view, decoded, kept; what there is to draw while others are on their way. */
(() => {
  'use strict';

  const { sightlines } = L;
  const TILE_PX = 512;
  const UNITS = 4096;
  const KEPT_TILES = 160;
  const OLDER_LEVELS = 8;

  /* Loads tiles for the view and keeps the latest; draws nothing itself. Fires `tile` for each
     that has come, `load` when all in view have. A `twin` is a store of the same address that may
     already have the tile, or be asking for it. */
  const TileStore = L.GridLayer.extend({
    options: {
      tileSize: TILE_PX, minNativeZoom: 1, keepBuffer: 1, updateWhenZooming: false, pane: 'tilePane',
      priority: 'low',
    },

    initialize(url, options) {
      L.GridLayer.prototype.initialize.call(this, options);
      this._url = url;
      this._kept = new Map();
      this._coming = new Map();
      this.on('tileunload', ({ coords }) => {
        this._coming.get(this._key(this._wrapCoords(coords)))?.control.abort();
      });
    },

    createTile(coords, done) {
      const element = document.createElement('div');
      this._load(coords).then(() => done(null, element), (reason) => done(reason, element));
      return element;
    },

    /** Deepest zoom of tiles at a zoom of the map; a tile of zoom z is 512 px at zoom z + 1. */
    tileZoom(zoom) {
      return this._clampZoom(Math.round(zoom)) - 1;
    },

    find(z, x, y) {
      return this._kept.get(`${z}/${x}/${y}`);
    },

    /** Returns what there is to draw in a frame: for each tile of the view its own content, or
        while that is on its way the part of an older one.
        Each has `tile` (null: empty), `own`, `x`, `y`, `size` (px of the square to draw in) and
        `left`, `top`, `whole` (px of the tile that fills it). */
    inView(frame) {
      const z = this.tileZoom(frame.zoom);
      const count = 2 ** z;
      const size = frame.scale / count;
      const found = [];
      const lastRow = Math.min(count - 1, Math.floor((frame.top + frame.height) / size));
      for (let row = Math.max(0, Math.floor(frame.top / size)); row <= lastRow; row += 1) {
        const lastColumn = Math.floor((frame.left + frame.width) / size);
        for (let column = Math.floor(frame.left / size); column <= lastColumn; column += 1) {
          const piece = this._bestFor(z, column, row);
          if (piece) {
            found.push({
              ...piece,
              x: column * size - frame.left,
              y: row * size - frame.top,
              size,
              left: (column >> piece.up) * size * 2 ** piece.up - frame.left,
              top: (row >> piece.up) * size * 2 ** piece.up - frame.top,
              whole: size * 2 ** piece.up,
            });
          }
        }
      }
      return found;
    },

    _bestFor(z, column, row) {
      for (let up = 0; up <= Math.min(z, OLDER_LEVELS); up += 1) {
        const count = 2 ** (z - up);
        const x = (((column >> up) % count) + count) % count;
        const tile = this.find(z - up, x, row >> up);
        if (tile !== undefined) return { tile, up, own: up === 0, z: z - up, tx: x, ty: row >> up };
      }
      return null;
    },

    _key({ z, x, y }) {
      return `${z - 1}/${x}/${y}`;
    },

    async _load(coords) {
      const key = this._key(coords);
      if (!this._kept.has(key)) {
        const twin = await this.options.twin?.shared(key);
        this._keep(key, twin === undefined ? await this._ask(key) : twin);
      }
      this.fire('tile', { key });
    },

    /** Promises a tile that this store has or is asking for; undefined where it does neither. */
    shared(key) {
      return this._kept.has(key) ? this._kept.get(key)
        : this._coming.get(key)?.tile.catch(() => undefined);
    },

    async _ask(key) {
      const control = new AbortController();
      const tile = this._fetch(key, control.signal);
      this._coming.set(key, { tile, control });
      try {
        return await tile;
      } finally {
        this._coming.delete(key);
      }
    },

    async _fetch(key, signal) {
      const [z, x, y] = key.split('/');
      const address = L.Util.template(this._url, { z, x, y });
      const { priority } = this.options;
      const answer = await fetch(address, { signal, priority });
      if (answer.status === 204 || answer.status === 404) return null;
      if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
      return sightlines.decodeTile(await answer.arrayBuffer());
    },

    _keep(key, tile) {
      this._kept.set(key, tile);
      if (this._kept.size > KEPT_TILES) this._kept.delete(this._kept.keys().next().value);
    },
  });

  /** Returns units of a tile as pixels of the canvas, for a piece of `TileStore.inView`. */
  const pixelsOf = ({ whole, left, top }, units) => {
    const scale = whole / UNITS;
    return Array.from(units, (unit, at) => unit * scale + (at % 2 ? top : left));
  };

  Object.assign(sightlines, { TileStore, pixelsOf });
})();
