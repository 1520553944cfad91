"""Where the state lives: the settings that migrations and everything else need of Postgres."""

from pydantic import SecretStr, field_validator

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.urls import asyncpg_dsn, sqlalchemy_url


class DatabaseSettings(SettingsGroup):
    """Database"""

    database_url: SecretStr = setting(
        "The PostgreSQL database that holds all state (tested with PostgreSQL 18). "
        "`postgres://`, `postgresql://` and `postgresql+asyncpg://` are accepted, "
        "`?sslmode=require` and `?host=/socket/folder` too.",
        example="postgresql://chunks:secret@localhost:5432/chunks",
    )
    database_pool_size: int = setting(
        "Connections per process. No connection is held while a body is read or S3 is asked, "
        "so a few serve many requests.",
        default=10,
        ge=1,
        le=1000,
    )

    @field_validator("database_url")
    @classmethod
    def _one_spelling(cls, url: SecretStr) -> SecretStr:
        return SecretStr(sqlalchemy_url(url.get_secret_value()))

    @property
    def database_dsn(self) -> SecretStr:
        """The same address for asyncpg itself: `database_url` is spelt for SQLAlchemy."""
        return SecretStr(asyncpg_dsn(self.database_url.get_secret_value()))
