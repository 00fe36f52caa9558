"""Calls programs that nobody here wrote, and a provider that does everything wrong; see scripts/judge-providers."""
import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import bcrypt
from hostile import Hostile
from world import KEY, Difference, Server

USER, PASSWORD = "judge", "pass-word-of-the-judge"
TENANT, BLUEPRINT = "/v1/tenants/acme", "judge"
LINE = f"{TENANT}/configs/{BLUEPRINT}/sandbox"
START_SECONDS_MAX = 60
BASIC = [{"type": "basic", "usernameField": "user", "passwordField": "password"}]


def free_port():
    """A loopback port that is free now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(url, name):
    """Waits until something answers, whatever its status."""
    end = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > end:
                raise SystemExit(f"judge: {name} does not start") from None
            time.sleep(0.1)


class Programs:
    """The programs, each on a port of its own, over one folder."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack

    def start(self, name, *command):
        """Runs a program until the end of all."""
        log = open(os.path.join(self.folder, name + ".log"), "w", encoding="utf-8")
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)
        self.stack.callback(log.close)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)

    def write(self, name, text):
        """Writes a file; answers its path."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def httpbin(self):
        port = free_port()
        self.start("httpbin", sys.executable, "-m", "httpbin.core", "--port", str(port), "--host", "127.0.0.1")
        return f"http://127.0.0.1:{port}"

    def radicale(self):
        port = free_port()
        users = self.write("radicale-users", f"{USER}:{PASSWORD}\n")
        config = self.write(
            "radicale.conf",
            f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {users}\n"
            f"htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {self.folder}/radicale\n",
        )
        self.start("radicale", sys.executable, "-m", "radicale", "--config", config)
        return f"http://127.0.0.1:{port}"

    def web_config(self):
        """Basic authentication, as Prometheus and its kin read it."""
        digest = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
        return self.write("web.yml", f"basic_auth_users:\n  {USER}: {digest}\n")

    def prometheus(self):
        port = free_port()
        config = self.write("prometheus.yml", "global: {scrape_interval: 1h}\n")
        self.start("prometheus", "prometheus", f"--config.file={config}", f"--web.config.file={self.web_config()}",
                   f"--web.listen-address=127.0.0.1:{port}", f"--storage.tsdb.path={self.folder}/prometheus")
        return f"http://127.0.0.1:{port}"

    def alertmanager(self):
        port = free_port()
        config = self.write("alertmanager.yml", "route: {receiver: none}\nreceivers: [{name: none}]\n")
        self.start("alertmanager", "prometheus-alertmanager", f"--config.file={config}", f"--web.config.file={self.web_config()}",
                   f"--web.listen-address=127.0.0.1:{port}", f"--storage.path={self.folder}/alertmanager", "--cluster.listen-address=")
        return f"http://127.0.0.1:{port}"

    def etcd(self):
        port, peers = free_port(), free_port()
        self.start("etcd", "etcd", "--data-dir", f"{self.folder}/etcd", "--listen-client-urls", f"http://127.0.0.1:{port}",
                   "--advertise-client-urls", f"http://127.0.0.1:{port}", "--listen-peer-urls", f"http://127.0.0.1:{peers}",
                   "--initial-advertise-peer-urls", f"http://127.0.0.1:{peers}", "--initial-cluster", f"default=http://127.0.0.1:{peers}")
        return f"http://127.0.0.1:{port}"

    def nginx(self, certificate):
        """A server that offers HTTP/2, and answers which version it was asked in."""
        port = free_port()
        config = self.write(
            "nginx.conf",
            f"daemon off; pid {self.folder}/nginx.pid; error_log stderr;\nevents {{}}\nhttp {{\n"
            f"  access_log off; client_body_temp_path {self.folder}/nginx-body; proxy_temp_path {self.folder}/nginx-proxy;\n"
            f"  fastcgi_temp_path {self.folder}/nginx-f; uwsgi_temp_path {self.folder}/nginx-u; scgi_temp_path {self.folder}/nginx-s;\n"
            f"  server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {certificate}; ssl_certificate_key {certificate};\n"
            f"    default_type application/json; location / {{ return 200 '{{\"protocol\":\"$server_protocol\"}}'; }} }}\n}}\n",
        )
        self.start("nginx", "nginx", "-c", config, "-p", self.folder)
        wait_for_port(port, "nginx")
        return f"https://localhost:{port}"


def operation(method, path, **members):
    """An operation of a spec."""
    return {"method": method, "path": path, **members}


def wait_for_port(port, name):
    """Waits until somebody listens there."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise Difference(f"{name} does not listen")


