/// The one list of routes (API section 4); a request finds nothing that does not stand here.
///
/// A row names the command, what the PDP is asked, and the schemas: the OpenAPI document is made of
/// the same rows.
enum Routes {
    static let all: [Route] =
        integrationSpecs + blueprints + upgrades + connections + connect + configs + approvals
        + reach + runtime + policies + entities + secrets + keys + webhooks + inboundWebhooks
        + trail + streams + authZEN + operations
}
