"""Serves httpbin on loopback until it is stopped; run as a program, since it may change the process that it runs in."""

from __future__ import annotations

import logging
import sys

from httpbin import app
from werkzeug.serving import WSGIRequestHandler, make_server

logging.disable()
WSGIRequestHandler.protocol_version = "HTTP/1.1"
server = make_server("127.0.0.1", 0, app, threaded=True)
sys.stdout.write(f"{server.server_port}\n")
sys.stdout.flush()
server.serve_forever()
