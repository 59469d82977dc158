#pragma once
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

// Swift does not import macros that shift.
static const uint64_t clibssl_op_no_compression = SSL_OP_NO_COMPRESSION;
static const uint64_t clibssl_op_no_renegotiation = SSL_OP_NO_RENEGOTIATION;
static const uint64_t clibssl_op_no_ticket = SSL_OP_NO_TICKET;
