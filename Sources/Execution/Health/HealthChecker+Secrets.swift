public import Model
import Platform

extension HealthChecker {
    /// Why the secret of a connection can't be had; nil when it can, or nothing asks for one.
    ///
    /// The provider is not called, and nothing is recorded: it is what a call would read first.
    ///
    /// - Parameters:
    ///   - connection: Whose secret.
    ///   - spec: Its spec.
    ///   - timeout: How long its store may take.
    /// - Returns: Words that name the reference, and hold nothing of the secret.
    public func secretDefect(
        of connection: Connection,
        _ spec: IntegrationSpec,
        within timeout: Duration
    ) async -> String? {
        let isNeeded = spec.operations.values.contains { RequestRenderer.needsSecret(spec, $0) }
        guard connection.secretReference != nil || isNeeded else { return nil }
        do throws(CallFailure.Reason) {
            _ = try await provider.secret(
                connection.secretReference,
                of: connection.tenant,
                fields: spec.secretFields,
                until: clock.now() + timeout
            )
            return nil
        } catch {
            guard case .secretUnavailable(let detail) = error else { return error.detail }
            return detail
        }
    }
}
