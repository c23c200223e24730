"""Show snapshots to readers and take contributions: Flask and Folium, and only here."""
