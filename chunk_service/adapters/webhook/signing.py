"""The headers that make a delivery genuine, by Standard Webhooks 1.0.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
While a secret is being replaced there are several, and one signature of each.
"""

from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook


def signed_headers(
    secrets: Sequence[str], event_id: str, payload: bytes, *, at: datetime
) -> dict[str, str]:
    """`at` is the time of this attempt; secrets are spelled `whsec_` and base64."""
    text = payload.decode()
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(event_id, at, text) for secret in secrets
        ),
    }
