"""An authorization server and a provider behind it, by authlib: clients, codes with PKCE, refresh tokens that rotate."""
import os
import secrets
import threading
import time

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7523 import JWTBearerGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, jsonify, redirect, request
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "judge client", "s3cr3t/of:the+judge%"
USER, ACCOUNT = "the-user", "robot@judge.example"


class Client(ClientMixin):
    """The one client; `methods` are those by which it may authenticate."""

    def __init__(self, redirect_uri):
        self.redirect_uri = redirect_uri
        self.methods = {"client_secret_basic", "client_secret_post"}

    def get_client_id(self):
        return CLIENT_ID

    def get_default_redirect_uri(self):
        return self.redirect_uri

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret):
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method, endpoint):
        return method in self.methods

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type in ("authorization_code", "client_credentials", "refresh_token", JWTBearerGrant.GRANT_TYPE)


class Token(TokenMixin):
    """A token that was given out."""

    def __init__(self, data, user):
        self.data, self.user = data, user
        self.expires_at = time.time() + data["expires_in"]
        self.revoked = False

    def check_client(self, client):
        return True

    def get_scope(self):
        return self.data.get("scope", "")

    def get_expires_in(self):
        return self.data["expires_in"]

    def is_expired(self):
        return time.time() > self.expires_at

    def is_revoked(self):
        return self.revoked

    def get_user(self):
        return self.user

    def get_client(self):
        return None


class Code:
    """A code that was given out."""

    def __init__(self, asked):
        self.redirect_uri, self.scope = asked.payload.redirect_uri, asked.payload.scope
        self.code_challenge = asked.payload.data.get("code_challenge")
        self.code_challenge_method = asked.payload.data.get("code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


class AuthServer:
    """Listens on the loopback interface from its making on."""

    def __init__(self):
        self.codes, self.tokens, self.token_requests = {}, [], []
        self.lifetime = 3600
        self.account_key = None
        app = Flask("authserver")
        self.http = make_server("127.0.0.1", 0, app, threaded=True)
        self.base = f"http://127.0.0.1:{self.http.server_port}"
        self.client = Client("")
        server = AuthorizationServer(app, query_client=self.query_client, save_token=self.save_token)
        server.register_token_generator("default", self.make_token)
        world = self

        class CodeGrant(grants.AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

            def save_authorization_code(self, code, request):
                world.codes[code] = Code(request)

            def query_authorization_code(self, code, client):
                return world.codes.get(code)

            def delete_authorization_code(self, authorization_code):
                world.codes = {text: kept for text, kept in world.codes.items() if kept is not authorization_code}

            def authenticate_user(self, authorization_code):
                return USER

        class Refresh(grants.RefreshTokenGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
            INCLUDE_NEW_REFRESH_TOKEN = True

            def authenticate_refresh_token(self, refresh_token):
                for token in world.tokens:
                    if token.data.get("refresh_token") == refresh_token and not token.revoked:
                        return token
                return None

            def authenticate_user(self, refresh_token):
                return USER

            def revoke_old_credential(self, refresh_token):
                refresh_token.revoked = True

        class Own(grants.ClientCredentialsGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

        server.register_grant(CodeGrant, [CodeChallenge(required=True)])
        server.register_grant(Refresh)
        server.register_grant(Own)

        class Validator(BearerTokenValidator):
            def authenticate_token(self, token_string):
                return next((token for token in world.tokens if token.data["access_token"] == token_string), None)

        class Assertion(JWTBearerGrant):
            def get_audiences(self):
                return [world.base + "/token"]

            def resolve_issuer_client(self, issuer):
                return world.client if issuer == ACCOUNT else None

            def resolve_client_public_key(self, client):
                return world.account_key

            def authenticate_user(self, subject):
                return USER if subject == USER else None

            def has_granted_permission(self, client, user):
                return user == USER

        server.register_grant(Assertion)
        protector = ResourceProtector()
        protector.register_token_validator(Validator())

        @app.get("/authorize")
        def authorize():
            grant = server.get_consent_grant(end_user=USER)
            return server.create_authorization_response(request, grant_user=USER, grant=grant)

        @app.post("/token")
        def token():
            self.token_requests.append(dict(request.form))
            return server.create_token_response()

        @app.get("/things")
        @protector("things")
        def things():
            return jsonify({"seen": request.headers["Authorization"]})

        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def query_client(self, client_id):
        return self.client if client_id == CLIENT_ID else None

    def make_token(self, grant_type, client, user=None, scope=None, expires_in=None, include_refresh_token=True):
        token = {
            "token_type": "Bearer", "access_token": secrets.token_urlsafe(32), "expires_in": self.lifetime,
            "scope": scope or "",
        }
        if include_refresh_token and grant_type not in ("client_credentials", JWTBearerGrant.GRANT_TYPE):
            token["refresh_token"] = secrets.token_urlsafe(32)
        return token

    def save_token(self, token, asked):
        self.tokens.append(Token(token, asked.user))

    def revoke_all(self):
        """As if the user took the consent back."""
        for token in self.tokens:
            token.revoked = True
