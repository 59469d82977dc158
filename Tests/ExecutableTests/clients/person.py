"""A person at the browser, for the sign-in pages of `CalculatorOAuth`.

Follows the page at `/authorize` through the sign-in form, also that of another provider, and the
consent form to the redirect to the client, with the cookies and the header fields of a browser. As a script it reads
`{"url": …, "user": …, "password": …}`, opens the URL, allows the client and follows the redirect.
"""

import asyncio
import json
import sys
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

SECONDS = 60


def client(**options):
    """Without the proxies of the environment."""
    return httpx2.AsyncClient(trust_env=False, timeout=SECONDS, **options)


class Form(HTMLParser):
    """The first form of a page: where it is sent, and the fields that the page has filled in."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.buttons = None, {}, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.action = attributes.get("action", "")
        elif tag == "input":
            self.fields[attributes["name"]] = attributes.get("value", "")
        elif tag == "button" and "name" in attributes:
            self.buttons[attributes["value"]] = attributes["name"]


class Person:
    def __init__(self, user, password):
        self.user, self.password = user, password

    async def redirect(self, authorization, decision="allow"):
        """Signs in and decides. Returns the URL of the client to which the browser goes then."""
        target = parse_qs(urlsplit(authorization).query)["redirect_uri"][0]
        async with client() as browser:
            page = await browser.get(authorization)
            for _ in range(6):
                if page.is_redirect:
                    url = urljoin(str(page.url), page.headers["location"])
                    if url.split("?")[0] == target:
                        return url
                    page = await browser.get(url)
                    continue
                form = Form(page.text)
                if "password" in form.fields:
                    entered = {"username": self.user, "password": self.password}
                else:
                    entered = {"decision": decision}
                page = await self.send(browser, page, form, entered)
        raise RuntimeError(f"no sign-in: {page.status_code}, {page.text}")

    async def send(self, browser, page, form, entered):
        if page.status_code != 200 or form.action is None:
            raise RuntimeError(f"no page with a form: {page.status_code}, {page.text}")
        url = urlsplit(str(page.url))
        unknown = set(entered) - set(form.fields) - set(form.buttons.values())
        if unknown:
            raise RuntimeError(f"the page has no field {unknown}: {page.text}")
        return await browser.post(
            urljoin(str(page.url), form.action or None),
            data=form.fields | entered,
            headers={"Origin": f"{url.scheme}://{url.netloc}", "Sec-Fetch-Site": "same-origin"},
        )


async def main():
    request = json.load(sys.stdin)
    person = Person(request["user"], request["password"])
    redirect = await person.redirect(request["url"])
    async with client() as browser:
        page = await browser.get(redirect)
    print(page.status_code)


if __name__ == "__main__":
    asyncio.run(main())
