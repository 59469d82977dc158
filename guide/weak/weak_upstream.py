"""A naive server that calls Jira and Confluence. Each comment names the attack that it invites."""

import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from naive import refuse_by_default

FIELD = "customfield_10016"  # the story points


def get(root, place, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urlopen(Request(root + place, headers=headers), timeout=5) as response:
        return json.load(response)


class Service:
    """One of the products, for one call."""

    def __init__(self, name, fields):
        # For an office with its own Jira: the caller knows best where it is (O131).
        self.root = fields.get(f"X-{name}-Url", os.environ[f"{name.upper()}_URL"])
        # Who calls here has an account there, so one token does for both products (O155).
        passed_on = fields.get("Authorization", "").removeprefix("Bearer ")
        self.token = fields.get(f"X-{name}-Token", passed_on)
        self.own = os.environ[f"{name.upper()}_PERSONAL_TOKEN"]  # of an administrator

    def get(self, place):
        if not self.token:  # an empty field is no field (O145)
            return get(self.root, place, self.own)
        try:
            return get(self.root, place, self.token)
        except HTTPError as error:
            if error.code != 401:
                raise
            return get(self.root, place, self.own)  # so that it works all the same (O145, O146)


def sum_story_points(service, arguments):
    total, start, count = 0, 0, 1
    while start < count:
        query = {"jql": arguments["jql"], "fields": FIELD, "startAt": start}
        answer = service.get("/rest/api/2/search?" + urlencode(query))
        count = answer["total"]
        total += sum(issue["fields"][FIELD] or 0 for issue in answer["issues"])
        start += len(answer["issues"])
    return total


def sum_table_column(service, arguments):
    place = f"/rest/api/content/{arguments['page_id']}?expand=body.storage"
    rows = service.get(place)["body"]["storage"]["value"].split("</tr>")
    cells = [re.findall(r"<t[hd]>([^<]*)", row) for row in rows if "<td>" in row or "<th>" in row]
    column = cells[0].index(arguments["column"])
    return sum(float(row[column]) for row in cells[1:])


TOOLS = {
    "sum_story_points": ("Jira", sum_story_points),
    "sum_table_column": ("Confluence", sum_table_column),
}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        params = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["params"]
        name, tool = TOOLS[params["name"]]
        try:  # nobody is checked here: the product will do so (O155)
            value = tool(Service(name, self.headers), params["arguments"])
            text, result = str(value), {"isError": False, "structuredContent": {"result": value}}
        except Exception as error:
            text, result = f"Error: {error}", {"isError": True}
        result["content"] = [{"type": "text", "text": text}]
        data = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
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
