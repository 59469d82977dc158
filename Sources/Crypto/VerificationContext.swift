private import Support
internal import COpenSSL

/// The owner of one `EVP_MD_CTX` that is ready to verify one message with a public key.
@safe struct VerificationContext: ~Copyable {
  private let pointer: OpaquePointer

  private init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

  deinit { unsafe EVP_MD_CTX_free(pointer) }

  // MARK: Keys

  init(
    modulus: [UInt8], exponent: [UInt8], padding: PublicKey.RSAPadding
  ) throws(PublicKeyError) {
    let scheme: [Parameter] =
      switch padding {
      case .pkcs1: [.text(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PKCSV15)]
      case .pss:
        [
          .text(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PSS),
          .text(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, OSSL_DIGEST_NAME_SHA2_256),
          // RFC 7518 §3.5: the length of the hash. By default libcrypto accepts any length.
          .text(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST),
        ]
      }
    try self.init(
      type: "RSA", digest: OSSL_DIGEST_NAME_SHA2_256,
      key: [
        .number(OSSL_PKEY_PARAM_RSA_N, modulus), .number(OSSL_PKEY_PARAM_RSA_E, exponent),
      ],
      scheme: scheme)
  }

  /// - Parameter point: SEC 1 §2.3.3. libcrypto checks that it is on the curve (SEC 1 §2.3.4).
  init(p256 point: [UInt8]) throws(PublicKeyError) {
    try self.init(
      type: "EC", digest: OSSL_DIGEST_NAME_SHA2_256,
      key: [
        .text(OSSL_PKEY_PARAM_GROUP_NAME, "P-256"), .bytes(OSSL_PKEY_PARAM_PUB_KEY, point),
      ])
  }

  init(ed25519 key: [UInt8]) throws(PublicKeyError) {
    // No digest: Ed25519 hashes by itself (RFC 8032 §5.1).
    try self.init(type: "ED25519", digest: nil, key: [.bytes(OSSL_PKEY_PARAM_PUB_KEY, key)])
  }

  private init(
    type: String, digest: String?, key: [Parameter], scheme: [Parameter] = []
  ) throws(PublicKeyError) {
    OpenSSL.initialize()
    // Errors that stay in the queue of the thread would be read as errors of the next TLS call.
    defer { ERR_clear_error() }
    guard let builder = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else {
      fatalError("libcrypto has no \(type)")
    }
    defer { unsafe EVP_PKEY_CTX_free(builder) }
    guard unsafe EVP_PKEY_fromdata_init(builder) == 1 else {
      fatalError("libcrypto has no keys of \(type)")
    }
    var pkey: OpaquePointer?
    let isKey = unsafe Parameter.withAll(key) { parameters in
      unsafe EVP_PKEY_fromdata(builder, &pkey, publicKey, parameters) == 1
    }
    // The context keeps its own reference.
    defer { unsafe EVP_PKEY_free(pkey) }
    guard isKey else { throw .notAKey }
    guard let pointer = unsafe EVP_MD_CTX_new() else { fatalError("no memory") }
    let isReady = unsafe Parameter.withAll(scheme) { parameters in
      unsafe EVP_DigestVerifyInit_ex(pointer, nil, digest, nil, nil, pkey, parameters) == 1
    }
    guard isReady else {
      unsafe EVP_MD_CTX_free(pointer)
      throw .notAKey
    }
    unsafe self.init(pointer)
  }

  // MARK: Signatures

  /// A context for one message.
  func duplicate() -> VerificationContext {
    guard let copy = unsafe EVP_MD_CTX_new(), unsafe EVP_MD_CTX_copy_ex(copy, pointer) == 1 else {
      fatalError("no memory")
    }
    return unsafe VerificationContext(copy)
  }

  /// Whether `signature` is valid for `message`. The context cannot be used again.
  consuming func isValid(_ signature: [UInt8], for message: ArraySlice<UInt8>) -> Bool {
    defer { ERR_clear_error() }
    return unsafe message.withUnsafeBufferPointer { message in
      // 0 is a wrong signature, and a negative number is a failure.
      unsafe EVP_DigestVerify(
        pointer, signature, signature.count, message.baseAddress, message.count) == 1
    }
  }
}

/// `EVP_PKEY_PUBLIC_KEY`, a macro that Swift cannot import: no private number is read.
private let publicKey = OSSL_KEYMGMT_SELECT_ALL_PARAMETERS | OSSL_KEYMGMT_SELECT_PUBLIC_KEY
