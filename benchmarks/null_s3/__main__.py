"""`python -m benchmarks.null_s3 --port 9000`: the null S3 as a process of its own."""

import argparse

from benchmarks.null_s3.distance import Distance
from benchmarks.null_s3.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="null_s3")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--round-trip-ms", type=float, default=0, help="how far away it plays")
    parser.add_argument("--mbit", type=float, default=0, help="per connection; 0: no limit")
    options = parser.parse_args()
    serve(options.port, Distance(options.round_trip_ms / 1000, options.mbit * 1e6 / 8))


if __name__ == "__main__":
    main()
