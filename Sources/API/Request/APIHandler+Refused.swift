import Commands
import HTTPWire
import Platform
import Policy

/// Refusals that leave a record: the middleware tells the trail of them and does not wait.
extension APIHandler {
    /// Finds out who sent a request; a failure is noted.
    func noting(
        _ arrival: Arrival,
        _ passage: Passage,
        _ find: () throws(CommandError) -> Admission
    ) throws(CommandError) -> Admission {
        do throws(CommandError) {
            return try find()
        } catch {
            services.noteUnauthenticated(error, refused(arrival, passage))
            throw error
        }
    }

    /// Notes what the PDP did not allow.
    func noteDenied(
        _ error: CommandError,
        _ action: Action,
        to caller: Caller,
        _ arrival: Arrival,
        _ passage: Passage
    ) {
        services.noteDenied(error, action, to: caller, refused(arrival, passage))
    }

    /// Notes that a command did not allow what only it could judge, such as the workflow that the
    /// body names.
    func noteForbidden(
        _ error: CommandError,
        _ route: Route,
        _ caller: Caller,
        _ arrival: Arrival,
        _ passage: Passage
    ) {
        guard error.kind == .forbidden, !error.isRecorded else { return }
        switch route.access {
        case .anyone, .signature: break
        case .action(let action), .tenantAction(let action):
            noteDenied(error, action, to: caller, arrival, passage)
        }
    }

    private func refused(_ arrival: Arrival, _ passage: Passage) -> RefusedRequest {
        let method = arrival.request.method.rawValue
        return RefusedRequest(
            address: arrival.request.peerAddress,
            route: passage.route.map { "\(method) \(routes[$0].path.text)" },
            requestID: arrival.identity.id,
            traceparent: passage.trace?.traceparent,
            now: arrival.now
        )
    }
}
