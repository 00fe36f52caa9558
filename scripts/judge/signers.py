"""Providers' signatures, made and checked by libraries that nobody here wrote.

Each scheme signs a request (`sign` gives its header fields) and says of any other whether it would take it (`takes`).
"""
import base64
import datetime
import hashlib
import hmac
import time
import urllib.parse

import nacl.exceptions
import nacl.signing
import slack_sdk.signature
import standardwebhooks
import stripe
import twilio.request_validator

FORM = "application/x-www-form-urlencoded"


class Signer:
    """A provider: its entry in `auth`, its secret, and a body of its."""

    members = {}
    header = None
    type = "application/json"

    def __init__(self, secret="s3cret-of-the-provider-0123456789"):
        self.secret = secret

    def body(self, number):
        return f'{{"id": "evt_{number}", "type": "paid", "text": "ü"}}'.encode()

    def takes(self, url, headers, body):
        """Whether the provider's own library takes it; None when there is none."""
        return None


class Plain(Signer):
    """HMACs as the standard library makes them."""

    def __init__(self, hash, encoding, prefix="", timed=False, dot=True):
        super().__init__()
        self.hash, self.encoding, self.prefix, self.timed, self.dot = hash, encoding, prefix, timed, dot
        self.members = {"scheme": f"hmac-{hash}", "signatureHeader": "X-Signature"}
        if timed:
            self.members |= {"timestampHeader": "X-Time", "signedPayload": "timestamp.body" if dot else "timestamp+body"}

    header = "X-Signature"

    def sign(self, url, body, now):
        head = f"{now}{'.' if self.dot else ''}".encode() if self.timed else b""
        digest = hmac.new(self.secret.encode(), head + body, self.hash).digest()
        text = digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()
        return {"X-Signature": self.prefix + text} | ({"X-Time": str(now)} if self.timed else {})


class GitHub(Plain):
    header = "X-Hub-Signature-256"

    def __init__(self):
        super().__init__("sha256", "hex", "sha256=")
        self.members = {"scheme": "github"}

    def sign(self, url, body, now):
        return {"X-Hub-Signature-256": super().sign(url, body, now)["X-Signature"]}


class Stripe(Signer):
    members = {"scheme": "stripe"}
    header = "Stripe-Signature"

    def sign(self, url, body, now):
        code = stripe.WebhookSignature._compute_signature(f"{now}.{body.decode()}", self.secret)
        return {"Stripe-Signature": f"t={now},v1={code}"}

    def takes(self, url, headers, body):
        try:
            return stripe.WebhookSignature.verify_header(body.decode(), headers[self.header], self.secret, 300)
        except (stripe.SignatureVerificationError, UnicodeDecodeError, ValueError):
            return False


class Slack(Signer):
    members = {"scheme": "slack"}
    header = "X-Slack-Signature"

    def sign(self, url, body, now):
        verifier = slack_sdk.signature.SignatureVerifier(self.secret)
        return {"X-Slack-Signature": verifier.generate_signature(timestamp=str(now), body=body), "X-Slack-Request-Timestamp": str(now)}

    def takes(self, url, headers, body):
        try:
            return slack_sdk.signature.SignatureVerifier(self.secret).is_valid_request(body, headers)
        except (UnicodeDecodeError, ValueError, TypeError):
            return False


class Twilio(Signer):
    """A form, signed with its URL."""

    members = {"scheme": "twilio"}
    header = "X-Twilio-Signature"
    type = FORM

    def body(self, number):
        fields = [("To", "+1555"), ("Body", f"a b&ü={number}"), ("A", "2"), ("A", "1"), ("A", "2"), ("Empty", ""), ("a", "%zz")]
        return urllib.parse.urlencode(fields).encode()

    def validator(self):
        return twilio.request_validator.RequestValidator(self.secret)

    def fields(self, body):
        class Fields(dict):
            def getlist(self, name):
                return self[name]

        return Fields(urllib.parse.parse_qs(body.decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="surrogateescape"))

    def sign(self, url, body, now):
        return {"X-Twilio-Signature": self.validator().compute_signature(url, self.fields(body))}

    def takes(self, url, headers, body):
        try:
            return self.validator().validate(url, self.fields(body), headers[self.header])
        except (UnicodeError, TypeError, ValueError):
            return None


