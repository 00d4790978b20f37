"""All settings, driven by the environment. No variable is needed to start."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path

from celery.schedules import schedule
from csp.constants import NONE, SELF

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent

DATA_DIR = env.setting(
    "DATA_DIR", env.folder, BASE_DIR / "var", "folder of the database file, mail, keys, logs and documents"
)
DEBUG = env.setting("DEBUG", env.flag, False, "true shows tracebacks in the browser; never in production")
PORT = env.setting("PORT", env.port, 8000, "port of the web server")
HOST = env.setting("HOST", env.text, "127.0.0.1", "address the web server listens on")
SECRET_KEY = env.setting("SECRET_KEY", env.text, "", "key that signs sessions; made once in DATA_DIR when not set")
SECRET_KEY = SECRET_KEY or env.kept_secret(DATA_DIR / "secret-key")
ALLOWED_HOSTS = env.setting(
    "ALLOWED_HOSTS", env.words, ["localhost", "127.0.0.1", "[::1]"], "host names the site answers to, comma-separated"
)
SITE_URL = env.setting("SITE_URL", env.text, f"http://127.0.0.1:{PORT}", "address of the site in mails and feeds")
SECURE = env.setting("SECURE", env.flag, SITE_URL.startswith("https://"), "cookies and redirects for HTTPS only")
REDIS_URL = env.setting("REDIS_URL", env.redis_url, "", "broker; without it web, worker and schedule share one process")
EMAIL_URL = env.setting("EMAIL_URL", env.text, "", "smtp+tls://user:password@host:port; without it mail is a file")
MAIL_PROVIDER = env.setting(
    "MAIL_PROVIDER", env.text, "", "a provider that anymail knows, such as postmark; used instead of EMAIL_URL"
)
MAIL_PROVIDER_OPTIONS = env.setting(
    "MAIL_PROVIDER_OPTIONS",
    env.pairs,
    {},
    "anymail's settings of the provider, NAME=value with commas; WEBHOOK_SECRET=user:password lets it report bounces",
)
MAIL_FROM = env.setting("MAIL_FROM", env.text, "SEAM <seam@localhost>", "sender of mails")
FETCH_ALLOW = env.setting(
    "FETCH_ALLOW",
    env.words,
    [],
    "host:port pairs that feeds may be fetched from though private; for tests and intranets",
)
ALERT_SETTLE_SECONDS = env.setting(
    "ALERT_SETTLE_SECONDS", env.number, 4, "seconds that a change rests before it is told: what comes back is not told"
)
ALERT_TIMEOUT_SECONDS = env.setting(
    "ALERT_TIMEOUT_SECONDS", env.number, 10, "seconds that a mail server or webhook may take to answer"
)
WORKER_SECONDS = env.setting("WORKER_SECONDS", env.number, 2, "seconds between two looks for work that is due")

CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []

INSTALLED_APPS = [
    "config.apps.SeamAdminConfig",
    "config.apps.ConfigConfig",  # before auth: its createsuperuser writes to the log
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "simple_history",
    "csp",
    "anymail",
    "axes",
    "alerts",
    "scoring",
    "traceability",
    "registry",
    "ledger",
    "jobs",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # An answer that is what the asker has already is 304: feed readers and programs ask often.
    "django.middleware.http.ConditionalGetMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",  # answers in the place of a sign-in that has to pause
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "registry.context.site",
            ]
        },
    }
]

DATABASES = {
    "default": env.setting(
        "DATABASE_URL",
        env.database,
        {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "seam.sqlite3")},
        "sqlite:///path or postgres://user:password@host:port/name",
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A transaction that will write takes the lock at its start, so two writers wait instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # mmap_size: a trace through a million lots touches more pages than the cache holds; mapped, they cost no call.
        # recursive_triggers: INSERT OR REPLACE would otherwise pass the append-only triggers unseen.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA recursive_triggers=ON; PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824;"
        ),
    }
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"seam-test-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Only what asks for it is prepared (traceability.rows), nothing for having been asked so often.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 1_000_000_000)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "registry.User"
# Axes first: who has to pause is not asked for a password at all.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "registry.auth.MembershipBackend"]
# Of one name from one address, so that nobody locks others out from elsewhere. The rows go again (config.tidying).
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "config.views.has_to_pause"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the log has who signed in, without address
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
TIME_ZONE = env.setting(
    "TIME_ZONE", env.time_zone, "UTC", "whose midnight begins the register's day, such as Asia/Jakarta"
)
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a folder that is not there
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are served from where they lie: one process needs no collectstatic.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

EMAIL_CONFIG = env.mail(EMAIL_URL) if EMAIL_URL else {"EMAIL_BACKEND": "alerts.channels.FileBackend"}
if MAIL_PROVIDER:
    EMAIL_CONFIG = {"EMAIL_BACKEND": f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"}
vars().update(EMAIL_CONFIG)
ANYMAIL = MAIL_PROVIDER_OPTIONS
DEFAULT_FROM_EMAIL = MAIL_FROM
MAIL_DIR = DATA_DIR / "mail"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.problems.JSONBody"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.api_exception",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SEAM, the Southeast Asia Minerals registry",
    "DESCRIPTION": "What the pages show, as JSON. Times are ISO 8601 with an offset; shares and masses are text.",
    "VERSION": "v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# Celery only wakes workers: what must not be lost is a row in `jobs`, found again by the sweep.
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600} if REDIS_URL else {"polling_interval": 0.02}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "look-for-due-work": {"task": "jobs.tasks.run_due_jobs", "schedule": schedule(run_every=WORKER_SECONDS)}
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False
DOCUMENT_MAX_MB = env.setting("DOCUMENT_MAX_MB", env.number, 25, "most megabytes of one document")
IMPORT_MAX_MB = env.setting("IMPORT_MAX_MB", env.number, 200, "most megabytes of an import that is uploaded")
IMPORT_MAX_LINES = env.setting("IMPORT_MAX_LINES", env.number, 2_000_000, "most lines one import of lots may have")
CAPTURE_MAX_MB = env.setting("CAPTURE_MAX_MB", env.number, 20, "most megabytes of an EPCIS document that is captured")
CAPTURE_MAX_EVENTS = env.setting("CAPTURE_MAX_EVENTS", env.number, 10_000, "most events of an EPCIS document")

LOG_LEVEL = env.setting("LOG_LEVEL", env.text, "INFO", "DEBUG, INFO, WARNING or ERROR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "axes": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "weasyprint.progress": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
