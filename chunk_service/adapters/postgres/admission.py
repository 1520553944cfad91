"""What is booked before bytes are taken in, judged against every limit under one lock.

The gate makes those that book in one spool, or for one owner, come one after the other; what is
used is summed after it opened, from rows. Behind the lazy gate a commit is not flushed to disk: for
bookings of chunks, since whatever relies on one is committed later, and flushed then.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """Bytes. `high_water`: above it only chunks that let a part go are taken. None: no limit."""

    spool: int
    high_water: int
    spool_per_owner: int | None = None
    spool_per_upload: int | None = None
    stored_per_owner: int | None = None
    day_per_owner: int | None = None

    def values(self) -> dict[str, object]:
        return {
            "spool_limit": self.spool,
            "high_water": self.high_water,
            "owner_spool_limit": self.spool_per_owner,
            "upload_spool_limit": self.spool_per_upload,
            "stored_limit": self.stored_per_owner,
            "day_limit": self.day_per_owner,
        }


_OWNER_LOCK = "pg_advisory_xact_lock(hashtextextended('owner ' || :owner, 0))"

_LOCKS = f"""
            {_OWNER_LOCK},
            pg_advisory_xact_lock(hashtextextended('spool ' || CAST(:spool AS text), 0))
"""

_OWNER_USED = """
            CASE WHEN :stored_limit IS NULL THEN 0
                ELSE owner_stored_bytes(:owner, :attempt) END AS stored,
            CASE WHEN :day_limit IS NULL THEN 0
                ELSE owner_day_bytes(:owner, :attempt) END AS day
        FROM gate
"""

_USED = f"""
    used AS MATERIALIZED (
        SELECT spool_used_bytes(:spool, :attempt) AS spool,
            CASE WHEN :owner_spool_limit IS NULL THEN 0
                ELSE owner_spooled_bytes(:owner, :attempt) END AS owner_spool,
            CASE WHEN :upload_spool_limit IS NULL THEN 0
                ELSE upload_spooled_bytes(:upload, :attempt) END AS upload_spool,
            {_OWNER_USED}
    )
"""

GATE = f"gate AS MATERIALIZED (SELECT {_LOCKS}), {_USED}"

# For bytes that take no room of a spool.
OWNER_GATE = f"""
    gate AS MATERIALIZED (SELECT {_OWNER_LOCK}),
    used AS MATERIALIZED (SELECT {_OWNER_USED})
"""

LAZY_GATE = f"""
    gate AS MATERIALIZED (
        SELECT {_LOCKS}, set_config('synchronous_commit', 'off', true)
    ), {_USED}
"""


def fits_spool(size: str) -> str:
    return f"""
    (used.owner_spool + {size} <= coalesce(:owner_spool_limit, used.owner_spool + {size})
        AND used.upload_spool + {size} <= coalesce(:upload_spool_limit, used.upload_spool + {size}))
"""


FITS_SPOOL = fits_spool(":size")


def fits_quota(growth: str = ":size") -> str:
    """`growth`: by how many bytes what is used would grow."""
    return f"""
    (used.stored + {growth} <= coalesce(:stored_limit, used.stored + {growth})
        AND used.day + {growth} <= coalesce(:day_limit, used.day + {growth}))
"""
