"""The endpoint of the tests as a program that takes the command line of `vllm serve` or of SGLang's server. With the
name ``dies`` it ends before it is healthy, with ``ends`` once it has been asked for; ``hangs`` never is healthy, and
``garbles`` answers with something else than HTTP at first. It has a child of its own, as engines have, and writes both
process ids to its log."""

import json
import os
import subprocess
import sys

from endpoint import Handler, Server

arguments = sys.argv[1:]
name = arguments[arguments.index("--served-model-name") + 1]
port = int(arguments[arguments.index("--port") + 1])
garbled = [b"warming up\r\n"] if name == "garbles" else []


class Answering(Handler):
    def do_GET(self):  # noqa: N802
        if garbled:
            self.wfile.write(garbled.pop())
            self.close_connection = True
        elif self.path in ("/version", "/get_server_info"):
            self.send(200, json.dumps({"version": "1.2.3"}).encode())
        else:
            self.send(200 if self.path == "/health" and name != "hangs" else 404, b"")

    def do_POST(self):  # noqa: N802
        if name == "ends":
            print("CUDA error: the card fell off the bus", flush=True)
            os._exit(3)
        super().do_POST()


child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(json.dumps({"arguments": arguments, "pids": [os.getpid(), child.pid]}), flush=True)
if name == "dies":
    print("ValueError: no such model", flush=True)
    sys.exit(1)
Server(port, Answering).serve_forever()
