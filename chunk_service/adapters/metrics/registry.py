"""All figures of one process, in a registry of their own: one object for each part that counts.

A figure's labels have few values: templates of routes, classes of statuses, slugs of problems,
names of operations, endpoints and spools; never paths, owners, keys or ids of uploads. What the
database knows is not counted here but asked for when somebody looks, see `stock.py`.
"""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.process_collector import ProcessCollector

from chunk_service.adapters.metrics.connections import ConnectionFigures
from chunk_service.adapters.metrics.levels import Levels
from chunk_service.adapters.metrics.outside import DatabaseFigures, StoreFigures
from chunk_service.adapters.metrics.requests import RequestFigures
from chunk_service.adapters.metrics.uploads import UploadFigures


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        built = Gauge("chunk_service_build", "1; the version.", ["version"], registry=self.registry)
        built.labels(version("chunk-service")).set(1)
        self.requests = RequestFigures(self.registry)
        self.connections = ConnectionFigures(self.registry)
        self.store = StoreFigures(self.registry)
        self.database = DatabaseFigures(self.registry)
        self.uploads = UploadFigures(self.registry)
        self.levels = Levels(self.registry)
