"""The use cases of operators over a database alone: for the API and for commands.

Only why an upload waits asks the store too, in the way that the caller hands in.
"""

from collections.abc import Awaitable, Callable

from chunk_service.adapters.metrics.uploads import UploadFigures
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.ending import EndingRows
from chunk_service.adapters.postgres.endpoints import EndpointRows
from chunk_service.adapters.postgres.events import EventRows
from chunk_service.adapters.postgres.holding import HoldingRows
from chunk_service.adapters.postgres.reading import ReadingRows
from chunk_service.adapters.postgres.replaying import ReplayingRows
from chunk_service.adapters.postgres.surveying import SurveyRows
from chunk_service.api.operators import Operators, UploadDesk
from chunk_service.settings.model import Settings
from chunk_service.usecases.abort_upload import AbortUpload
from chunk_service.usecases.end_upload import EndBell
from chunk_service.usecases.explain_upload import ExplainUpload
from chunk_service.usecases.find_events import FindEvents
from chunk_service.usecases.find_uploads import FindUploads
from chunk_service.usecases.hold_files import HoldFiles
from chunk_service.usecases.replay_events import ReplayEvents
from chunk_service.usecases.tend_endpoints import TendEndpoints
from chunk_service.wiring.later import end_upload
from chunk_service.wiring.receivers import addresses, mailing, subscriptions


def operators_over(
    settings: Settings,
    database: Database,
    *,
    ask_store: Callable[[], Awaitable[None]],
    bell: EndBell,
    tally: UploadFigures,
) -> Operators:
    events = EventRows(database)
    find_uploads = FindUploads(SurveyRows(database), events)
    ending = EndingRows(database, subscriptions(settings), mailing(settings))
    return Operators(
        find_events=FindEvents(events),
        replay_events=ReplayEvents(ReplayingRows(database), subscriptions(settings)),
        endpoints=TendEndpoints(EndpointRows(database, addresses(settings))),
        holds=HoldFiles(HoldingRows(database)),
        uploads=UploadDesk(
            find=find_uploads,
            explain=ExplainUpload(find_uploads, ask_store),
            abort=AbortUpload(ReadingRows(database), end_upload(settings, ending, bell, tally)),
        ),
    )