def specs(urls):
    """The specs, by name: where, how a call authenticates, and the operations."""
    text, bearer = "{{input.text}}", [{"type": "bearer", "secretField": "token"}]
    return {
        "httpbin": (urls["httpbin"], bearer, {
            "bearer": operation("GET", "/bearer"),
            "anything": operation("GET", "/anything/{{input.part}}", query={"q": "{{input.q}}", "no": "{{input.no}}"}),
            "form": operation("POST", "/post", encoding="form", body={"a": {"b": text}, "list": ["x", text]}),
            "multipart": operation("POST", "/post", encoding="multipart", body={
                "field": text, "file": {"filename": "a.bin", "base64": "{{input.data}}"}}),
            "raw": operation("POST", "/post", encoding="raw", body=text, contentType="text/csv"),
            "query": operation("GET", "/get", encoding="query", body={"filter": {"status": text}}),
            "status": operation("GET", "/status/{{input.code}}"),
            "post-status": operation("POST", "/status/{{input.code}}", body={}),
            "delay": operation("GET", "/delay/{{input.seconds}}"),
            "redirect": operation("GET", "/redirect/{{input.count}}"),
            "redirect-to": operation("GET", "/redirect-to", query={"url": "{{input.url}}"}),
            "gzip": operation("GET", "/gzip", response={"output": {"gzipped": "{{response.body.gzipped}}"}}),
            "lines": operation("GET", "/stream/{{input.count}}"),
        }),
        "httpbin-basic": (urls["httpbin"], BASIC, {"basic": operation("GET", f"/basic-auth/{USER}/{PASSWORD}")}),
        "radicale": (urls["radicale"], BASIC, {
            "put": operation("PUT", f"/{USER}/work/{{{{input.name}}}}.ics", encoding="raw", body=text, contentType="text/calendar"),
            "calendar": operation("PUT", f"/{USER}/work", encoding="raw", body=text, contentType="text/calendar"),
            "get": operation("GET", f"/{USER}/work/{{{{input.name}}}}.ics"),
            "delete": operation("DELETE", f"/{USER}/work/{{{{input.name}}}}.ics"),
        }),
        "prometheus": (urls["prometheus"], BASIC, {
            "query": operation("GET", "/api/v1/query", query={"query": text},
                               errors={"codePointer": "/errorType", "messagePointer": "/error"},
                               response={"output": "{{response.body.data.result}}"}),
            "healthy": operation("GET", "/-/healthy"),
        }),
        "alertmanager": (urls["alertmanager"], BASIC, {
            "alert": operation("POST", "/api/v2/alerts", body=[{"labels": {"alertname": text, "gone": "{{input.no}}"}}]),
            "alerts": operation("GET", "/api/v2/alerts"),
        }),
        "etcd": (urls["etcd"], None, {
            "put": operation("POST", "/v3/kv/put", safe=True, body={"key": "{{input.key}}", "value": "{{input.value}}"}),
            "range": operation("POST", "/v3/kv/range", safe=True, body={"key": "{{input.key}}", "limit": "{{input.limit}}"}),
        }),
        "hostile": (urls["hostile"], bearer, {"do": operation("GET", "/{{input.what}}"), "write": operation("POST", "/{{input.what}}", body={})}),
        "secure": (urls["secure"], bearer, {"do": operation("GET", "/{{input.what}}")}),
        "http2": (urls["http2"], bearer, {"read": operation("GET", "/read"), "write": operation("POST", "/write", body={"text": text})}),
        "insecure": (urls["insecure"], bearer, {"do": operation("GET", "/{{input.what}}")}),
    }


