"""What can end a call of the client, as one tree; the text of each is a sentence for people.

ClientError
├── Refused            the service will never take it so; `problem` is what it said
│   ├── TokenRefused   401, and there is no other token
│   └── UploadEnded    aborted, expired or failed: a new one may begin
├── GaveUp             no success within the client's patience; what was sent is kept
├── FileChanged        the file is not what it was when it was first read
├── NoSuchKey          what no file or link can be called
├── OddAnswer          not what this service answers
├── NotTheFile         what was downloaded is not what was stored
└── Unreadable         a file, pipe or token that cannot be read, or a target that is taken
"""

from chunk_service.client.problems import Problem


class ClientError(Exception):
    pass


class Refused(ClientError):
    def __init__(self, what: str, problem: Problem) -> None:
        super().__init__(f"{what} was answered {problem}")
        self.what = what
        self.problem = problem


class TokenRefused(Refused):
    pass


class UploadEnded(Refused):
    pass


class GaveUp(ClientError):
    pass


class FileChanged(ClientError):
    pass


class NoSuchKey(ClientError):
    pass


class OddAnswer(ClientError):
    pass


class NotTheFile(ClientError):
    pass


class Unreadable(ClientError):
    pass
