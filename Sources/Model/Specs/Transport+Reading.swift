import JSON

extension Transport {
    /// Reads the member `transport`; nil when absent.
    static func read(_ reader: ObjectReader) -> Transport? {
        let members: Set<String> = ["type", "baseUrl", "headers"]
        guard let transport = reader.nested("transport", members: members) else { return nil }
        if let type = transport.string("type"), type != "rest" {
            transport.error(.invalidValue, "type", "must be rest, the one transport there is")
        }
        transport.require("baseUrl")
        let base = transport.string("baseUrl", byteCountMax: 2048) ?? ""
        if !base.isEmpty, !isBaseURL(base) {
            transport.error(
                .invalidValue,
                "baseUrl",
                "must start with https:// or http://, name a host, and hold no user, query or #"
            )
        }
        let trimmed = String(base.reversed().drop { $0 == "/" }.reversed())
        let place = transport.place("baseUrl")
        let template = Template.read(trimmed, at: place, roots: [.config], issues: reader.issues)
        return Transport(
            baseURL: template ?? .empty,
            headers: NamedTemplate.list(transport, "headers", roots: [.config, .secret])
        )
    }

    /// Whether a URL of a spec names a server, and nothing that could hide another one.
    static func isBaseURL(_ text: String) -> Bool {
        // A host that the tenant's config brings is checked when the URL is made.
        if text.hasPrefix("{{") { return true }
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else { return false }
        let rest = text.dropFirst(text.hasPrefix("https") ? 8 : 7)
        guard let host = rest.split(separator: "/", omittingEmptySubsequences: false).first else {
            return false
        }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x23 && $0 != 0x3F }
        return !host.isEmpty && !host.contains("@") && isPlain
    }
}

extension AuthMethod {
    private static let members: [String: Set<String>] = [
        "bearer": ["secretField"],
        "basic": ["usernameField", "passwordField"],
        "api-key": ["secretField", "headerName", "queryParam", "prefix"],
        "header": ["secretField", "headerName", "valuePrefix"],
        "oauth2": OAuthMethod.members,
        "service-account": OAuthMethod.serviceAccountMembers,
        "aws-sigv4": AWSSigning.members,
        "webhook-signing": WebhookSigning.members,
    ]

    /// Reads the member `auth`, a list; empty when absent.
    static func read(_ reader: ObjectReader, secretFields: Set<String>) -> [AuthMethod] {
        let methods = reader.list("auth", countMax: 10) { value, place -> AuthMethod? in
            guard let type = value["type"]?.string, let members = members[type] else {
                let known = members.keys.sorted().joined(separator: ", ")
                let place = place.appending("type")
                reader.issues.error(.invalidValue, at: place, "must be one of \(known)")
                return nil
            }
            let item = ObjectReader(
                value,
                at: place,
                issues: reader.issues,
                members: members.union(["type", "description"])
            )
            return read(type, FieldReader(item: item, declared: secretFields))
        }
        let oauth = methods?.filter { if case .oauth2 = $0 { true } else { false } } ?? []
        if oauth.count > 1 {
            reader.error(.invalidValue, "auth", "may hold one method of oauth2 or service-account")
        }
        WebhookSigning.checkCount(methods ?? [], reader)
        AWSSigning.checkCompany(methods ?? [], reader)
        return methods ?? []
    }

    private static func read(_ type: String, _ fields: FieldReader) -> AuthMethod? {
        switch type {
        case "bearer":
            return fields.required("secretField").map { .bearer(secretField: $0) }
        case "basic":
            let password = fields.optional("passwordField")
            return fields.required("usernameField")
                .map { .basic(usernameField: $0, passwordField: password) }
        case "header":
            let name = fields.headerName("headerName", default: nil)
            let prefix = fields.item.string("valuePrefix", byteCountMax: 64) ?? ""
            guard let field = fields.required("secretField"), let name else { return nil }
            return .header(name: name, prefix: prefix, secretField: field)
        case "api-key":
            return apiKey(fields)
        case "oauth2":
            // One that was kept before calls were made with it has perhaps no address.
            return OAuthMethod(fields.item, field: fields.optional).map { .oauth2($0) }
                ?? .declared(type: type)
        case "service-account":
            return OAuthMethod(serviceAccount: fields.item, field: fields.optional)
                .map { .oauth2($0) } ?? .declared(type: type)
        case "aws-sigv4":
            return AWSSigning(fields.item, field: fields.field).map { .awsSigV4($0) }
        case "webhook-signing":
            return WebhookSigning.read(fields.item, declared: fields.declared)
                .map { .webhookSigning($0) }
        default:
            return .declared(type: type)
        }
    }

