"""A server that speaks as much of the hub's protocol as huggingface_hub asks for."""

import hashlib
import http.server
import json
import threading
from contextlib import contextmanager

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONVERTED = "fedcba9876543210fedcba9876543210fedcba98"
"""The commit of the hub's own conversion to Parquet."""


class Hub(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.serve(body=True)

    def do_HEAD(self):
        self.serve(body=False)

    def serve(self, body):
        path = self.path.partition("?")[0]
        type(self).asked.append((self.command, path))
        if path.startswith(f"/api/datasets/{self.repository}"):
            of_conversion = "refs%2Fconvert%2Fparquet" in path
            files = self.converted if of_conversion else self.files
            listed = [{"rfilename": n, "type": "file", "path": n, "size": len(d), "oid": "0" * 40}
                      for n, d in files.items()]  # fmt: skip
            if "/tree/" in path:
                return self.send(json.dumps(listed).encode(), "application/json", body)
            if path.endswith("/nope"):
                return self.send(b"{}", "application/json", body, 404, {"X-Error-Code": "RevisionNotFound"})
            info = {"id": self.repository, "sha": CONVERTED if of_conversion else COMMIT, "siblings": listed, "private": False, "gated": False,
                    "disabled": False, "downloads": 0, "likes": 0, "tags": [], "lastModified": None}  # fmt: skip
            return self.send(json.dumps(info).encode(), "application/json", body)
        commit, _, name = path.removeprefix(f"/datasets/{self.repository}/resolve/").partition("/")
        files = {COMMIT: self.files, CONVERTED: self.converted}.get(commit, {})
        if name in files:
            data = files[name]
            etag = hashlib.sha256(data).hexdigest()
            return self.send(
                data, "application/octet-stream", body, extra={"ETag": f'"{etag}"', "X-Repo-Commit": commit}
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
def serving(repository, files, converted=None):
    """The address of a hub with one data set, and the class whose ``asked`` lists the requests."""
    hub = type("Hub", (Hub,), {"repository": repository, "files": files, "converted": converted or {}, "asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", hub
    finally:
        server.shutdown()
        server.server_close()