class Judge:
    """A server of ours, with a connection to each program."""

    def __init__(self, server, urls):
        self.server, self.count = server, 0
        slots, bindings = [], []
        for name, (url, auth, operations) in specs(urls).items():
            key = f"judged.{name}"
            capabilities = [{"key": f"{name}.{word}", "version": 1, "operation": f"{key}.{word}"} for word in operations]
            spec = {
                "meta": {"key": key, "version": 1, "category": "judged"}, "supportedModes": ["byok"],
                "capabilities": {"provides": capabilities}, "transport": {"type": "rest", "baseUrl": url},
                "operations": {f"{key}.{word}": value for word, value in operations.items()},
            }
            if auth:
                spec["auth"] = auth
            if name == "prometheus":
                spec["healthCheck"] = {"operation": f"{key}.healthy"}
            server.send("PUT", f"/v1/specs/integrations/{key}/versions/1", spec)
            server.send("POST", TENANT + "/connections", {
                "meta": {"id": name, "tenantId": "acme", "integrationKey": key, "integrationVersion": 1, "environment": "sandbox"},
                "ownershipMode": "byok", "status": "active", "secretRef": f"file://{name}.json", "config": {},
            })
            required = [{"key": item["key"], "version": 1} for item in capabilities]
            slots.append({"slotId": name, "requiredCategory": "judged", "requiredCapabilities": required, "allowedModes": ["byok"], "required": True})
            bindings.append({"slotId": name, "connectionId": name, "scope": {"workflows": ["job"], "operations": ["*"]}})
        server.send("PUT", f"/v1/specs/blueprints/{BLUEPRINT}/versions/1", {
            "meta": {"name": BLUEPRINT, "version": 1, "appId": BLUEPRINT}, "integrationSlots": slots,
            "workflows": {"job": {"name": "judge.job", "version": 1}},
        })
        server.send("POST", LINE + "/versions", {
            "meta": {"blueprintName": BLUEPRINT, "blueprintVersion": 1}, "integrations": bindings,
        })
        server.send("POST", LINE + "/versions/1/publish", {})

    def call(self, capability, wanted=200, stream=False, timeout=20_000, **given):
        """Calls a capability; the answer's JSON, or its text when it is a stream."""
        self.count += 1
        body = {"workflow": "job", "input": given, "timeoutMs": timeout, "stream": stream}
        status, text = self.server.answer(KEY, "POST", f"{LINE}/capabilities/{capability}/execute", body)
        if status != wanted:
            raise Difference(f"{capability} {given}: {status} instead of {wanted}: {text.decode()}")
        return text.decode() if stream and status == 200 else json.loads(text)

    def expect(self, what, found, wanted):
        """Says what differs."""
        if found != wanted:
            raise Difference(f"{what}: {found!r} instead of {wanted!r}")


def judge_httpbin(judge):
    """Encodings, statuses, redirects, times."""
    judge.expect("bearer", judge.call("httpbin.bearer")["output"], {"authenticated": True, "token": "[redacted]"})
    judge.expect("basic", judge.call("httpbin-basic.basic")["output"]["authenticated"], True)
    output = judge.call("httpbin.anything", part="a/../b ?#ä", q="1&2=3")["output"]
    judge.expect("query", output["args"], {"q": "1&2=3"})
    judge.expect("path", urllib.parse.unquote(output["url"].split("/anything/")[1].split("?")[0]), "a/../b ?#ä")
    form = judge.call("httpbin.form", text="x&y=ö")["output"]["form"]
    judge.expect("form", form, {"a[b]": "x&y=ö", "list[0]": "x", "list[1]": "x&y=ö"})
    data = base64.b64encode(bytes(range(256))).decode()
    output = judge.call("httpbin.multipart", text="field", data=data)["output"]
    judge.expect("fields", output["form"], {"field": "field"})
    judge.expect("file", base64.b64decode(output["files"]["file"].split(",")[1]), bytes(range(256)))
    output = judge.call("httpbin.raw", text="a,b\r\n")["output"]
    judge.expect("raw", (output["data"], output["headers"]["Content-Type"]), ("a,b\r\n", "text/csv"))
    judge.expect("members", judge.call("httpbin.query", text="open")["output"]["args"], {"filter[status]": "open"})
    judge.expect("gzip", judge.call("httpbin.gzip")["output"], {"gzipped": True})
    for code in (400, 404, 418):
        judge.expect("status", judge.call("httpbin.status", 502, code=code)["provider"]["status"], code)
    judge.expect("a read is tried again", judge.call("httpbin.status", 502, code=503)["attempts"], 3)
    judge.expect("a write is not", judge.call("httpbin.post-status", 502, code=503)["attempts"], 1)
    judge.expect("time", judge.call("httpbin.delay", 504, timeout=700, seconds=5)["code"], "PROVIDER_TIMEOUT")
    judge.call("httpbin.redirect", count=3)
    judge.call("httpbin.redirect", 502, count=4)
    lines = judge.call("httpbin.lines", stream=True, count=50).splitlines()
    judge.expect("lines", [json.loads(line)["id"] for line in lines], list(range(50)))


def judge_radicale(judge):
    """A calendar: raw bodies, and a text as the answer."""
    event = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:judge\r\nBEGIN:VEVENT\r\nUID:{0}\r\nDTSTAMP:20260101T000000Z\r\n" \
            "DTSTART:20260101T100000Z\r\nSUMMARY:{1}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    judge.call("radicale.calendar", text=event.format("first", "First"))
    judge.call("radicale.put", name="two", text=event.format("two", "Zweites Ä"))
    found = judge.call("radicale.get", name="two")["output"]
    judge.expect("event", "SUMMARY:Zweites Ä" in found, True)
    judge.call("radicale.delete", name="two")
    judge.expect("gone", judge.call("radicale.get", 502, name="two")["provider"]["status"], 404)


