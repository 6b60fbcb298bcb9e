"""Settings. Every value that differs between machines comes from the environment.

Read in this order, the first that knows a variable wins: the process environment, ``.env`` beside
``manage.py`` (``.env.example`` lists every variable), ``var/secrets.env`` (made by ``make setup``).
"""

import sys
from pathlib import Path
from typing import Any

import environ
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
TESTING = "pytest" in sys.modules

env = environ.Env()
for file in (BASE_DIR / ".env", VAR_DIR / "secrets.env"):
    if file.exists():
        env.read_env(file)

# --- safety ------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
PSEUDONYM_KEY = env("PSEUDONYM_KEY")  # the key of the hash that stands for a person
SEALING_KEY = env("SEALING_KEY")  # of what must be kept raw for a while: addresses, names on quotes
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"

# The admin theme runs Alpine, which evaluates expressions; injected <script> stays blocked.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- application -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "trainingsite.apps.TrainingSiteConfig",
    "unfold.apps.BasicAppConfig",
    "trainingsite.apps.TrainingAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "csp",
    "core",
    "lending",
    "conversations",
    "finetune",
    "rag",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "trainingsite.urls"
WSGI_APPLICATION = "trainingsite.wsgi.application"
APPEND_SLASH = False

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
            ],
        },
    }
]

# --- database ----------------------------------------------------------------------------------

# HNSW loses rows under a filter unless it scans on; see design of pgvector's iterative scan.
POSTGRES_OPTIONS = "-chnsw.iterative_scan=relaxed_order -chnsw.ef_search=100"
POOL = {"min_size": 1, "max_size": 8, "timeout": 3}

if env("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
else:
    DATABASES = {
        "default": {
            "ENGINE": "trainingsite.postgres",
            "NAME": "trainingsite",
            "PGDATA": env("POSTGRES_DATA", default="") or str(VAR_DIR / "postgres"),
            "FSYNC": env.bool("POSTGRES_FSYNC", default=not TESTING),
        }
    }
DATABASES["default"].setdefault("OPTIONS", {})["options"] = POSTGRES_OPTIONS
if env.bool(
    "DATABASE_POOL", default=False
):  # the web only: a pool does not survive the queue's forks
    DATABASES["default"]["OPTIONS"]["pool"] = POOL
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=0)
CACHES = {  # shared by the web's processes: limits are counted and signatures remembered in it
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},  # beyond it, entries are dropped before their time
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- background work ---------------------------------------------------------------------------

# The queue is a table in the same database: a task queued inside a transaction is committed, or
# rolled back, with the rows it is about. A task that waits in memory is run twice if its retry
# comes before its turn; the system check E001 holds the rule.
Q_WORKERS = env.int("Q_WORKERS", default=2)
Q_CLUSTER = {
    "name": "training",
    "orm": "default",
    "workers": Q_WORKERS,
    "timeout": 120,
    "retry": 300 if Q_WORKERS > 1 else 420,
    "queue_limit": 1,
    "bulk": 1,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 1000,
    "label": "Cola de tareas",
}
# What forgets a person who took their consent back, room by room, lowest last: dotted paths of
# functions ``(person) -> dict of counts``, called by a task.
ERASERS = ["rag.erasure.forget", "finetune.erasure.forget", "conversations.erasure.erase"]
# Finds names that the rules do not know: a dotted path of a function (text) -> their places.
NAME_RECOGNISER = env("NAME_RECOGNISER", default="")
# How the rivals of an evaluation answer: a function (model, model in service) -> answerer.
EVALUATION_ANSWERER = "rag.answerer.answerer"
# What is wrong with a prompt, in words, empty where nothing is: a function (domain, text) -> text.
PROMPT_CHECK = "rag.prompt_variables.fault_of_prompt"
# Whether every activation takes two people, also of a model that proved better (Q42).
ACTIVATION_NEEDS_TWO = env.bool("ACTIVATION_NEEDS_TWO", default=False)
WORKER_HEARTBEAT = VAR_DIR / "worker-heartbeat"
MODELS_SETUP = VAR_DIR / "models-setup.json"

# --- people, language, time --------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Español"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env("TIME_ZONE", default="America/Guayaquil")
USE_TZ = True

# --- files -------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env("MEDIA_ROOT", default="") or str(VAR_DIR / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Where published price sheets may come from: names of https hosts, ``*`` for a part of one; or, for
# trials, an origin of this machine (http://127.0.0.1:9000).
PRICE_HOSTS = env.list("PRICE_HOSTS", default=["docs.google.com", "*.googleusercontent.com"])
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # of a body; longer ones are refused unread

