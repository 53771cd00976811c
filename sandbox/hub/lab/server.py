"""The notebook server inside a seat; run by path with `python -s`, with the number of its socket.

It listens on the one socket it was handed and on nothing else. What is set here is for the
comfort of the person alone: every limit that counts is kept outside, by the door.
"""

from __future__ import annotations

import os
import socket
import sys

from jupyter_server.serverapp import ServerApp

SETTINGS = "/opt/seat/etc/jupyter/settings"


class SeatServer(ServerApp):
    """A server on an inherited socket."""

    def _bind_http_server(self) -> None:
        listening = socket.socket(fileno=int(os.environ.pop("SEAT_SOCKET")))
        listening.setblocking(False)
        listening.set_inheritable(False)
        self.http_server.add_socket(listening)


def options(base_url: str) -> list[str]:
    """Return how the server is set; `base_url` is /user/NAME/SEAT/."""
    user, seat = base_url.strip("/").split("/")[-2:]
    hub = {"hubPrefix": "/hub/", "hubHost": "", "hubUser": user, "hubServerName": seat}
    return [
        f"--ServerApp.tornado_settings={{'page_config_data': {hub!r}}}",
        "--ServerApp.quit_button=False",
        f"--ServerApp.base_url={base_url}",
        "--ServerApp.open_browser=False",
        "--ServerApp.jpserver_extensions={'jupyterlab': True}",
        "--ServerApp.root_dir=/home/dev",
        "--ServerApp.allow_remote_access=True",
        "--ServerApp.disable_check_xsrf=True",
        "--ServerApp.terminals_enabled=False",
        "--ServerApp.authenticate_prometheus=True",
        "--ServerApp.log_level=WARN",
        "--IdentityProvider.token=",
        "--KernelManager.transport=ipc",
        "--ZMQChannelsWebsocketConnection.limit_rate=False",
        f"--LabApp.app_settings_dir={SETTINGS}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--FileCheckpoints.checkpoint_dir=/home/dev/.checkpoints",
    ]


if __name__ == "__main__":
    SeatServer.launch_instance(argv=options(sys.argv[1]))
