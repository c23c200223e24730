/* The cameras: tiles from the index, drawn as symbols and clusters, with their own hit test. */
(() => {
  'use strict';

  const { sightlines } = L;
  const { colour } = sightlines;
  const UNITS = 4096;
  const CELLS_BITS = 3;
  const SPLIT_MS = 260;
  const FROM_COUNT = 16;

  const radiusAt = (zoom) => Math.min(7.5, 4 + Math.max(0, zoom - 14) * 0.6);
  const ease = (part) => 1 - (1 - Math.min(1, part)) ** 3;

  /** Turns a tile into items once: position in the unit square, a camera or a cluster. */
  function itemsOf(tile, z, x, y) {
    tile.items = tile.items ?? ['cameras', 'clusters'].flatMap((name) => (tile[name]?.features ?? [])
      .filter(({ parts }) => parts.length)
      .map(({ properties, parts: [part] }) => ({
        ux: (x + part[0] / (tile[name].extent || UNITS)) / 2 ** z,
        uy: (y + part[1] / (tile[name].extent || UNITS)) / 2 ** z,
        ...(name === 'cameras' ? { camera: properties } : { cluster: properties, z }),
      })));
    return tile.items;
  }

  const Cameras = sightlines.ViewCanvas.extend({
    options: { pane: 'cameras' },

    initialize(options) {
      L.setOptions(this, options);
      this.store = new sightlines.TileStore(options.url, { maxNativeZoom: 20, priority: 'high' });
      this.light = new sightlines.Light(this);
      this._items = [];
      this._arrived = new WeakMap();
      this._lastZoom = null;
    },

    onAdd(map) {
      map.addLayer(this.light);
      sightlines.ViewCanvas.prototype.onAdd.call(this, map);
      this.store.on('tile', this._paintSoon, this)
        .on('load', () => {
          this._complete = true;
          this._paintSoon();
        })
        .on('loading', () => {
          this._complete = false;
        })
        .on('tileerror', ({ error }) => {
          if (error?.name !== 'AbortError') this.fire('fault');
        })
        .addTo(map);
    },

    onRemove(map) {
      this.store.off('tile', this._paintSoon, this).remove();
      this.light.remove();
      sightlines.ViewCanvas.prototype.onRemove.call(this, map);
    },

    /** Takes the buildings of a base map to cut the light with. */
    setBase(base) {
      this.base = base;
      base.on('tile', () => this.light.renew());
      this.light.renew();
    },

    _paintSoon() {
      this.redraw();
      this.light.redraw();
    },

    /** Returns the items of a frame, each with its place `x`, `y` in px of the canvas. */
    items(frame) {
      const found = [];
      for (const piece of this.store.inView(frame)) {
        if (!piece.tile) continue;
        const turns = Math.round((piece.left + frame.left - piece.tx * piece.whole) / frame.scale);
        for (const item of itemsOf(piece.tile, piece.z, piece.tx, piece.ty)) {
          const x = (item.ux + turns) * frame.scale - frame.left;
          const y = item.uy * frame.scale - frame.top;
          if (x >= piece.x && x < piece.x + piece.size && y >= piece.y && y < piece.y + piece.size) {
            found.push({ ...item, x, y, piece });
          }
        }
      }
      return found;
    },

    singles(frame) {
      return this.items(frame).filter(({ camera }) => camera);
    },

    paint(context, frame) {
      this._items = this.items(frame);
      const moving = this._startMoving(frame);
      const radius = radiusAt(frame.zoom);
      const order = ({ camera, cluster }) => (cluster ? 2 : camera.status === 'active' ? 1 : 0);
      [...this._items].sort((one, other) => order(one) - order(other)).forEach((item) => {
        const { x, y } = moving ? this._onTheWay(item, frame) : item;
        context.save();
        context.translate(x, y);
        if (item.cluster) {
          sightlines.drawCluster(context, item.cluster, sightlines.clusterRadius(item.cluster));
        } else {
          sightlines.drawCamera(context, item.camera,
            item.camera.counted === false ? radius * 0.8 : radius);
        }
        context.restore();
      });
      if (frame.zoom >= FROM_COUNT) this._paintCounts(context, radius);
      if (this.selected) this._paintSelected(context, radius);
      if (moving) this.redraw();
      this._report();
    },

    /** Notes tiles that have just come while zooming in; says whether symbols are still moving. */
    _startMoving(frame) {
      const now = performance.now();
      const nearer = this._lastZoom !== null && frame.zoom > this._lastZoom
        && !sightlines.reducedMotion();
      let moving = false;
      const pieces = new Set(this._items.map(({ piece }) => piece).filter(({ own }) => own));
      for (const { tile } of pieces) {
        if (!this._arrived.has(tile)) this._arrived.set(tile, nearer ? now : 0);
        moving = moving || now - this._arrived.get(tile) < SPLIT_MS;
      }
      if (this._complete) this._lastZoom = frame.zoom;
      return moving;
    },

    /** Returns where an item is while the cluster that it came out of splits. */
    _onTheWay(item, frame) {
      const age = performance.now() - (this._arrived.get(item.piece.tile) ?? 0);
      const origin = age < SPLIT_MS && item.piece.own ? this._originOf(item) : null;
      if (!origin) return item;
      const left = 1 - ease(age / SPLIT_MS);
      return {
        x: item.x + (origin.ux - item.ux) * frame.scale * left,
        y: item.y + (origin.uy - item.uy) * frame.scale * left,
      };
    },

    /** Finds the cluster of a shallower tile in whose cell an item lies. */
    _originOf({ ux, uy, piece }) {
      for (let z = piece.z - 1; z >= Math.max(0, piece.z - 4); z -= 1) {
        const up = piece.z - z;
        const tile = this.store.find(z, piece.tx >> up, piece.ty >> up);
        if (tile) {
          const cells = 2 ** (z + CELLS_BITS);
          return itemsOf(tile, z, piece.tx >> up, piece.ty >> up).find((other) => other.cluster
            && Math.floor(other.ux * cells) === Math.floor(ux * cells)
            && Math.floor(other.uy * cells) === Math.floor(uy * cells)) ?? null;
        }
      }
      return null;
    },

    /** Writes a number beside symbols that stand for several: a site, or records at one place. */
    _paintCounts(context, radius) {
      const places = new Map();
      this._items.filter(({ camera }) => camera).forEach((item) => {
        const key = `${Math.round(item.x)},${Math.round(item.y)}`;
        const count = item.camera.counted === false ? 1 : item.camera.camera_count ?? 1;
        places.set(key, { item, count: (places.get(key)?.count ?? 0) + count });
      });
      context.font = `600 11px ${colour('sans')}`;
      context.textAlign = 'start';
      context.textBaseline = 'alphabetic';
      context.lineWidth = 3;
      context.strokeStyle = colour('map-symbol-halo');
      context.fillStyle = colour('ink');
      places.forEach(({ item, count }) => {
        if (count < 2) return;
        const label = `×${sightlines.number(count)}`;
        context.strokeText(label, item.x + radius + 2, item.y - radius + 2);
        context.fillText(label, item.x + radius + 2, item.y - radius + 2);
      });
    },

    _paintSelected(context, radius) {
      const item = this._items.find(({ camera }) => camera?.id === this.selected.camera.id);
      if (!item) return;
      context.strokeStyle = colour('ink');
      context.lineWidth = 1.5;
      context.beginPath();
      context.arc(item.x, item.y, radius + 6, 0, 2 * Math.PI);
      context.stroke();
    },

    _report() {
      const own = this._items.some(({ piece }) => piece.own);
      if (own || this._complete) this.fire('first');
      if (this._complete) this.fire('painted', { count: this._items.length });
    },

    /** Rings a camera, and shows the ground it could see where its direction is unknown. */
    select(item) {
      this.selected = item;
      this.light.selected = item;
      this._paintSoon();
    },

    _local(point) {
      return this._map.containerPointToLayerPoint(point).subtract(this._frame.position);
    },

    /** Returns the items at a point of the view, nearest first; those at one place together.
        `reach` is in px. */
    hit(point, reach) {
      const place = this._local(point);
      const near = this._items.map((item) => {
        const own = item.cluster ? sightlines.clusterRadius(item.cluster) : 0;
        const distance = Math.hypot(item.x - place.x, item.y - place.y);
        return { item, distance: Math.max(0, distance - own), middle: distance };
      }).filter(({ distance }) => distance <= reach)
        .sort((one, other) => one.distance - other.distance || one.middle - other.middle);
      if (!near.length) return [];
      const [{ item: first }] = near;
      if (first.cluster) return [first];
      return near.map(({ item }) => item).filter(({ camera, x, y }) => camera
        && Math.hypot(x - first.x, y - first.y) < 1.5);
    },

    /** Returns the cameras in view, nearest to its middle first. */
    nearest(limit) {
      const size = this._map.getSize();
      const start = this._local([0, 0]);
      const middle = start.add(size.divideBy(2));
      return this._items
        .filter(({ camera, x, y }) => camera && x >= start.x && y >= start.y
          && x <= start.x + size.x && y <= start.y + size.y)
        .sort((one, other) => Math.hypot(one.x - middle.x, one.y - middle.y)
          - Math.hypot(other.x - middle.x, other.y - middle.y))
        .slice(0, limit);
    },

    /** Returns the cell that a cluster stands for. */
    cellOf({ ux, uy, z }) {
      const cells = 2 ** (z + CELLS_BITS);
      const column = Math.floor(ux * cells);
      const row = Math.floor(uy * cells);
      return L.latLngBounds(
        sightlines.latLng(column / cells, (row + 1) / cells),
        sightlines.latLng((column + 1) / cells, row / cells));
    },

    where({ ux, uy }) {
      return sightlines.latLng(ux, uy);
    },
  });

  sightlines.cameras = (options) => new Cameras(options);
})();
