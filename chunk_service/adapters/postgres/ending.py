"""The transaction in which an upload ends: state, file, event, deliveries and their jobs, or none.

One statement changes all rows; where somebody is told, in one transaction with the jobs that the
library enqueues on the same connection. What follows from a change is committed with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chunk_service.adapters.postgres.announcing import (
    ANNOUNCE,
    ANNOUNCED,
    announcement,
    wake_announced,
)
from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.signals import NOTIFY_ENDED
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import UPLOAD_COLUMNS, checksum_text, upload_of
from chunk_service.domain.events import Event
from chunk_service.domain.receivers import (
    NO_MAIL,
    Mailing,
    Recipient,
    Subscription,
    recipients,
)
from chunk_service.domain.states import State
from chunk_service.domain.uploads import DEFAULT_CONTENT_TYPE, Stored, Upload

# A file that was in memory alone went to the store in one request.
_LEAVES_NOTHING = """
    :state = 'stored' AND uploads.way = 'whole' AND mpu_id IS NULL
    AND NOT EXISTS (SELECT FROM chunks c WHERE c.upload_id = uploads.id AND c.file_name <> '')
"""

# Commits that notify are flushed to the disk one by one, for the whole database: not for an object
# of one part, which is made within a moment, while whoever waits elsewhere looks again.
_IS_AWAITED = "u.state <> 'stored' OR u.total_size > u.part_size"

END = statement(f"""
    WITH u AS (
        UPDATE uploads SET state = :state, stored_size = :size, stored_etag = :etag,
            stored_checksum = :stored_checksum, failure = :failure, closing = false,
            close_holder = NULL, close_until = NULL,
            ended_at = service_now(),
            cleanup_due_at = CASE WHEN NOT ({_LEAVES_NOTHING}) THEN service_now() END
        WHERE id = :upload AND state = :expected
            AND (:state <> 'expired' OR expires_at <= service_now())
        RETURNING *
    ), released AS (
        DELETE FROM reservations USING u WHERE reservations.attempt = u.id
    ), file AS (
        INSERT INTO files (id, upload_id, owner, main_service_file_id, name, content_type,
            metadata, bucket, key, size_bytes, etag, checksum)
        SELECT id, id, owner, main_service_file_id, original_file_name,
            coalesce(content_type, '{DEFAULT_CONTENT_TYPE}'), metadata, bucket, key,
            stored_size, stored_etag, stored_checksum
        FROM u WHERE state = 'stored'
    ), {ANNOUNCE}
    SELECT {UPLOAD_COLUMNS}, {ANNOUNCED},
        CASE WHEN {_IS_AWAITED} THEN {NOTIFY_ENDED} END
    FROM u
""")


@dataclass(frozen=True, slots=True)
class EndingRows:
    database: Database
    subscriptions: Sequence[Subscription]
    mailing: Mailing = NO_MAIL

    async def end(
        self,
        upload: Upload,
        state: State,
        event: Event,
        *,
        stored: Stored | None = None,
        failure: str | None = None,
    ) -> Upload | None:
        """Move the upload from the state it was read in; None where it has left that state."""
        told = self._told(event, upload)
        values = {
            "upload": upload.id,
            "expected": upload.state,
            "state": state,
            "size": None if stored is None else stored.size_bytes,
            "etag": None if stored is None else stored.etag,
            "stored_checksum": None if stored is None else checksum_text(stored.checksum),
            "failure": failure,
            **announcement(event, told),
        }
        row = await (self._end_and_wake(values) if told else self.database.row(END, **values))
        return None if row is None else upload_of(row)

    async def _end_and_wake(self, values: Mapping[str, object]) -> Row | None:
        async with self.database.transaction() as connection:
            row = await connection.row(END, **values)
            if row is not None:
                await wake_announced(connection, row)
            return row

    def _told(self, event: Event, upload: Upload) -> Sequence[Recipient]:
        told = recipients(self.subscriptions, event.type, callback_url=upload.callback_url)
        return [*told, *self.mailing.recipients(event.type, upload.owner_email)]
