import Platform
import Testing

@testable import Secrets

@Suite struct AWSCredentialsTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

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
