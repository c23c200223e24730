/* Ground as polygons: the veil where no source covers it, areas shaded by density. */
(() => {
  'use strict';

  const { sightlines } = L;
  const { colour } = sightlines;
  const STEPS = 5;
  const WAIT_MS = 200;

  /** Adds a GeoJSON geometry to a path, in pixels of a frame, in each copy of the world in view. */
  function trace(path, geometry, frame) {
    const polygons = geometry?.type === 'Polygon' ? [geometry.coordinates]
      : geometry?.type === 'MultiPolygon' ? geometry.coordinates : [];
    const first = Math.floor(frame.left / frame.scale);
    const last = Math.floor((frame.left + frame.width) / frame.scale);
    for (let copy = first; copy <= last; copy += 1) {
      for (const rings of polygons) {
        for (const ring of rings) {
          ring.forEach((position, index) => {
            const [x, y] = sightlines.mercator(position);
            const place = [(x + copy) * frame.scale - frame.left, y * frame.scale - frame.top];
            if (index) path.lineTo(...place);
            else path.moveTo(...place);
          });
          path.closePath();
        }
      }
    }
  }

  sightlines.pathOfCollection = (collection, frame) => {
    const path = new Path2D();
    (collection?.features ?? []).forEach(({ geometry }) => trace(path, geometry, frame));
    return path;
  };

  /** Returns diagonal lines as a fill that stays with the map while it moves. */
  sightlines.hatch = (context, frame, style, { gap = 7, width = 1 } = {}) => {
    const tile = document.createElement('canvas');
    const side = gap * frame.ratio;
    tile.width = side;
    tile.height = side;
    const pen = tile.getContext('2d');
    pen.strokeStyle = style;
    pen.lineWidth = width * frame.ratio;
    pen.lineCap = 'square';
    pen.beginPath();
    [-side, 0, side].forEach((shift) => {
      pen.moveTo(shift, side);
      pen.lineTo(shift + side, 0);
    });
    pen.stroke();
    const pattern = context.createPattern(tile, 'repeat');
    pattern.setTransform(new DOMMatrix()
      .translate(-(frame.left % gap), -(frame.top % gap)).scale(1 / frame.ratio));
    return pattern;
  };

  const Veil = sightlines.ViewCanvas.extend({
    options: { pane: 'veil' },

    paint(context, frame) {
      const inside = sightlines.pathOfCollection(this._map.extents, frame);
      const outside = new Path2D();
      outside.rect(0, 0, frame.width, frame.height);
      outside.addPath(inside);
      context.fillStyle = colour('map-veil');
      context.fill(outside, 'evenodd');
      context.fillStyle = sightlines.hatch(context, frame, colour('map-veil-line'));
      context.fill(outside, 'evenodd');
      context.strokeStyle = colour('map-veil-edge');
      context.lineWidth = 1;
      context.setLineDash([6, 4]);
      context.stroke(inside);
    },
  });

  /** Divides values into classes of equal number; returns the lowest value of each but the first. */
  function quantiles(values) {
    const sorted = [...values].sort((one, other) => one - other);
    const breaks = Array.from({ length: STEPS - 1 },
      (_, index) => sorted[Math.floor(((index + 1) * sorted.length) / STEPS)]);
    return [...new Set(breaks)].filter((value) => value > sorted[0]);
  }

  const Areas = sightlines.ViewCanvas.extend({
    options: { pane: 'areas' },

    initialize(options) {
      L.setOptions(this, options);
      this._features = [];
      this._level = null;
      this.breaks = [];
    },

    onAdd(map) {
      sightlines.ViewCanvas.prototype.onAdd.call(this, map);
      map.on('moveend', this._later, this);
    },

    onRemove(map) {
      map.off('moveend', this._later, this);
      sightlines.ViewCanvas.prototype.onRemove.call(this, map);
    },

    /** Shows the areas of a level; none for null. */
    setLevel(level) {
      this._level = level || null;
      this._features = [];
      this._load();
    },

    _later() {
      clearTimeout(this._timer);
      this._timer = setTimeout(() => this._load(), WAIT_MS);
    },

    async _load() {
      this._control?.abort();
      if (!this._level) {
        this._show([]);
        return;
      }
      this._control = new AbortController();
      const query = new URLSearchParams({
        level: this._level, bbox: sightlines.bbox(this._map), zoom: this._map.getZoom(),
      });
      try {
        const answer = await fetch(`/areas.geojson?${query}`, { signal: this._control.signal });
        if (!answer.ok) throw new Error(`${answer.status}`);
        this._show((await answer.json()).features);
      } catch (reason) {
        if (reason.name !== 'AbortError') this.fire('fault');
      }
    },

    _show(features) {
      this._features = features;
      this.breaks = quantiles(features.map(({ properties }) => properties)
        .filter((area) => Number.isFinite(area.density_per_km2) && !area.few)
        .map((area) => area.density_per_km2));
      this.paintNow();
      this.fire('shown', { level: this._level, breaks: this.breaks, count: features.length });
    },

    paint(context, frame) {
      this._paths = this._features.map((feature) => {
        const path = new Path2D();
        trace(path, feature.geometry, frame);
        return { path, area: feature.properties };
      });
      const hatch = sightlines.hatch(context, frame, colour('scale-few'), { gap: 6, width: 1.2 });
      this._paths.forEach(({ path, area }) => {
        if (area.coverage !== 'not covered' && Number.isFinite(area.density_per_km2)) {
          context.globalAlpha = 0.8;
          context.fillStyle = area.few ? hatch : colour(`scale-${this.step(area.density_per_km2)}`);
          context.fill(path, 'evenodd');
          context.globalAlpha = 1;
        }
        context.strokeStyle = colour('scale-edge');
        context.lineWidth = 1;
        context.setLineDash(area.coverage === 'covered' ? [] : [4, 3]);
        context.stroke(path);
      });
    },

    /** Returns the step, from 1, that a value lies in. */
    step(value) {
      const below = this.breaks.filter((lowest) => value >= lowest).length;
      return Math.round((below * (STEPS - 1)) / Math.max(1, this.breaks.length)) + 1;
    },

    /** Returns the area at a point of the view, or null. */
    hit(point) {
      if (!this._level || !this._paths) return null;
      const place = this._map.containerPointToLayerPoint(point).subtract(this._frame.position);
      const { ratio } = this._frame;
      const found = this._paths.find(({ path }) => this._context
        .isPointInPath(path, place.x * ratio, place.y * ratio, 'evenodd'));
      return found?.area ?? null;
    },
  });

  /** Writes what a map shows as west,south,east,north; east below west crosses the antimeridian. */
  sightlines.bbox = (map) => {
    const bounds = map.getBounds();
    const wide = bounds.getEast() - bounds.getWest() >= 360;
    const turn = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
    return [
      wide ? -180 : turn(bounds.getWest()),
      Math.max(-90, bounds.getSouth()),
      wide ? 180 : turn(bounds.getEast()),
      Math.min(90, bounds.getNorth()),
    ].map((degrees) => Number(degrees.toFixed(5))).join(',');
  };

  sightlines.veil = () => new Veil();
  sightlines.areas = (options) => new Areas(options);
})();
