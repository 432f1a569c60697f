"""The web side: routes, limits and the page. Knows HTTP; decides nothing about pictures and never imports torch."""
