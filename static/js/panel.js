/* The panel 'In this view', the legend, the list for the keyboard, 'cite this view'. */
(() => {
  'use strict';

  const { sightlines } = L;
  const { make, number } = sightlines;
  const WAIT_MS = 150;
  const LISTED = 50;
  const SOURCES = 5;
  const DRAG_PX = 24;
  const GROUPS = ['public', 'private', 'unknown'];
  const byId = (id) => document.getElementById(id);
  const phone = matchMedia('(max-width: 56rem)');

  /** Returns the room at the lower right that the panel takes, for popups to keep clear of. */
  sightlines.panelRoom = (map) => {
    const panel = byId('panel');
    if (!panel) return [16, 16];
    const box = panel.getBoundingClientRect();
    const room = map.getContainer().getBoundingClientRect();
    return phone.matches ? [16, room.bottom - box.top + 16] : [room.right - box.left + 16, 16];
  };

  function share(count, total) {
    if (!total) return '0 %';
    const percent = (100 * count) / total;
    return `${percent > 0 && percent < 1 ? '< 1' : Math.round(percent)} %`;
  }

  function showBar(view) {
    const total = GROUPS.reduce((sum, group) => sum + view[`n_${group}`], 0);
    byId('panel-bar').replaceChildren(...GROUPS.filter((group) => view[`n_${group}`] > 0)
      .map((group) => {
        const part = make('span', { class: `bar-part bar-${group}` });
        part.style.flexGrow = view[`n_${group}`];
        return part;
      }));
    GROUPS.forEach((group) => {
      byId(`panel-share-${group}`).textContent = share(view[`n_${group}`], total);
    });
    byId('panel-groups').hidden = total === 0;
  }

  function density(view) {
    if (Number.isFinite(view.density_per_km2)) {
      const partly = view.coverage === 'partly covered'
        ? `on the ${share(view.covered_share, 1)} of the view that is covered` : null;
      return [make('strong', {}, sightlines.measure(view.density_per_km2)), ' per km²',
        partly ? make('span', { class: 'panel-note' }, partly) : null];
    }
    return [make('span', { class: 'muted' }, view.density_reason || 'not covered')];
  }

  function lastEdited({ last_edited: edited }) {
    const [median, last] = [sightlines.month(edited?.median), sightlines.month(edited?.last)];
    if (!median) return [make('span', { class: 'muted' }, 'not known')];
    return [`half before ${median}`,
      last ? make('span', { class: 'panel-note' }, `latest ${last}`) : null];
  }

  const fill = (id, ...children) => byId(id).replaceChildren(...children
    .filter((child) => child !== null));

  /** Names sources, the one with most records first, each with a link to its page. */
  function linked(sources) {
    const parts = sources.slice(0, SOURCES).flatMap(({ id, title }, index) => [index ? ', ' : '',
      make('a', { href: `/sources/${encodeURIComponent(id)}` }, title)]);
    return sources.length <= SOURCES ? parts : [...parts, ' and ',
      make('a', { href: '/sources' }, `${number(sources.length - SOURCES)} more`)];
  }

  function showSources(view) {
    const { sources } = view;
    fill('panel-sources',
      sources.length ? make('p', {}, sources.length === 1 ? 'From one source: '
        : `From ${number(sources.length)} sources: `, ...linked(sources)) : null,
      view.n_records > 0 ? make('p', {}, make('a', { href: '/method#sources' },
        'Corroborated by independent sources'), `: ${number(view.n_corroborated)}`) : null,
      view.n_enforcement > 0 ? make('p', {}, `Beside them ${sightlines.plural(view.n_enforcement,
        'traffic enforcement camera', 'traffic enforcement cameras')}, not counted above`) : null);
  }

  function show(view, isEmpty) {
    byId('panel-area').textContent = `${sightlines.measure(view.area_km2)} km²`;
    byId('panel-count').textContent = number(view.n_cameras);
    byId('panel-noun').textContent = view.n_cameras === 1 ? 'camera recorded' : 'cameras recorded';
    byId('panel-caveat').textContent = isEmpty ? 'No cameras are recorded here yet'
      : view.coverage === 'not covered' && !view.n_cameras ? 'No source covers this ground'
        : 'some may be gone, others are not recorded';
    showBar(view);
    fill('panel-density', ...density(view));
    fill('panel-directions', view.n_records
      ? `${number(view.n_direction_known)} of ${number(view.n_records)} records` : '–');
    fill('panel-edited', ...lastEdited(view));
    showSources(view);
  }

  function showFault() {
    byId('panel-caveat').textContent = 'The figures could not be loaded. Move the map to try again.';
  }

  /** Keeps the panel's figures and addresses in step with the map. */
  function followMap(map, config) {
    let control = null;
    let timer = null;
    const links = document.querySelectorAll('[data-link]');
    const load = async () => {
      control?.abort();
      control = new AbortController();
      try {
        const answer = await fetch(`/view?bbox=${sightlines.bbox(map)}`, { signal: control.signal });
        if (!answer.ok) throw new Error(`${answer.status}`);
        show(await answer.json(), config.totals.n_records === 0);
      } catch (reason) {
        if (reason.name !== 'AbortError') showFault();
      }
    };
    const follow = () => {
      const { lat, lng } = map.getCenter().wrap();
      links.forEach((link) => {
        link.href = link.dataset.link === 'contribute'
          ? `/contribute?lon=${lng.toFixed(6)}&lat=${lat.toFixed(6)}`
          : `/download?bbox=${sightlines.bbox(map)}`;
      });
      clearTimeout(timer);
      timer = setTimeout(load, WAIT_MS);
    };
    map.on('moveend', follow);
    follow();
  }

  /** Makes the panel a sheet that a tap or a drag opens, on a phone. */
  function makeSheet() {
    const panel = byId('panel');
    const handle = byId('panel-handle');
    let start = null;
    const set = (open) => {
      panel.classList.toggle('is-open', open);
      handle.setAttribute('aria-expanded', String(open));
    };
    handle.addEventListener('click', () => set(!panel.classList.contains('is-open')));
    panel.addEventListener('pointerdown', (event) => {
      start = event.target.closest('.panel-head, .panel-handle') ? event.clientY : null;
    });
    panel.addEventListener('pointerup', (event) => {
      const moved = start === null ? 0 : event.clientY - start;
      if (Math.abs(moved) > DRAG_PX && event.target !== handle) set(moved < 0);
      start = null;
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && phone.matches) set(false);
    });
  }

  /** Offers the levels of areas; shows the classes of the shading in the legend. */
  function offerAreas(areas, config) {
    const select = byId('panel-level');
    const legend = byId('legend-areas');
    config.levels.forEach(({ level, label }) => {
      select.append(make('option', { value: level }, label));
    });
    select.closest('label').hidden = config.levels.length === 0;
    select.addEventListener('change', () => areas.setLevel(select.value));
    areas.on('shown', ({ level, breaks }) => {
      legend.hidden = !level;
      if (!level) return;
      const bounds = breaks.map((value) => sightlines.measure(value));
      byId('legend-steps').replaceChildren(...['', ...bounds].map((from, index) => {
        const step = areas.step(index ? breaks[index - 1] : -1);
        const to = bounds[index];
        const text = !bounds.length ? 'all alike' : !from ? `below ${to}` : to ? `${from} to ${to}` : `${from} and more`;
        return make('li', {}, make('span', { class: `swatch scale-${step}` }), text);
      }));
    });
    areas.on('fault', () => {
      legend.hidden = false;
      byId('legend-steps').replaceChildren(make('li', {}, 'The areas could not be loaded.'));
    });
  }

  function drawLegend() {
    const draw = () => document.querySelectorAll('canvas[data-symbol]')
      .forEach(sightlines.drawSample);
    const legend = byId('legend');
    legend.open = !phone.matches;
    draw();
    ['(prefers-color-scheme: dark)', 'print'].forEach((query) => {
      matchMedia(query).addEventListener('change', draw);
    });
    new MutationObserver(draw)
      .observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  }

  /** Lists the cameras in view as buttons, which only the keyboard brings to sight. */
  function listCameras(map, cameras) {
    const list = byId('camera-list');
    const refresh = () => {
      if (list.contains(document.activeElement)) return;
      const items = cameras.nearest(LISTED);
      byId('camera-list-title').textContent = items.length
        ? `Cameras in this view (${number(items.length)} nearest the middle)`
        : 'No single cameras in this view: zoom in';
      byId('camera-list-items').replaceChildren(...items.map((item) => {
        const { camera } = item;
        const looks = sightlines.looking(camera.camera_direction);
        const button = make('button', { type: 'button', class: 'button', 'data-id': camera.id },
          [sightlines.words.kinds[camera.kind] ?? sightlines.words.kinds.unknown,
            `operator ${sightlines.words.groups[camera.operator_group] ?? 'unknown'}`,
            looks ? `looks ${looks}` : null].filter(Boolean).join(', '));
        button.addEventListener('click', () => {
          const popup = sightlines.openCameras(map, cameras, [item]);
          popup.getElement().querySelector('.popup').focus();
          popup.once('remove', () => list.querySelector(`[data-id="${CSS.escape(camera.id)}"]`)?.focus());
        });
        return make('li', {}, button);
      }));
    };
    cameras.on('painted', refresh);
    list.addEventListener('focusout', () => setTimeout(refresh, 0));
  }

  /** Writes the sentence with which this view can be quoted. */
  function offerCitation(map, config) {
    const dialog = byId('cite');
    const text = byId('cite-text');
    byId('cite-open').addEventListener('click', (event) => {
      event.preventDefault();
      text.value = `${config.siteName}, snapshot ${config.snapshot.id} of ${config.snapshot.date}, `
        + `view ${sightlines.bbox(map)} (west, south, east, north), `
        + `${byId('panel-count').textContent} ${byId('panel-noun').textContent}. `
        + `${config.attribution.join('; ')}. ${window.location.href}`;
      dialog.showModal();
      text.select();
    });
    byId('cite-copy').addEventListener('click', async () => {
      text.select();
      try {
        await navigator.clipboard.writeText(text.value);
        byId('cite-copy').textContent = 'Copied';
      } catch {
        byId('cite-copy').textContent = 'Press Ctrl+C to copy';
      }
    });
    dialog.addEventListener('close', () => {
      byId('cite-copy').textContent = 'Copy';
    });
  }

  sightlines.panel = ({ map, areas, cameras, config }) => {
    makeSheet();
    drawLegend();
    offerAreas(areas, config);
    offerCitation(map, config);
    listCameras(map, cameras);
    followMap(map, config);
  };
})();
