"""Signs in at glewlwyd, as `scripts/glewlwyd.py` describes it, by its JSON API and without a browser.

As a script it reads `{"provider": …, "scope": …, "resource": …, "refresh": …, "revoke": …}` and
prints an access token, by the authorization code flow with PKCE (RFC 7636). Without `resource` the
token names none (RFC 8707). With `refresh` it is the next token, which the provider gave for the
refresh token (RFC 6749 §6). With `revoke` the provider has revoked it (RFC 7009).
"""

import asyncio
import base64
import hashlib
import json
import secrets
import sys
from urllib.parse import parse_qs, urlsplit

import httpx2

SECONDS = 60


def client(**options):
    """Without the proxies of the environment."""
    return httpx2.AsyncClient(trust_env=False, timeout=SECONDS, **options)


async def sign_in(provider, authorization):
    """Does what a person does at the URL `authorization`. Returns the parameters of the redirect."""
    query = parse_qs(urlsplit(authorization).query)
    async with client() as person:
        credentials = {"username": provider["user"], "password": provider["password"]}
        done = await person.post(f"{provider['api']}/auth/", json=credentials)
        done.raise_for_status()
        grant = f"{provider['api']}/auth/grant/{query['client_id'][0]}"
        done = await person.put(grant, json={"scope": query["scope"][0]})
        done.raise_for_status()
        # The parameter with which glewlwyd's page says that the person has agreed.
        done = await person.get(f"{authorization}&g_continue=")
        location = done.headers.get("location", "")
        if not location.startswith(provider["redirect"]):
            raise RuntimeError(f"no sign-in: {done.status_code}, {location}")
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def tokens(provider, scope, resource):
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    same = {"client_id": provider["client"], "redirect_uri": provider["redirect"]}
    if resource:
        same["resource"] = resource
    parameters = same | {
        "response_type": "code",
        "scope": scope,
        "state": secrets.token_urlsafe(16),
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    authorization = httpx2.URL(f"{provider['issuer']}/auth", params=parameters)
    redirect = await sign_in(provider, str(authorization))
    if redirect.get("state") != parameters["state"]:
        raise RuntimeError(f"no sign-in: {redirect}")
    exchange = {"grant_type": "authorization_code", "code": redirect["code"]}
    async with client() as http:
        done = await http.post(
            f"{provider['issuer']}/token", data=same | exchange | {"code_verifier": verifier}
        )
        done.raise_for_status()
        return done.json()


async def refreshed(provider, got, resource):
    form = {"grant_type": "refresh_token", "refresh_token": got["refresh_token"]}
    form |= {"client_id": provider["client"]} | ({"resource": resource} if resource else {})
    async with client() as http:
        done = await http.post(f"{provider['issuer']}/token", data=form)
        done.raise_for_status()
        new = done.json()
    if new["access_token"] == got["access_token"]:
        raise RuntimeError("the provider gave the same access token again")
    return new


async def revoke(provider, got):
    credentials = (provider["introspectionClient"], provider["introspectionSecret"])
    async with client() as http:
        done = await http.post(
            f"{provider['issuer']}/revoke", data={"token": got}, auth=credentials
        )
        done.raise_for_status()


async def main():
    request = json.load(sys.stdin)
    async with asyncio.timeout(SECONDS):
        provider, resource = request["provider"], request.get("resource")
        got = await tokens(provider, request["scope"], resource)
        if request.get("refresh"):
            got = await refreshed(provider, got, resource)
        if request.get("revoke"):
            await revoke(provider, got["access_token"])
    print(got["access_token"], end="")


if __name__ == "__main__":
    asyncio.run(main())
