# shellcheck shell=bash
# shellcheck disable=SC2034  # What it sets is for whoever sources it.
# The tenant whose answers are measured. Sourced after lib.sh, by the scripts that measure.

# seed_bench: brings in a tenant of the size that the figures are about, into the server of start_private:
# one capability, 600 B to 2 KB resolved. Sets `key`, a runtime key, and `line`, the path of its config.
seed_bench() {
    local provider_url=${provider_url:?start_private sets it}
    local tenant=/v1/tenants/bench number
    line=$tenant/configs/bench-app/sandbox
    call PUT /v1/specs/integrations/bench.pay/versions/1 "$(jq -n --arg base "$provider_url" '{
        meta: {key: "bench.pay", version: 1, category: "payments", title: "Bench"},
        supportedModes: ["byok"],
        capabilities: {provides: [{key: "pay.charge", version: 1, operation: "bench.pay.charge"}], requires: []},
        configSchema: {schema: {type: "object", properties: {region: {type: "string", default: "eu"}}}},
        secretSchema: {schema: {type: "object", properties: {apiKey: {type: "string"}}}},
        auth: [{type: "bearer", secretField: "apiKey"}],
        transport: {type: "rest", baseUrl: $base},
        operations: {"bench.pay.charge": {method: "POST", path: "/v1/payment_intents", encoding: "form",
            body: {amount: "{{input.amount}}", currency: "{{input.currency}}"}}}}')" >/dev/null
    call PUT /v1/specs/blueprints/bench-app/versions/1 '{
        "meta": {"name": "bench-app", "version": 1, "appId": "bench"},
        "integrationSlots": [{"slotId": "pay", "requiredCategory": "payments", "required": true,
            "requiredCapabilities": [{"key": "pay.charge", "version": 1}]}],
        "workflows": {"checkout": {"name": "bench.checkout", "version": 1}}}' >/dev/null
    call POST $tenant/connections '{
        "meta": {"id": "conn_bench", "integrationKey": "bench.pay", "integrationVersion": 1,
            "environment": "sandbox"},
        "ownershipMode": "byok", "config": {}, "secretRef": "env://BINDERY_SECRET_DEMO_STRIPE_TEST"}' >/dev/null
    number=$(call POST "$line/versions" '{
        "meta": {"blueprintName": "bench-app", "blueprintVersion": 1, "environment": "sandbox"},
        "integrations": [{"slotId": "pay", "connectionId": "conn_bench",
            "scope": {"workflows": ["checkout", "renewal-*"]}, "priority": 1}]}' | jq .meta.version)
    call POST "$line/versions/$number/preview" '{}' >/dev/null
    key=$(call POST $tenant/keys \
        '{"roles": ["runtime"], "environments": ["sandbox"], "workflows": ["*"]}' | jq -r .key)
}

# What is asked of `…/explain`.
bench_question='{"workflow": "checkout", "capability": "pay.charge"}'

# What is asked of `/access/v1/evaluation`, about 300 bytes.
bench_evaluation='{"subject": {"type": "workflow", "id": "checkout", "properties": {"tenantId": "bench", "blueprint": "bench-app", "environment": "sandbox"}},
"action": {"name": "bench.pay.charge"}, "resource": {"type": "connection", "id": "conn_bench"},
"context": {"requestedAt": "2026-01-01T00:00:00Z", "turn": "0000000000"}}'
