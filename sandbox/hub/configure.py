"""How JupyterHub is set: our accounts, our spawner, our pages; proxy and console stand on their own.

Called by `jupyterhub_config.py`, once, when the Hub starts. Decides nothing about people.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tornado.web import StaticFileHandler

from sandbox.hub import opened
from sandbox.hub.auth import AccountAuthenticator
from sandbox.hub.spawn import SeatSpawner
from sandbox.serving.places import Places, Plan

HERE = Path(__file__).parent
HOURS = 3600
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Our pages of the Hub hold no script at all."""


def configure(c: Any) -> None:
    """Set everything."""
    places, plan = opened.places(), opened.plan()
    _hub(c, places, plan)
    _proxy(c, places, plan)
    _people(c)
    _services(c, places)
    _seats(c)
    _pages(c, plan)


def _hub(c: Any, places: Places, plan: Plan) -> None:
    hub = c.JupyterHub
    scheme = "https" if plan.tls_certificate else "http"
    hub.bind_url = f"{scheme}://{plan.host}:{plan.port}/"
    hub.hub_bind_url = f"http://127.0.0.1:{plan.hub}"
    hub.hub_connect_url = f"http://127.0.0.1:{plan.hub}"
    hub.db_url = f"sqlite:///{places.database}"
    hub.cookie_secret_file = str(places.cookie_secret)
    hub.cleanup_servers = False  # seats outlive the Hub; the supervisor ends them
    hub.cleanup_proxy = False
    hub.cookie_max_age_days = 0.5
    hub.oauth_token_expires_in = 12 * HOURS
    hub.default_url = "/console/"
    hub.authenticate_prometheus = True
    hub.last_activity_interval = 15  # seconds; with it the proxy's routes are looked over
    hub.log_level = "INFO"


def _proxy(c: Any, places: Places, plan: Plan) -> None:
    c.JupyterHub.proxy_class = "jupyterhub.proxy.ConfigurableHTTPProxy"
    c.ConfigurableHTTPProxy.should_start = False
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{plan.proxy_api}"
    c.ConfigurableHTTPProxy.auth_token = places.token("proxy")
    c.Proxy.extra_routes = routes(plan)


def routes(plan: Plan) -> dict[str, str]:
    """Return the routes that are not the Hub's own."""
    health = f"http://127.0.0.1:{plan.health}"
    watched = {f"/{name}/": health for name in ("healthz", "readyz", "metrics")}
    console = f"http://127.0.0.1:{plan.console}"
    return {"/console/": console, "/api/": console, **watched}


def _people(c: Any) -> None:
    c.JupyterHub.authenticator_class = AccountAuthenticator
    c.Authenticator.allow_all = True  # the sign-in itself knows the accounts
    c.Authenticator.auth_refresh_age = 4
    c.Authenticator.refresh_pre_spawn = True
    own = ["read:users!user", "read:servers!user", "servers!user", "access:servers!user"]
    own.append("users:activity!user")  # what a door may say for its person, and no more
    roles = [{"name": "user", "scopes": [*own, "access:services!service=console"]}]
    console = ["list:users", "read:users:name", "read:servers", "servers", "delete:servers"]
    roles.append({"name": "console", "services": ["console"], "scopes": console})
    roles.append({"name": "supervisor", "services": ["supervisor"], "scopes": ["proxy"]})
    roles.append({"name": "metrics", "services": ["metrics"], "scopes": ["read:metrics"]})
    c.JupyterHub.load_roles = roles


def _services(c: Any, places: Places) -> None:
    c.JupyterHub.services = [
        {
            "name": "console",
            "api_token": places.token("console"),
            "oauth_client_id": "service-console",
            "oauth_redirect_uri": "/console/oauth_callback",
            "oauth_no_confirm": True,
            "display": False,
        },
        {"name": "supervisor", "api_token": places.token("supervisor"), "display": False},
        {"name": "metrics", "api_token": places.token("metrics"), "display": False},
    ]


def _seats(c: Any) -> None:
    c.JupyterHub.spawner_class = SeatSpawner
    c.JupyterHub.allow_named_servers = True
    c.Spawner.start_timeout = 90
    c.Spawner.http_timeout = 30
    c.Spawner.poll_interval = 2
    c.Spawner.consecutive_failure_limit = 0


def _pages(c: Any, plan: Plan) -> None:
    settings = opened.platform().settings
    c.JupyterHub.template_paths = [str(HERE / "templates")]
    c.JupyterHub.template_vars = {"demo": settings.demo, "platform_name": settings.name}
    c.JupyterHub.extra_handlers = [(r"/pages/(.+)", StaticFileHandler, {"path": str(HERE / "static")})]
    secure = all(
        origin.startswith("https://") for origin in plan.origins
    )  # behind a front the Hub sees no TLS
    c.JupyterHub.tornado_settings = {
        "cookie_options": {"secure": secure, "samesite": "Lax"},
        "headers": {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    }
