/* The symbols: colour says who runs a camera, shape says what it is, the edge how sure we are. */
(() => {
  'use strict';

  const { sightlines } = L;
  const { colour } = sightlines;
  const FULL = 2 * Math.PI;
  const GROUPS = ['public', 'private', 'unknown'];

  const SHAPES = {
    round: (path, r) => path.arc(0, 0, r, 0, FULL),
    square: (path, r) => path.rect(-r * 0.9, -r * 0.9, r * 1.8, r * 1.8),
    triangle: (path, r) => {
      path.moveTo(0, -r * 1.15);
      path.lineTo(r * 1.1, r * 0.8);
      path.lineTo(-r * 1.1, r * 0.8);
      path.closePath();
    },
    diamond: (path, r) => {
      path.moveTo(0, -r * 1.2);
      path.lineTo(r * 1.2, 0);
      path.lineTo(0, r * 1.2);
      path.lineTo(-r * 1.2, 0);
      path.closePath();
    },
    hexagon: (path, r) => {
      for (let side = 0; side < 6; side += 1) {
        path.lineTo(r * 1.1 * Math.cos((side * FULL) / 6), r * 1.1 * Math.sin((side * FULL) / 6));
      }
      path.closePath();
    },
  };
  const SHAPE_OF_KIND = {
    cctv: 'round', unknown: 'round', alpr: 'square', enforcement: 'triangle', guard: 'diamond',
    gunshot_detector: 'hexagon',
  };

  const outlines = new Map();
  function outline(shape, radius) {
    const key = `${shape}/${radius}`;
    if (!outlines.has(key)) {
      const path = new Path2D();
      SHAPES[shape](path, radius);
      outlines.set(key, path);
    }
    return outlines.get(key);
  }

  function drawGone(context, radius) {
    context.lineWidth = 1.8;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(-radius * 0.75, -radius * 0.75);
    context.lineTo(radius * 0.75, radius * 0.75);
    context.moveTo(radius * 0.75, -radius * 0.75);
    context.lineTo(-radius * 0.75, radius * 0.75);
    context.stroke();
  }

  /** Fills half of a symbol: two sides say different things. */
  function fillHalf(context, path, radius) {
    context.save();
    context.beginPath();
    context.rect(-2 * radius, -2 * radius, 2 * radius, 4 * radius);
    context.clip();
    context.fill(path);
    context.restore();
  }

  /** Returns what a group's symbols are filled with: its colour, in print perhaps lines. */
  function fillOf(context, group) {
    if (colour(`${group}-fill`) !== 'hatch') return colour(group);
    return sightlines.hatch(context, { left: 0, top: 0, ratio: 2 }, colour(group), { gap: 3, width: 0.9 });
  }

  /** Draws one camera at the origin of the context. */
  sightlines.drawCamera = (context, camera, radius) => {
    const path = outline(SHAPE_OF_KIND[camera.kind] ?? 'round', radius);
    const hollow = camera.kind === 'unknown';
    const group = GROUPS.includes(camera.operator_group) ? camera.operator_group : 'unknown';
    const ink = colour(group);
    const paper = colour('map-symbol-halo');
    const unsure = camera.verification === 'unverified';
    const disputed = camera.verification === 'disputed';
    const active = !camera.status || camera.status === 'active';
    context.save();
    context.globalAlpha = active && camera.counted !== false ? 1 : 0.75;
    context.lineJoin = 'round';
    context.strokeStyle = paper;
    context.fillStyle = paper;
    context.lineWidth = 5;
    context.stroke(path);
    context.fill(path);
    context.strokeStyle = ink;
    context.fillStyle = fillOf(context, group);
    if (camera.status === 'removed') {
      drawGone(context, radius);
    } else {
      if (disputed) fillHalf(context, path, radius);
      else if (unsure && !hollow) context.fill(outline(SHAPE_OF_KIND[camera.kind], radius * 0.45));
      else if (!hollow && active) context.fill(path);
      context.lineWidth = 2;
      context.setLineDash(unsure || !active ? [2.4, 1.8] : []);
      context.stroke(path);
    }
    context.restore();
  };

  sightlines.clusterRadius = (cluster) => Math.min(30,
    11 + 5.2 * Math.log10(Math.max(1, cluster.n || cluster.n_records || 1)));

  /** Draws a cluster at the origin: a ring of shares by operator group around its number. */
  sightlines.drawCluster = (context, cluster, radius) => {
    const number = cluster.n || 0;
    const shares = GROUPS.map((group) => ['cctv', 'alpr', 'unknown']
      .reduce((sum, kind) => sum + (cluster[`n_${kind}_${group}`] || 0), 0));
    const total = shares.reduce((sum, share) => sum + share, 0);
    const band = Math.max(3, radius * 0.17);
    context.save();
    context.fillStyle = colour('map-cluster');
    context.beginPath();
    context.arc(0, 0, radius + 1.5, 0, FULL);
    context.fill();
    context.lineWidth = band;
    let from = -FULL / 4;
    shares.forEach((share, index) => {
      if (!share) return;
      const to = from + (FULL * share) / total;
      const gap = share < total ? 0.6 / radius : 0;
      context.strokeStyle = colour(GROUPS[index]);
      context.beginPath();
      context.arc(0, 0, radius - band / 2, from + gap, to - gap);
      context.stroke();
      from = to;
    });
    if (!total) {
      context.strokeStyle = colour('unknown');
      context.setLineDash([2, 2]);
      context.beginPath();
      context.arc(0, 0, radius - band / 2, 0, FULL);
      context.stroke();
    }
    context.fillStyle = colour(total ? 'ink' : 'unknown');
    context.font = `600 ${number > 999 ? 12 : 13}px ${colour('sans')}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    /* A dashed ring holds records of which none is counted: it says how many records. */
    context.fillText(sightlines.compact(number || cluster.n_records || 0), 0, 0.5);
    context.restore();
  };

  /** Draws the sample of a symbol into a canvas of the legend; `data-symbol` names it. */
  sightlines.drawSample = (canvas) => {
    const ratio = Math.ceil(window.devicePixelRatio || 1);
    const [kind, group, verification = 'single_source', status = 'active'] = canvas.dataset.symbol.split(' ');
    canvas.width = 22 * ratio;
    canvas.height = 22 * ratio;
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    context.translate(11, 11);
    sightlines.drawCamera(context, { kind, operator_group: group, verification, status }, 5.5);
  };
})();
