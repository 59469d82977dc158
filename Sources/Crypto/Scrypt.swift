private import Support
internal import COpenSSL

/// The password-based key derivation function scrypt (RFC 7914). It is slow and needs much memory
/// on purpose: so guessing a password is slow too.
package enum Scrypt {
  /// Derives `length` bytes. `nil` if scrypt does not allow the parameters, or if there is too
  /// little memory.
  ///
  /// It needs `128 * cost * blockSize` bytes of memory. The time grows with that and with
  /// `parallelism`.
  /// - Parameter cost: N, a power of two above 1 (RFC 7914 §6).
  package static func derive(
    password: [UInt8], salt: [UInt8], cost: Int, blockSize: Int, parallelism: Int, length: Int
  ) -> [UInt8]? {
    OpenSSL.initialize()
    guard let cost = UInt64(exactly: cost), let blockSize = UInt64(exactly: blockSize),
      let parallelism = UInt64(exactly: parallelism)
    else { return nil }
    var key = [UInt8](repeating: 0, count: length)
    // libcrypto's own limit is 32 MiB. This one is just above what the parameters need. If it
    // overflows, libcrypto refuses the parameters.
    let memory = 128 &* blockSize &* (cost &+ parallelism &+ 2)
    let isDone = unsafe password.withUnsafeBufferPointer { password in
      unsafe password.withMemoryRebound(to: CChar.self) { password in
        unsafe EVP_PBE_scrypt(
          password.baseAddress, password.count, salt, salt.count, cost, blockSize, parallelism,
          memory, &key, length)
      }
    }
    return isDone == 1 ? key : nil
  }
}
