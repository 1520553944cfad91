"""What a client, a script or a curious person needs to know of a running development stack.

The members of `stack.json`, by the same names.
"""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class StackFacts:
    """`token` is one owner's, `token_other` another's; both are good for weeks."""

    base_url: str
    token: str
    token_other: str
    database_url: str
    s3_endpoint_url: str
    s3_access_key: str
    s3_secret_key: str
    s3_region: str
    bucket: str
    receiver_url: str
    webhook_secret: str
