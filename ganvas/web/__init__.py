"""The web side: routes, limits and the page."""
