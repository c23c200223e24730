/* Decodes Mapbox vector tiles, version 2.1 (https://github.com/mapbox/vector-tile-spec).
   A tile becomes {layer: {extent, features: [{type, properties, parts}]}}; `type` is 1 point,
   2 line, 3 polygon; each of `parts` is an Int32Array of x, y, x, y ... in tile units: one part
   holds all the points, or one line, or one ring, closed. A damaged tile throws. */
(() => {
  'use strict';

  const text = new TextDecoder();
  const MOVE_TO = 1;
  const CLOSE_PATH = 7;

  class Cursor {
    constructor(bytes, start = 0, end = bytes.length) {
      this.bytes = bytes;
      this.at = start;
      this.end = end;
    }

    /* Values beyond 32 bits only occur as attributes, so plain numbers are enough. */
    varint() {
      let value = 0;
      let factor = 1;
      for (let index = 0; index < 10; index += 1) {
        if (this.at >= this.end) throw new RangeError('the tile ends too early');
        const byte = this.bytes[this.at];
        this.at += 1;
        value += (byte & 0x7f) * factor;
        if (byte < 0x80) return value;
        factor *= 128;
      }
      throw new RangeError('a number in the tile is too long');
    }

    within() {
      const length = this.varint();
      const start = this.at;
      if (start + length > this.end) throw new RangeError('the tile ends too early');
      this.at += length;
      return new Cursor(this.bytes, start, this.at);
    }

    string() {
      const part = this.within();
      return text.decode(this.bytes.subarray(part.at, part.end));
    }

    float(size) {
      const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at, size);
      this.at += size;
      return size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    }

    skip(wire) {
      if (wire === 0) this.varint();
      else if (wire === 1) this.at += 8;
      else if (wire === 2) this.within();
      else if (wire === 5) this.at += 4;
      else throw new RangeError('the tile is damaged');
    }

    /** Calls back for each field of a message; what is not taken is skipped. */
    fields(take) {
      while (this.at < this.end) {
        const tag = this.varint();
        const before = this.at;
        take(tag >> 3, tag & 7);
        if (this.at === before) this.skip(tag & 7);
      }
    }
  }

  const signed = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

  function readValue(cursor) {
    let value = null;
    cursor.fields((field) => {
      if (field === 1) value = cursor.string();
      else if (field === 2) value = cursor.float(4);
      else if (field === 3) value = cursor.float(8);
      else if (field === 4) value = cursor.varint();
      else if (field === 5) value = cursor.varint();
      else if (field === 6) value = signed(cursor.varint());
      else if (field === 7) value = cursor.varint() !== 0;
    });
    return value;
  }

  function readGeometry(cursor, type) {
    const parts = [];
    let part = [];
    let x = 0;
    let y = 0;
    const finish = () => {
      if (part.length) parts.push(Int32Array.from(part));
      part = [];
    };
    while (cursor.at < cursor.end) {
      const command = cursor.varint();
      const name = command & 7;
      if (name === CLOSE_PATH) {
        part.push(part[0], part[1]);
      } else {
        for (let left = command >> 3; left > 0; left -= 1) {
          if (name === MOVE_TO && type !== 1) finish();
          x += signed(cursor.varint());
          y += signed(cursor.varint());
          part.push(x, y);
        }
      }
    }
    finish();
    return parts;
  }

  function readFeature(cursor, keys, values) {
    const feature = { type: 0, properties: Object.create(null), parts: [] };
    let geometry = null;
    cursor.fields((field) => {
      if (field === 2) {
        const tags = cursor.within();
        while (tags.at < tags.end) {
          const key = keys[tags.varint()];
          feature.properties[key] = values[tags.varint()];
        }
      } else if (field === 3) {
        feature.type = cursor.varint();
      } else if (field === 4) {
        geometry = cursor.within();
      }
    });
    if (geometry) feature.parts = readGeometry(geometry, feature.type);
    return feature;
  }

  function readLayer(cursor) {
    const layer = { name: '', extent: 4096, features: [] };
    const keys = [];
    const values = [];
    const waiting = [];
    cursor.fields((field) => {
      if (field === 1) layer.name = cursor.string();
      else if (field === 2) waiting.push(cursor.within());
      else if (field === 3) keys.push(cursor.string());
      else if (field === 4) values.push(readValue(cursor.within()));
      else if (field === 5) layer.extent = cursor.varint();
    });
    layer.features = waiting.map((part) => readFeature(part, keys, values));
    return layer;
  }

  L.sightlines.decodeTile = (buffer) => {
    const layers = Object.create(null);
    const cursor = new Cursor(new Uint8Array(buffer));
    cursor.fields((field) => {
      if (field !== 3) return;
      const layer = readLayer(cursor.within());
      layers[layer.name] = layer;
    });
    return layers;
  };
})();
