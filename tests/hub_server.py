"""A server that speaks as much of the hub's protocol as huggingface_hub asks for."""

import hashlib
import http.server
import json
import threading
from contextlib import contextmanager

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.serve(body=True)

    def do_HEAD(self):
        self.serve(body=False)

    def serve(self, body):
        path = self.path.partition("?")[0]
        type(self).asked.append((self.command, path))
        if path.startswith(f"/api/datasets/{self.repository}"):
            listed = [{"rfilename": n, "type": "file", "path": n, "size": len(d), "oid": "0" * 40}
                      for n, d in self.files.items()]  # fmt: skip
            if "/tree/" in path:
                return self.send(json.dumps(listed).encode(), "application/json", body)
            if path.endswith("/nope"):
                return self.send(b"{}", "application/json", body, 404, {"X-Error-Code": "RevisionNotFound"})
            info = {"id": self.repository, "sha": COMMIT, "siblings": listed, "private": False, "gated": False,
                    "disabled": False, "downloads": 0, "likes": 0, "tags": [], "lastModified": None}  # fmt: skip
            return self.send(json.dumps(info).encode(), "application/json", body)
        prefix = f"/datasets/{self.repository}/resolve/{COMMIT}/"
        name = path.removeprefix(prefix)
        if path.startswith(prefix) and name in self.files:
            data = self.files[name]
            etag = hashlib.sha256(data).hexdigest()
            return self.send(
                data, "application/octet-stream", body, extra={"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}
            )
        return self.send(b"{}", "application/json", body, 404, {"X-Error-Code": "RepoNotFound"})

    def send(self, data, kind, body, status=200, extra=None):
        self.send_response(status)
        for key, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(extra or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *arguments):
        pass


@contextmanager
def serving(repository, files):
    """The address of a hub with one data set, and the class whose ``asked`` lists the requests."""
    hub = type("Hub", (Hub,), {"repository": repository, "files": files, "asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", hub
    finally:
        server.shutdown()
        server.server_close()
