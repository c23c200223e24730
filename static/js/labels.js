/* Names on the map: along streets and at points, none over another. */
(() => {
  'use strict';

  const { sightlines } = L;
  const NEAREST_REPEAT_PX = 320;
  const STRAIGHT_PX = 2.5;
  const MOST_TURN = 0.45;
  /* Scripts whose letters stand alone; others are only written on straight ground. */
  const SEPARATE_LETTERS = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}\p{P}\s]+$/u;

  const widths = new Map();
  document.fonts?.ready?.then(() => widths.clear());

  /** Joins lines that meet end to end; each is an array of x, y, x, y ... */
  sightlines.joinLines = (lines) => {
    const open = lines.map((line) => Array.from(line));
    const meet = (a, b) => a[0] === b[0] && a[1] === b[1];
    const ends = (line) => [line.slice(0, 2), line.slice(-2)];
    const turned = (line) => {
      const back = [];
      for (let at = line.length - 2; at >= 0; at -= 2) back.push(line[at], line[at + 1]);
      return back;
    };
    const join = (one, other) => {
      const [start, end] = ends(one);
      const [first, last] = ends(other);
      if (meet(end, first)) return one.concat(other.slice(2));
      if (meet(end, last)) return one.concat(turned(other).slice(2));
      if (meet(start, last)) return other.concat(one.slice(2));
      if (meet(start, first)) return turned(other).concat(one.slice(2));
      return null;
    };
    for (let at = 0; at < open.length; at += 1) {
      for (let next = at + 1; next < open.length; next += 1) {
        const joined = join(open[at], open[next]);
        if (joined) {
          open[at] = joined;
          open.splice(next, 1);
          next = at;
        }
      }
    }
    return open;
  };

  /** A line of pixels that can be asked for the point at a distance. */
  class Path {
    constructor(points) {
      this.points = points;
      this.at = [0];
      for (let index = 2; index < points.length; index += 2) {
        this.at.push(this.at[this.at.length - 1]
          + Math.hypot(points[index] - points[index - 2], points[index + 1] - points[index - 1]));
      }
      this.length = this.at[this.at.length - 1];
    }

    point(distance) {
      let index = 1;
      while (index < this.at.length - 1 && this.at[index] < distance) index += 1;
      const part = (distance - this.at[index - 1]) / (this.at[index] - this.at[index - 1] || 1);
      const [x0, y0, x1, y1] = this.points.slice(2 * index - 2, 2 * index + 2);
      return { x: x0 + (x1 - x0) * part, y: y0 + (y1 - y0) * part, index };
    }

    /** Returns the straight stretch between two distances, or null where the line bends. */
    straight(from, to) {
      const start = this.point(from);
      const end = this.point(to);
      const length = Math.hypot(end.x - start.x, end.y - start.y);
      if (length < (to - from) * 0.97) return null;
      for (let index = start.index; index < end.index; index += 1) {
        const x = this.points[2 * index] - start.x;
        const y = this.points[2 * index + 1] - start.y;
        if (Math.abs(x * (end.y - start.y) - y * (end.x - start.x)) / length > STRAIGHT_PX) {
          return null;
        }
      }
      return { start, end };
    }
  }

  sightlines.Labels = class {
    constructor(context, frame) {
      this.context = context;
      this.frame = frame;
      this.boxes = [];
      this.written = new Map();
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.lineJoin = 'round';
    }

    style({ font, colour, halo, haloWidth = 3 }) {
      this.context.font = font;
      this.context.fillStyle = colour;
      this.context.strokeStyle = halo;
      this.context.lineWidth = haloWidth;
      this.size = Number(/([\d.]+)px/.exec(font)[1]);
    }

    /** Writes a name around a point, once; returns whether there was room. */
    atPoint(name, x, y) {
      const half = this._width(name) / 2 + 4;
      const box = [x - half, y - this.size * 0.75, x + half, y + this.size * 0.75];
      if (this.written.has(name) || !this._isFree([box])) return false;
      this._take(name, x, y, [box]);
      this.context.strokeText(name, x, y);
      this.context.fillText(name, x, y);
      return true;
    }

    /** Writes a name along a line of pixels; returns whether there was room. */
    alongLine(name, points) {
      const path = new Path(points);
      const width = this._width(name);
      const room = path.length - width - 12;
      if (room < 0) return false;
      return [0.5, 0.28, 0.72, 0.1, 0.9].some((part) => {
        const from = 6 + room * part;
        return this._onStraight(name, path, from, width) || this._onCurve(name, path, from, width);
      });
    }

    _onStraight(name, path, from, width) {
      const stretch = path.straight(from, from + width);
      if (!stretch) return false;
      const { start, end } = stretch;
      const x = (start.x + end.x) / 2;
      const y = (start.y + end.y) / 2;
      const boxes = this._boxesBetween(start, end, width);
      if (!this._isFree(boxes) || this._isRepeat(name, x, y)) return false;
      this._take(name, x, y, boxes);
      const angle = Math.atan2(end.y - start.y, end.x - start.x);
      const upright = Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle;
      this._rotated(x, y, upright, () => {
        this.context.strokeText(name, 0, 0);
        this.context.fillText(name, 0, 0);
      });
      return true;
    }

    _onCurve(name, path, from, width) {
      if (!SEPARATE_LETTERS.test(name)) return false;
      const back = path.point(from).x > path.point(from + width).x;
      const letters = [...name].map((letter) => ({ letter, width: this._width(letter) }));
      const sum = letters.reduce((total, { width: own }) => total + own, 0);
      let at = 0;
      let last = null;
      for (const glyph of letters) {
        const middle = (at + glyph.width / 2) * (width / sum);
        const distance = back ? from + width - middle : from + middle;
        Object.assign(glyph, path.point(distance));
        const ahead = path.point(distance + 3);
        const behind = path.point(distance - 3);
        glyph.angle = Math.atan2(ahead.y - behind.y, ahead.x - behind.x) + (back ? Math.PI : 0);
        const turn = last === null ? 0 : Math.abs(((glyph.angle - last + 3 * Math.PI)
          % (2 * Math.PI)) - Math.PI);
        if (turn > MOST_TURN) return false;
        last = glyph.angle;
        at += glyph.width;
      }
      const boxes = letters.map(({ x, y }) => [x - 7, y - 7, x + 7, y + 7]);
      const { x, y } = letters[letters.length >> 1];
      if (!this._isFree(boxes) || this._isRepeat(name, x, y)) return false;
      this._take(name, x, y, boxes);
      for (const draw of ['strokeText', 'fillText']) {
        letters.forEach((glyph) => this._rotated(glyph.x, glyph.y, glyph.angle,
          () => this.context[draw](glyph.letter, 0, 0)));
      }
      return true;
    }

    _rotated(x, y, angle, draw) {
      this.context.save();
      this.context.translate(x, y);
      this.context.rotate(angle);
      draw();
      this.context.restore();
    }

    _width(name) {
      const key = `${this.context.font}|${name}`;
      if (!widths.has(key)) widths.set(key, this.context.measureText(name).width);
      return widths.get(key);
    }

    _boxesBetween(start, end, width) {
      const count = Math.max(1, Math.ceil(width / 12));
      return Array.from({ length: count + 1 }, (_, index) => {
        const x = start.x + ((end.x - start.x) * index) / count;
        const y = start.y + ((end.y - start.y) * index) / count;
        return [x - 8, y - 8, x + 8, y + 8];
      });
    }

    _isFree(boxes) {
      const { width, height } = this.frame;
      const inside = boxes.every(([left, top, right, bottom]) => left > 0 && top > 0
        && right < width && bottom < height);
      return inside && !boxes.some((box) => this.boxes.some((taken) => box[0] < taken[2]
        && box[2] > taken[0] && box[1] < taken[3] && box[3] > taken[1]));
    }

    _isRepeat(name, x, y) {
      return (this.written.get(name) ?? [])
        .some((place) => Math.hypot(place[0] - x, place[1] - y) < NEAREST_REPEAT_PX);
    }

    _take(name, x, y, boxes) {
      this.boxes.push(...boxes);
      this.written.set(name, [...(this.written.get(name) ?? []), [x, y]]);
    }
  };
})();
