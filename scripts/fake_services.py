#!/usr/bin/env python3
"""Small fakes of Jira, Confluence, Jenkins and the OAuth endpoints of Atlassian, for tests and the demo.

    fake_services.py [PORT]

One process with one port of the loopback; without PORT it is a free one. The first line of the output is
`Listening at http://127.0.0.1:PORT`. Each service has a root below it:

    /jira              Jira Data Center, with its OAuth 2.0 provider
    /jira-cloud        a Jira site of Cloud
    /confluence        Confluence Data Center
    /confluence-cloud  a Confluence site of Cloud
    /jenkins           Jenkins
    /atlassian         the authorization server and the API of Atlassian

Each service checks the credential that it gets, and decides by user. `/_requests` has each request: its
service, method, path, fields, body and the status of the response. Nothing is kept on disk.

Sources: developer.atlassian.com, "The Jira Cloud platform REST API" (Issue search), "The Confluence Cloud
REST API v2", "OAuth 2.0 (3LO) apps" and "Implementing the Refresh Token Flow"; docs.atlassian.com, "Jira
Data Center REST API"; confluence.atlassian.com, "Jira OAuth 2.0 provider API"; jenkins.io, "Remote Access
API" and "CSRF Protection".
"""

import base64
import hashlib
import json
import re
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

FIELD = "customfield_10016"
# The projects that each user may browse. All users have tokens of the form "<user>-token-of-the-fakes",
# and in Jenkins passwords of the form "<user>-password-of-the-fakes".
PROJECTS = {"ann": {"A", "B"}, "ben": {"B"}, "robot": {"B"}}
PAGES = {"ann": {"1001", "1002"}, "ben": {"1002"}, "robot": {"1002"}}
# Job/Read is for all of them.
JOB_BUILD = {"ann"}
# Story points and seconds of each issue; None is an issue without an estimate.
ISSUES = {
    "A": [(0.1, 60), (0.2, 120), (None, None), (3, 3600), (5, None)],
    "B": [(1, 60), (2, 60)],
}
TABLES = {
    "1001": "<table><tbody><tr><th>Item</th><th>Cost</th></tr>"
    "<tr><td>a</td><td>1.5</td></tr><tr><td>b</td><td>2.25</td></tr></tbody></table>",
    "1002": "<table><tbody><tr><th>Cost</th></tr><tr><td>7</td></tr></tbody></table>",
}
# Names of parameters, and the durations of builds in milliseconds; 0 is a running build.
JOBS = {
    "folder_A/build": ([], [2000, 4000, 0]),
    "folder_A/deploy": (["TARGET"], [1000]),
    "folder_B/build": ([], [1500]),
}
CLOUD_ID = "11111111-2222-4333-8444-555555555555"
# The client that is registered at both authorization servers, and the person at their pages.
CLIENT = "calculator"
CLIENT_SECRET = "client-secret-of-the-fakes-0123456789"
PERSON = "ann"
PAGE_SIZE = 2  # a service may send fewer entries than the request allows
REUSE = 600  # seconds: Atlassian's reuse interval of a refresh token


def token_of(user):
    return f"{user}-token-of-the-fakes"


def password_of(user):
    return f"{user}-password-of-the-fakes"


class Answer(Exception):
    """The response to a request."""

    def __init__(self, status, body=b"", fields=(), media_type="application/json"):
        super().__init__(status)
        self.status, self.fields, self.media_type = status, list(fields), media_type
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()


def page(status, text):
    """A page for people: what these services send with most errors."""
    return Answer(status, f"<html><body>{text}</body></html>".encode(), media_type="text/html")


class Request:
    def __init__(self, method, target, fields, body):
        self.method, self.fields, self.body = method, fields, body
        self.path = urlsplit(target).path
        self.query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}

    def json(self):
        if self.fields.get_content_type() != "application/json":
            raise Answer(415, {"message": "Unsupported Media Type"})
        try:
            return json.loads(self.body)
        except ValueError:
            raise Answer(400, {"message": "no JSON"}) from None

    def form(self):
        if self.fields.get_content_type() != "application/x-www-form-urlencoded":
            raise Answer(415, {"error": "invalid_request"})
        return dict(parse_qsl(self.body.decode()))

    def bearer(self):
        scheme, _, text = self.fields.get("Authorization", "").partition(" ")
        return text if scheme == "Bearer" else None

    def basic(self):
        scheme, _, text = self.fields.get("Authorization", "").partition(" ")
        if scheme != "Basic":
            return None
        try:
            user, colon, password = base64.b64decode(text, validate=True).decode().partition(":")
        except ValueError:
            raise Answer(401, {"message": "no Basic credential"}) from None
        return (user, password) if colon else None


