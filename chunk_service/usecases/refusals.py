"""The refusals that follow from an upload's state, worded once."""

from chunk_service.domain.errors import (
    Gone,
    NotFound,
    ServiceError,
    ShuttingDown,
    StateConflict,
)
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Upload, Way


def unknown_upload() -> NotFound:
    """The same for an upload that never was and one that is somebody else's."""
    return NotFound("There is no such upload.")


def takes_no_new_uploads() -> ShuttingDown:
    """Of a spool that drains; another replica may take it at once."""
    return ShuttingDown("No new uploads are taken here any more.", retry_after_seconds=1)


# A repeat of a recorded chunk is still judged by its bytes here.
COMPARABLE = frozenset({State.OPEN, State.COMPLETING, State.STORED})


def past_receiving(state: State) -> ServiceError:
    """Why an upload in this state takes no chunk, no completion and no abort any more."""
    if state in (State.COMPLETING, State.STORED):
        return StateConflict(f"The upload is {state}.", state=str(state))
    return Gone(f"The upload has {_ENDED.get(state, 'ended')}.", state=str(state))


def check_way(upload: Upload, way: Way) -> None:
    """StateConflict where the upload's bytes come by another way than this request is for."""
    if upload.way is not way:
        raise StateConflict("The bytes of this upload come by another way.", way=str(upload.way))


_ENDED = {State.ABORTED: "been aborted", State.EXPIRED: "expired", State.FAILED: "failed"}
