public import Model

/// Whether the circuit breaker of a connection is open for calls of a class.
public typealias BreakerCheck = (ConnectionID, Operation.CallClass) -> Bool