class OAuth:
    """An authorization server with one client: codes, access tokens and rotating refresh tokens."""

    def __init__(self, takes_json, scopes, lifetime):
        self.takes_json, self.scopes, self.lifetime = takes_json, scopes, lifetime
        self.codes, self.access, self.refresh = {}, {}, {}

    def authorize(self, request):
        """The page on which a person would allow the connection. This person has done so already."""
        query = request.query
        scope = set(query.get("scope", "").split())
        if query.get("response_type") != "code" or query.get("client_id") != CLIENT:
            raise page(400, "unknown client")
        if not re.fullmatch(r"http://127\.0\.0\.1:\d+/\w+/callback", query.get("redirect_uri", "")):
            raise page(400, "unknown redirect_uri")
        if not scope or not scope <= self.scopes or not query.get("state"):
            raise page(400, "no scope or no state")
        if self.takes_json and query.get("audience") != "api.atlassian.com":
            raise page(400, "unknown audience")
        code = secrets.token_urlsafe(32)
        self.codes[code] = query
        redirect = query["redirect_uri"] + "?" + urlencode({"state": query["state"], "code": code})
        raise Answer(302, fields=[("Location", redirect)])

    def token(self, request):
        values = request.json() if self.takes_json else request.form()
        secret = str(values.get("client_secret", ""))
        if values.get("client_id") != CLIENT or not secrets.compare_digest(secret, CLIENT_SECRET):
            raise Answer(401, {"error": "invalid_client"})
        if values.get("grant_type") == "authorization_code":
            asked = self.codes.pop(values.get("code"), None)  # a code is for one use
            if asked is None or asked["redirect_uri"] != values.get("redirect_uri"):
                raise self.invalid_grant("Invalid authorization code")
            if asked.get("code_challenge") != self.challenge(values.get("code_verifier", "")):
                raise self.invalid_grant("Invalid code_verifier")
            raise self.tokens(asked["scope"])
        if values.get("grant_type") == "refresh_token":
            known = self.refresh.get(values.get("refresh_token"))
            if known is None or (known["used"] and time.monotonic() - known["used"] > REUSE):
                raise self.invalid_grant("Unknown or invalid refresh token.")
            known["used"] = known["used"] or time.monotonic()
            raise self.tokens(known["scope"])
        raise Answer(400, {"error": "unsupported_grant_type"})

    @staticmethod
    def challenge(verifier):
        digest = hashlib.sha256(verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def invalid_grant(self, sentence):
        status = 403 if self.takes_json else 400
        return Answer(status, {"error": "invalid_grant", "error_description": sentence})

    def tokens(self, scope):
        access = f"access-{secrets.token_urlsafe(24)}"
        self.access[access] = (PERSON, set(scope.split()), time.monotonic() + self.lifetime)
        body = {"access_token": access, "expires_in": self.lifetime, "scope": scope}
        if not self.takes_json:
            body["token_type"] = "bearer"
        if not self.takes_json or "offline_access" in scope.split():
            body["refresh_token"] = f"refresh-{secrets.token_urlsafe(24)}"
            self.refresh[body["refresh_token"]] = {"scope": scope, "used": None}
        return Answer(200, body)

    def user(self, access, scopes):
        """The user of an access token with one of these scopes. None for an unknown or expired one."""
        user, granted, end = self.access.get(access, (None, set(), 0))
        if user is None or end < time.monotonic():
            return None
        if not granted & scopes:
            raise Answer(401, {"code": 401, "message": "Unauthorized; scope does not match"})
        return user


CLOUD = OAuth(
    True,
    {"read:jira-work", "read:page:confluence", "offline_access"},
    3600,
)
DATA_CENTER = OAuth(False, {"READ", "WRITE"}, 7200)


# --- Whose request it is ---------------------------------------------------------------------------


def cloud_user(request):
    """A mail address and an API token; None without a credential."""
    if "Authorization" not in request.fields:
        return None
    given = request.basic()
    for user in PROJECTS:
        if given == (f"{user}@example.com", token_of(user)):
            return user
    # A search may be anonymous: this field alone says that the credential was not accepted.
    raise Answer(
        200, {"issues": [], "isLast": True}, [("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")]
    )


def data_center_user(request):
    """A personal access token, or an access token of the OAuth provider."""
    if "Authorization" not in request.fields:
        return None
    given = request.bearer()
    for user in PROJECTS:
        if given == token_of(user):
            return user
    user = DATA_CENTER.user(given, {"READ", "WRITE"})
    if user is None:
        raise Answer(401, {"message": "Client must be authenticated to access this resource."})
    return user


# --- Jira ------------------------------------------------------------------------------------------


def found(jql, user):
    """The project of a query: this fake knows `project = X` alone."""
    match = re.fullmatch(r'\s*project\s*=\s*"?(\w+)"?\s*', jql)
    if not match:
        raise Answer(400, {"errorMessages": [f"Error in the JQL Query: {jql}"], "errors": {}})
    # A project that the user may not browse is one that does not exist.
    if match[1] not in PROJECTS.get(user, set()):
        sentence = f"The value '{match[1]}' does not exist for the field 'project'."
        raise Answer(400, {"errorMessages": [sentence], "warningMessages": []})
    return match[1]


def issues(project, start, count, fields):
    rows = []
    for number, (points, seconds) in enumerate(ISSUES[project][start : start + count], start + 1):
        values = {FIELD: points, "timespent": seconds, "summary": f"Issue {number}"}
        wanted = {name: values[name] for name in fields if name in values}
        rows.append({"id": f"{ord(project)}{number}", "key": f"{project}-{number}", "fields": wanted})
    return rows


def search(request):
    """The parameters of a search: in the URL, or in the body of a POST."""
    values = request.query if request.method == "GET" else request.json()
    fields = values.get("fields", [])
    fields = fields.split(",") if isinstance(fields, str) else fields
    return values, values.get("jql", ""), fields, min(int(values.get("maxResults", 50)), PAGE_SIZE)


def jira_cloud(request, path, user):
    if path != "/rest/api/3/search/jql":
        raise Answer(404, {"errorMessages": ["Not found"]})
    values, jql, fields, count = search(request)
    project = found(jql, user)
    start = 0
    if "nextPageToken" in values:
        # It is opaque, and for the query that it came from.
        try:
            of, start = json.loads(base64.urlsafe_b64decode(values["nextPageToken"]))
        except ValueError:
            of = None
        if of != jql:
            raise Answer(400, {"errorMessages": ["Invalid nextPageToken"]})
    answer = {"issues": issues(project, start, count, fields), "isLast": True}
    if start + count < len(ISSUES[project]):
        token = base64.urlsafe_b64encode(json.dumps([jql, start + count]).encode()).decode()
        answer |= {"isLast": False, "nextPageToken": token}
    raise Answer(200, answer)


def jira_data_center(request, path):
    if path == "/rest/oauth2/latest/authorize" and request.method == "GET":
        DATA_CENTER.authorize(request)
    if path == "/rest/oauth2/latest/token" and request.method == "POST":
        DATA_CENTER.token(request)
    user = data_center_user(request)
    if path != "/rest/api/2/search":
        raise Answer(404, {"message": "null for uri", "status-code": 404})
    values, jql, fields, count = search(request)
    project = found(jql, user)
    start = int(values.get("startAt", 0))
    rows = issues(project, start, count, fields)
    total = len(ISSUES[project])
    raise Answer(200, {"startAt": start, "maxResults": count, "total": total, "issues": rows})


# --- Confluence ------------------------------------------------------------------------------------


def confluence(request, path, user, pattern, asked):
    match = re.fullmatch(pattern, path)
    # A page that the user may not see is one that does not exist.
    if not match or request.method != "GET" or match[1] not in PAGES.get(user, set()):
        raise Answer(404, {"statusCode": 404, "message": "No content found"})
    answer = {"id": match[1], "status": "current", "title": "Costs"}
    if request.query.items() >= asked.items():
        storage = {"value": TABLES[match[1]], "representation": "storage"}
        answer["body"] = {"storage": storage}
    raise Answer(200, answer)


def confluence_cloud(request, path, user):
    confluence(request, path, user, r"/wiki/api/v2/pages/(\d+)", {"body-format": "storage"})


def confluence_data_center(request, path):
    user = data_center_user(request)
    confluence(request, path, user, r"/rest/api/content/(\d+)", {"expand": "body.storage"})


# --- The API of Atlassian --------------------------------------------------------------------------


def atlassian(request, path):
    if path == "/authorize" and request.method == "GET":
        CLOUD.authorize(request)
    if path == "/oauth/token" and request.method == "POST":
        CLOUD.token(request)
    scopes = {
        "jira": {"read:jira-work"},
        "confluence": {"read:page:confluence"},
    }
    if path == "/oauth/token/accessible-resources":
        if CLOUD.user(request.bearer(), scopes["jira"] | scopes["confluence"]) is None:
            raise Answer(401, {"code": 401, "message": "Unauthorized"})
        site = {"id": CLOUD_ID, "name": "example", "url": "https://example.atlassian.net"}
        granted = sorted(CLOUD.access[request.bearer()][1] - {"offline_access"})
        raise Answer(200, [site | {"scopes": granted}])
    match = re.fullmatch(r"/ex/(jira|confluence)/([^/]+)(/.*)", path)
    if not match or match[2] != CLOUD_ID:
        raise Answer(404, {"code": 404, "message": "Not Found"})
    user = CLOUD.user(request.bearer(), scopes[match[1]])
    if user is None:
        raise Answer(401, {"code": 401, "message": "Unauthorized"})
    {"jira": jira_cloud, "confluence": confluence_cloud}[match[1]](request, match[3], user)


# --- Jenkins ---------------------------------------------------------------------------------------

SESSIONS = {}  # of web sessions: the user and the crumb
QUEUE = [0]


def jenkins(request, path):
    given, user, has_token = request.basic(), None, False
    for one in PROJECTS:
        if given in ((one, token_of(one)), (one, password_of(one))):
            user, has_token = one, given[1] == token_of(one)
    if user is None:
        # Anonymous has no Overall/Read here; a wrong credential is another matter.
        raise page(401 if "Authorization" in request.fields else 403, "Authentication required")
    if path == "/crumbIssuer/api/json":
        session, crumb = secrets.token_hex(16), secrets.token_hex(32)
        SESSIONS[session] = (user, crumb)
        body = {"_class": "hudson.security.csrf.DefaultCrumbIssuer", "crumb": crumb}
        cookie = f"JSESSIONID.0a1b2c3d={session}; Path=/; Secure; HttpOnly"
        raise Answer(200, body | {"crumbRequestField": "Jenkins-Crumb"}, [("Set-Cookie", cookie)])
    match = re.fullmatch(r"((?:/job/[^/]+)+)/(api/json|build|buildWithParameters)", path)
    name = "/".join(unquote(one) for one in match[1].split("/job/")[1:]) if match else None
    # CSRF protection comes before all else. A request with an API token needs no crumb.
    if request.method == "POST" and not has_token:
        session = re.search(r"JSESSIONID\.0a1b2c3d=(\w+)", request.fields.get("Cookie", ""))
        known = SESSIONS.get(session[1] if session else None)
        if known != (user, request.fields.get("Jenkins-Crumb")):
            raise page(403, "No valid crumb was included in the request")
    if name not in JOBS:
        raise page(404, "Not Found")
    parameters, durations = JOBS[name]
    if match[2] == "api/json":
        rows = [{"building": one == 0, "duration": one} for one in durations]
        body = {"_class": "hudson.model.FreeStyleProject"}
        if "builds[" in request.query.get("tree", ""):
            raise Answer(200, body | {"builds": rows})
        definitions = [{"parameterDefinitions": [{"name": one} for one in parameters]}]
        raise Answer(200, body | {"buildable": True, "property": definitions if parameters else [{}]})
    if request.method != "POST":
        raise page(405, "Method Not Allowed")
    if user not in JOB_BUILD:
        raise page(403, f"{user} is missing the Job/Build permission")
    if parameters and match[2] == "build":
        raise page(400, "This page expects a form submission")
    if not parameters and match[2] == "buildWithParameters":
        raise page(500, "This build is not parameterized!")
    QUEUE[0] += 1
    host = request.fields.get("Host", "")
    raise Answer(201, fields=[("Location", f"http://{host}/jenkins/queue/item/{QUEUE[0]}/")])


# --- The server ------------------------------------------------------------------------------------

SERVICES = {
    "jira": jira_data_center,
    "jira-cloud": lambda request, path: jira_cloud(request, path, cloud_user(request)),
    "confluence": confluence_data_center,
    "confluence-cloud": lambda request, path: confluence_cloud(request, path, cloud_user(request)),
    "jenkins": jenkins,
    "atlassian": atlassian,
}
LOCK = threading.Lock()
RECORD = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def respond(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, self.path, self.headers, body)
        name, slash, path = request.path[1:].partition("/")
        with LOCK:
            if request.path == "/_requests":
                answer = Answer(200, RECORD)
            else:
                try:
                    SERVICES.get(name, lambda *_: None)(request, slash + path)
                    answer = page(404, "Not Found")
                except Answer as raised:
                    answer = raised
                RECORD.append(
                    {
                        "service": name,
                        "method": self.command,
                        "path": self.path,
                        "fields": [list(field) for field in self.headers.items()],
                        "body": body.decode(errors="replace"),
                        "status": answer.status,
                    }
                )
        self.send_response(answer.status)
        for field, value in answer.fields:
            self.send_header(field, value)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = respond

    def log_message(self, *_):
        pass


def main():
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 0), Handler)
    server.daemon_threads = True
    print(f"Listening at http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


main()
