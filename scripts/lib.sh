# shellcheck shell=bash
# What the scripts share. Sourced, never run; the caller has set -euo pipefail.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit

# Everything that the scripts make and nobody keeps.
work=$root/.build/scripts
mkdir -p "$work"

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# quietly LOG COMMAND…: runs a command whose output matters only when it fails.
quietly() {
    local log=$1
    shift
    if ! "$@" >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        fail "failed: $* (all of its output: $log)"
    fi
}

# The server refuses variables that start with BINDERY_ and are no settings, so that typos do not
# pass. The scripts' own are taken out of its way here, after the scripts have read them.
forget_own_variables() {
    unset BINDERY_DEBUG BINDERY_PORT BINDERY_PROVIDER_PORT BINDERY_URL BINDERY_ACCEPTANCE
}

# For checks: nothing of the caller's environment may change the outcome.
forget_all_variables() {
    local name
    for name in "${!BINDERY_@}"; do unset "$name"; done
}

# With the journal in PostgreSQL where libpq can be linked. One answer for all scripts of a machine:
# the trait is a compile condition, so another answer would compile everything anew.
traits=()
if [ -e /usr/include/postgresql/libpq-fe.h ]; then traits=(--traits PostgreSQL); fi

# build CONFIGURATION: builds the server when it is missing or stale, and sets `bindery`.
build() {
    local configuration=$1
    quietly "$work/build.log" swift build "${traits[@]}" --configuration "$configuration" --product bindery \
        --explicit-target-dependency-import-check error
    bindery=$(swift build --configuration "$configuration" --show-bin-path)/bindery
}

