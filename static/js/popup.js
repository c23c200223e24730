/* Popups: what is known of a camera or an area. Text from outside only ever becomes text nodes. */
(() => {
  'use strict';

  const { sightlines } = L;
  const { words } = sightlines;

  /** Makes an element: `make('a', {href}, 'text', child ...)`. */
  sightlines.make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const { make } = sightlines;

  const row = (label, value) => (value
    ? make('div', { class: 'popup-row' }, make('dt', {}, label), make('dd', {}, value)) : null);

  function direction(camera) {
    const known = sightlines.looking(camera.camera_direction);
    if (known) return known;
    return ['dome', 'panning', 'panorama'].includes(camera.camera_type)
      ? `not recorded; a ${camera.camera_type} camera can look all round` : 'not recorded';
  }

  function source({ sources, licence }) {
    const names = (Array.isArray(sources) ? sources : [sources].filter(Boolean)).join(', ');
    return names ? [names, licence].filter(Boolean).join(', ') : null;
  }

  /** Returns what a popup says of one camera; `camera` has the properties of tile or GeoJSON. */
  function describe(camera, isOnly) {
    const status = words.statuses[camera.status ?? 'active'];
    const kind = words.kinds[camera.kind] ?? words.kinds.unknown;
    const operator = camera.operator || words.operators[camera.operator_group]
      || words.operators.unknown;
    const group = words.groups[camera.operator_group] ?? words.groups.unknown;
    return make('article', { class: 'popup-camera' },
      make(isOnly ? 'h2' : 'h3', { class: 'popup-title' }, status ? `${kind}, ${status}` : kind),
      make('p', { class: 'popup-operator' },
        make('span', { class: `dot dot-${camera.operator_group ?? 'unknown'}` }), operator,
        camera.operator && camera.operator_group !== 'unknown'
          ? make('span', { class: 'muted' }, ` (${group})`) : null),
      make('dl', { class: 'popup-rows' },
        row('Built as', camera.camera_type),
        row('Looks', direction(camera)),
        row('Stands for', camera.camera_count > 1
          ? sightlines.plural(camera.camera_count, 'camera', 'cameras') : null),
        row('Last edited', sightlines.day(camera.last_edited_at)),
        row('Last seen', sightlines.day(camera.observed_at)),
        row('Source', source(camera)),
        row('Checked', words.verifications[camera.verification])),
      make('p', { class: 'popup-more' },
        make('a', { href: `/cameras/${encodeURIComponent(camera.id)}` }, 'Open the record')));
  }

  async function fetchCamera(id, signal) {
    const answer = await fetch(`/cameras/${encodeURIComponent(id)}.geojson`, { signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return (await answer.json()).properties;
  }

  const SHOWN_AT_ONE_PLACE = 20;

  /** Opens a popup for the cameras at one place; returns it. */
  sightlines.openCameras = (map, layer, items) => {
    const control = new AbortController();
    const box = make('div', { class: 'popup', tabindex: '-1' });
    if (items.length > 1) {
      box.append(make('h2', { class: 'popup-title' },
        `${sightlines.plural(items.length, 'record', 'records')} at this place`));
    }
    const popup = L.popup({
      minWidth: 220, maxWidth: 300, maxHeight: 320, autoPanPaddingTopLeft: [16, 16],
      autoPanPaddingBottomRight: sightlines.panelRoom(map), offset: [0, -6],
    }).setLatLng(layer.where(items[0])).setContent(box);
    items.slice(0, SHOWN_AT_ONE_PLACE).forEach(({ camera }) => {
      const article = describe(camera, items.length === 1);
      box.append(article);
      fetchCamera(camera.id, control.signal).then((known) => {
        const onLink = article.contains(document.activeElement);
        const inBox = box.contains(document.activeElement);
        const whole = describe({ ...camera, ...known, id: camera.id }, items.length === 1);
        box.replaceChild(whole, article);
        popup.update();
        if (onLink) whole.querySelector('a').focus();
        else if (inBox) box.focus();
      }, () => {
        /* The tile's own properties stay: the record page tells the rest. */
      });
    });
    if (items.length > SHOWN_AT_ONE_PLACE) {
      box.append(make('p', { class: 'muted' },
        `and ${sightlines.number(items.length - SHOWN_AT_ONE_PLACE)} more`));
    }
    layer.select(items[0]);
    popup.once('remove', () => {
      control.abort();
      layer.select(null);
    });
    return popup.openOn(map);
  };

  const AREA_REASONS = {
    covered: null, 'partly covered': 'partly covered', 'not covered': 'not covered by any source',
  };

  /** Opens a popup for an area. */
  sightlines.openArea = (map, latlng, area) => {
    const density = Number.isFinite(area.density_per_km2)
      ? `${sightlines.measure(area.density_per_km2)} per km²` : area.density_reason;
    const rate = Number.isFinite(area.rate_per_1000)
      ? `${sightlines.measure(area.rate_per_1000)} per 1,000 residents` : area.rate_reason;
    const share = area.coverage === 'partly covered' && Number.isFinite(area.covered_share)
      ? `partly covered (${Math.round(area.covered_share * 100)} %)`
      : AREA_REASONS[area.coverage];
    const box = make('div', { class: 'popup', tabindex: '-1' },
      make('h2', { class: 'popup-title' }, area.name),
      make('dl', { class: 'popup-rows' },
        row('Cameras recorded', sightlines.number(area.n_cameras ?? 0)),
        row('Density', density),
        row('Rate', rate),
        row('Ground', share),
        row('Note', area.few ? 'too few to say much' : null)),
      make('p', { class: 'popup-more' },
        make('a', { href: `/areas/${encodeURIComponent(area.code)}` }, 'Open the area')));
    return L.popup({
      minWidth: 200, maxWidth: 300, autoPanPaddingTopLeft: [16, 16],
      autoPanPaddingBottomRight: sightlines.panelRoom(map),
    }).setLatLng(latlng).setContent(box).openOn(map);
  };
})();
