private import Support
internal import COpenSSL

/// The password-based key derivation scrypt (RFC 7914): slow, and costly in memory, on purpose.
package enum Scrypt {
  /// `length` bytes, or `nil` where the parameters are none of scrypt's or the memory is not there.
  ///
  /// It works in `128 * cost * blockSize` bytes, and in as much time `parallelism` times.
  /// - Parameter cost: N, a power of two above 1 (RFC 7914 §6).
  package static func derive(
    password: [UInt8], salt: [UInt8], cost: Int, blockSize: Int, parallelism: Int, length: Int
  ) -> [UInt8]? {
    OpenSSL.initialize()
    guard let cost = UInt64(exactly: cost), let blockSize = UInt64(exactly: blockSize),
      let parallelism = UInt64(exactly: parallelism)
    else { return nil }
    var key = [UInt8](repeating: 0, count: length)
    // Above what libcrypto works in; without it, its own limit is 32 MiB. Sums that overflow are
    // beyond that limit anyway.
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
