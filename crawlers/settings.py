"""All settings, in one place: environment variables `SOAT_*`, then soat.toml in the working folder, then these defaults."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Settings(BaseSettings):
    """The defaults work on a laptop; times are seconds, sizes are bytes."""

    model_config = SettingsConfigDict(env_prefix="SOAT_", toml_file="soat.toml", frozen=True, extra="forbid")

    database_url: str = "sqlite:///soat.db"
    captures: Path = Path("captures")
    contact: str = ""
    timeout: float = 30.0
    retries: int = 2
    max_response: int = 32 * 2**20
    max_file: int = 256 * 2**20
    max_cell: int = 2**20
    max_list_pages: int = 20_000
    ca_bundle: Path | None = None
    language: str = "vi"

    @property
    def user_agent(self) -> str:
        """Who we say we are: the tool, and where its operator can be reached."""
        return f"soat/0.1 (+{self.contact})"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then soat.toml."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


class SettingsError(ValueError):
    """A setting cannot be used; one line that names it and says where it comes from."""


@cache
def settings() -> Settings:
    """Return the settings of this process, read once.

    Raises:
        SettingsError: an environment variable or soat.toml holds something that is no setting.

    """
    try:
        return Settings()
    except ValidationError as error:
        name = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise SettingsError(
            f"thiết lập “{name}” không dùng được; sửa biến SOAT_{name.upper()} hoặc dòng “{name}” trong soat.toml (xem README, Settings)"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"soat.toml: không phải TOML hợp lệ ({error}); sửa tệp rồi chạy lại") from error
