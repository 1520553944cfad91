"""An operator at a terminal, who gives commands of one group on a database of the test's own."""

import logging

from typer.testing import CliRunner

from chunk_service.cli.main import app
from tests.service import tokens

URL = "https://main.example.com/"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Operator:
    def __init__(self, group: str, database_url: str, **settings: str) -> None:
        self._group = group
        self.environment = {
            "DATABASE_URL": database_url,
            "LOCAL_TEMP_CHUNK_PATH": "/nonexistent/spool",
            "MAIN_SERVICE_JWT_PUBLIC_KEY": tokens.public_key_pem(),
            "EXPECTED_JWT_ISSUER": tokens.ISSUER,
            "EXPECTED_JWT_AUDIENCE": tokens.AUDIENCE,
            "S3_ACCESS_KEY": "access",
            "S3_SECRET_KEY": "secret",
            "S3_BUCKET_NAME": "bucket",
            "MAIN_SERVICE_CALLBACK_URL": URL,
            "WEBHOOK_SECRET": SECRET,
            **settings,
        }

    def says(self, *arguments: str, code: int = 0) -> str:
        """What is on stdout, or why not; logs go to stderr."""
        handlers = list(logging.getLogger().handlers)
        result = CliRunner().invoke(app, [self._group, *arguments], env=self.environment)
        logging.getLogger().handlers = handlers
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.output
