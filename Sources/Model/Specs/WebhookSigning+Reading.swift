import JSON

extension WebhookSigning {
    /// The members of the document.
    static let members: Set<String> = [
        "scheme", "signatureHeader", "timestampHeader", "toleranceSeconds", "secretField",
        "previousSecretField", "signedPayload", "idHeader", "idPointer", "typeHeader",
        "typePointer",
    ]

    /// What a scheme has where the document says nothing.
    private struct Defaults {
        var signatureHeader: String?
        var timestampHeader: String?
        var idHeader: String?
        var idPointer: String?
        var typeHeader: String?
        var typePointer: String?
        /// Whether the scheme has a time in a header field of the provider's choice.
        var takesTimestampHeader = true
    }

    private static func defaults(of scheme: Scheme) -> Defaults {
        switch scheme {
        case .hmacSHA256, .hmacSHA1, .ed25519: Defaults()
        case .stripe:
            Defaults(
                signatureHeader: "stripe-signature",
                idPointer: "/id",
                typePointer: "/type",
                takesTimestampHeader: false
            )
        case .github:
            Defaults(
                signatureHeader: "x-hub-signature-256",
                idHeader: "x-github-delivery",
                typeHeader: "x-github-event",
                takesTimestampHeader: false
            )
        case .slack:
            Defaults(
                signatureHeader: "x-slack-signature",
                timestampHeader: "x-slack-request-timestamp",
                idPointer: "/event_id",
                typePointer: "/event/type"
            )
        case .twilio:
            Defaults(
                signatureHeader: "x-twilio-signature",
                idHeader: "i-twilio-idempotency-token",
                takesTimestampHeader: false
            )
        case .standardWebhooks:
            Defaults(
                signatureHeader: "webhook-signature",
                timestampHeader: "webhook-timestamp",
                idHeader: "webhook-id",
                typePointer: "/type"
            )
        }
    }

    /// Reads a member of `auth` whose type is `webhook-signing`; nil when it can't be used.
    ///
    /// Every rule that is broken is an `INVALID_VALUE`: specs were taken before with whatever stood
    /// here, and a log that holds one must still be read.
    static func read(_ item: ObjectReader, declared: Set<String>) -> WebhookSigning? {
        let reader = Reader(item: item)
        guard let scheme = reader.scheme() else { return nil }
        let defaults = defaults(of: scheme)
        let signature = reader.header("signatureHeader") ?? defaults.signatureHeader
        if signature == nil {
            reader.fault("signatureHeader", "is required with the scheme \(scheme.rawValue)")
        }
        var timestamp = reader.header("timestampHeader")
        if timestamp != nil, !defaults.takesTimestampHeader {
            reader.fault(
                "timestampHeader",
                "is not used by the scheme \(scheme.rawValue): nothing would check it"
            )
            timestamp = nil
        }
        timestamp = timestamp ?? defaults.timestampHeader
        let fields = reader.secretFields(declared)
        let tolerance = reader.tolerance(isTimed: timestamp != nil || scheme == .stripe)
        let (idHeader, idPointer) = reader.place("id", defaults.idHeader, defaults.idPointer)
        let (typeHeader, typePointer) = reader.place(
            "type",
            defaults.typeHeader,
            defaults.typePointer
        )
        guard let signature, !fields.isEmpty else { return nil }
        return WebhookSigning(
            scheme: scheme,
            signatureHeader: signature,
            timestampHeader: timestamp,
            payload: reader.payload(scheme, isTimed: timestamp != nil),
            toleranceSeconds: tolerance,
            secretFields: fields,
            // It is part of what is signed.
            idHeader: scheme == .standardWebhooks ? idHeader ?? defaults.idHeader : idHeader,
            idPointer: idPointer,
            typeHeader: typeHeader,
            typePointer: typePointer
        )
    }

