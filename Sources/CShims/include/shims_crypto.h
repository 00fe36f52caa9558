// OpenSSL 3: hashing, MAC and wiping. Its functions import as they are.
#ifndef BINDERY_SHIMS_CRYPTO_H
#define BINDERY_SHIMS_CRYPTO_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

enum { bindery_public_key = EVP_PKEY_PUBLIC_KEY };

#endif
