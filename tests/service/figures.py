"""What a process tells Prometheus, read by Prometheus' own parser."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


@dataclass(frozen=True, slots=True)
class Figures:
    text: str

    @classmethod
    async def read(cls, client: httpx.AsyncClient, url: str = "/metrics") -> "Figures":
        answer = await client.get(url)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/plain; version=")
        return cls(answer.text)

    def samples(self) -> Iterator[Sample]:
        for family in text_string_to_metric_families(self.text):
            yield from family.samples

    def value(self, name: str) -> float:
        """Of the one sample of that full name."""
        (value,) = (sample.value for sample in self.samples() if sample.name == name)
        return value

    def names(self) -> set[str]:
        return {sample.name for sample in self.samples()}

    def labels(self, name: str) -> set[str]:
        """Every value that a label of this name has anywhere."""
        return {sample.labels[name] for sample in self.samples() if name in sample.labels}

    def of(self, name: str, **labels: str) -> float:
        """The sum of what has these labels; KeyError where there is no such figure at all."""
        found = [
            sample.value
            for sample in self.samples()
            if sample.name == f"chunk_service_{name}" and _has(sample.labels, labels)
        ]
        if not found:
            raise KeyError(name)
        return sum(found)


def _has(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return wanted.items() <= labels.items()
