"""Sessions of botocore, which read its models of services and endpoints once for all.

Each would read them for itself: 15 MiB and 80 ms of a start.
"""

from functools import cache

from aiobotocore.session import AioSession
from botocore.loaders import create_loader

_loader_of = cache(create_loader)


def new_session() -> AioSession:
    session = AioSession()
    loader = _loader_of(session.get_config_variable("data_path"))
    session.register_component("data_loader", loader)
    return session
