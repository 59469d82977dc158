private import Support
internal import COpenSSL

/// Bytes that nobody can guess, from libcrypto's generator.
package enum RandomBytes {
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
