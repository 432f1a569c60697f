"""Security headers."""

import base64
import hashlib
from html.parser import HTMLParser

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DENY_ALL_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SECURITY_HEADERS = {
    "Content-Security-Policy": DENY_ALL_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), clipboard-write=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}


class SecurityHeadersMiddleware:
    """Adds the headers of ALWAYS to every response that does not say otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class InlineCodeParser(HTMLParser):
    """Collects the inline scripts and styles of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: dict[str, list[str]] = {"script": [], "style": []}
        self.current_tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An inline one begins."""
        if tag in self.found and "src" not in dict(attrs):
            self.current_tag = tag
            self.found[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        self.current_tag = "" if tag == self.current_tag else self.current_tag

    def handle_data(self, data: str) -> None:
        """What is in it."""
        if self.current_tag:
            self.found[self.current_tag][-1] += data


def build_content_policy(html: str) -> str:
    """The content security policy of a page: its own files, and the inline scripts that it was built with."""
    inline = InlineCodeParser()
    inline.feed(html)
    scripts, styles = (" ".join(["'self'", *map(hash_csp_source, inline.found[tag])]) for tag in ("script", "style"))
    return (
        f"default-src 'self'; script-src {scripts}; style-src {styles}; style-src-attr 'unsafe-inline'; "
        "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self' blob:; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def hash_csp_source(text: str) -> str:
    """A source expression that allows exactly this text (CSP level 2)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