class TwilioJSON(Twilio):
    """JSON, whose digest is in the URL."""

    type = "application/json"
    body = Signer.body

    def target(self, body):
        return "?bodySHA256=" + self.validator().compute_hash(body.decode())

    def sign(self, url, body, now):
        return {"X-Twilio-Signature": self.validator().compute_signature(url, {})}

    def takes(self, url, headers, body):
        try:
            return self.validator().validate(url, body.decode(), headers[self.header])
        except (UnicodeError, TypeError, ValueError):
            return False


class Standard(Signer):
    members = {"scheme": "standard-webhooks"}
    header = "webhook-signature"

    def __init__(self):
        super().__init__("whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode())

    def sign(self, url, body, now):
        when = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
        signature = standardwebhooks.Webhook(self.secret).sign("msg_judge", when, body.decode())
        return {"webhook-id": "msg_judge", "webhook-timestamp": str(now), "webhook-signature": signature}

    def takes(self, url, headers, body):
        try:
            standardwebhooks.Webhook(self.secret).verify(body, headers)
            return True
        except standardwebhooks.WebhookVerificationError:
            return False
        except (UnicodeDecodeError, ValueError):
            # It reads the body as JSON once it has verified it; whether it had is not told.
            return None


class StandardPublic(Signer):
    """Standard Webhooks with a key pair."""

    members = {"scheme": "standard-webhooks"}
    header = "webhook-signature"

    def __init__(self):
        self.key = nacl.signing.SigningKey(hashlib.sha256(b"judge").digest())
        super().__init__("whpk_" + base64.b64encode(bytes(self.key.verify_key)).decode())

    def sign(self, url, body, now):
        signature = self.key.sign(f"msg_judge.{now}.".encode() + body).signature
        return {"webhook-id": "msg_judge", "webhook-timestamp": str(now), "webhook-signature": "v1a," + base64.b64encode(signature).decode()}


class Discord(Signer):
    members = {"scheme": "ed25519", "signatureHeader": "X-Signature-Ed25519", "timestampHeader": "X-Signature-Timestamp"}
    header = "X-Signature-Ed25519"

    def __init__(self):
        self.key = nacl.signing.SigningKey(hashlib.sha256(b"discord").digest())
        super().__init__(bytes(self.key.verify_key).hex())

    def sign(self, url, body, now):
        signature = self.key.sign(str(now).encode() + body).signature
        return {"X-Signature-Ed25519": signature.hex(), "X-Signature-Timestamp": str(now)}

    def takes(self, url, headers, body):
        try:
            self.key.verify_key.verify(headers["X-Signature-Timestamp"].encode() + body, bytes.fromhex(headers[self.header]))
            return abs(time.time() - int(headers["X-Signature-Timestamp"])) <= 301
        except (nacl.exceptions.BadSignatureError, nacl.exceptions.ValueError, ValueError):
            return False


def all_signers():
    """Every scheme, by a name that may stand in a path."""
    return {
        "sha256-hex": Plain("sha256", "hex"), "sha256-base64": Plain("sha256", "base64"), "sha1-hex": Plain("sha1", "hex", "sha1="),
        "sha1-base64": Plain("sha1", "base64"), "sha256-timed": Plain("sha256", "hex", timed=True),
        "sha256-undotted": Plain("sha256", "base64", timed=True, dot=False), "github": GitHub(), "stripe": Stripe(), "slack": Slack(),
        "twilio": Twilio(), "twilio-json": TwilioJSON(), "standard": Standard(), "standard-public": StandardPublic(), "discord": Discord(),
    }
