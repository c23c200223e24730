"""Cut a snapshot into vector tiles: the grid that clusters, the encoding."""
