"""The statement that makes a chunk part of an upload, in three forms: recorded first, taken back,
and recorded as the only one of a file, whose upload is completing from then on.

It locks the upload's row first and raises counters only in rows that it updates, so nothing that
another transaction committed meanwhile is overlooked: a statement sees other tables as they were
when it began, but locked and updated rows as they are. What a lock waited for is judged again on
the row as it became, and in that second judgement a changing part of the statement shows no rows:
so the condition of a lock never asks one.

Where a lease is given the chunk is a whole window, and its attempt claims that in the same step,
unless it may not go yet: COVERED in `relaying.py` says when a window may.

A chunk that is taken back may meet parts that were sent before it went missing. How many are unsent
must be counted after the lock, so that form runs in a transaction that takes the lock beforehand.
"""

from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import UPLOAD_COLUMNS

LOCK_FOR_RETAKE = statement("SELECT id FROM uploads WHERE id = :upload FOR UPDATE")

_RECORD = """
    WITH reservation AS (
        DELETE FROM reservations WHERE attempt = :attempt RETURNING attempt
    ), u AS (
        SELECT id, part_size, chunk_size, prefix_chunks, prefix_bytes, mpu_id,
            greatest(extent_bytes, total_size) AS least_size,
            CASE WHEN relay_mode = 'eager'
                AND greatest(extent_bytes, total_size, :offset + :size) > part_size
                THEN service_now() + :lease END AS lease_until
        FROM uploads
        WHERE id = :upload AND state = 'open'
            AND (total_chunks IS NULL OR :index < total_chunks)
            AND received_bytes + :size <= coalesce(total_size, max_size)
            AND (chunk_size IS NULL OR :offset + :size <= coalesce(total_size, max_size))
            AND (NOT :is_last OR (highest_index <= :index
                AND coalesce(total_chunks, :index + 1) = :index + 1
                AND coalesce(total_size, :offset + :size) = :offset + :size))
        FOR NO KEY UPDATE
    ), placed AS (
        SELECT id, CASE
            WHEN chunk_size IS NOT NULL
                OR (prefix_chunks = :index AND prefix_bytes = :offset)
                OR EXISTS (SELECT FROM chunks c WHERE c.upload_id = u.id
                    AND c.index = :index AND c.offset_bytes = :offset)
            THEN :offset END AS offset_bytes
        FROM u, reservation
    ), inserted AS (
        INSERT INTO chunks AS c (upload_id, index, state, offset_bytes, size_bytes, crc64nvme,
            sha256, slices, file_name, spool_id, unsent_parts)
        SELECT id, :index, CASE WHEN :size = 0 THEN 'relayed' ELSE 'spooled' END, offset_bytes,
            :size, :crc64nvme, :sha256,
            CAST(CASE WHEN offset_bytes IS NULL THEN '[]' ELSE :slices END AS jsonb), :file_name,
            :spool, {unsent_parts}
        FROM placed
        ON CONFLICT (upload_id, index) {on_conflict}
        RETURNING c.upload_id, c.state, c.offset_bytes
    ), covered AS (
        INSERT INTO parts AS p
            (upload_id, number, covered_bytes, spool_id, lease_until, lease_holder, attempts)
        SELECT inserted.upload_id, w.number, w.size_bytes, :spool, u.lease_until,
            CASE WHEN u.lease_until IS NOT NULL THEN :attempt END,
            CASE WHEN u.lease_until IS NOT NULL THEN 1 ELSE 0 END
        FROM inserted, u, unnest(:part_numbers, :part_bytes)
            AS w (number, size_bytes)
        WHERE inserted.offset_bytes IS NOT NULL
        ON CONFLICT (upload_id, number) DO UPDATE
            SET covered_bytes = p.covered_bytes + excluded.covered_bytes,
                spool_id = excluded.spool_id
            WHERE p.etag IS NULL
        RETURNING p.number, p.covered_bytes,
            p.lease_holder IS NOT DISTINCT FROM :attempt AS is_claimed
    ), counted AS (
        UPDATE uploads SET
            received_bytes = received_bytes + :size,
            chunk_count = chunk_count + 1,
            highest_index = greatest(highest_index, :index),
            longest_chunk_bytes = greatest(longest_chunk_bytes, :size),
            total_chunks = coalesce(total_chunks, CASE WHEN :is_last THEN :index + 1 END),
            total_size = coalesce(total_size, CASE WHEN :is_last THEN :offset + :size END),
            extent_bytes = greatest(extent_bytes, inserted.offset_bytes + :size),
            prefix_chunks = uploads.prefix_chunks + CASE WHEN inserted.offset_bytes IS NOT NULL
                AND uploads.prefix_chunks = :index THEN 1 ELSE 0 END,
            prefix_bytes = uploads.prefix_bytes + CASE WHEN inserted.offset_bytes IS NOT NULL
                AND uploads.prefix_chunks = :index THEN :size ELSE 0 END,
            expires_at = least(expiry_limit, greatest(expires_at, service_now() + ttl)){besides}
        FROM inserted WHERE uploads.id = inserted.upload_id
        RETURNING uploads.*
    ), drawn AS (
        UPDATE reservations SET size_bytes = greatest(size_bytes - :size, 0)
        FROM inserted WHERE attempt = inserted.upload_id
    )
"""

_OUTCOME = """
    SELECT inserted.state, inserted.offset_bytes, EXISTS (
        SELECT FROM covered, counted WHERE NOT is_claimed AND covered_bytes = least(part_size,
            coalesce(total_size, number * part_size) - (number - 1) * part_size)
    ) AS completes_window,
        EXISTS (SELECT FROM covered WHERE is_claimed) AS is_claimed, u.mpu_id,
        coalesce(u.least_size <= u.part_size
            AND inserted.offset_bytes + :size > u.part_size, false) AS outgrows_window
    FROM inserted, u
"""

_FIRST = {"unsent_parts": "cardinality(:part_numbers)", "on_conflict": "DO NOTHING"}

RECORD = statement(_RECORD.format(**_FIRST, besides="") + _OUTCOME)

# As BEGIN_COMPLETING in `closing.py` does with one that is a single PutObject from this spool.
RECORD_WHOLE = statement(
    _RECORD.format(
        **_FIRST,
        besides=""",
            state = 'completing', completed_at = service_now(), closing = true,
            close_holder = :holder, close_until = service_now() + :lease""",
    )
    + f"SELECT {UPLOAD_COLUMNS} FROM counted u"
)

RETAKE = statement(
    _RECORD.format(
        besides="",
        unsent_parts="""cardinality(:part_numbers) - (
                SELECT count(*) FROM parts p WHERE p.upload_id = placed.id
                    AND p.number = ANY(:part_numbers) AND p.etag IS NOT NULL)""",
        on_conflict="""DO UPDATE SET
            state = CASE WHEN excluded.unsent_parts = 0 AND excluded.offset_bytes IS NOT NULL
                THEN 'relayed' ELSE 'spooled' END,
            file_name = excluded.file_name, spool_id = excluded.spool_id,
            offset_bytes = excluded.offset_bytes,
            slices = excluded.slices, unsent_parts = excluded.unsent_parts,
            sha256 = coalesce(c.sha256, excluded.sha256), recorded_at = service_now()
        WHERE c.state = 'missing' AND c.size_bytes = excluded.size_bytes
            AND c.crc64nvme = excluded.crc64nvme
            AND (c.offset_bytes IS NULL OR c.offset_bytes = excluded.offset_bytes)
            AND (c.sha256 IS NULL OR excluded.sha256 IS NULL OR c.sha256 = excluded.sha256)""",
    )
    + _OUTCOME
)
