internal import COpenSSL
internal import Synchronization

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1) under one key.
///
/// The key is hashed into a context once, and each message works on a copy of it: with
/// libcrypto's one-shot `HMAC()`, a message of 256 bytes takes twice as long. Starting one context
/// over and over would be faster still, but gives wrong codes before OpenSSL 3.0.3 (issue 17811).
package final class HMACSHA256: Sendable {
  /// Of a code, in bytes.
  package static let length = Int(SHA256_DIGEST_LENGTH)

  private let keyed: Mutex<MACContext>

  /// - Precondition: `key` is not empty.
  package init(key: [UInt8]) {
    precondition(!key.isEmpty, "an HMAC key is empty")
    keyed = Mutex(MACContext(key: key))
  }

  /// The code of `message`, 32 bytes.
  package func code(for message: ArraySlice<UInt8>) -> [UInt8] {
    keyed.withLock { $0.copy().code(for: message) }
  }

  /// Whether `code` is the whole code of `message`, in constant time (CRYPTO_memcmp).
  ///
  /// A truncated code, which RFC 2104 §5 allows, is refused: its length is the attacker's choice.
  package func isValid(_ code: [UInt8], for message: ArraySlice<UInt8>) -> Bool {
    guard code.count == Self.length else { return false }
    return unsafe CRYPTO_memcmp(code, self.code(for: message), Self.length) == 0
  }
}

/// The owner of one `EVP_MAC_CTX`, which frees it, and with it clears what came from the key.
@safe private struct MACContext: ~Copyable {
  private let pointer: OpaquePointer

  init(key: [UInt8]) {
    OpenSSL.initialize()
    guard let algorithm = unsafe EVP_MAC_fetch(nil, OSSL_MAC_NAME_HMAC, nil),
      let pointer = unsafe EVP_MAC_CTX_new(algorithm)
    else { fatalError("libcrypto has no HMAC") }
    unsafe EVP_MAC_free(algorithm)  // the context holds it from now on
    unsafe self.pointer = unsafe pointer
    // A parameter keeps the pointer to its name: the name must live until EVP_MAC_init is done.
    var digest = Array(OSSL_DIGEST_NAME_SHA2_256.utf8CString)
    let isReady = unsafe OSSL_MAC_PARAM_DIGEST.withCString { name in
      unsafe digest.withUnsafeMutableBufferPointer { value in
        let parameters = unsafe [
          OSSL_PARAM_construct_utf8_string(name, value.baseAddress, 0), OSSL_PARAM_construct_end(),
        ]
        return unsafe EVP_MAC_init(pointer, key, key.count, parameters)
      }
    }
    guard isReady == 1 else { fatalError("libcrypto has no HMAC with SHA-256") }
  }

  private init(owning pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

  deinit { unsafe EVP_MAC_CTX_free(pointer) }

  func copy() -> MACContext {
    guard let copy = unsafe EVP_MAC_CTX_dup(pointer) else { fatalError("out of memory") }
    return unsafe MACContext(owning: copy)
  }

  /// The code of `message`; the context is spent.
  consuming func code(for message: ArraySlice<UInt8>) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: HMACSHA256.length) { code, count in
      let isDone = unsafe message.withUnsafeBufferPointer { input in
        unsafe EVP_MAC_update(pointer, input.baseAddress, input.count) == 1
          && EVP_MAC_final(pointer, code.baseAddress, &count, code.count) == 1
      }
      // With the key set and room for the code given, this cannot fail short of a broken library.
      guard isDone, count == HMACSHA256.length else { fatalError("libcrypto failed at an HMAC") }
    }
  }
}
