/* What the map page says: every word and every way to write a number or a date, in one place.
   Loaded after Leaflet, before everything else of ours. */
L.sightlines = (() => {
  'use strict';

  /* The words are British English until there are others: so are dates and numbers. */
  const language = document.documentElement.lang.replace(/^(en)?$/, 'en-GB');
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const long = new Intl.NumberFormat(language,
    { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 3 });
  const short = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
  const measured = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const month = new Intl.DateTimeFormat(language,
    { month: 'long', year: 'numeric', timeZone: 'UTC' });

  const words = {
    kinds: {
      cctv: 'Camera',
      alpr: 'Number-plate reader',
      enforcement: 'Traffic enforcement camera',
      guard: 'Guard',
      gunshot_detector: 'Gunshot detector',
      unknown: 'Camera, type unknown',
    },
    groups: { public: 'public body', private: 'private', unknown: 'unknown' },
    operators: {
      public: 'A public body, name unknown',
      private: 'Private, name unknown',
      unknown: 'Operator unknown',
    },
    verifications: {
      unverified: 'Not checked on the ground',
      single_source: 'One source says so',
      corroborated: 'Several sources say so',
      photographed: 'Photographed',
      disputed: 'Disputed',
    },
    statuses: {
      active: '', planned: 'planned', disused: 'out of use', removed: 'removed',
    },
    compass: ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west',
      'north-west'],
  };

  const date = (text, format) => {
    const parsed = new Date(text);
    return text && !Number.isNaN(parsed.getTime()) ? format.format(parsed) : null;
  };

  /** Reads a direction as a tile writes it (`240;338:45`) or as the GeoJSON does (a list). */
  const sectors = (direction) => {
    const parts = Array.isArray(direction)
      ? direction.map((sector) => [sector.bearing_deg, sector.width_deg])
      : String(direction ?? '').split(';').filter(Boolean).map((part) => part.split(':'));
    return parts
      .map(([bearing, width]) => ({
        bearing: Number(bearing),
        width: width === null || width === undefined ? null : Number(width),
      }))
      .filter(({ bearing }) => Number.isFinite(bearing));
  };

  const looking = (direction) => {
    const known = sectors(direction);
    if (!known.length) return null;
    return known.map(({ bearing, width }) => (width >= 360
      ? 'all round'
      : `${words.compass[Math.round((((bearing % 360) + 360) % 360) / 45) % 8]} `
        + `(${whole.format(bearing)}°)`)).join(', ');
  };

  return {
    language,
    words,
    sectors,
    looking,
    number: (value) => whole.format(value),
    compact: (value) => (value < 10000 ? whole.format(value) : short.format(value)),
    measure: (value) => {
      if (Math.abs(value) >= 1e6) return long.format(value);
      return (Math.abs(value) >= 100 ? whole : measured).format(value);
    },
    day: (text) => date(text, day),
    month: (text) => date(text, month),
    plural: (count, one, many) => `${whole.format(count)} ${count === 1 ? one : many}`,
  };
})();
