import Model
import Testing

@testable import Ledger

/// A change request that has been through all of its life.
enum ApprovalFixture {
    static func request(_ config: TenantAppConfig) throws -> ChangeRequest {
        let author = ChangeRequest.Party(type: "key", id: "key_a", principal: "key_root")
        let other = ChangeRequest.Party(type: "jwt", id: "https://idp ben", principal: "jwt-0")
        let now = StateFixture.now
        var request = ChangeRequest(
            id: try #require(ChangeRequestID("cr_1")),
            tenant: config.tenant,
            line: config.line,
            version: 3,
            title: "Größer",
            description: "more",
            publishAt: now + .seconds(60),
            author: author
        )
        request.begin(at: now)
        request.take(.submit, to: .inReview, by: author, at: now, comment: nil)
        request.subject = ChangeRequest.Subject(digest: "00ff", base: 2)
        request.submitter = author
        request.add(ChangeRequest.Approval(party: other, at: now, comment: "fine"))
        request.take(.approve, to: .approved, by: other, at: now, comment: "fine")
        request.take(.schedule, to: .scheduled, by: author, at: now, comment: nil)
        request.failure = ChangeRequest.Failure(code: "CODE", detail: "d", at: now)
        request.publishedVersion = 4
        return request
    }
}
