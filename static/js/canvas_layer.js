/* The ground the layers stand on: the map itself and one canvas over the whole view.

   Positions: the unit square of Web Mercator (x east from the antimeridian, y south), and pixels
   of a canvas. A frame says how one becomes the other. */
(() => {
  'use strict';

  const { sightlines } = L;

  sightlines.reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

  /* The colours of the map are the custom properties of the style sheet. */
  let colours = null;
  sightlines.colour = (name) => {
    colours = colours ?? { style: getComputedStyle(document.documentElement), known: {} };
    colours.known[name] = colours.known[name]
      ?? colours.style.getPropertyValue(`--${name}`).trim();
    return colours.known[name];
  };

  const canvases = new Set();
  const changeTheme = () => {
    colours = null;
    canvases.forEach((layer) => layer.paintNow());
  };
  ['(prefers-color-scheme: dark)', 'print', '(prefers-contrast: more)'].forEach((query) => {
    matchMedia(query).addEventListener('change', changeTheme);
  });
  new MutationObserver(changeTheme)
    .observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });

  const mercator = ([lon, lat]) => {
    const sine = Math.sin((Math.max(-85.0511, Math.min(85.0511, lat)) * Math.PI) / 180);
    return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
  };

  const latLng = (x, y) => L.latLng(
    (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, x * 360 - 180);

  /** Metres on the ground that one pixel shows, at a height of the unit square and a zoom. */
  const metresPerPixel = (y, zoom) => 40075016.686
    / (256 * 2 ** zoom * Math.cosh(Math.PI * (1 - 2 * y)));

  /* One canvas, larger than the view, that moves with the map and is painted anew when it rests.
     A subclass says `paint(context, frame)`; the frame has `zoom`, `width`, `height` (px),
     `left`, `top` (world px of the canvas's corner) and `scale` (px of the whole world). */
  const ViewCanvas = L.Layer.extend({
    options: { pane: 'overlayPane', padding: 0.2 },

    onAdd() {
      this._canvas = L.DomUtil.create('canvas', 'map-canvas leaflet-zoom-animated', this.getPane());
      this._canvas.setAttribute('aria-hidden', 'true');
      this._context = this._canvas.getContext('2d');
      canvases.add(this);
      this.paintNow();
    },

    onRemove() {
      canvases.delete(this);
      cancelAnimationFrame(this._waiting);
      this._waiting = null;
      this._canvas.remove();
    },

    getEvents() {
      return {
        moveend: this.paintNow,
        zoomanim: (event) => this._follow(event.center, event.zoom),
        zoom: () => this._follow(this._map.getCenter(), this._map.getZoom()),
        move: this._paintWhenUncovered,
      };
    },

    /** Paints at the next occasion, once however often it is called. */
    redraw() {
      if (this._waiting || !this._map) return this;
      this._waiting = requestAnimationFrame(() => {
        this._waiting = null;
        this.paintNow();
      });
      return this;
    },

    paintNow() {
      if (!this._map || !this._map._loaded || this._map._animatingZoom) return;
      this._frame = this._newFrame();
      const { width, height, ratio } = this._frame;
      const context = this._context;
      if (this._canvas.width !== width * ratio || this._canvas.height !== height * ratio) {
        this._canvas.width = width * ratio;
        this._canvas.height = height * ratio;
        this._canvas.style.width = `${width}px`;
        this._canvas.style.height = `${height}px`;
      }
      L.DomUtil.setPosition(this._canvas, this._frame.position);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      this.paint(context, this._frame);
    },

    _newFrame() {
      const map = this._map;
      const size = map.getSize();
      const pad = size.multiplyBy(this.options.padding).round();
      const position = map.containerPointToLayerPoint(pad.multiplyBy(-1)).round();
      const corner = map.getPixelOrigin().add(position);
      return {
        position,
        zoom: map.getZoom(),
        width: size.x + 2 * pad.x,
        height: size.y + 2 * pad.y,
        left: corner.x,
        top: corner.y,
        scale: 256 * 2 ** map.getZoom(),
        ratio: Math.min(3, Math.max(1, Math.ceil(window.devicePixelRatio || 1))),
      };
    },

    _follow(center, zoom) {
      if (!this._frame) return;
      const grown = 2 ** (zoom - this._frame.zoom);
      const offset = L.point(this._frame.left, this._frame.top).multiplyBy(grown)
        .subtract(this._map._getNewPixelOrigin(center, zoom));
      L.DomUtil.setTransform(this._canvas, offset, grown);
    },

    _paintWhenUncovered() {
      const frame = this._frame;
      if (!frame || this._map.getZoom() !== frame.zoom) return;
      const view = this._map.getPixelBounds();
      if (view.min.x < frame.left || view.min.y < frame.top
        || view.max.x > frame.left + frame.width || view.max.y > frame.top + frame.height) {
        this.redraw();
      }
    },
  });

  const PANES = { areas: 250, veil: 300, names: 320, light: 350, cameras: 450 };

  sightlines.map = (element, { bounds, extents, maxZoom }) => {
    const map = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      minZoom: 2,
      maxZoom,
      worldCopyJump: true,
      maxBounds: [[-85.06, -9e3], [85.06, 9e3]],
      maxBoundsViscosity: 1,
      fadeAnimation: false,
      zoomAnimation: !sightlines.reducedMotion(),
      inertia: !sightlines.reducedMotion(),
      bounceAtZoomLimits: false,
    });
    Object.entries(PANES).forEach(([name, height]) => {
      map.createPane(name).style.zIndex = height;
    });
    map.extents = extents;
    map.firstBounds = L.latLngBounds(bounds);
    return map;
  };

  /** Returns the box around points x, y, x, y ...: left, top, right, bottom. */
  const boxOf = (points) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = 0; at < points.length; at += 2) {
      box[0] = Math.min(box[0], points[at]);
      box[1] = Math.min(box[1], points[at + 1]);
      box[2] = Math.max(box[2], points[at]);
      box[3] = Math.max(box[3], points[at + 1]);
    }
    return box;
  };

  Object.assign(sightlines, {
    ViewCanvas, mercator, latLng, metresPerPixel, boxOf,
  });
})();
