import JSON
import Model

// The form in the log; the seal is hexadecimal, since this room knows no other coding of bytes.
extension SealedSecret {
    var storedJSON: JSONValue {
        [
            "name": .string(name.text), "version": .integer(Int64(clamping: version)),
            "createdAt": .string(createdAt.text), "updatedAt": .string(updatedAt.text),
            "keyId": .string(seal.keyID), "seal": .string(Self.hex(seal.bytes)),
        ]
    }

    init?(storedJSON json: JSONValue) {
        guard let name = json["name"]?.string.flatMap(SecretName.init),
            let version = json["version"]?.integer.flatMap(UInt64.init(exactly:)),
            let createdAt = json["createdAt"]?.string.flatMap({ Timestamp($0) }),
            let updatedAt = json["updatedAt"]?.string.flatMap({ Timestamp($0) }),
            let keyID = json["keyId"]?.string,
            let bytes = json["seal"]?.string.flatMap(Self.bytes(ofHex:))
        else { return nil }
        self.init(
            name: name,
            version: version,
            createdAt: createdAt,
            updatedAt: updatedAt,
            seal: Seal(keyID: keyID, bytes: bytes)
        )
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0x0F)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func bytes(ofHex text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(of: digits[start]), let low = value(of: digits[start + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
