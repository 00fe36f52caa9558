import Commands
import HTTPWire
import JSON

/// Makes the HTTP answer of what a command answered.
struct AnswerRenderer {
    let arrival: Arrival
    let precondition: Precondition

    func render(_ answer: CommandAnswer) -> HTTPResponse {
        var headers = AnswerHeaders.common(
            requestID: arrival.identity.id,
            revision: answer.revision
        )
        if let revision = answer.entityRevision {
            headers.append(HTTPField("ETag", "\"\(revision)\""))
            headers.append(HTTPField("Cache-Control", "private, no-cache"))
            if arrival.isRead, let tags = precondition.ifNoneMatch, tags.match(revision) {
                return HTTPResponse(status: 304, headers: headers)
            }
        } else {
            headers.append(HTTPField("Cache-Control", "no-store"))
        }
        if let location = answer.location { headers.append(HTTPField("Location", location)) }
        if let cursor = answer.nextCursor {
            headers.append(HTTPField("Link", "<\(nextTarget(cursor))>; rel=\"next\""))
        }
        for field in answer.fields { headers.append(HTTPField(field.name, field.value)) }
        switch answer.body {
        case .none: return HTTPResponse(status: status(answer.kind), headers: headers)
        case .json(let value):
            headers.append(HTTPField("Content-Type", "application/json"))
            let body = HTTPBody.bytes(value.serialized())
            return HTTPResponse(status: status(answer.kind), headers: headers, body: body)
        case .bytes(let bytes, let mediaType):
            headers.append(HTTPField("Content-Type", mediaType))
            return HTTPResponse(status: status(answer.kind), headers: headers, body: .bytes(bytes))
        case .stream(let stream):
            headers.append(HTTPField("Content-Type", stream.mediaType))
            let body = HTTPBody.stream { writer in
                let sink = AnswerSink(
                    send: { try await writer.write($0) },
                    isEnding: { writer.isDraining }
                )
                try await stream.write(sink)
            }
            return HTTPResponse(status: status(answer.kind), headers: headers, body: body)
        }
    }

    private func status(_ kind: CommandAnswer.Kind) -> Int {
        switch kind {
        case .done: 200
        case .created: 201
        case .nothing: 204
        }
    }

    /// The same request with another cursor.
    private func nextTarget(_ cursor: String) -> String {
        let kept = (arrival.request.query ?? "").split(separator: "&")
            .filter { !$0.hasPrefix("cursor=") }
        let query = (kept.map(String.init) + ["cursor=\(PercentCoding.encode(cursor))"])
        return "\(arrival.request.path)?\(query.joined(separator: "&"))"
    }
}