DOCUMENT_MAX_MB = env.int("DOCUMENT_MAX_MB", default=20)  # of an original that answers lean on
FILE_UPLOAD_HANDLERS = [
    "trainingsite.uploads.Capped",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- API ---------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "trainingsite.api.authentication.TokenAuthentication",
        "trainingsite.api.signatures.SignatureAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "trainingsite.api.bodies.Json",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "trainingsite.api.errors.exception_handler",
    "NUM_PROXIES": 1 if HTTPS else 0,  # whose word on the address of who asks is taken
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
METRICS_TOKEN = env("METRICS_TOKEN", default="")  # what Prometheus shows to read /metrics
SPECTACULAR_SETTINGS = {
    "TITLE": "Entrenamiento del bot",
    "DESCRIPTION": "Conversaciones, calificaciones, datos, entrenamientos y respuestas.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "JobStatusEnum": "finetune.models.JobStatus",
        "DocumentKindEnum": "rag.models.DocumentKind",
    },
}

# --- providers of language models --------------------------------------------------------------


MODELSERVER_URL = VAR_DIR / "modelserver-url"  # `make run` says there where its server listens
DEFAULT_URL = "http://127.0.0.1:8001/v1"
PROVIDER_FIELDS = (
    *("BASE_URL", "API_KEY", "CHAT_MODEL", "EMBEDDING_MODEL", "PASSAGE_MODEL"),
    *("TRAINS", "TRAINS_UNTIL", "WEBHOOK_SECRET"),
)
PROVIDER_DEFAULTS: dict[str, dict[str, str]] = {
    "openai": {
        "BASE_URL": "https://api.openai.com/v1",
        "TRAINS_UNTIL": "2027-01-06",
        "CONTEXT": "16000",
    },
    "local": {
        "BASE_URL": MODELSERVER_URL.read_text() if MODELSERVER_URL.exists() else DEFAULT_URL,
        "CHAT_MODEL": "smollm2-135m-instruct",
        "EMBEDDING_MODEL": "e5-query",
        "PASSAGE_MODEL": "e5-passage",
        "TRAINS": "1",
    },
}


def provider(name: str) -> dict[str, Any]:
    """The provider ``name`` as its LLM_<NAME>_* variables (OPENAI_* for openai) describe it."""
    prefix = "OPENAI" if name == "openai" else f"LLM_{name.upper()}"
    known = PROVIDER_DEFAULTS.get(name, {})
    found = {
        field: env(f"{prefix}_{field}", default=known.get(field, "")) for field in PROVIDER_FIELDS
    }
    return {field.lower(): value for field, value in found.items()} | {
        "trains": found["TRAINS"] == "1",
        "context": env.int(f"{prefix}_CONTEXT", default=int(known.get("CONTEXT", 2048))),
    }


LLM_PROVIDERS = {name: provider(name) for name in env.list("LLM_PROVIDERS", default=["local"])}
LLM_EMBEDDER = env("LLM_EMBEDDER", default="local")  # the provider whose embeddings are stored
# The provider whose vectors documents get; another one is prepared beside it, then takes over.
DOCUMENT_EMBEDDER = env("DOCUMENT_EMBEDDER", default=LLM_EMBEDDER)
OLLAMA_URL = env("OLLAMA_URL", default="")  # where trained models may be deployed to
LLM_TIMEOUT = env.float("LLM_TIMEOUT", default=60.0)  # seconds

# --- WhatsApp ----------------------------------------------------------------------------------

# Each number (its id at WhatsApp) and the domain that answers there: 106540352242922:camaron
WHATSAPP_NUMBERS = dict(it.partition(":")[::2] for it in env.list("WHATSAPP_NUMBERS", default=[]))
WHATSAPP_TOKEN = env("WHATSAPP_TOKEN", default="")  # what we show to the Graph API
WHATSAPP_APP_SECRET = env("WHATSAPP_APP_SECRET", default="")  # with which deliveries are signed
WHATSAPP_VERIFY_TOKEN = env("WHATSAPP_VERIFY_TOKEN", default="")  # agreed on to prove the address
WHATSAPP_GRAPH_URL = env("WHATSAPP_GRAPH_URL", default="https://graph.facebook.com/v24.0")

# --- logs --------------------------------------------------------------------------------------

LOGGING_CONFIG = "trainingsite.logs.configure"  # keeps people's ids out of every line
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # Paths may carry what a person wrote; httpx2 logs whole URLs at INFO.
    "loggers": {"httpx2": {"level": "WARNING"}, "openai": {"level": "WARNING"}},
}

from trainingsite.unfold import UNFOLD  # noqa: E402, F401  (the menu needs nothing of the above)
