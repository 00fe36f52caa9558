import Model
import Outbound
import Platform

extension Provider {
    /// What a call's access token is got with; nil for a spec whose calls need none.
    func demand(
        _ spec: IntegrationSpec,
        _ connection: Connection,
        reference: SecretReference? = nil,
        _ scope: TemplateScope
    ) throws(CallFailure.Reason) -> TokenDemand? {
        guard let method = spec.oauth else { return nil }
        guard let reference = reference ?? connection.secretReference else {
            throw .secretUnavailable(detail: "the connection has no secretRef")
        }
        do throws(RenderFailure) {
            return try TokenDemand(method, connection, reference: reference, scope)
        } catch {
            throw error.reason
        }
    }

    /// The access token of a call that needs one.
    func token(
        _ demand: TokenDemand?,
        until deadline: MonotonicInstant
    ) async throws(CallFailure.Reason) -> AccessToken? {
        guard let demand else { return nil }
        return try await tokens.token(demand, until: deadline)
    }

    /// The token for a second try, where the provider refused the first one's and there is another.
    ///
    /// What was refused as unauthorized was not carried out.
    func replacement(
        after outcome: Outcome,
        of token: AccessToken?,
        _ demand: TokenDemand?,
        until deadline: MonotonicInstant
    ) async -> AccessToken? {
        guard let token, let demand, case .answer(let response) = outcome.last,
            response.status == 401
        else { return nil }
        return await tokens.replacement(of: token, demand, until: deadline)
    }
}
