private import Support
internal import COpenSSL
internal import Synchronization

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1) under one key.
package final class HMACSHA256: Sendable {
  /// The length of a code, in bytes.
  package static let length = Int(SHA256_DIGEST_LENGTH)

  /// A context with the key and without a message. Each code is computed in a copy of it.
  private let keyed: Mutex<MACContext>

  /// - Precondition: `key` is not empty.
  package init(key: [UInt8]) {
    precondition(!key.isEmpty, "an HMAC key is empty")
    keyed = Mutex(MACContext(key: key))
  }

  /// The code of `message`, 32 bytes.
  package func code(for message: ArraySlice<UInt8>) -> [UInt8] {
    keyed.withLock { $0.duplicate().code(for: message) }
  }

  /// Whether `code` is the complete code of `message`, compared in constant time (CRYPTO_memcmp).
  ///
  /// A truncated code, which RFC 2104 §5 allows, is refused: the attacker would choose its length.
  package func isValid(_ code: [UInt8], for message: ArraySlice<UInt8>) -> Bool {
    guard code.count == Self.length else { return false }
    return unsafe CRYPTO_memcmp(code, self.code(for: message), Self.length) == 0
  }
}

/// The owner of one `EVP_MAC_CTX`. It frees the context, and libcrypto then overwrites the key.
@safe private struct MACContext: ~Copyable {
  private let pointer: OpaquePointer

  private init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

  init(key: [UInt8]) {
    OpenSSL.initialize()
    guard let algorithm = unsafe EVP_MAC_fetch(nil, OSSL_MAC_NAME_HMAC, nil) else {
      fatalError("libcrypto has no HMAC")
    }
    // The context keeps its own reference.
    defer { unsafe EVP_MAC_free(algorithm) }
    guard let pointer = unsafe EVP_MAC_CTX_new(algorithm) else { fatalError("no memory") }
    unsafe self.init(pointer)
    let digest = Parameter.text(OSSL_MAC_PARAM_DIGEST, OSSL_DIGEST_NAME_SHA2_256)
    let isReady = unsafe Parameter.withAll([digest]) {
      unsafe EVP_MAC_init(pointer, key, key.count, $0) == 1
    }
    guard isReady else { fatalError("libcrypto has no HMAC with SHA-256") }
  }

  deinit { unsafe EVP_MAC_CTX_free(pointer) }

  /// EVP_MAC_init(3) may not restart a context with the same key before OpenSSL 3.0.3, so each
  /// message gets a copy.
  func duplicate() -> MACContext {
    guard let copy = unsafe EVP_MAC_CTX_dup(pointer) else { fatalError("no memory") }
    return unsafe MACContext(copy)
  }

  /// The code of `message`. The context cannot be used again.
  consuming func code(for message: ArraySlice<UInt8>) -> [UInt8] {
    unsafe message.withUnsafeBufferPointer { message in
      guard unsafe EVP_MAC_update(pointer, message.baseAddress, message.count) == 1 else {
        fatalError("libcrypto failed at HMAC")
      }
    }
    return unsafe [UInt8](unsafeUninitializedCapacity: HMACSHA256.length) { code, count in
      guard unsafe EVP_MAC_final(pointer, code.baseAddress, &count, code.count) == 1,
        count == HMACSHA256.length
      else { fatalError("libcrypto failed at HMAC") }
    }
  }
}
