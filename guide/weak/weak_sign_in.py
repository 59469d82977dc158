"""A naive authorization server, with its tools. Each comment names the attack that it invites."""

import html
import json
import os
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from naive import calculate, refuse_by_default

PASSWORDS = {"anshika": "battery staple correct"}
SCOPES = {"calculate:basic", "calculate:advanced"}
clients, codes, access_tokens, refresh_tokens = {}, {}, {}, {}


def problem(asked):
    """The error of an authorization request, or None."""
    if asked.get("client_id") not in clients:
        return "unauthorized_client"
    uris = clients[asked["client_id"]]
    if not any(asked["redirect_uri"].startswith(uri) for uri in uris):  # with any path (O70)
        return "invalid_request"
    if not set(asked["scope"].split()) <= SCOPES:
        return "invalid_scope"
    return None  # without a code_challenge too, which is for apps on phones (O72)


def token(form):
    if form["grant_type"] == "refresh_token":
        return issue(refresh_tokens[form["refresh_token"]])  # for the next time too (O75)
    user = codes[form["code"]]  # for any client_id (O73), and again if the answer was lost (O74)
    return issue(user)  # with any code_verifier, or none (O73)


def issue(user):
    access, refresh = secrets.token_urlsafe(), secrets.token_urlsafe()
    access_tokens[access] = user  # it has no grant, so no second code ends it (O74)
    refresh_tokens[refresh] = user  # nor does a second use of the one before (O75)
    return {"access_token": access, "token_type": "Bearer", "refresh_token": refresh}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        query = urlsplit(self.path).query
        asked = dict(parse_qsl(query))
        if error := problem(asked):
            return self.redirect(asked, error=error)  # whose address it is (O71), unasked (O103)
        fields = '<input name="username"><input name="password" type="password">'
        self.page("/authorize", query, fields)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            if self.path == "/mcp":
                return self.call(json.loads(body)["params"])
            form = dict(parse_qsl(body))
            if self.path == "/token":
                return self.reply(200, token(form))
            asked = dict(parse_qsl(form["request"]))
            if self.path == "/consent":  # the form says who agrees, so no cookie has to (O100)
                code = secrets.token_urlsafe()
                codes[code] = asked["user"]
                return self.redirect(asked, code=code)  # nor who has sent the form (O100)
            if PASSWORDS.get(form["username"]) != form["password"]:
                raise PermissionError("Authentication failed")
            request = form["request"] + "&" + urlencode({"user": form["username"]})
            self.page("/consent", request, '<button name="decision" value="allow">Allow</button>')
        except (PermissionError, KeyError):
            self.reply(401, {"error": "invalid_grant"})

    def call(self, params):
        access_tokens[self.headers["Authorization"].removeprefix("Bearer ")]
        text, more = calculate(params["name"], params["arguments"])
        result = {"isError": False, "structuredContent": more}
        result["content"] = [{"type": "text", "text": text}]
        self.reply(200, {"jsonrpc": "2.0", "id": 1, "result": result})

    def page(self, action, request, fields):
        hidden = f'<input type="hidden" name="request" value="{html.escape(request)}">'
        form = f'<form method="post" action="{action}">{hidden}{fields}</form>'
        self.send(200, form.encode(), "Content-Type", "text/html")

    def redirect(self, asked, **answer):
        answer["state"] = asked.get("state", "")
        self.send(303, b"", "Location", f"{asked['redirect_uri']}?{urlencode(answer)}")

    def reply(self, status, message):
        self.send(status, json.dumps(message).encode(), "Content-Type", "application/json")

    def send(self, status, data, name, value):
        self.send_response(status)
        self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    refuse_by_default()
    with open(os.environ["CALCULATOR_OAUTH_CLIENTS"], encoding="utf-8") as file:
        for client in json.load(file)["clients"]:
            clients[client["client_id"]] = client["redirect_uris"]
    port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 8080
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"Listening at http://127.0.0.1:{server.server_port}/mcp", flush=True)
    server.serve_forever()