def judge_monitoring(judge):
    """Prometheus and Alertmanager, behind basic authentication."""
    found = judge.call("prometheus.query", text="vector(42)")["output"]
    judge.expect("query", found[0]["value"][1], "42")
    error = judge.call("prometheus.query", 502, text="sum(")["provider"]
    judge.expect("code", error["code"], "bad_data")
    judge.expect("words", "parse error" in error["message"], True)
    health = judge.server.send("POST", TENANT + "/connections/prometheus/test", {})["health"]
    judge.expect("health", health["status"], "healthy")
    judge.call("alertmanager.alert", text="disk & co")
    found = judge.call("alertmanager.alerts")["output"]
    judge.expect("alerts", [alert["labels"] for alert in found], [{"alertname": "disk & co"}])


def judge_etcd(judge):
    """A store whose values are base64, and which needs no secret."""
    key, value = (base64.b64encode(text.encode()).decode() for text in ("key", "välue"))
    judge.call("etcd.put", key=key, value=value)
    found = judge.call("etcd.range", key=key, limit=1)["output"]["kvs"]
    judge.expect("value", found[0]["value"], value)


def judge_hostile(judge):
    """Each wrong answer has its code, and nothing hangs."""
    for what, code in Hostile.WANTED.items():
        answer = judge.call("hostile.do", 504 if code == "PROVIDER_TIMEOUT" else 502, timeout=1500, what=what)
        judge.expect(what, answer["code"], code)
    judge.expect("a write", judge.call("hostile.write", 502, what="drop")["attempts"], 1)
    judge.expect("TLS", judge.call("secure.do", what="good")["output"], {"good": True})
    judge.expect("a strange authority", judge.call("insecure.do", 502, what="good")["code"], "PROVIDER_UNREACHABLE")


def judge_http2(judge):
    """HTTP/2 where it is offered; an answer that may be held back has a connection of its own, in HTTP/1.1."""
    for _ in range(3):
        judge.expect("read", judge.call("http2.read")["output"], {"protocol": "HTTP/2.0"})
    judge.expect("write", judge.call("http2.write", text="x" * 10_000)["output"], {"protocol": "HTTP/2.0"})
    judge.expect("stream", json.loads(judge.call("http2.read", stream=True)), {"protocol": "HTTP/1.1"})


def main(program):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bindery-judge-"))
        programs = Programs(folder, stack)
        urls = {name: getattr(programs, name)() for name in ("httpbin", "radicale", "prometheus", "alertmanager", "etcd")}
        hostile, trusted, strange = Hostile(), Hostile(folder, "trusted"), Hostile(folder, "strange")
        for provider in (hostile, trusted, strange):
            stack.callback(provider.stop)
        for name, url in urls.items():
            wait_for(url, name)
        urls.update(hostile=hostile.url, secure=trusted.url, insecure=strange.url, http2=programs.nginx(trusted.certificate))
        secrets = os.path.join(folder, "secrets")
        os.mkdir(secrets, 0o700)
        for name in specs(urls):
            with open(os.path.join(secrets, name + ".json"), "w", encoding="utf-8") as file:
                json.dump({"user": USER, "password": PASSWORD, "token": "token-of-the-judge"}, file)
        server = Server(program, os.path.join(folder, "data"), "--outbound-allow", "127.0.0.0/8", "--secrets-file-root", secrets,
                        "--outbound-ca-file", trusted.authority, "--execution-breaker-failures", "1000",
                        "--execution-breaker-minimum-calls", "10000")
        stack.callback(server.end)
        judge = Judge(server, urls)
        for part in (judge_httpbin, judge_radicale, judge_monitoring, judge_etcd, judge_hostile, judge_http2):
            part(judge)
        records = server.send("GET", f"{TENANT}/audit?kind=call&limit=500")["items"]
        if PASSWORD in json.dumps(records) or "token-of-the-judge" in json.dumps(records):
            raise Difference("a secret stands in the audit trail")
        verified = server.send("GET", "/v1/audit/verify")
        judge.expect("the trail", verified["valid"], True)
        print(f"providers: {judge.count} calls of 6 programs and a hostile one, as they should be; {len(records)} records without a secret")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Difference as difference:
        sys.exit(f"providers: {difference}")
