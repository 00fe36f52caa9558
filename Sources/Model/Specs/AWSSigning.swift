import JSON

/// How a call of AWS is signed: Signature Version 4.
public struct AWSSigning: Sendable, Hashable {
    /// The service's name in signatures, such as `s3` and `ses`.
    public let service: String
    /// The region that is called; may refer to the config.
    public let region: Template
    /// The secret's field with the id of the access key.
    public let accessKeyIDField: String
    /// The secret's field with the key itself.
    public let secretAccessKeyField: String
    /// The secret's field with the token that goes with a key lent for a while; nil for a spec whose
    /// secret declares none.
    public let sessionTokenField: String?

    static let members: Set<String> = [
        "service", "region", "accessKeyIdField", "secretAccessKeyField", "sessionTokenField",
    ]

    /// The longest name of a service or a region, in bytes.
    private static let nameByteCountMax = 64

    /// Whether `text` has the form of a region, such as `eu-central-1`.
    ///
    /// Which regions there are is AWS's to say: new ones need no new version of this.
    public static func isRegion(_ text: String) -> Bool { isName(text) }

    private static func isName(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
        }
        return isPlain && (1...nameByteCountMax).contains(text.utf8.count)
            && !text.hasPrefix("-") && !text.hasSuffix("-")
    }

    /// Reads an auth method of the type `aws-sigv4`; nil, with an error, when it cannot sign.
    ///
    /// `field` reads the name of a secret's field from a member, or takes the usual one; nil for one
    /// that the secret schema does not declare.
    init?(_ reader: ObjectReader, field: (String, String) -> String?) {
        sessionTokenField = field("sessionTokenField", "sessionToken")
        reader.require("service")
        let service = reader.string("service", byteCountMax: Self.nameByteCountMax)
        if let service, !Self.isName(service) {
            let detail = "must be the service's name in signatures: a-z, 0-9 and -, such as s3"
            reader.error(.invalidValue, "service", detail)
        }
        let region = Self.region(reader)
        let id = Self.required("accessKeyIdField", "accessKeyId", reader, field)
        let key = Self.required("secretAccessKeyField", "secretAccessKey", reader, field)
        guard let service, let region, let id, let key else { return nil }
        self.service = service
        self.region = region
        accessKeyIDField = id
        secretAccessKeyField = key
    }

    private static func required(
        _ key: String,
        _ usual: String,
        _ reader: ObjectReader,
        _ field: (String, String) -> String?
    ) -> String? {
        let name = field(key, usual)
        if name == nil, reader.value(key) == nil {
            let detail = "is needed: the secretSchema has no property \(usual)"
            reader.error(.missingField, key, detail)
        }
        return name
    }

    private static func region(_ reader: ObjectReader) -> Template? {
        reader.require("region")
        guard let text = reader.string("region", byteCountMax: 256) else { return nil }
        let place = reader.place("region")
        let template = Template.read(text, at: place, roots: [.config], issues: reader.issues)
        guard let template else { return nil }
        // What the config brings is looked at when a call is made.
        if template.references.isEmpty, !isRegion(text) {
            let detail = "must be a region, such as eu-central-1, or a template of the config"
            reader.error(.invalidValue, "region", detail)
        }
        return template
    }

    /// A signature stands alone in `Authorization`.
    static func checkCompany(_ methods: [AuthMethod], _ reader: ObjectReader) {
        let signing = methods.filter { if case .awsSigV4 = $0 { true } else { false } }
        let others = methods.filter { method in
            switch method {
            case .bearer, .basic, .oauth2: true
            case .header(let name, _, _): name.lowercased() == "authorization"
            case .awsSigV4, .query, .webhookSigning, .declared: false
            }
        }
        guard signing.count > 1 || signing.count == 1 && !others.isEmpty else { return }
        let detail = "may hold one method aws-sigv4, and none beside it that fills Authorization"
        reader.error(.invalidValue, "auth", detail)
    }
}
