import Testing

@testable import Platform

/// The vectors that AWS has published for Signature Version 4.
@Suite struct AWSSignatureTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    private static let time = "20150830T123600Z"

    private static func signature(_ service: String = "service") -> AWSSignature {
        AWSSignature(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: SecretBytes(Array(secret.utf8)),
            region: "us-east-1",
            service: service
        )
    }

    private static func authorization(
        _ method: String,
        _ headers: [(name: String, value: String)],
        path: String = "/",
        query: String = "",
        body: String = "",
        service: String = "service"
    ) -> String {
        let request = AWSSignature.Request(
            method: method,
            path: path,
            query: query,
            headers: headers,
            body: Array(body.utf8)
        )
        return signature(service).authorization(of: request, at: time)
    }

    private static let plain = [
        (name: "Host", value: "example.amazonaws.com"), (name: "X-Amz-Date", value: time),
    ]

    @Test func `the suite's plain requests are signed as published`() {
        let head =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
        #expect(
            Self.authorization("GET", Self.plain) == head
                + " SignedHeaders=host;x-amz-date, Signature="
                + "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        )
        #expect(
            Self.authorization("POST", Self.plain)
                .hasSuffix("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")
        )
    }

    @Test func `a body and its type are signed as published`() {
        let headers = [
            (name: "Content-Type", value: "application/x-www-form-urlencoded")
        ]
        #expect(
            Self.authorization("POST", headers + Self.plain, body: "Param1=value1")
                .hasSuffix("ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")
        )
    }

    @Test func `the documents' example is signed as published`() {
        let headers = [
            (name: "content-type", value: "application/x-www-form-urlencoded; charset=utf-8"),
            (name: "host", value: "iam.amazonaws.com"), (name: "x-amz-date", value: Self.time),
        ]
        #expect(
            Self.authorization(
                "GET",
                headers,
                query: "Action=ListUsers&Version=2010-05-08",
                service: "iam"
            )
            .hasSuffix("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
        )
    }

    @Test(arguments: [
        (
            "/", "Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        (
            "/", "%E1%88%B4=bar",
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
        ),
        (
            "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "",
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
        ),
        ("//", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ])
    func `the suite's paths and queries are signed as published`(
        _ path: String,
        _ query: String,
        _ signature: String
    ) {
        let text = Self.authorization("GET", Self.plain, path: path, query: query)
        #expect(text.hasSuffix("Signature=" + signature))
    }

    @Test func `spaces in a header's value are folded as published`() {
        let headers = [
            (name: "My-Header1", value: " value1"), (name: "My-Header2", value: "\"a   b   c\""),
        ]
        #expect(
            Self.authorization("GET", headers + Self.plain)
                .hasSuffix("acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")
        )
    }

    /// The four examples of S3's own documents.
    @Test(arguments: [
        (
            "GET", "/test.txt", "", [(name: "Range", value: "bytes=0-9")], "",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        ),
        (
            "PUT", "/test$file.text", "",
            [
                (name: "Date", value: "Fri, 24 May 2013 00:00:00 GMT"),
                (name: "x-amz-storage-class", value: "REDUCED_REDUNDANCY"),
            ], "Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        ),
        (
            "GET", "/", "lifecycle", [], "",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ),
        (
            "GET", "/", "max-keys=2&prefix=J", [], "",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ])
    func `requests to S3 are signed as published`(
        _ method: String,
        _ path: String,
        _ query: String,
        _ headers: [(name: String, value: String)],
        _ body: String,
        _ signature: String
    ) {
        let signer = AWSSignature(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: SecretBytes(Array("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".utf8)),
            region: "us-east-1",
            service: "s3"
        )
        let time = "20130524T000000Z"
        let body = Array(body.utf8)
        let own = [
            (name: "Host", value: "examplebucket.s3.amazonaws.com"),
            (name: "x-amz-content-sha256", value: AWSSignature.digest(of: body)),
            (name: "x-amz-date", value: time),
        ]
        let request = AWSSignature.Request(
            method: method,
            path: path,
            query: query,
            headers: headers + own,
            body: body
        )
        let text = signer.authorization(of: request, at: time)
        #expect(text.hasSuffix("Signature=" + signature))
    }

    @Test func `the key of a day is derived as published`() {
        let key = Self.signature("iam").key(on: "20150830")
        let text = key.withSpan { span in Hex.encode(span.indices.map { span[$0] }) }
        #expect(text == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
    }
}
