"""A naive server over HTTP. Each comment names the attack that it invites."""

import base64
import json
import os
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import weak_token
from naive import calculate, log, refuse_by_default

KEY = os.environ.get("CALCULATOR_API_KEY", "")
USER = os.environ.get("CALCULATOR_BASIC_USER", "")
PASSWORDS = {USER: os.environ.get("CALCULATOR_BASIC_PASSWORD", "")}
failures, calls = {}, {}


class Handler(BaseHTTPRequestHandler):  # which takes LF for a line's end (H8), and long heads (H20)
    protocol_version = "HTTP/1.1"
    user = None  # of the connection, not of the request (H15)

    def do_POST(self):
        # Of a body's two lengths the first one wins (H2), chunks are not heard of (H1), the body of
        # a stranger is read too (H16), and any length will do (H20).
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # Before or after the proxy's rules, /mcp is spelled as one likes (H23). Host (H26), Origin
        # (H25) and Content-Type (H24) are not looked at, nor is Mcp-Name (H27).
        url = urlsplit("/" + self.path.lstrip("/"))
        if unquote(url.path).strip("/") != "mcp":
            return self.reply(404, {"error": {"message": "Not found"}})
        try:
            self.user = self.who(parse_qs(url.query)) or self.user
            # Each token may call as often as one user may (R7).
            calls[self.user] = calls.get(self.user, 0) + 1
            if calls[self.user] > 60:
                return self.reply(429, {"error": {"message": "Too many requests"}})
            params = json.loads(body)["params"]
            # What the token permits is not asked (C10).
            text, more = calculate(params["name"], params["arguments"])
            result = {"isError": False, "structuredContent": more}
            self.reply(200, {"result": {**result, "content": [{"type": "text", "text": text}]}})
        except PermissionError as error:
            # An address is what the client says it is (R1), the first it says (R2).
            address = self.headers.get("X-Forwarded-For", self.client_address[0]).split(",")[0]
            failures[address] = failures.get(address, 0) + 1
            many = failures[address] > 10
            # And it is told which of them was wrong (C6).
            self.reply(429 if many else 401, {"error": {"message": str(error)}})
        except Exception:
            self.reply(400, {"error": {"message": traceback.format_exc()}})  # all of it (H31)

    def who(self, query):
        # X_API_Key is as good (H19); of two fields of a name the last one counts (C1).
        fields = {name.lower().replace("_", "-"): value for name, value in self.headers.items()}
        log(f"request: {fields}")  # with the key (C13)
        if "x-remote-user" in fields:  # which only our proxy sends, surely (P1)
            return fields["x-remote-user"]
        shown = [fields.get("x-api-key"), fields.get("cookie", "").removeprefix("key=")]  # (C3)
        shown += query.get("access_token", [])  # in every log on the way (C3)
        words = fields.get("authorization", "").split()  # of any scheme (C4)
        if words and words[0] == "Basic":
            user, _, password = base64.b64decode(words[1]).decode().partition(":")
            if password == KEY:  # one check for all (C8)
                return user
            if user not in PASSWORDS and password:
                raise PermissionError("There is no such user")
            if PASSWORDS.get(user, "") != password:  # nobody's password is empty (C5)
                raise PermissionError("The password is wrong")
            return user
        if words and words[-1].count(".") == 2:
            weak_token.verify(words[-1])  # without a signature (T1), long expired (T18)
            return words[-1]
        shown += words[-1:]
        if KEY in shown:  # whichever of them it was (C1)
            return "key"
        if any(shown):
            raise PermissionError("Authentication failed")
        return None  # nothing was sent, so nothing is wrong (C9)

    def reply(self, status, message):
        data = json.dumps({"jsonrpc": "2.0", "id": 1, **message}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))  # (H25)
        name = self.headers.get("Mcp-Name", "")
        if name.startswith("=?base64?"):
            name = base64.b64decode(name[9:-2]).decode()
        self.send_header("X-Tool", name)  # with whatever is in it (H22)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    refuse_by_default()
    port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 8080
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"Listening at http://127.0.0.1:{server.server_port}/mcp", flush=True)
    server.serve_forever()
