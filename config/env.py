"""Settings from the environment: each one declared once, with its meaning; a wrong value is named."""

from __future__ import annotations

import os
import secrets
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()

#: name -> (default as text, meaning). `docs/settings.md` is checked against it.
DECLARED: dict[str, tuple[str, str]] = {}


def setting(name: str, read: Callable[..., Any], default: Any, meaning: str) -> Any:
    """Read one setting, or from the file that ``NAME_FILE`` points to; raise naming it when it cannot be read."""
    DECLARED[name] = (str(default), meaning)
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            os.environ[name] = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE points to {path}, which cannot be read: {error}") from error
    if not os.environ.get(name):
        return default
    try:
        return read(name)
    except (ValueError, TypeError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(
            f"The setting {name} is '{os.environ[name]}', which cannot be used ({error}). What it means: {meaning}"
        ) from error


def text(name: str) -> str:
    return os.environ[name]


def number(name: str) -> int:
    return int(_env.int(name))


def port(name: str) -> int:
    value = int(_env.int(name))
    if not 0 < value < 65536:
        raise ValueError("a port lies between 1 and 65535")
    return value


def flag(name: str) -> bool:
    value = os.environ[name].strip().lower()
    if value not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
        raise ValueError("write true or false")
    return value in {"1", "true", "yes", "on"}


def words(name: str) -> list[str]:
    return [word.strip() for word in os.environ[name].split(",") if word.strip()]


def pairs(name: str) -> dict[str, str]:
    found = dict(word.partition("=")[::2] for word in words(name))
    if not all(key and value for key, value in found.items()):
        raise ValueError("write NAME=value, with commas between")
    return {key.strip(): value.strip() for key, value in found.items()}


def folder(name: str) -> Path:
    return Path(os.environ[name]).expanduser().absolute()


def database(name: str) -> dict[str, Any]:
    value = dict(_env.db_url(name))
    if value.get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ValueError("SEAM runs on sqlite:///path and postgres://user:password@host:port/name")
    return value


def mail(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings of an address such as smtp+tls://user:password@host:587."""
    try:
        return {name: value for name, value in _env.email_url_config(url).items() if name.startswith("EMAIL_")}
    except (KeyError, ValueError) as error:
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be used: write smtp://, smtp+tls:// or smtp+ssl://user:password@host:port"
        ) from error


def redis_url(name: str) -> str:
    value = os.environ[name]
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("it begins with redis://, rediss:// or unix://")
    return value


def time_zone(name: str) -> str:
    value = os.environ[name]
    if value not in zoneinfo.available_timezones():
        raise ValueError("write a name of the IANA list, such as Asia/Jakarta")
    return value


def kept_secret(path: Path) -> str:
    """A random key made once and kept in a file that its owner alone may read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # keys, addresses, password hashes
        return _kept(path)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR is {path.parent}, which cannot be written to ({error.strerror}). Name a folder of your own."
        ) from error


def _kept(path: Path) -> str:
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    value = secrets.token_urlsafe(48)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value)
    return value
