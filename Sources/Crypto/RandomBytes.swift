private import Support
internal import COpenSSL

/// Bytes from libcrypto's cryptographic random generator.
package enum RandomBytes {
  /// - Parameter count: at most `Int32.max`.
  package static func make(count: Int) -> [UInt8] {
    OpenSSL.initialize()
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
      guard unsafe RAND_bytes(bytes.baseAddress, Int32(count)) == 1 else {
        fatalError("libcrypto has no randomness")
      }
      initialized = count
    }
  }
}
