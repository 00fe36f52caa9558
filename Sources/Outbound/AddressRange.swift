/// A block of addresses in CIDR notation, such as `10.0.0.0/8` or `fd00::/8`; one address alone is
/// a block too.
public struct AddressRange: Hashable, Sendable {
    /// Why a text is no block.
    public enum ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        /// The part before the slash is no IPv4 or IPv6 address.
        case notAnAddress(String)
        /// The part after the slash is no number, or more than the address has bits.
        case badPrefix(String, bitCountMax: Int)
        /// The address has bits set behind the prefix, so that the block meant is not clear.
        case bitsBeyondPrefix(String)

        /// What is wrong, for the operator.
        public var description: String {
            switch self {
            case .notAnAddress(let text): "'\(text)' is not an IPv4 or IPv6 address block"
            case .badPrefix(let text, let bitCountMax):
                "'\(text)' needs a prefix length from 0 to \(bitCountMax)"
            case .bitsBeyondPrefix(let text): "'\(text)' has bits set beyond its prefix length"
            }
        }
    }

    /// The first address of the block.
    let first: IPAddress
    /// The number of leading bits that all its addresses share.
    let prefixLength: Int
    /// The block as it was written.
    public let text: String

    /// Reads a block.
    ///
    /// - Throws: `ParseError`, which names `text`.
    public init(_ text: String) throws(ParseError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { throw .notAnAddress(text) }
        let bitCount = address.family.bitCount
        var prefixLength = bitCount
        if parts.count == 2 {
            let isNumber = parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard isNumber, let length = Int(parts[1]), length <= bitCount else {
                throw .badPrefix(text, bitCountMax: bitCount)
            }
            prefixLength = length
        }
        let rest = UInt128(bitCount - prefixLength)
        guard (address.number >> rest) << rest == address.number else {
            throw .bitsBeyondPrefix(text)
        }
        self.first = address
        self.prefixLength = prefixLength
        self.text = text
    }

    /// A block written by this room's own tables.
    init(known text: String) {
        do throws(ParseError) {
            try self.init(text)
        } catch {
            preconditionFailure("a block of the tables is well formed")
        }
    }

    /// Whether the block holds `address`; a block of one family holds none of the other.
    func contains(_ address: IPAddress) -> Bool {
        guard address.family == first.family else { return false }
        let rest = UInt128(first.family.bitCount - prefixLength)
        return address.number >> rest == first.number >> rest
    }
}