# Whether something listens on the loopback port.
is_port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A loopback port that is free now.
free_port() {
    python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

random_text() { head -c 30 /dev/urandom | base64 | tr -d '+/=\n'; }

# The processes that this script started, by what they are.
provider_pid=
server_pid=

# stop_all: asks both to end, and waits for them.
stop_all() {
    local pid
    for pid in $server_pid $provider_pid; do
        kill -TERM "$pid" 2>/dev/null || true
    done
    for pid in $server_pid $provider_pid; do
        wait "$pid" 2>/dev/null || true
    done
    server_pid=
    provider_pid=
}

# However this script ends, both end with it.
end_with_script() {
    trap stop_all EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# wait_until_ready NAME PID URL LOG: until URL answers 200, while the process lives.
wait_until_ready() {
    local name=$1 pid=$2 url=$3 log=$4 tries=0
    until curl -fsS --max-time 2 -o /dev/null "$url" 2>/dev/null; do
        if ! kill -0 "$pid" 2>/dev/null; then
            tail -n 20 "$log" >&2
            fail "$name ended at start (all of its log: $log)"
        fi
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ]; then fail "$name is not ready after 30 s (its log: $log)"; fi
        sleep 0.1
    done
}

# start_demo STATE PORT PROVIDER_PORT: starts the demo provider and the server over the folder STATE.
#
# Sets url, provider_url, admin_key, provider_pid and server_pid. The secrets are demo values that
# the demo provider takes, one store of each kind: variables, a file, and the provider's own Vault.
# Both run in sessions of their own: Ctrl-C reaches this script alone, which then ends them in order.
start_demo() {
    local state=$1 port=$2 provider_port=$3
    url=http://127.0.0.1:$port
    provider_url=http://127.0.0.1:$provider_port
    (
        umask 077
        mkdir -p "$state/secrets" "$state/data"
        [ -s "$state/vault-token" ] || random_text >"$state/vault-token"
        [ -s "$state/admin-key" ] || printf 'demo-admin-%s\n' "$(random_text)" >"$state/admin-key"
        printf '{"accessToken":"demo-gmail-support"}\n' >"$state/secrets/gmail-support.json"
    )
    admin_key=$(cat "$state/admin-key")

    setsid "$bindery" demo-provider --listen "127.0.0.1:$provider_port" \
        --vault-secrets config/demo-vault.json --vault-token-file "$state/vault-token" \
        >"$state/provider.log" 2>&1 &
    provider_pid=$!

    BINDERY_BOOTSTRAP_KEY=$admin_key \
    BINDERY_SECRET_DEMO_STRIPE_TEST='{"apiKey":"demo-stripe-acme-test"}' \
    BINDERY_SECRET_DEMO_STRIPE_PROD='{"apiKey":"demo-stripe-hub-prod"}' \
    BINDERY_SECRET_DEMO_POSTMARK='{"serverToken":"demo-postmark-prod"}' \
        setsid "$bindery" serve --config config/bindery.json \
        --listen "127.0.0.1:$port" --data "$state/data" \
        --outbound-allow 127.0.0.0/8 \
        --health-scheduler "${health_scheduler:-true}" \
        --secrets-file-root "$state/secrets" \
        --secrets-vault-address "$provider_url" \
        --secrets-vault-token-file "$state/vault-token" \
        >"$state/server.log" 2>&1 &
    server_pid=$!

    wait_until_ready "the demo provider" "$provider_pid" "$provider_url/healthz" "$state/provider.log"
    wait_until_ready "the server" "$server_pid" "$url/readyz" "$state/server.log"
}

# start_private NAME: both, on free ports, over a folder that is new; for checks.
start_private() {
    local state=$work/$1
    rm -rf "$state"
    end_with_script
    # Nothing is called by chance: what is checked is compared.
    health_scheduler=false
    start_demo "$state" "$(free_port)" "$(free_port)"
}

# status_of PATH: the status that GET answers with the admin key.
status_of() {
    curl -sS --max-time 30 -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $admin_key" "$url$1"
}

# What to say beside a request of `call` that was refused.
hint=

# call METHOD PATH [BODY]: a request with the admin key that has to succeed; prints the answer's body.
call() {
    local method=$1 path=$2 answer=$work/answer.$$.json status
    local -a data=()
    if [ "$#" -gt 2 ]; then data=(-H 'Content-Type: application/json' --data-binary "$3"); fi
    status=$(curl -sS --max-time 60 -o "$answer" -w '%{http_code}' -X "$method" \
        -H "Authorization: Bearer $admin_key" "${data[@]}" "$url$path")
    if [ "$status" -lt 200 ] || [ "$status" -ge 300 ]; then
        cat "$answer" >&2
        printf '\n' >&2
        rm -f "$answer"
        fail "$method $path answered $status${hint:+: $hint}"
    fi
    cat "$answer"
    rm -f "$answer"
}

# spec_for_demo FILE: an integration spec of the catalogue, whose provider is the demo provider
# unless a connection's config says otherwise.
spec_for_demo() {
    jq --arg base "$provider_url" '
        if .configSchema.schema.properties.apiBase
        then .configSchema.schema.properties.apiBase.default = $base else . end' "$1"
}

# object_for_demo FILE: the object in a file of config/demo, with the provider's real port.
object_for_demo() {
    jq --arg base "$provider_url" '
        .object | walk(if . == "http://127.0.0.1:9090" then $base else . end)' "$1"
}

seed_spec() {
    local file=$1 path
    path=/v1/specs/integrations/$(jq -r '"\(.meta.key)/versions/\(.meta.version)"' "$file")
    call PUT "$path" "$(spec_for_demo "$file")" >/dev/null
}

seed_blueprint() {
    local file=$1 path
    path=/v1/specs/blueprints/$(jq -r '.object.meta | "\(.name)/versions/\(.version)"' "$file")
    call PUT "$path" "$(object_for_demo "$file")" >/dev/null
}

# A connection that is there already stays as it is: somebody may have paused it.
seed_connection() {
    local file=$1 connections id status
    connections=/v1/tenants/$(jq -r .tenantId "$file")/connections
    id=$(jq -r .object.meta.id "$file")
    status=$(status_of "$connections/$id")
    if [ "$status" = 200 ]; then return; fi
    call POST "$connections" "$(object_for_demo "$file")" >/dev/null
    call POST "$connections/$id/test" '{}' >/dev/null
}

# A config's meta.status is the state that it is brought to.
seed_config() {
    local file=$1 line wished number count
    line=$(jq -r '"/v1/tenants/\(.tenantId)/configs/\(.object.meta.blueprintName)/\(.object.meta.environment)"' "$file")
    wished=$(jq -r .object.meta.status "$file")
    count=$(call GET "$line/versions?limit=1" | jq '.items | length')
    if [ "$count" -gt 0 ]; then return; fi
    number=$(call POST "$line/versions" "$(object_for_demo "$file")" | jq .meta.version)
    call POST "$line/versions/$number/preview" '{"changeSummary":"the demo tenant"}' >/dev/null
    if [ "$wished" = published ]; then
        call POST "$line/versions/$number/publish" '{"changeSummary":"the demo tenant"}' >/dev/null
    fi
}

# seed: brings the catalogue and the demo tenant into the server, through the API.
seed() {
    local file kind
    for file in config/catalogue/*.json; do seed_spec "$file"; done
    for file in config/demo/*.json; do
        kind=$(jq -r .kind "$file")
        case $kind in
            AppBlueprintSpec) seed_blueprint "$file" ;;
            IntegrationConnection) seed_connection "$file" ;;
            TenantAppConfig) seed_config "$file" ;;
            *) fail "$file: the kind $kind is not one that the demo knows" ;;
        esac
    done
}

# The Python with the packages of the judges, as $judge.
# moto_environment: installs moto, which plays services of AWS, and boto3 with botocore, AWS's own client, unless they
# are, and sets `moto`, a Python that has them.
moto_environment() {
    moto=$root/.build/venv-moto/bin/python
    if ! "$moto" -c 'import moto, boto3, flask, flask_cors' 2>/dev/null; then
        rm -rf "$root/.build/venv-moto"
        quietly "$work/venv-moto.log" python3 -m venv "$root/.build/venv-moto"
        quietly "$work/venv-moto.log" "$moto" -m pip install --quiet --disable-pip-version-check \
            'moto==5.2.5' 'boto3==1.44.8' 'flask==3.1.3' 'flask-cors==6.0.5' 'werkzeug==3.1.9'
    fi
}

judge_environment() {
    judge=$root/.build/venv-judge/bin/python
    if ! "$judge" -c 'import authlib, bcrypt, cedarpy, flask, httpbin, jwcrypto, oidc_provider_mock, radicale, standardwebhooks' 2>/dev/null; then
        rm -rf "$root/.build/venv-judge"
        quietly "$work/venv-judge.log" python3 -m venv "$root/.build/venv-judge"
        quietly "$work/venv-judge.log" "$judge" -m pip install --quiet --disable-pip-version-check \
            'cedarpy==4.12.2' 'jwcrypto==1.6.1' 'oidc-provider-mock==0.3.4' 'httpbin==0.10.4' 'Radicale==3.9.0' 'bcrypt==4.3.0' \
            'standardwebhooks==1.1.0'
    fi
}
