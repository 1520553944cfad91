"""The use cases of operators over a database alone: for the API and for commands."""

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.endpoints import EndpointRows
from chunk_service.adapters.postgres.events import EventRows
from chunk_service.adapters.postgres.holding import HoldingRows
from chunk_service.adapters.postgres.replaying import ReplayingRows
from chunk_service.api.operators import Operators
from chunk_service.settings.model import Settings
from chunk_service.usecases.find_events import FindEvents
from chunk_service.usecases.hold_files import HoldFiles
from chunk_service.usecases.replay_events import ReplayEvents
from chunk_service.usecases.tend_endpoints import TendEndpoints
from chunk_service.wiring.receivers import addresses, subscriptions


def operators_over(settings: Settings, database: Database) -> Operators:
    return Operators(
        find_events=FindEvents(EventRows(database)),
        replay_events=ReplayEvents(ReplayingRows(database), subscriptions(settings)),
        endpoints=TendEndpoints(EndpointRows(database, addresses(settings))),
        holds=HoldFiles(HoldingRows(database)),
    )
