/* The base map: paper by day, unlit streets by night; it never competes with the cameras.
   Colours are the custom properties `--map-...` of site.css. */
(() => {
  'use strict';

  const { sightlines } = L;
  const { colour } = sightlines;
  const UNITS = 4096;
  const POLYGON = 3;

  /* Streets: width on the ground in metres, least width in px, first zoom. Later rows lie above. */
  const STREETS = [
    { classes: ['footway', 'path', 'cycleway', 'track', 'steps', 'bridleway', 'corridor'], metres: 1.6, least: 0.8, from: 16, path: true },
    { classes: ['service'], metres: 4, least: 0.9, from: 15 },
    { classes: ['pedestrian'], metres: 6, least: 1, from: 14 },
    { classes: ['residential', 'unclassified', 'living_street', 'road'], metres: 8, least: 1, from: 13 },
    { classes: ['tertiary', 'tertiary_link'], metres: 9.5, least: 1.4, from: 12 },
    { classes: ['secondary', 'secondary_link'], metres: 11, least: 1.7, from: 11 },
    { classes: ['primary', 'primary_link'], metres: 12, least: 2, from: 9 },
    { classes: ['trunk', 'trunk_link', 'motorway_link'], metres: 13, least: 2.2, from: 7 },
    { classes: ['motorway'], metres: 16, least: 2.4, from: 6 },
  ];
  const RAILS = [{ classes: ['tram', 'light_rail'], from: 15 }, { classes: ['rail', 'subway'], from: 12 }];
  const FROM_OWN_GROUND = 9;
  const FROM_SHADOW = 16;

  const onEdge = (a, b) => (a <= 0 && b <= 0) || (a >= UNITS && b >= UNITS);

  /** Adds a feature to a path; without its edges where the tile cut it, if so wanted. */
  function trace(path, feature, withoutCuts) {
    for (const part of feature.parts) {
      path.moveTo(part[0], part[1]);
      for (let at = 2; at < part.length; at += 2) {
        const cut = withoutCuts && (onEdge(part[at], part[at - 2])
          || onEdge(part[at + 1], part[at - 1]));
        if (cut) path.moveTo(part[at], part[at + 1]);
        else path.lineTo(part[at], part[at + 1]);
      }
    }
  }

  /** Returns the path of a layer's features of some classes, made once a tile; `type` 3 takes
      polygons only. */
  function pathOf(tile, name, { classes = null, outline = false, type = null } = {}) {
    const key = `${name}|${classes}|${outline}|${type}`;
    tile.paths = tile.paths ?? new Map();
    if (!tile.paths.has(key)) {
      const features = (tile[name]?.features ?? [])
        .filter((feature) => (!classes || classes.includes(feature.properties.class))
          && (!type || feature.type === type));
      const path = features.length ? new Path2D() : null;
      features.forEach((feature) => trace(path, feature, outline));
      tile.paths.set(key, path);
    }
    return tile.paths.get(key);
  }

  const BaseMap = sightlines.ViewCanvas.extend({
    options: { pane: 'tilePane', landMaxZoom: 6, maxZoom: 14 },

    initialize(options) {
      L.setOptions(this, options);
      this.store = options.url
        ? new sightlines.TileStore(options.url, { maxNativeZoom: options.maxZoom + 1 })
        : null;
      /* The world's outline only comes in coarse tiles, which are enlarged. */
      this.land = options.url
        ? new sightlines.TileStore(options.url,
          { maxNativeZoom: options.landMaxZoom + 1, twin: this.store })
        : null;
      this._names = options.url ? new sightlines.Names(this) : null;
    },

    onAdd(map) {
      sightlines.ViewCanvas.prototype.onAdd.call(this, map);
      [this.store, this.land].filter(Boolean).forEach((store) => {
        store.on('tile', () => {
          this.redraw();
          this._names.redraw();
          this.fire('tile');
        }).addTo(map);
      });
      this._names?.addTo(map);
    },

    onRemove(map) {
      [this.store, this.land, this._names].filter(Boolean).forEach((layer) => layer.remove());
      sightlines.ViewCanvas.prototype.onRemove.call(this, map);
    },

    paint(context, frame) {
      context.fillStyle = colour('map-paper');
      context.fillRect(0, 0, frame.width, frame.height);
      if (!this.store) return;
      this._paintLand(context, frame);
      const pieces = this.store.inView(frame).filter(({ tile }) => tile);
      this._paintGround(context, frame, pieces);
      this._paintStreets(context, frame, pieces);
      this._paintBuildings(context, frame, pieces);
      this._paintBorders(context, frame);
    },

    /** Calls back for each tile with the canvas clipped to it and scaled to its units. */
    _each(context, pieces, draw) {
      for (const piece of pieces) {
        context.save();
        context.beginPath();
        context.rect(piece.x, piece.y, piece.size, piece.size);
        context.clip();
        context.translate(piece.left, piece.top);
        context.scale(piece.whole / UNITS, piece.whole / UNITS);
        draw(piece.tile, UNITS / piece.whole);
        context.restore();
      }
    },

    _fill(context, pieces, name, classes, style) {
      this._each(context, pieces, (tile) => {
        const path = pathOf(tile, name, { classes, type: POLYGON });
        if (!path) return;
        context.fillStyle = style;
        context.fill(path, 'evenodd');
      });
    },

    _stroke(context, pieces, name, classes, { style, width, dash = [], outline = false }) {
      this._each(context, pieces, (tile, unit) => {
        const path = pathOf(tile, name, { classes, outline });
        if (!path) return;
        context.strokeStyle = style;
        context.lineWidth = width * unit;
        context.lineCap = dash.length ? 'butt' : 'round';
        context.lineJoin = 'round';
        context.setLineDash(dash.map((length) => length * unit));
        context.stroke(path);
      });
    },

    _paintLand(context, frame) {
      this._coarse = this.land.inView(frame).filter(({ tile }) => tile?.land);
      if (!this._coarse.length) return;
      context.fillStyle = colour('map-water');
      context.fillRect(0, 0, frame.width, frame.height);
      this._fill(context, this._coarse, 'land', null, colour('map-paper'));
      if (frame.zoom < FROM_OWN_GROUND) return;
      /* A source's own ground is drawn by its water, not by the world's coarse coast. */
      context.fillStyle = colour('map-paper');
      context.fill(sightlines.pathOfCollection(this._map.extents, frame), 'evenodd');
    },

    _paintGround(context, frame, pieces) {
      this._fill(context, pieces, 'green', null, colour('map-green'));
      this._fill(context, pieces, 'water', null, colour('map-water'));
      this._fill(context, pieces, 'square', null, colour('map-square'));
      /* Piers and the like: the world's own land comes in the coarse tiles. */
      if (frame.zoom > this.options.landMaxZoom + 1) {
        this._fill(context, pieces, 'land', null, colour('map-paper'));
      }
    },

    _paintStreets(context, frame, pieces) {
      const metres = sightlines.metresPerPixel(
        (frame.top + frame.height / 2) / frame.scale, frame.zoom);
      const shown = STREETS.filter(({ from }) => frame.zoom >= from)
        .map((row) => ({ ...row, width: Math.max(row.least * 1.12 ** (frame.zoom - 13), row.metres / metres) }));
      const casing = frame.zoom >= 16 ? 1.6 : 1;
      shown.filter((row) => !row.path && frame.zoom >= 13).forEach(({ classes, width }) => {
        this._stroke(context, pieces, 'street', classes,
          { style: colour('map-casing'), width: width + casing });
      });
      shown.forEach(({ classes, width, path }) => {
        this._stroke(context, pieces, 'street', classes, {
          style: colour(path ? 'map-path' : 'map-street'),
          width: path ? Math.min(width, 1.6) : width,
          dash: path ? [4, 3] : [],
        });
      });
      RAILS.filter(({ from }) => frame.zoom >= from).forEach(({ classes }) => {
        this._stroke(context, pieces, 'street', classes,
          { style: colour('map-rail'), width: frame.zoom >= 16 ? 1.2 : 0.8 });
      });
    },

    _paintBuildings(context, frame, pieces) {
      if (frame.zoom < 14) return;
      if (frame.zoom >= FROM_SHADOW) {
        const drop = 1.5 * 2 ** (frame.zoom - 17);
        context.save();
        context.translate(drop, drop);
        this._fill(context, pieces, 'building', null, colour('map-shadow'));
        context.restore();
      }
      this._fill(context, pieces, 'building', null, colour('map-building'));
      this._stroke(context, pieces, 'building', null,
        { style: colour('map-building-edge'), width: frame.zoom >= 16 ? 0.9 : 0.5, outline: true });
    },

    _paintBorders(context, frame) {
      if (frame.zoom < 10) {
        /* Neighbours share their common line: outlines of countries are coasts and borders. */
        this._stroke(context, this._coarse, 'land', ['country'],
          { style: colour('map-border'), width: frame.zoom > 5 ? 1.2 : 0.9, outline: true });
      }
    },

    /** Returns the rings of buildings near a place, for the light that they cut.
        `x`, `y`, `reach` are in units of the tiles of the deepest zoom, counted over the world. */
    buildingsNear(x, y, reach) {
      const z = this.options.maxZoom;
      const rings = [];
      if (!this.store) return rings;
      for (let column = Math.floor((x - reach) / UNITS); column <= (x + reach) / UNITS; column += 1) {
        for (let row = Math.floor((y - reach) / UNITS); row <= (y + reach) / UNITS; row += 1) {
          for (const ring of this._rings(this.store.find(z, column, row))) {
            const [left, top, right, bottom] = ring.box;
            const dx = x - column * UNITS;
            const dy = y - row * UNITS;
            if (left < dx + reach && right > dx - reach && top < dy + reach && bottom > dy - reach) {
              rings.push({ points: ring.points, dx: column * UNITS, dy: row * UNITS });
            }
          }
        }
      }
      return rings;
    },

    _rings(tile) {
      if (!tile) return [];
      tile.rings = tile.rings ?? (tile.building?.features ?? []).flatMap(({ parts }) => parts
        .map((points) => ({ points, box: sightlines.boxOf(points) })));
      return tile.rings;
    },

    /** Takes the buildings out of what has been drawn. */
    eraseBuildings(context, frame) {
      if (!this.store) return;
      context.save();
      context.globalCompositeOperation = 'destination-out';
      this._fill(context, this.store.inView(frame).filter(({ tile }) => tile), 'building', null, '#000');
      context.restore();
    },
  });

  sightlines.STREETS = STREETS;
  sightlines.baseMap = (options) => new BaseMap(options);
})();
