import Testing

@testable import Platform

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `gives the texts of RFC 4648`(_ plain: String, _ text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        let unpadded = String(text.prefix { $0 != "=" })
        #expect(Base64.encode(Array(plain.utf8), as: .url) == unpadded)
        #expect(Base64.decode(unpadded, as: .url) == Array(plain.utf8))
    }

    @Test func `each variant has its own alphabet`() {
        let bytes: [UInt8] = [0xFB, 0xFF, 0xFE]
        #expect(Base64.encode(bytes) == "+//+")
        #expect(Base64.encode(bytes, as: .url) == "-__-")
        #expect(Base64.decode("-__-") == nil)
        #expect(Base64.decode("+//+", as: .url) == nil)
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z", "Z===", "====", "Zg==\n", "Z g=", "=Zg=",
        "Zm9v=",
        "Zm9v====",
    ])
    func `refuses what it would not write`(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: 0...64)
    func `reads back what it wrote`(_ count: Int) {
        let bytes = Random.bytes(count: count)
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64.decode(Base64.encode(bytes, as: .url), as: .url) == bytes)
    }
}

@Suite struct Base62Tests {
    @Test(arguments: 0...Base62.byteCountMax)
    func `reads back what it wrote`(_ count: Int) {
        for bytes in [
            Random.bytes(count: count), [UInt8](repeating: 0, count: count),
            [UInt8](repeating: 0xFF, count: count),
        ] {
            let text = Base62.encode(bytes)
            #expect(text.utf8.count == Base62.characterCount(byteCount: count))
            #expect(Base62.decode(text, byteCount: count) == bytes)
        }
    }

    @Test func `writes numbers in base 62`() {
        #expect(Base62.encode([61]) == "0z")
        #expect(Base62.encode([62]) == "10")
        #expect(Base62.encode([255]) == "47")
        #expect(Base62.characterCount(byteCount: 16) == 22)
        #expect(Base62.characterCount(byteCount: 32) == 43)
    }

    @Test(arguments: ["48", "zz", "0", "000", "0-", "é"])
    func `refuses what it would not write`(_ text: String) {
        #expect(Base62.decode(text, byteCount: 1) == nil)
    }
}
