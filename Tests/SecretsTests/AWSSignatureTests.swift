import Model
import Platform
import Testing

@testable import Secrets

/// The vectors that AWS has published for Signature Version 4.
@Suite struct AWSSignatureTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    private static let time = "20150830T123600Z"

    private static func signature(_ service: String = "service") -> AWSSignature {
        AWSSignature(
            credentials: AWSCredentials(
                accessKeyID: "AKIDEXAMPLE",
                secretAccessKey: SecretBytes(Array(secret.utf8))
            ),
            region: "us-east-1",
            service: service
        )
    }

    private static func authorization(
        _ method: String,
        _ headers: [(name: String, value: String)],
        query: String = "",
        body: String = "",
        service: String = "service"
    ) -> String {
        let request = AWSSignature.Request(
            method: method,
            path: "/",
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

    @Test func `the key of a day is derived as published`() {
        let key = Self.signature("iam").key(on: "20150830")
        let text = key.withSpan { span in Hex.encode(span.indices.map { span[$0] }) }
        #expect(text == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
    }

    @Test func `a moment is written without fractions`() {
        let moment = Timestamp(milliseconds: 1_440_938_160_123)
        #expect(AWSSignature.time(moment) == Self.time)
    }

    @Test func `the files of AWS's tools are read`() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "credentials",
            """
            [other]
            aws_access_key_id = AKIDOTHER
            [default]
            # a word
            aws_access_key_id=AKIDEXAMPLE
              aws_secret_access_key   =  \(Self.secret)
            AWS_SESSION_TOKEN = token==
            [last]
            aws_access_key_id = AKIDLAST
            """
        )
        let found = try await AWSCredentials.Place.file(path).read()
        #expect(found.accessKeyID == "AKIDEXAMPLE")
        #expect(found.secretAccessKey.withText { $0 } == Self.secret)
        #expect(found.sessionToken == "token==")
        for text in ["", "[default]\naws_access_key_id = a", "aws_access_key_id = a"] {
            try folder.write("credentials", text)
            await #expect(throws: AWSCredentials.Failure.self) {
                try await AWSCredentials.Place.file(path).read()
            }
        }
    }
}
