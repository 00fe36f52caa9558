public import Model
import Platform

/// Why the secret of a connection can't be had.
public struct SecretDefect: Error, Sendable, Hashable {
    /// What is wrong, in words that name the reference, and hold nothing of the secret.
    public let detail: String
    /// Whether a later try may have it without anybody's doing: its store is down or slow.
    public let isTemporary: Bool

    /// A defect.
    public init(detail: String, isTemporary: Bool) {
        (self.detail, self.isTemporary) = (detail, isTemporary)
    }
}

extension HealthChecker {
    /// Why the secret of a connection can't be had; nil when it can, or nothing asks for one.
    ///
    /// The provider is not called, and nothing is recorded: it is what a call would read first.
    ///
    /// - Parameters:
    ///   - connection: Whose secret.
    ///   - spec: Its spec.
    ///   - timeout: How long its store may take.
    /// - Returns: The defect; nil for none.
    public func secretDefect(
        of connection: Connection,
        _ spec: IntegrationSpec,
        within timeout: Duration
    ) async -> SecretDefect? {
        let isNeeded = spec.operations.values.contains { RequestRenderer.needsSecret(spec, $0) }
        guard connection.secretReference != nil || isNeeded else { return nil }
        do throws(SecretDefect) {
            _ = try await provider.readSecret(
                connection.secretReference,
                of: connection.tenant,
                fields: spec.secretFields,
                until: clock.now() + timeout
            )
            return nil
        } catch {
            return error
        }
    }
}
