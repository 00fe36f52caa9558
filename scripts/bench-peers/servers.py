"""Starts the servers that are compared, and holds them to the same answers."""
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

READY_SECONDS_MAX = 30
STOP_SECONDS_MAX = 40
# The peer that says what the kernel alone costs.
FLOOR = "a bare loop in C"
# Each work, and which files of the plan hold its answer and the question that is posted; None to GET.
WORKS = {"resolved": ("resolved", None), "explain": ("explanation", "question"),
         "evaluation": ("evaluated", "evaluation")}
PEER_PATHS = {"resolved": "/", "explain": "/", "evaluation": "/evaluation"}
# Room for the peers that are measured, and for those of the checks.
PEERS_SPARE = 1000

NGINX = """daemon off;
worker_processes {processes};
worker_rlimit_nofile {descriptors};
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections {peers}; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        listen 127.0.0.1:{secure_port} ssl backlog=4096;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.3;
        location / {{ default_type application/json; return 200 '{answer}'; }}
    }}
}}
"""


def question(plan, work):
    """The bytes that are posted for a work; None to GET."""
    name = WORKS[work][1]
    if name is None:
        return None
    with open(plan[name], "rb") as file:
        return file.read()


def free_port():
    """A loopback port that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def our_paths(line):
    """Where each work is asked of ours, of one config."""
    return {"resolved": line + "/resolved?workflow=checkout", "explain": line + "/explain",
            "evaluation": "/access/v1/evaluation"}


class Server:
    """A running server; `paths` says which works it does, and where."""

    def __init__(self, name, command, paths, headers, ports, log, environment=None):
        self.name, self.paths, self.headers = name, paths, headers
        self.port, self.secure_port = ports
        self.log = log
        with open(log, "wb") as output:
            # A group of its own: it and its workers are ended together, and Ctrl-C passes them by.
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=output,
                                            stdin=subprocess.DEVNULL, start_new_session=True)
        self.pid = self.process.pid

    def url(self, work, secure=False):
        """The address of a work."""
        scheme, port = ("https", self.secure_port) if secure else ("http", self.port)
        return f"{scheme}://127.0.0.1:{port}{self.paths[work]}"

    def answer(self, work, body=None, secure=False):
        """What one request is answered: (status, body)."""
        if secure:
            # The certificate was made for this run, and nobody vouches for it.
            context = ssl._create_unverified_context()
            client = http.client.HTTPSConnection("127.0.0.1", self.secure_port, timeout=10, context=context)
        else:
            client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = dict(self.headers)
            if body is not None:
                headers["Content-Type"] = "application/json"
            client.request("GET" if body is None else "POST", self.paths[work], body, headers)
            answer = client.getresponse()
            return answer.status, answer.read()
        finally:
            client.close()

    def wait(self):
        """Until it answers 200."""
        began = time.monotonic()
        while True:
            try:
                status, text = self.answer("resolved")
                if status == 200:
                    return
                problem = f"{status} {text[:500]!r}"
            except OSError as error:
                problem = str(error)
            if self.process.poll() is not None:
                with open(self.log, encoding="utf-8", errors="replace") as log:
                    sys.exit(f"bench: {self.name} ended at start:\n{log.read()[-2000:]}")
            if time.monotonic() - began > READY_SECONDS_MAX:
                sys.exit(f"bench: {self.name} is not ready after {READY_SECONDS_MAX} s: {problem} ({self.log})")
            time.sleep(0.05)

    def stop(self):
        """Ends it and its workers."""
        try:
            os.killpg(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()


class Park:
    """Knows how to start each server; `plan` is what scripts/bench says."""

    def __init__(self, plan):
        self.plan = plan
        self.tls = self.tls_flags()
        self.names = [name for name in ("bindery", "nginx", "Go net/http", "node") if plan["programs"].get(name)]
        self.running = []

    def tls_flags(self):
        """The flags of the TLS listener, or None: this version of the server may have none."""
        table = subprocess.run([self.plan["programs"]["bindery"], "settings", "--markdown"],
                               check=True, capture_output=True, text=True).stdout
        flags = dict(re.findall(r"^\| `(tls\.\w+)` \| `(--[\w-]+)`", table, re.M))
        wanted = ("tls.listen", "tls.cert", "tls.key")
        return [flags[name] for name in wanted] if all(name in flags for name in wanted) else None

    def start(self, name, core=None):
        """Starts one, on one core or on all of them."""
        ports = (free_port(), free_port())
        pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
        processes = 1 if core is not None else os.cpu_count()
        command, paths, headers, environment = {
            "bindery": self.bindery, "nginx": self.nginx, "Go net/http": self.go, "node": self.node, FLOOR: self.floor,
        }[name](ports, processes)
        log = os.path.join(self.plan["folder"], f"{name.split()[-1 if name == FLOOR else 0]}.log")
        if name == FLOOR or (name == "bindery" and not self.tls):
            ports = (ports[0], None)
        server = Server(name, pinned + command, paths, headers, ports, log, environment)
        self.running.append(server)
        server.wait()
        return server

    def start_all(self, core=None):
        """Starts all of them; ours is the first."""
        return [self.start(name, core) for name in self.names]

    def stop(self):
        """Ends all that run."""
        while self.running:
            self.running.pop().stop()

    def peers(self):
        """The most connections that a server has to keep."""
        return max(self.plan["connections"] + [self.plan["idle"]]) + PEERS_SPARE

    def bindery(self, ports, processes):
        """Ours: as many event loops as it chooses."""
        plan, peers = self.plan, str(self.peers())
        command = [plan["programs"]["bindery"], "serve", "--config", "config/bindery.json",
                   "--listen", f"127.0.0.1:{ports[0]}", "--data", plan["data"],
                   "--limits-peers", peers, "--limits-peers-per-address", peers]
        if self.tls:
            for flag, value in zip(self.tls, (f"127.0.0.1:{ports[1]}", plan["certificate"], plan["key"])):
                command += [flag, value]
        return command, our_paths(plan["line"]), {"Authorization": "Bearer " + plan["token"]}, None

    def nginx(self, ports, processes):
        """nginx, which answers the same bytes from its configuration, and nothing to a POST."""
        plan = self.plan
        with open(plan["resolved"], encoding="utf-8") as file:
            answer = file.read()
        if re.search(r"[$'\\]", answer):
            sys.exit("bench: the resolved body does not fit into nginx's configuration")
        path = os.path.join(plan["folder"], "nginx.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(NGINX.format(
                processes=processes, folder=plan["folder"], port=ports[0], secure_port=ports[1], answer=answer,
                peers=self.peers(), descriptors=self.peers() + PEERS_SPARE,
                certificate=plan["certificate"], key=plan["key"]))
        return [plan["programs"]["nginx"], "-p", plan["folder"], "-c", path], {"resolved": "/"}, {}, None

    def go(self, ports, processes):
        """Go's net/http; GOMAXPROCS follows the cores that it may use."""
        plan = self.plan
        return [plan["programs"]["Go net/http"], f"127.0.0.1:{ports[0]}", plan["resolved"], plan["explanation"],
                plan["evaluated"], f"127.0.0.1:{ports[1]}", plan["certificate"], plan["key"]], PEER_PATHS, {}, None

    def node(self, ports, processes):
        """Node's http; one process for each core."""
        plan = self.plan
        return [plan["programs"]["node"], os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.js"),
                str(processes), str(ports[0]), plan["resolved"], plan["explanation"], plan["evaluated"], str(ports[1]),
                plan["certificate"], plan["key"]], PEER_PATHS, {}, None

    def floor(self, ports, processes):
        """A loop that does nothing but receive and send; one thread for each core."""
        plan = self.plan
        return [plan["programs"][FLOOR], str(ports[0]), str(processes), plan["resolved"],
                plan["explanation"]], {"resolved": "/", "explain": "/"}, {}, None

    def record_answers(self):
        """Writes down what ours answers: the bytes that everybody has to answer."""
        ours = self.start("bindery")
        for work, (path, _) in WORKS.items():
            status, text = ours.answer(work, question(self.plan, work))
            if status != 200:
                sys.exit(f"bench: {work} is answered {status}: {text[:500]!r}")
            json.loads(text)
            with open(self.plan[path], "wb") as file:
                file.write(text)
        self.stop()

    def hold_to_answers(self, servers):
        """Every server answers every work with 200 and the same bytes, in clear and over TLS."""
        for server in servers:
            for secure in (False, True) if server.secure_port else (False,):
                for work in server.paths:
                    with open(self.plan[WORKS[work][0]], "rb") as file:
                        wanted = file.read()
                    status, text = server.answer(work, question(self.plan, work), secure)
                    if status != 200 or text != wanted:
                        sys.exit(f"bench: {server.name} answers {work} with {status} and {text[:300]!r}, "
                                 f"wanted is 200 and {wanted[:300]!r}")
