/* Small maps inside other pages: one to pick a place on, one that shows where a camera stands. */
(() => {
  'use strict';

  const { sightlines } = L;
  const PICKING_ZOOM = 18;
  const SHOWING_ZOOM = 17;
  const DIGITS = 6;

  /** Shows the frame, which stays hidden where there is no JavaScript, and the map's controls. */
  function prepare(map) {
    map.getContainer().closest('[hidden]')?.removeAttribute('hidden');
    map.invalidateSize();
    L.control.zoom({ position: 'topleft', zoomInTitle: 'Nearer', zoomOutTitle: 'Farther' }).addTo(map);
    L.control.scale({ position: 'bottomright', imperial: false }).addTo(map);
    map.scrollWheelZoom.disable();
    map.once('focus', () => map.scrollWheelZoom.enable());
  }

  /** Reads a place from two fields; null where they hold none. */
  function placeIn(lon, lat) {
    const [y, x] = [lat, lon].map(({ value }) => Number(value.trim().replace(',', '.') || NaN));
    return Math.abs(y) <= 90 && Math.abs(x) <= 180 ? L.latLng(y, x) : null;
  }

  /** Lets a reader move the map under a cross, by hand or with the arrow keys; keeps the fields in
      step with it. They stay as they are until the map has been moved. */
  sightlines.picker = ({ map, base, cameras, fields }) => {
    const [lon, lat] = [fields.lon, fields.lat].map((name) => document.querySelector(`[name="${name}"]`));
    const cross = L.DomUtil.create('div', 'map-cross', map.getContainer());
    cross.setAttribute('aria-hidden', 'true');
    prepare(map);
    const start = placeIn(lon, lat);
    if (start) map.setView(start, PICKING_ZOOM, { animate: false });
    else map.fitBounds(map.firstBounds, { animate: false });
    cameras.setBase(base);
    let follows = false;
    map.on('moveend', () => {
      if (follows) return;
      const { lat: y, lng: x } = map.getCenter().wrap();
      lat.value = y.toFixed(DIGITS);
      lon.value = x.toFixed(DIGITS);
    });
    map.on('click', ({ latlng }) => map.setView(latlng, Math.max(map.getZoom(), SHOWING_ZOOM)));
    [lon, lat].forEach((field) => field.addEventListener('change', () => {
      const place = placeIn(lon, lat);
      if (!place) return;
      follows = true;
      map.setView(place, Math.max(map.getZoom(), SHOWING_ZOOM), { animate: false });
      follows = false;
    }));
  };

  /** Shows where one camera stands, with a ring around it. */
  sightlines.locator = ({ map, base, cameras, id, position }) => {
    prepare(map);
    map.setView([position[1], position[0]], SHOWING_ZOOM, { animate: false });
    cameras.setBase(base);
    cameras.on('painted', () => {
      const item = cameras.selected ? null
        : cameras.nearest(200).find(({ camera }) => camera.id === id);
      if (item) cameras.select(item);
    });
  };
})();
