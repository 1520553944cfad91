"""A main service in miniature: it signs tokens for its users and takes the events of their uploads.

    WEBHOOK_SECRET=whsec_... PORT=9000 python main_service.py

    GET  /token?user=alice   a token for the upload service, as a login would hand one out
    GET  /keys               the public key that verifies it: MAIN_SERVICE_JWKS_URL
    POST /events             what the upload service tells: an entry of WEBHOOK_ENDPOINTS
    GET  /events             what came so far

Needs PyJWT, cryptography and standardwebhooks. A real one asks for a password before it signs,
keeps its key, and remembers in its database which events it has handled.
"""

import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from standardwebhooks import Webhook, WebhookVerificationError

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])
EVENTS: dict[str, object] = {}


def token(user: str) -> str:
    now = int(time.time())
    claims = {
        "iss": "main-service",  # EXPECTED_JWT_ISSUER
        "aud": "chunk-service",  # EXPECTED_JWT_AUDIENCE
        "sub": user,  # the owner of what is uploaded
        "iat": now,
        "exp": now + 3600,
    }
    return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "first"})


def keys() -> str:
    public = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    return json.dumps({"keys": [{**public, "kid": "first", "use": "sig", "alg": "RS256"}]})


def take(headers: dict[str, str], body: bytes) -> int:
    """The status of the answer. An event that comes again changes nothing."""
    try:
        event = WEBHOOK.verify(body, headers)
    except WebhookVerificationError:
        return 401
    EVENTS[headers["webhook-id"]] = event
    return 204


class MainService(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/token":
            self.answer(200, token(parse_qs(address.query)["user"][0]))
        elif address.path == "/keys":
            self.answer(200, keys())
        elif address.path == "/events":
            self.answer(200, json.dumps(list(EVENTS.values()), indent=2))
        else:
            self.answer(404)

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers["content-length"]), 20_000))
        self.answer(take({name.lower(): text for name, text in self.headers.items()}, body))

    def answer(self, status: int, text: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), MainService).serve_forever()
