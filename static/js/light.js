/* What is lit is seen: fields of view as light on the ground, cut by the buildings around.

   Width and range of a field of view are seldom tagged. Where they are not, a fixed width and
   range are drawn, and the legend says so: this shows directions, it measures nothing. */
(() => {
  'use strict';

  const { sightlines } = L;
  const { colour } = sightlines;
  const WIDTH_DEG = 60;
  const RANGE_M = 28;
  const LEAST_PX = 15;
  const FROM_ZOOM = 15;
  const FROM_CUT = 16;
  const RAY_DEG = 1.5;
  const UNITS = 4096;
  const BASE_ZOOM = 14;
  const WALL_M = 5;

  /** Returns the segments of rings near a place that block its light, relative to it. */
  function walls(rings, x, y, reach) {
    const segments = [];
    for (const { points, dx, dy } of rings) {
      for (let at = 2; at < points.length; at += 2) {
        const a = points[at - 2] + dx - x;
        const b = points[at - 1] + dy - y;
        const c = points[at] + dx - x;
        const d = points[at + 1] + dy - y;
        if (Math.min(a, c) < reach && Math.max(a, c) > -reach
          && Math.min(b, d) < reach && Math.max(b, d) > -reach) segments.push([a, b, c, d]);
      }
    }
    return segments;
  }

  const contains = ({ points, dx, dy }, x, y) => {
    let inside = false;
    for (let at = 2; at < points.length; at += 2) {
      const ax = points[at - 2] + dx;
      const ay = points[at - 1] + dy;
      const bx = points[at] + dx;
      const by = points[at + 1] + dy;
      if ((ay > y) !== (by > y) && x < ax + ((bx - ax) * (y - ay)) / (by - ay)) inside = !inside;
    }
    return inside;
  };

  /** Moves a camera that stands inside a wall to just outside of it; positions are not that exact. */
  function outOfWall(rings, x, y, reach) {
    const around = rings.filter((ring) => contains(ring, x, y));
    if (around.length % 2 === 0) return { x, y, blocking: rings };
    let nearest = null;
    for (const [a, b, c, d] of walls(around, x, y, reach)) {
      const length = (c - a) ** 2 + (d - b) ** 2 || 1;
      const part = Math.max(0, Math.min(1, -(a * (c - a) + b * (d - b)) / length));
      const px = a + part * (c - a);
      const py = b + part * (d - b);
      const distance = Math.hypot(px, py);
      if (!nearest || distance < nearest.distance) nearest = { px, py, distance };
    }
    if (!nearest || nearest.distance > reach) {
      return { x, y, blocking: rings.filter((ring) => !around.includes(ring)) };
    }
    const step = (nearest.distance + 0.4) / (nearest.distance || 1);
    return { x: x + nearest.px * step, y: y + nearest.py * step, blocking: rings };
  }

  /** Returns how far the light goes in one direction. */
  function rayLength(segments, cosine, sine, reach) {
    let length = reach;
    for (const [a, b, c, d] of segments) {
      const ex = c - a;
      const ey = d - b;
      const across = cosine * ey - sine * ex;
      if (across !== 0) {
        const along = (a * ey - b * ex) / across;
        const part = (a * sine - b * cosine) / across;
        if (along > 0.01 && along < length && part >= 0 && part <= 1) length = along;
      }
    }
    return length;
  }

  /** Returns a field of view as offsets x, y from its camera in tile units. */
  function outline(segments, { bearing, width }, reach) {
    const round = width >= 360;
    const count = Math.max(2, Math.ceil(Math.min(width, 360) / RAY_DEG));
    const points = round ? [] : [0, 0];
    for (let index = 0; index <= count; index += 1) {
      const angle = ((bearing - 90 - width / 2 + (width * index) / count) * Math.PI) / 180;
      const length = segments.length
        ? rayLength(segments, Math.cos(angle), Math.sin(angle), reach) : reach;
      points.push(Math.cos(angle) * length, Math.sin(angle) * length);
    }
    return points;
  }

  sightlines.Light = sightlines.ViewCanvas.extend({
    options: { pane: 'light' },

    initialize(cameras, options) {
      L.setOptions(this, options);
      this._cameras = cameras;
      this._shapes = new Map();
      this.selected = null;
    },

    /** Forgets the shapes, because more buildings have come. */
    renew() {
      this._shapes.clear();
      this.redraw();
    },

    paint(context, frame) {
      if (frame.zoom < FROM_ZOOM) return;
      const lit = this._cameras.singles(frame)
        .filter(({ camera }) => camera.camera_direction && camera.status === 'active');
      lit.forEach((item) => {
        sightlines.sectors(item.camera.camera_direction).forEach((sector, index) => {
          const width = Math.min(360, Math.max(1, sector.width ?? WIDTH_DEG));
          this._paintBeam(context, frame, item, { ...sector, width }, index);
        });
      });
      if (this.selected && !this.selected.camera.camera_direction) this._paintPossible(context, frame);
      if (frame.zoom >= FROM_CUT) this._cameras.base?.eraseBuildings(context, frame);
    },

    _range(frame, item) {
      const metres = sightlines.metresPerPixel(item.uy, frame.zoom);
      return Math.max(LEAST_PX, RANGE_M / metres);
    },

    _paintBeam(context, frame, item, sector, index) {
      const range = this._range(frame, item);
      const shape = this._shape(frame, item, sector, `${item.camera.id}/${index}`, range);
      const [x, y] = [item.x + shape.x, item.y + shape.y];
      const glow = context.createRadialGradient(x, y, 0, x, y, range);
      glow.addColorStop(0, colour('light-near'));
      glow.addColorStop(0.55, colour('light-middle'));
      glow.addColorStop(1, colour('light-far'));
      context.fillStyle = glow;
      context.fill(this._pathOf(shape, x, y));
    },

    /** Hatches the ground that a chosen camera without a direction could see. */
    _paintPossible(context, frame) {
      const item = this._cameras.singles(frame)
        .find(({ camera }) => camera.id === this.selected.camera.id);
      if (!item) return;
      const range = this._range(frame, item);
      const shape = this._shape(frame, item, { bearing: 0, width: 360 }, `${item.camera.id}/all`, range);
      const path = this._pathOf(shape, item.x + shape.x, item.y + shape.y);
      context.fillStyle = sightlines.hatch(context, frame, colour('light-possible'), { gap: 6, width: 1.4 });
      context.fill(path);
      context.strokeStyle = colour('light-possible');
      context.lineWidth = 1;
      context.stroke(path);
    },

    _pathOf({ points, scale }, x, y) {
      const path = new Path2D();
      for (let at = 0; at < points.length; at += 2) {
        path.lineTo(x + points[at] * scale, y + points[at + 1] * scale);
      }
      path.closePath();
      return path;
    },

    /** Returns the outline of a field of view, offsets in px; kept a camera and zoom. */
    _shape(frame, item, sector, name, range) {
      const key = `${name}/${frame.zoom}`;
      const scale = frame.scale / (UNITS * 2 ** BASE_ZOOM);
      if (!this._shapes.has(key)) {
        const reach = range / scale;
        const wall = (WALL_M / sightlines.metresPerPixel(item.uy, frame.zoom)) / scale;
        this._shapes.set(key, this._cut(item, sector, { reach, wall, zoom: frame.zoom }));
      }
      const { points, x, y } = this._shapes.get(key);
      return { points, scale, x: x * scale, y: y * scale };
    },

    _cut(item, sector, { reach, wall, zoom }) {
      const x = item.ux * UNITS * 2 ** BASE_ZOOM;
      const y = item.uy * UNITS * 2 ** BASE_ZOOM;
      const rings = zoom >= FROM_CUT ? this._cameras.base?.buildingsNear(x, y, reach) ?? [] : [];
      const from = outOfWall(rings, x, y, wall);
      const segments = walls(from.blocking, from.x, from.y, reach);
      return { points: outline(segments, sector, reach), x: from.x - x, y: from.y - y };
    },
  });
})();
