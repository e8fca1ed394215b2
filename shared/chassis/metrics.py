"""Every instrument of a service, named in one place. Each service has its own registry; nothing is global."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from shared.chassis.line_counts import LINES

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The instruments; labels never hold an identifier of a person or a thing."""

    # fmt: off
    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=own)
        own.register(LINES)

        self.ready = Gauge("obverse_ready", "1 while the process is ready, 0 before and whenever something it stands on is away.", registry=own)
        self.http_requests = Counter("obverse_http_requests", "Requests answered.", ("method", "route", "status"), registry=own)
        self.http_seconds = Histogram("obverse_http_seconds", "Time until a request was answered.", ("method", "route"), buckets=SECONDS, registry=own)
        self.outbox_depth = Gauge("obverse_outbox_depth", "Events that wait to be published.", ("database",), registry=own)
        self.outbox_limit = Gauge("obverse_outbox_limit", "So many unsent events, and commands are answered 503.", ("database",), registry=own)
        self.outbox_oldest_seconds = Gauge("obverse_outbox_oldest_seconds", "Age of the oldest event that waits.", ("database",), registry=own)
        self.relay_published = Counter("obverse_relay_published", "Events the broker confirmed.", ("topic",), registry=own)
        self.intake_messages = Counter("obverse_intake_messages", "Messages by what became of them.", ("group", "outcome"), registry=own)
        self.intake_lag = Gauge("obverse_intake_lag", "Messages behind the end of a partition.", ("group", "topic", "partition"), registry=own)
        self.intake_under_way = Gauge("obverse_intake_under_way", "1 while a batch is in hand that has not taken effect.", ("group",), registry=own)
        self.intake_batch_seconds = Histogram("obverse_intake_batch_seconds", "Time until a batch had taken effect.", ("group",), buckets=SECONDS, registry=own)
        self.dead_letters_open = Gauge("obverse_dead_letters_open", "Dead letters nobody has redriven or discarded.", ("database", "reason"), registry=own)
        self.keys_waiting = Gauge("obverse_keys_waiting", "Keys that wait for a gap or for a dead letter.", ("database",), registry=own)
        self.overdue_seconds = Gauge("obverse_overdue_seconds", "Age of the oldest piece of work that is due and not done.", ("work",), registry=own)
        self.schedule_ticks = Counter("obverse_schedule_ticks", "Ticks by schedule and outcome.", ("schedule", "outcome"), registry=own)
    # fmt: on

    def render(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)
