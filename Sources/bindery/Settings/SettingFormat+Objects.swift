import Commands
import JSON
import Model
import Tokens

extension SettingFormat {
    /// A list of objects with text members: an array in the file, and the same JSON as text of a
    /// flag or variable.
    fileprivate static func objects<Item>(
        _ members: String,
        countMax: Int,
        write: @escaping @Sendable (Item) -> JSONObject,
        read: @escaping @Sendable ([String: String]) throws(SettingDefect) -> Item
    ) -> SettingFormat where Value == [Item] {
        values(
            members,
            countMax: countMax,
            write: { .object(write($0)) },
            read: { (json) throws(SettingDefect) in
                var texts: [String: String] = [:]
                for member in json.object ?? [:] {
                    guard let text = member.value.string else {
                        throw SettingDefect(detail: "\(member.key) must be a text")
                    }
                    texts[member.key] = text
                }
                guard json.object != nil else { throw SettingDefect(detail: "must be an object") }
                return try read(texts)
            }
        )
    }

    /// A list of objects; `conflict` says what is wrong with an object beside an earlier one.
    fileprivate static func values<Item>(
        _ members: String,
        countMax: Int,
        write: @escaping @Sendable (Item) -> JSONValue,
        conflict: @escaping @Sendable (Item, Item) -> String? = { _, _ in nil },
        read: @escaping @Sendable (JSONValue) throws(SettingDefect) -> Item
    ) -> SettingFormat where Value == [Item] {
        let rule = "an array of at most \(countMax) objects \(members), in JSON"
        @Sendable func all(_ json: JSONValue) throws(SettingDefect) -> [Item] {
            guard let items = json.array, items.count <= countMax else {
                throw SettingDefect(detail: "must be \(rule)")
            }
            var values: [Item] = []
            for (index, json) in items.enumerated() {
                do throws(SettingDefect) {
                    let value = try read(json)
                    if let conflict = values.lazy.compactMap({ conflict(value, $0) }).first {
                        throw SettingDefect(detail: conflict)
                    }
                    values.append(value)
                } catch {
                    throw SettingDefect(detail: "item \(index): \(error.detail)", index: index)
                }
            }
            return values
        }
        return SettingFormat(
            placeholder: "JSON",
            rule: rule,
            text: { items in
                guard !items.isEmpty else { return "" }
                return JSONValue.array(items.map(write)).serializedText
            },
            fromText: { (text) throws(SettingDefect) in
                let json: JSONValue
                do throws(JSONError) {
                    json = try JSONValue(parsing: Array(text.utf8))
                } catch {
                    throw SettingDefect(
                        detail: "must be \(rule): byte \(error.offset): \(error.detail)"
                    )
                }
                return try all(json)
            },
            fromJSON: { (json) throws(SettingDefect) in try all(json) }
        )
    }
}

extension SettingFormat<[TLSSettings.Files]> {
    /// Certificates with their keys.
    static let certificateFiles = SettingFormat.objects(
        #"{"cert", "key"}, each a path"#,
        countMax: 100,
        write: { ["cert": .string($0.certificate), "key": .string($0.key)] },
        read: { (texts) throws(SettingDefect) in
            if let other = texts.keys.sorted().first(where: { $0 != "cert" && $0 != "key" }) {
                throw SettingDefect(detail: "has no member \(other), only cert and key")
            }
            guard let certificate = texts["cert"], let key = texts["key"] else {
                throw SettingDefect(detail: "needs cert and key")
            }
            let path = SettingFormat<String>.path("FILE")
            return TLSSettings.Files(
                certificate: try path.fromText(certificate),
                key: try path.fromText(key)
            )
        }
    )
}

extension SettingFormat<[ClientCertificateRule]> {
    /// Which credentials client certificates stand for.
    static let clientCertificates = SettingFormat.objects(
        #"{"subject" or "san" or "fingerprint", "keyId"}"#,
        countMax: ClientCertificateRule.countMax,
        write: { rule in
            let mark: (String, String) =
                switch rule.mark {
                case .subject(let text): ("subject", text)
                case .name(let text): ("san", text)
                case .fingerprint(let text): ("fingerprint", text)
                }
            return [mark.0: .string(mark.1), "keyId": .string(rule.credential.text)]
        },
        read: { (texts) throws(SettingDefect) in
            var marks = texts
            guard let key = marks.removeValue(forKey: "keyId").flatMap({ CredentialID($0) }) else {
                throw SettingDefect(detail: "keyId must be the id of a key")
            }
            guard marks.count == 1, let (kind, text) = marks.first else {
                throw SettingDefect(detail: "needs one of subject, san and fingerprint")
            }
            guard let mark = ClientCertificateRule.Mark(kind: kind, text: text) else {
                throw SettingDefect(detail: ClientCertificateRule.words)
            }
            return ClientCertificateRule(mark: mark, credential: key)
        }
    )
}

extension SettingFormat<[TokenIssuer]> {
    /// The issuers whose tokens are taken.
    static let tokenIssuers = SettingFormat.values(
        "of issuers (docs/authentication.md)",
        countMax: TokenIssuer.countMax,
        write: { $0.json },
        conflict: { $0.name == $1.name ? "there is another one of this issuer" : nil },
        read: { (json) throws(SettingDefect) in
            do throws(InvalidDocument) {
                return try TokenIssuer(json)
            } catch {
                let details = error.issues.map { "\($0.pointer) \($0.detail)" }
                throw SettingDefect(detail: details.joined(separator: "; "))
            }
        }
    )
}

extension SettingFormat<TLSSettings.ClientAuthentication> {
    /// Whether clients are asked for a certificate.
    static let clientAuthentication = SettingFormat.parsed(
        "off|optional|required",
        rule: "off, optional or required",
        text: { $0.rawValue },
        { TLSSettings.ClientAuthentication(rawValue: $0) }
    )
}
