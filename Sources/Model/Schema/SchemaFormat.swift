/// The values of `format` that are understood; each is asserted, not only noted.
enum SchemaFormat: String, Sendable, CaseIterable {
    case hostname
    case uri
    case uuid
    case email
    case dateTime = "date-time"

    /// What a value of the format is, for a reader.
    var words: String {
        switch self {
        case .hostname: "a host name, such as api.example.com"
        case .uri: "an absolute URI, such as https://example.com/path"
        case .uuid: "a UUID, such as 123e4567-e89b-12d3-a456-426614174000"
        case .email: "an email address, such as name@example.com"
        case .dateTime: "a date and time of RFC 3339, such as 2025-01-15T09:00:00Z"
        }
    }

    /// Whether `text` is of the format.
    func matches(_ text: String) -> Bool {
        let bytes = Array(text.utf8)[...]
        return switch self {
        case .hostname: Self.isHostName(bytes)
        case .uri: URISyntax.isURI(bytes)
        case .uuid: Self.isUUID(bytes)
        case .email: EmailSyntax.isAddress(bytes)
        case .dateTime: DateTimeSyntax.isDateTime(bytes)
        }
    }

    /// RFC 1123 section 2.1: labels of letters, digits and inner hyphens, 1 to 63 bytes each, at
    /// most 253 together.
    static func isHostName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes.count <= 253 else { return false }
        let labels = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                && label.allSatisfy { IdentifierRule.isAlphanumeric($0) || $0 == 0x2D }
        }
    }

    /// RFC 9562 section 4: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
    private static func isUUID(_ bytes: ArraySlice<UInt8>) -> Bool {
        let groups = bytes.split(separator: 0x2D, omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12]
            && groups.joined().allSatisfy(isHexadecimal)
    }

    /// Whether the byte is a hexadecimal digit.
    static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}
