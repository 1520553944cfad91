"""What becomes of uploads in this process: how they ended, and chunks that had to be asked again.

How many are open is asked of the database instead: no process knows it.
"""

from prometheus_client import CollectorRegistry, Counter

from chunk_service.domain.states import TERMINAL, State
from chunk_service.domain.uploads import Way


class UploadFigures:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended = Counter(
            "chunk_service_uploads_ended",
            "Uploads that came to a terminal state, by the way that their bytes came.",
            ["state", "way"],
            registry=registry,
        )
        self._lost = Counter(
            "chunk_service_lost_chunks",
            "Chunks whose bytes were damaged or gone, and that are asked for again.",
            registry=registry,
        )
        self._spoiled = Counter(
            "chunk_service_spoiled_files",
            "Downloads that found a stored file's object gone, or its bytes not as stored.",
            registry=registry,
        )
        # From the start there: a first failure is an increase.
        for state in TERMINAL:
            for way in Way:
                self._ended.labels(state.value, way.value)

    def ended(self, state: State, way: Way) -> None:
        self._ended.labels(state.value, way.value).inc()

    def lost(self, chunks: int) -> None:
        self._lost.inc(chunks)

    def spoiled(self) -> None:
        self._spoiled.inc()
