// OpenSSL 3: TLS. Its macros and variadics, which Swift cannot import, as functions and constants.
#ifndef BINDERY_SHIMS_TLS_H
#define BINDERY_SHIMS_TLS_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// No compression (CRIME), no renegotiation by the client, the server's order of ciphers but
// ChaCha20 for a client that prefers it (it has no AES in hardware), and the end of a stream
// without close_notify is an end: HTTP's own lengths tell what is whole.
static inline void bindery_tls_set_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION
        | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA
        | SSL_OP_IGNORE_UNEXPECTED_EOF);
}

static inline void bindery_tls_set_modes(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        | SSL_MODE_RELEASE_BUFFERS);
    // One system call for a record instead of one for its head and one for its body.
    SSL_CTX_set_read_ahead(context, 1);
}

static inline int bindery_tls_set_versions(SSL_CTX *context, int min, int max) {
    return SSL_CTX_set_min_proto_version(context, min) == 1
        && SSL_CTX_set_max_proto_version(context, max) == 1;
}

static inline int bindery_tls_set_groups(SSL_CTX *context, const char *names) {
    return (int)SSL_CTX_set1_groups_list(context, names);
}

static inline void bindery_tls_bound_sessions(SSL_CTX *context, long count, long seconds) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
    SSL_CTX_sess_set_cache_size(context, count);
    SSL_CTX_set_timeout(context, seconds);
}

static inline void bindery_tls_bound_chain(SSL_CTX *context, long byte_count) {
    SSL_CTX_set_max_cert_list(context, byte_count);
}

static inline int bindery_tls_add_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline void bindery_tls_set_server_name_callback(
    SSL_CTX *context, int (*callback)(SSL *, int *, void *), void *user
) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
    SSL_CTX_set_tlsext_servername_arg(context, user);
}

static inline int bindery_tls_set_server_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

static inline int bindery_tls_names_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

static inline GENERAL_NAME *bindery_tls_name(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}

static inline void bindery_tls_push_authority(STACK_OF(X509_NAME) *names, X509 *certificate) {
    X509_NAME *name = X509_NAME_dup(X509_get_subject_name(certificate));
    if (name != NULL && sk_X509_NAME_push(names, name) == 0) { X509_NAME_free(name); }
}

static inline STACK_OF(X509_NAME) *bindery_tls_new_authorities(void) {
    return sk_X509_NAME_new_null();
}

static inline void bindery_tls_free_authorities(STACK_OF(X509_NAME) *names) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
}

static inline long bindery_tls_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

static inline int bindery_tls_reason(unsigned long error) { return ERR_GET_REASON(error); }
static inline int bindery_tls_library(unsigned long error) { return ERR_GET_LIB(error); }

enum {
    bindery_bio_flush = BIO_CTRL_FLUSH,
    bindery_bio_eof = BIO_CTRL_EOF,
    bindery_bio_is_ended = BIO_FLAGS_IN_EOF,
    bindery_bio_read_later = BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY,
    bindery_bio_write_later = BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY,
    bindery_bio_later = BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY,
    bindery_bio_type = BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR,
    bindery_subject_flags = XN_FLAG_RFC2253,
};

#endif
