/* Brings the page together: the first view, the address, clicks, what tests may wait for. */
(() => {
  'use strict';

  const { sightlines } = L;
  const REACH_PX = { touch: 22, mouse: 12 };
  const HASH = /^#(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/;

  /** Reads `#zoom/lat/lon`; null where the address says nothing usable. */
  function fromAddress(map) {
    const [, zoom, lat, lon] = (HASH.exec(window.location.hash) ?? []).map(Number);
    if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return null;
    return { center: [lat, lon], zoom: Math.max(map.getMinZoom(), Math.min(map.getMaxZoom(), zoom)) };
  }

  function keepAddress(map) {
    const setView = () => {
      const view = fromAddress(map);
      if (view) map.setView(view.center, view.zoom, { animate: false });
      return view;
    };
    if (!setView()) {
      map.fitBounds(map.firstBounds, {
        animate: false, maxZoom: 17, paddingTopLeft: [8, 8], paddingBottomRight: sightlines.panelRoom(map),
      });
    }
    map.on('moveend', () => {
      const { lat, lng } = map.getCenter().wrap();
      const digits = Math.min(5, Math.max(2, Math.ceil(map.getZoom() / 3) - 1));
      window.history.replaceState(null, '',
        `#${map.getZoom()}/${lat.toFixed(digits)}/${lng.toFixed(digits)}`);
    });
    window.addEventListener('hashchange', setView);
  }

  /** Goes to what a cluster stands for. */
  function openCluster(map, cameras, item) {
    const cell = cameras.cellOf(item);
    const fitting = map.getBoundsZoom(cell);
    const zoom = Math.min(map.getMaxZoom(), map.getZoom() + 2, Math.max(map.getZoom() + 1, fitting));
    map.setView(cameras.where(item), zoom);
  }

  function answerPointer(map, cameras, areas) {
    let reach = REACH_PX.mouse;
    const container = map.getContainer();
    container.addEventListener('pointerdown', ({ pointerType }) => {
      reach = pointerType === 'touch' ? REACH_PX.touch : REACH_PX.mouse;
    }, true);
    map.on('click', ({ containerPoint, latlng }) => {
      const found = cameras.hit(containerPoint, reach);
      const area = found.length ? null : areas.hit(containerPoint);
      if (found[0]?.cluster) openCluster(map, cameras, found[0]);
      else if (found.length) sightlines.openCameras(map, cameras, found);
      else if (area) sightlines.openArea(map, latlng, area);
    });
    map.on('mousemove', ({ containerPoint }) => {
      const over = cameras.hit(containerPoint, REACH_PX.mouse).length > 0
        || areas.hit(containerPoint) !== null;
      container.classList.toggle('is-over', over);
    });
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') map.closePopup();
    });
  }

  /** Tells tests and measurements when there is something to see. */
  function announce(map, cameras) {
    cameras.once('first', () => performance.mark('sightlines:first-tile'));
    window.sightlines = {
      map,
      cameras,
      ready: new Promise((resolve) => {
        cameras.once('painted', resolve);
      }),
    };
    cameras.on('painted', ({ count }) => {
      document.documentElement.dataset.cameras = count;
    });
    cameras.on('fault', () => {
      document.getElementById('map-fault').hidden = false;
    });
    cameras.store.on('load', () => {
      document.getElementById('map-fault').hidden = true;
    });
  }

  sightlines.page = ({ map, base, areas, cameras, config }) => {
    announce(map, cameras);
    L.control.zoom({ position: 'topleft', zoomInTitle: 'Nearer', zoomOutTitle: 'Farther' }).addTo(map);
    L.control.scale({ position: 'bottomright', imperial: false, maxWidth: 140 }).addTo(map);
    keepAddress(map);
    cameras.setBase(base);
    answerPointer(map, cameras, areas);
    sightlines.panel({ map, areas, cameras, config });
  };
})();
