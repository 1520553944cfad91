"""The conditions of retention, for statements that name their files `f`: due, unused, ready.

Every one is judged again on the row that is locked, so whoever changes, holds, fetches or deletes a
file beside a run is either seen by it or comes after it.
"""

# Null, so not due, where there is neither date nor default.
DUE = """(
    f.delete_after <= service_now()
    OR f.delete_after IS NULL AND NOT f.is_kept AND f.created_at <= service_now() - :retention
)"""
UNUSED = "(f.granted_until IS NULL OR f.granted_until <= service_now())"
OVERDUE = f"""
    f.deleted_at IS NULL AND NOT f.legal_hold AND f.deletion_due_at <= service_now() AND {DUE}
"""
READY = f"{OVERDUE} AND {UNUSED}"
CONFIRMED = """
    EXISTS (SELECT FROM confirmed_deletions c WHERE c.file_id = f.id
        AND c.deletion_due_at = f.deletion_due_at AND c.expires_at > service_now())
"""
# Another file, or the same one marked anew, makes it another batch.
BATCH = """
    count(*) || '-' || to_hex(bit_xor(hashtextextended(
        CAST(f.id AS text) || extract(epoch FROM f.deletion_due_at), 0)))
"""
UNMARKED = f"""
    f.deleted_at IS NULL AND NOT f.legal_hold AND {DUE}
    AND (f.deletion_due_at IS NULL OR f.deletion_due_at > service_now() + :grace)
"""
