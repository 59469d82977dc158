"""A person signs in with Chromium, driven by the Chrome DevTools Protocol over two pipes.

    browser_sign_in.py CHROMIUM allow|deny [FOLDER]

It reads `{"url": …, "user": …, "password": …}`. In `url` the text `PORT` stands for the port of the
client, at which this script waits for the redirect. The person first enters a wrong password, here or
at the page of another provider. It prints
the title of each page, each POST with its origin, the parameters of the redirect, and each message
that the browser wrote to its console. With FOLDER it also writes a picture of each page, as wide as a
phone, light and dark.
"""

import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit


SECONDS = 60


class Listener(BaseHTTPRequestHandler):
    """The client: keeps the redirect."""

    redirects = []

    def do_GET(self):
        if self.path.startswith("/callback?"):
            self.redirects.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>The client</title>")

    def log_message(self, *_):
        pass


class Chromium:
    def __init__(self, path, profile):
        ours, theirs = os.pipe(), os.pipe()  # commands, events
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        options += [
            "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--no-proxy-server", f"--user-data-dir={profile}", "--remote-debugging-pipe",
            # The page of nanoidp names files of other servers.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ]  # fmt: skip
        # Chromium reads its commands from descriptor 3 and writes to 4.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$0" "$@" 3<&{ours[0]} 4>&{theirs[1]}', path, *options],
            pass_fds=[ours[0], theirs[1]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])
        self.commands, self.events = os.fdopen(ours[1], "wb", 0), os.fdopen(theirs[0], "rb")
        self.count, self.session = 0, None
        self.seen, self.waited = [], 0  # events, and how many of them were waited for
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.send(f"{domain}.enable")

    def receive(self):
        text = bytearray()
        while (byte := self.events.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("Chromium has ended")
            text += byte
        return json.loads(text)

    def send(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.commands.write(json.dumps(message).encode() + b"\0")
        while (answer := self.receive()).get("id") != self.count:
            self.seen.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def wait_for(self, method):
        """Waits for an event that no earlier call has waited for."""
        while True:
            while self.waited < len(self.seen):
                self.waited += 1
                if self.seen[self.waited - 1]["method"] == method:
                    return
            self.seen.append(self.receive())

    def run(self, script):
        result = self.send("Runtime.evaluate", expression=script, userGesture=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def enter(self, field, text):
        self.run(f"document.querySelector('[name={field}]').value = ''")
        self.run(f"document.querySelector('[name={field}]').focus()")
        self.send("Input.insertText", text=text)

    def all(self, method):
        return [event["params"] for event in self.seen if event["method"] == method]


def picture(browser, folder, name):
    for scheme in ("light", "dark"):
        browser.send(
            "Emulation.setDeviceMetricsOverride",
            width=390, height=844, deviceScaleFactor=2, mobile=True,
        )  # fmt: skip
        browser.send(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        image = browser.send("Page.captureScreenshot", captureBeyondViewport=True)
        with open(f"{folder}/{name}-{scheme}.png", "wb") as file:
            file.write(base64.b64decode(image["data"]))


def main():
    path, decision, *folder = sys.argv[1:]
    request = json.load(sys.stdin)
    client = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=client.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Chromium(path, profile)
        titles = []

        def give_up(*_):
            messages = [event["entry"]["text"] for event in browser.all("Log.entryAdded")]
            raise TimeoutError(f"no page after {titles}: {messages}")

        signal.signal(signal.SIGALRM, give_up)
        signal.alarm(SECONDS)

        def go(script):
            browser.run(script)
            browser.wait_for("Page.loadEventFired")
            titles.append(browser.run("document.title"))
            if folder:
                picture(browser, folder[0], f"{len(titles)}-{decision}")

        passwords = ["not the password", request["password"]]
        try:
            url = request["url"].replace("PORT", str(client.server_port))
            go(f"location.href = {json.dumps(url)}")
            while titles[-1] != "The client":
                if browser.run("document.querySelector('[name=password]') !== null"):
                    browser.enter("username", request["user"])
                    browser.enter("password", passwords.pop(0))
                    go("document.querySelector('[name=password]').form.requestSubmit()")
                else:
                    go(f"document.querySelector('button[value={decision}]').click()")
        finally:
            browser.process.kill()
            browser.process.wait()
        posts = {
            event["requestId"]: urlsplit(event["request"]["url"]).path
            for event in browser.all("Network.requestWillBeSent")
            if event["request"]["method"] == "POST"
        }
        outcome = {
            "titles": titles,
            "posts": [
                {"path": posts[event["requestId"]], "origin": event["headers"].get("Origin")}
                for event in browser.all("Network.requestWillBeSentExtraInfo")
                if event["headers"].get("Origin") and event["requestId"] in posts
            ],
            "redirects": [dict(parse_qsl(urlsplit(one).query)) for one in Listener.redirects],
            "messages": [event["entry"]["text"] for event in browser.all("Log.entryAdded")],
        }
    print(json.dumps(outcome))


main()
