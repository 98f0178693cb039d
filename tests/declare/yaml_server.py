"""yaml-language-server over LSP: what an editor marks in a file, and what it offers to complete."""

import json
import os
import shutil
import subprocess
from pathlib import Path


def command():
    """The server's command, None where it is not installed."""
    return os.environ.get("AUDIOTEST_YAML_LANGUAGE_SERVER") or shutil.which("yaml-language-server")


class Server:
    """A running server, to be used as a context; with the URL of a ``catalog`` it looks for schemas there."""

    def __init__(self, folder: Path, catalog: str = ""):
        self.folder, self.last, self.diagnostics = folder, 0, {}
        self.settings = {"validate": True, "hover": True, "schemaStore": {"enable": bool(catalog), "url": catalog}}

    def __enter__(self):
        self.process = subprocess.Popen([command(), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        root = self.folder.as_uri()
        folders = [{"uri": root, "name": "suites"}]
        document = {"completion": {"completionItem": {}}, "publishDiagnostics": {}}
        capabilities = {"workspace": {"configuration": True}, "textDocument": document}
        self.request("initialize", processId=None, rootUri=root, workspaceFolders=folders, capabilities=capabilities)
        self.notify("initialized")
        return self

    def __exit__(self, *_):
        self.request("shutdown")
        self.notify("exit")
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def request(self, method, **params):
        self.last += 1
        own = self.last
        self._send({"id": own, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == own and "method" not in message:
                return message.get("result")

    def notify(self, method, **params):
        self._send({"method": method, "params": params})

    def open(self, path: Path):
        item = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": path.read_text(encoding="utf-8")}
        self.notify("textDocument/didOpen", textDocument=item)

    def marked(self, paths):
        """The (line from 1, message) of each error in each of the files at ``paths``."""
        for path in paths:
            self.open(path)
        while any(path.as_uri() not in self.diagnostics for path in paths):
            self._receive()
        return [[(d["range"]["start"]["line"] + 1, d["message"]) for d in self.diagnostics[p.as_uri()]] for p in paths]

    def offered(self, path: Path, line: int, column: int):
        """The labels that are offered at a place (both from 0)."""
        self.open(path)
        position = {"line": line, "character": column}
        answer = self.request("textDocument/completion", textDocument={"uri": path.as_uri()}, position=position)
        return [item["label"] for item in answer["items"]]

    def shown(self, path: Path, line: int, column: int):
        """What is shown of a place (both from 0) when the pointer rests there."""
        self.open(path)
        position = {"line": line, "character": column}
        answer = self.request("textDocument/hover", textDocument={"uri": path.as_uri()}, position=position)
        return answer["contents"]["value"] if answer else ""

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _receive(self):
        length = 0
        while (line := self.process.stdout.readline().strip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        assert length, "the server has ended"
        message = json.loads(self.process.stdout.read(length))
        method = message.get("method")
        if method == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and method:  # the server asks: for settings, or to register something
            wanted = message["params"].get("items", ()) if method == "workspace/configuration" else None
            answer = [self.settings if i == 0 else None for i, _ in enumerate(wanted)] if wanted is not None else None
            self._send({"id": message["id"], "result": answer})
        return message
