"""The double as a process: `python -m tests.doubles.s3 --bucket uploads`; orders by a control port.

It prints its ports as JSON; `POST /` to the control port lists what can be ordered. Faults go by
their names in `faults.py`: `curl -d '{"operation": "PutObject", "fault": "lose_answer"}'
http://127.0.0.1:<control>/fail`.
"""

import argparse
import hashlib
from pathlib import Path

from tests.doubles.control import Calls, run_as_process
from tests.doubles.s3 import faults
from tests.doubles.s3.double import S3Double

FAULTS: dict[str, faults.Fault] = {
    "cut_answer": faults.cut_answer,
    "empty_success": faults.empty_success(done=True),
    "error_inside_success": faults.error_inside_success(done=False),
    "error_inside_success_done": faults.error_inside_success(done=True),
    "flip_stored_byte": faults.flip_stored_byte,
    "forget_multipart": faults.forget_multipart,
    "hang": faults.hang,
    "internal_error": faults.answering("InternalError"),
    "invalid_access_key": faults.answering("InvalidAccessKeyId"),
    "land_late": faults.landing_late(),
    "lose_answer": faults.lose_answer,
    "no_such_bucket": faults.answering("NoSuchBucket"),
    "reset": faults.reset_before,
    "slow_down": faults.answering("SlowDown"),
    "withhold_answer": faults.withhold_answer,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="s3")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--bucket", action="append", default=[])
    parser.add_argument("--folder", type=Path, help="keep bytes there, not in memory")
    options = parser.parse_args()
    double = S3Double.start(buckets=options.bucket, folder=options.folder, port=options.port)

    def fail(operation: str, fault: str, key: str = "*", times: int | None = 1) -> None:
        double.fail(operation, FAULTS[fault], key=key, times=times)

    def objects(bucket: str) -> dict[str, object]:
        """Key to SHA-256 of the bytes, and how often an object was created there."""
        return {
            key: {
                "sha256": hashlib.sha256(double.content(bucket, key) or b"").hexdigest(),
                "created": double.ledger.creations[bucket, key],
            }
            for key in double.keys(bucket)
        }

    calls: Calls = {
        "entries": lambda: [str(entry) for entry in double.ledger.entries],
        "fail": fail,
        "fall_silent": double.fall_silent,
        "forget_multiparts": double.forget_multiparts,
        "heal": double.heal,
        "land": double.land,
        "multiparts": lambda bucket: [(each.key, each.id) for each in double.multiparts(bucket)],
        "objects": objects,
        "put_foreign": lambda bucket, key, text: double.put_foreign(bucket, key, text.encode()),
        "refuse": double.refuse_connections,
    }
    run_as_process(calls, port=double.port, control_port=options.control_port)


if __name__ == "__main__":
    main()