    /// Refuses a second member: one signature decides.
    static func checkCount(_ methods: [AuthMethod], _ reader: ObjectReader) {
        let count = methods.count { if case .webhookSigning = $0 { true } else { false } }
        guard count > 1 else { return }
        reader.error(.invalidValue, "auth", "must hold at most one member webhook-signing")
    }
}

/// Reads the members one by one.
private struct Reader {
    let item: ObjectReader

    func fault(_ key: String, _ detail: String) { item.error(.invalidValue, key, detail) }

    /// A text of 1 to `byteCountMax` bytes; nil when absent, or wrong, which is said.
    private func text(_ key: String, byteCountMax: Int = 128) -> String? {
        guard let value = item.value(key) else { return nil }
        guard let text = value.string, (1...byteCountMax).contains(text.utf8.count) else {
            fault(key, "must be a string of 1 to \(byteCountMax) bytes")
            return nil
        }
        return text
    }

    func scheme() -> WebhookSigning.Scheme? {
        if let scheme = item.value("scheme")?.string.flatMap(WebhookSigning.Scheme.init) {
            return scheme
        }
        let known = WebhookSigning.Scheme.allCases.map(\.rawValue).joined(separator: ", ")
        fault("scheme", "must be one of \(known)")
        return nil
    }

    func header(_ key: String) -> String? {
        guard let name = text(key) else { return nil }
        guard NamedTemplate.isFieldName(name) else {
            fault(key, "must be the name of a header")
            return nil
        }
        return name.lowercased()
    }

    private func pointer(_ key: String) -> JSONPointer? {
        guard let text = text(key, byteCountMax: 256) else { return nil }
        guard let pointer = JSONPointer(text), !text.isEmpty else {
            fault(key, "must be a JSON pointer into the body, such as /id")
            return nil
        }
        return pointer
    }

    /// Where the event's id or type stands: what the document says goes over both defaults.
    func place(
        _ name: String,
        _ header: String?,
        _ pointer: String?
    ) -> (String?, JSONPointer?) {
        let named = self.header("\(name)Header")
        let pointed = self.pointer("\(name)Pointer")
        if named != nil || pointed != nil { return (named, pointed) }
        return (header, pointer.flatMap { JSONPointer($0) })
    }

    func secretFields(_ declared: Set<String>) -> [String] {
        if item.value("secretField") == nil { fault("secretField", "is required") }
        return ["secretField", "previousSecretField"]
            .compactMap { key in
                guard let field = text(key) else { return nil }
                if !declared.isEmpty, !declared.contains(field) {
                    fault(key, "is no property of the secretSchema")
                }
                return field
            }
    }

    func tolerance(isTimed: Bool) -> Int {
        let most = WebhookSigning.toleranceSecondsMax
        guard let value = item.value("toleranceSeconds") else {
            return isTimed ? WebhookSigning.toleranceSecondsDefault : most
        }
        guard let seconds = value.integer, (1...Int64(most)).contains(seconds) else {
            fault("toleranceSeconds", "must be an integer from 1 to \(most)")
            return WebhookSigning.toleranceSecondsDefault
        }
        return Int(seconds)
    }

    func payload(_ scheme: WebhookSigning.Scheme, isTimed: Bool) -> WebhookSigning.Payload {
        guard let value = item.value("signedPayload") else {
            guard isTimed else { return .body }
            return scheme == .ed25519 ? .timeBody : .timeDotBody
        }
        guard scheme.isGeneric else {
            fault("signedPayload", "is fixed by the scheme \(scheme.rawValue)")
            return .body
        }
        guard let payload = value.string.flatMap(WebhookSigning.Payload.init) else {
            let known = WebhookSigning.Payload.allCases.map(\.rawValue).joined(separator: ", ")
            fault("signedPayload", "must be one of \(known)")
            return .body
        }
        // A time that is not signed can be made up, and one that is not sent can't be signed.
        if (payload == .body) == isTimed {
            fault(
                "signedPayload",
                isTimed
                    ? "must hold the timestamp, since timestampHeader is given"
                    : "holds a timestamp, so timestampHeader is required"
            )
        }
        return payload
    }
}