    private static func apiKey(_ fields: FieldReader) -> AuthMethod? {
        let prefix = fields.item.string("prefix", byteCountMax: 64) ?? ""
        guard let field = fields.required("secretField") else { return nil }
        if let parameter = fields.item.string("queryParam", byteCountMax: 128) {
            if fields.item.value("headerName") != nil {
                fields.item.error(.invalidValue, "queryParam", "stands beside headerName: name one")
            }
            return .query(name: parameter, prefix: prefix, secretField: field)
        }
        return fields.headerName("headerName", default: "X-API-Key")
            .map { .header(name: $0, prefix: prefix, secretField: field) }
    }

    /// Reads the names of secret fields, which the secret schema must declare where there is one.
    private struct FieldReader {
        let item: ObjectReader
        let declared: Set<String>

        func required(_ key: String) -> String? {
            item.require(key)
            return optional(key)
        }

        func optional(_ key: String) -> String? {
            guard let field = item.string(key, byteCountMax: 128) else { return nil }
            if !declared.isEmpty, !declared.contains(field) {
                item.error(.invalidValue, key, "is no property of the secretSchema")
            }
            return field
        }

        /// The field that the member names, or the usual one; nil for one that is not declared.
        func field(_ key: String, usual: String) -> String? {
            if item.value(key) != nil { return optional(key) }
            return declared.isEmpty || declared.contains(usual) ? usual : nil
        }

        func headerName(_ key: String, default fallback: String?) -> String? {
            guard let name = item.string(key, byteCountMax: 128) ?? fallback else {
                item.require(key)
                return nil
            }
            if !NamedTemplate.isFieldName(name) {
                item.error(.invalidValue, key, "must be the name of a header")
            }
            return name
        }
    }
}

extension HealthCheck {
    /// Reads the member `healthCheck`; nil when absent.
    static func read(_ reader: ObjectReader) -> HealthCheck? {
        let members: Set<String> = [
            "operation", "timeoutMs", "intervalSeconds", "unhealthyAfter", "healthyAfter",
        ]
        return reader.nested("healthCheck", members: members)
            .map {
                HealthCheck(
                    operation: $0.requiredIdentifier("operation", as: OperationID.self),
                    timeoutMilliseconds: $0.integer("timeoutMs", in: 1...120_000) ?? 5000,
                    intervalSeconds: $0.integer("intervalSeconds", in: 1...86_400) ?? 60,
                    unhealthyAfter: $0.integer("unhealthyAfter", in: 1...100) ?? 3,
                    healthyAfter: $0.integer("healthyAfter", in: 1...100) ?? 1
                )
            }
    }
}

extension Constraints {
    /// The largest limit of any kind.
    static let limitMax = 1_000_000_000_000

    /// Reads constraints, of a spec or of a connection; no limits when absent.
    static func read(_ reader: ObjectReader, _ key: String) -> Constraints {
        var result = Constraints()
        let members: Set<String> = ["rateLimit", "quotas", "concurrency"]
        guard let constraints = reader.nested(key, members: members) else { return result }
        let range = 1...limitMax
        if let rate = constraints.nested("rateLimit", members: ["rpm", "rph"]) {
            result.callsPerMinute = rate.integer("rpm", in: range)
            result.callsPerHour = rate.integer("rph", in: range)
        }
        let periods: Set<String> = [
            "callsPerMinute", "callsPerHour", "callsPerDay", "callsPerMonth",
        ]
        if let quotas = constraints.nested("quotas", members: periods) {
            for period in quotas.object.keys.filter(periods.contains) {
                result.quotas[period] = quotas.integer(period, in: 0...limitMax)
            }
        }
        result.concurrency = constraints.integer("concurrency", in: 1...1_000_000)
        return result
    }
}
