"""Uploads, chunks, parts, spools, reservations, files, events and deliveries.

`service_now()` is the one clock of leases and deadlines: every statement asks it, so a test can
move time by replacing one function.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE FUNCTION service_now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT clock_timestamp()'
    """,
    """
    CREATE TABLE spools (
        id uuid PRIMARY KEY,
        host text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT service_now(),
        seen_at timestamptz NOT NULL DEFAULT service_now(),
        forgotten_at timestamptz
    )
    """,
    """
    CREATE TABLE uploads (
        id uuid PRIMARY KEY,
        owner text NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (state IN
            ('open', 'completing', 'stored', 'failed', 'aborted', 'expired')),
        main_service_file_id jsonb NOT NULL,
        original_file_name text NOT NULL,
        content_type text,
        metadata jsonb NOT NULL DEFAULT '{}',
        bucket text NOT NULL,
        key text NOT NULL UNIQUE,
        part_size bigint NOT NULL CHECK (part_size > 0),
        chunk_size bigint CHECK (chunk_size > 0),
        max_size bigint NOT NULL,
        total_size bigint CHECK (total_size BETWEEN 0 AND max_size),
        total_chunks integer CHECK (total_chunks >= 0),
        is_free boolean NOT NULL,
        relay_mode text NOT NULL CHECK (relay_mode IN ('eager', 'on_completion')),
        part_checksum text,
        checksum text,
        spool_id uuid REFERENCES spools,
        mpu_id text,
        highest_index integer NOT NULL DEFAULT -1,
        chunk_count integer NOT NULL DEFAULT 0 CHECK (chunk_count >= 0),
        received_bytes bigint NOT NULL DEFAULT 0 CHECK (received_bytes >= 0),
        prefix_chunks integer NOT NULL DEFAULT 0,
        prefix_bytes bigint NOT NULL DEFAULT 0,
        extent_bytes bigint NOT NULL DEFAULT 0,
        longest_chunk_bytes bigint NOT NULL DEFAULT 0,
        close_holder uuid,
        close_until timestamptz,
        closing boolean NOT NULL DEFAULT false,
        stored_size bigint,
        stored_etag text,
        stored_checksum text,
        failure text,
        created_at timestamptz NOT NULL DEFAULT service_now(),
        expires_at timestamptz NOT NULL,
        expiry_limit timestamptz NOT NULL,
        ttl interval NOT NULL,
        completed_at timestamptz,
        ended_at timestamptz,
        cleanup_due_at timestamptz,
        cleanup_passes smallint NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX uploads_live_by_owner ON uploads (owner) WHERE state IN ('open', 'completing')",
    "CREATE INDEX uploads_by_owner_and_day ON uploads (owner, created_at)",
    "CREATE INDEX uploads_open_by_expiry ON uploads (expires_at) WHERE state = 'open'",
    "CREATE INDEX uploads_completing ON uploads (id) WHERE state = 'completing'",
    """
    CREATE INDEX uploads_owed_cleanup ON uploads (cleanup_due_at)
    WHERE cleanup_due_at IS NOT NULL
    """,
    """
    CREATE TABLE chunks (
        upload_id uuid NOT NULL REFERENCES uploads ON DELETE CASCADE,
        index integer NOT NULL CHECK (index >= 0),
        state text NOT NULL CHECK (state IN ('spooled', 'relayed', 'missing')),
        offset_bytes bigint,
        size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
        crc64nvme bytea NOT NULL,
        sha256 bytea,
        slices jsonb NOT NULL,
        file_name text NOT NULL,
        spool_id uuid NOT NULL REFERENCES spools,
        unsent_parts integer NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT service_now(),
        PRIMARY KEY (upload_id, index)
    )
    """,
    "CREATE INDEX chunks_by_offset ON chunks (upload_id, offset_bytes)",
    """
    CREATE INDEX chunks_spooled ON chunks (spool_id) INCLUDE (size_bytes)
    WHERE state = 'spooled'
    """,
    """
    CREATE TABLE parts (
        upload_id uuid NOT NULL REFERENCES uploads ON DELETE CASCADE,
        number integer NOT NULL CHECK (number BETWEEN 1 AND 10000),
        covered_bytes bigint NOT NULL,
        spool_id uuid NOT NULL REFERENCES spools,
        lease_holder uuid,
        lease_until timestamptz,
        attempts smallint NOT NULL DEFAULT 0,
        mpu_id text,
        size_bytes bigint,
        etag text,
        checksum text,
        crcs jsonb,
        PRIMARY KEY (upload_id, number),
        CHECK ((etag IS NULL) = (mpu_id IS NULL))
    )
    """,
    "CREATE INDEX parts_unsent ON parts (spool_id, upload_id) WHERE etag IS NULL",
    """
    CREATE TABLE reservations (
        attempt uuid PRIMARY KEY,
        upload_id uuid REFERENCES uploads ON DELETE CASCADE,
        index integer,
        spool_id uuid NOT NULL REFERENCES spools,
        owner text NOT NULL,
        size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
        file_name text NOT NULL UNIQUE,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX reservations_by_spool ON reservations (spool_id) INCLUDE (size_bytes)",
    "CREATE INDEX reservations_by_owner ON reservations (owner)",
    "CREATE INDEX reservations_by_upload ON reservations (upload_id)",
    "CREATE INDEX reservations_by_expiry ON reservations (expires_at)",
    """
    CREATE TABLE idempotency_keys (
        owner text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        upload_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT service_now(),
        PRIMARY KEY (owner, key)
    )
    """,
    """
    CREATE TABLE files (
        id uuid PRIMARY KEY,
        upload_id uuid NOT NULL UNIQUE,
        owner text NOT NULL,
        main_service_file_id jsonb NOT NULL,
        name text NOT NULL,
        content_type text NOT NULL,
        metadata jsonb NOT NULL DEFAULT '{}',
        bucket text NOT NULL,
        key text NOT NULL UNIQUE,
        size_bytes bigint NOT NULL,
        etag text NOT NULL,
        checksum text,
        created_at timestamptz NOT NULL DEFAULT service_now(),
        deleted_at timestamptz
    )
    """,
    "CREATE INDEX files_by_owner ON files (owner, created_at DESC) WHERE deleted_at IS NULL",
    """
    CREATE TABLE events (
        id text PRIMARY KEY,
        type text NOT NULL,
        upload_id uuid,
        payload bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT service_now()
    )
    """,
    "CREATE UNIQUE INDEX events_once ON events (upload_id, type) WHERE upload_id IS NOT NULL",
    """
    CREATE TABLE deliveries (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        event_id text NOT NULL REFERENCES events,
        endpoint text NOT NULL,
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT service_now(),
        lease_until timestamptz,
        delivered_at timestamptz,
        UNIQUE (event_id, endpoint)
    )
    """,
    "CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state = 'pending'",
    """
    CREATE TABLE delivery_attempts (
        delivery_id uuid NOT NULL REFERENCES deliveries ON DELETE CASCADE,
        number integer NOT NULL,
        started_at timestamptz NOT NULL,
        duration_ms integer NOT NULL,
        status integer,
        error text,
        excerpt text,
        PRIMARY KEY (delivery_id, number)
    )
    """,
    """
    CREATE TABLE database_identity (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        system_identifier bigint NOT NULL,
        timeline integer NOT NULL
    )
    """,
)

TABLES = (
    "database_identity",
    "delivery_attempts",
    "deliveries",
    "events",
    "files",
    "idempotency_keys",
    "reservations",
    "parts",
    "chunks",
    "uploads",
    "spools",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION service_now()")
