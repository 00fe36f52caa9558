// The peer that Bindery is measured against: Node's http, doing the same work for the same bytes.
//
//   peer.js PROCESSES PORT RESOLVED EXPLAIN EVALUATION [TLS_PORT CERTIFICATE KEY]
//
// GET answers the file RESOLVED. POST decodes the body's JSON, and encodes the answer of the file
// EXPLAIN, at /evaluation that of the file EVALUATION, anew for each request, as a handler would. One process for each core is what its own
// documentation advises; with one there is no cluster at all.
"use strict";
const cluster = require("node:cluster");
const fs = require("node:fs");
const http = require("node:http");
const https = require("node:https");

const [processes, port, resolvedFile, explainFile, evaluationFile, tlsPort, certificate, key] = process.argv.slice(2);
const BODY_BYTES_MAX = 1 << 20;
const BACKLOG = 4096;

function isWhole(asked, isEvaluation) {
    if (!isEvaluation) return typeof asked?.capability === "string";
    return [asked?.subject?.id, asked?.action?.name, asked?.resource?.id].every((text) => typeof text === "string");
}

function answerTo(resolved, explanation, evaluated) {
    return (request, response) => {
        const isEvaluation = request.url === "/evaluation";
        if (request.method === "GET") {
            response.writeHead(200, { "Content-Type": "application/json", "Content-Length": resolved.length });
            response.end(resolved);
            return;
        }
        const parts = [];
        let size = 0;
        request.on("data", (part) => {
            size += part.length;
            if (size > BODY_BYTES_MAX) request.destroy();
            else parts.push(part);
        });
        request.on("end", () => {
            let asked;
            try {
                asked = JSON.parse(Buffer.concat(parts));
            } catch {
                asked = null;
            }
            if (!isWhole(asked, isEvaluation)) {
                response.writeHead(400).end("malformed");
                return;
            }
            const encoded = Buffer.from(JSON.stringify(isEvaluation ? evaluated : explanation));
            response.writeHead(200, { "Content-Type": "application/json", "Content-Length": encoded.length });
            response.end(encoded);
        });
    };
}

function serve() {
    const [explanation, evaluated] = [explainFile, evaluationFile].map((file) => JSON.parse(fs.readFileSync(file)));
    const answer = answerTo(fs.readFileSync(resolvedFile), explanation, evaluated);
    const servers = [[http.createServer(answer), port]];
    if (tlsPort) {
        const options = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
        servers.push([https.createServer(options, answer), tlsPort]);
    }
    for (const [server, number] of servers) {
        // The others keep an idle connection for longer than a measurement takes.
        server.keepAliveTimeout = 600_000;
        server.listen({ host: "127.0.0.1", port: Number(number), backlog: BACKLOG });
    }
}

if (Number(processes) > 1 && cluster.isPrimary) {
    for (let index = 0; index < Number(processes); index++) cluster.fork();
} else {
    serve();
}
