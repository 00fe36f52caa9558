import Audit
import Model
import Outbound
import Platform

extension Executor {
    /// Begins a call whose answer is handed on while it comes; an error of the provider comes whole.
    ///
    /// - Returns: The call, which must be forwarded or finished, or why there is none.
    public func stream(_ call: CapabilityCall) async -> Result<StreamedCall, CallFailure> {
        let start = clock.now()
        let calendar = clock.calendar()
        var course = CallCourse()
        let begun: Begun
        let stream: OutboundStream
        do throws(CallFailure.Reason) {
            begun = try await begin(call, since: start, streams: true, &course)
            stream = try opened(begun, call)
        } catch {
            return .failure(await ended(call, error, course, since: start, at: calendar))
        }
        // That the provider works is known now: a probe need not wait for the reader.
        var head = ConnectionGate.End()
        head.observe(begun.sent.last, of: call, configuration, clock)
        gates.observe(begun.pass, head)
        let draft = call.draft(
            nil,
            course,
            clock.now() - start,
            at: Timestamp(milliseconds: calendar)
        )
        let auditID: String?
        do throws(CallFailure.Reason) {
            auditID = try await record(draft, wasSent: true)
        } catch {
            stream.cancel()
            finish(begun, isError: true)
            let latency = clock.now() - start
            return .failure(call.failure(error, course, latency, nil))
        }
        let sent = course
        return .success(
            StreamedCall(
                call,
                stream,
                auditID: auditID,
                credentials: begun.request.credentials,
                record: { ending in
                    self.finish(begun, isError: ending.failure != nil)
                    await self.record(ending, of: call, sent, auditID, since: start)
                }
            )
        )
    }

    /// The stream of a call that was answered by one.
    private func opened(
        _ begun: Begun,
        _ call: CapabilityCall
    ) throws(CallFailure.Reason) -> OutboundStream {
        if case .stream(let stream) = begun.sent.last { return stream }
        var end = ConnectionGate.End()
        end.observe(begun.sent.last, of: call, configuration, clock)
        gates.finish(begun.pass, end)
        let reader = AnswerReader(call.operation, begun.request, begun.scope)
        _ = try reader.read(begun.sent.last)
        // An answer of 200 to 299 is a stream, and every other one has thrown.
        throw .requestNotSendable(detail: "its answer cannot be streamed")
    }

    /// Ends a call whose answer was observed when its head came.
    private func finish(_ begun: Begun, isError: Bool) {
        var end = ConnectionGate.End()
        end.isError = isError
        gates.finish(begun.pass.observed, end)
    }

    /// Writes how a stream ended; the bytes are gone, so that a record which cannot be written is
    /// left to the trail's own alarm.
    private func record(
        _ ending: StreamedCall.Ending,
        of call: CapabilityCall,
        _ course: CallCourse,
        _ auditID: String?,
        since start: MonotonicInstant
    ) async {
        let now = Timestamp(milliseconds: clock.calendar())
        let isWhole = ending.failure == nil
        var draft = AuditDraft(
            .call,
            "capability.stream",
            outcome: isWhole ? .success : .failure,
            by: call.actor,
            at: now
        )
        call.identify(&draft)
        draft.resource = auditID.map { AuditResource(type: "call", id: $0) } ?? draft.resource
        draft.latency = clock.now() - start
        draft.failure = ending.failure.map { AuditFailure(code: $0.code, detail: $0.detail) }
        draft.response = course.streamed(ending, call.spec)
        do throws(CallFailure.Reason) {
            _ = try await record(draft, wasSent: true)
        } catch {
            // The trail keeps the reason in `failure`, which stops calls and shows in readiness.
        }
    }
}
