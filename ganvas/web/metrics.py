"""What is counted, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REQUEST_BUCKETS = (0.005, 0.02, 0.1, 0.3, 1, 3, 10, 30, 120)
PICTURE_BUCKETS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 120)


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "ganvas_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "ganvas_request_seconds",
            "Seconds from a request's first byte to its answer's last.",
            ["method", "route"],
            buckets=REQUEST_BUCKETS,
            registry=self.registry,
        )
        self.bytes = Counter("ganvas_bytes", "Bytes of bodies.", ["direction"], registry=self.registry)
        self.pictures = Histogram(
            "ganvas_picture_seconds",
            "Seconds that making a picture took, waiting apart.",
            ["style"],
            buckets=PICTURE_BUCKETS,
            registry=self.registry,
        )
        self.tiles = Counter("ganvas_tiles", "Tiles painted.", registry=self.registry)
        self.busy = Gauge("ganvas_busy", "Pictures being made now.", registry=self.registry)
        self.waiting = Gauge("ganvas_waiting", "Pictures waiting for their turn.", registry=self.registry)
        ProcessCollector(registry=self.registry)

    def count_tile(self, _: float) -> None:
        """Count a tile."""
        self.tiles.inc()

    def render_text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)
