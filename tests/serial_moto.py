"""moto as a server that works on one request at a time.

Its DynamoDB does not isolate transactions that run at the same time; one after the other, they are as atomic as AWS's.
"""

import logging
import sys
from threading import Lock

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

moto = DomainDispatcherApplication(create_backend_app)
turn = Lock()


def one_at_a_time(environ, start_response):
    with turn:
        return list(moto(environ, start_response))


# Nobody reads a line for every request, and a full pipe would stop everything.
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True, request_handler=MotoRequestHandler)
print(f"Running on http://127.0.0.1:{server.port}", file=sys.stderr, flush=True)
server.serve_forever()
