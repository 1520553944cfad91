"""What `make run` prints once everything answers: addresses, a token, lines to paste."""

import string
from pathlib import Path

from chunk_service.cli.stack.facts import StackFacts

_TEXT = string.Template("""
The service answers at $base_url (its API: $base_url/docs)
Upload files by the page at
$base_url/app#token=$token
or by the command, in another terminal:
export CHUNK_SERVICE_URL=$base_url CHUNK_SERVICE_TOKEN=$token
.venv/bin/chunk-service upload FILE...

Notifications arrive at $receiver_url/received
Everything a script needs is in $stack_file

Send a file in two chunks; paste into bash:

TOKEN=$token
AUTH="Authorization: Bearer $$TOKEN"

SESSION=$$(curl -sS $base_url/upload/init -H "$$AUTH" -H 'Content-Type: application/json' \\
  -d '{"main_service_file_id": 123, "original_file_name": "hello.txt"}' \\
  | sed -E 's/.*"upload_session_id": ?"([^"]*)".*/\\1/'); echo "$$SESSION"

echo 'Hello, ' | curl -sS -w '\\n' $base_url/upload/chunk -H "$$AUTH" \\
  -F upload_session_id=$$SESSION -F chunk_index=0 -F 'chunk=@-;filename=chunk'

echo 'world!' | curl -sS -w '\\n' $base_url/upload/chunk -H "$$AUTH" \\
  -F upload_session_id=$$SESSION -F chunk_index=1 -F 'chunk=@-;filename=chunk'

curl -sS -w '\\n' $base_url/upload/complete -H "$$AUTH" -H 'Content-Type: application/json' \\
  -d '{"upload_session_id": "'$$SESSION'", "total_chunks": 2, "main_service_file_id": 123}'

curl -sS -w '\\n' $receiver_url/received

Ctrl-C stops everything; the data stays in $folder.""")


def welcome(facts: StackFacts, *, folder: Path) -> str:
    """Plain text: terminals may wrap it, but nothing in it is cut or coloured."""
    return _TEXT.substitute(
        base_url=facts.base_url,
        receiver_url=facts.receiver_url,
        token=facts.token,
        stack_file=folder / "stack.json",
        folder=folder,
    )
