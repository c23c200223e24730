"""Sightlines: a public map of surveillance cameras that anyone can run, check and quote.

    sources --read--> observations --conflate--> cameras --seal--> snapshot --+--> tiles
     OSM, portals,     append-only,               one row a        immutable, +--> statistics
     files, people     run + licence              real camera      dated      +--> downloads
        ^                                         + its evidence              +--> pages
        +---------- a contribution is a source like any other <---------------+

Left to right, never back. `sightlines/pipeline.py` writes, `sightlines/web/` reads; the commands
are in `sightlines/cli/` (`flask --help`). `docs/architecture.md` tells the rest.
"""

from sightlines.cli import Commands
from sightlines.settings import Settings
from sightlines.web.application import create_app

app = create_app(Settings.from_environment())
app.cli = Commands("sightlines")
