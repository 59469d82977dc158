private import Support
internal import COpenSSL

/// The owner of one `EVP_MD_CTX` for SHA-256, which frees it, and with it clears what it has seen.
///
/// With an algorithm set and memory there, nothing here can fail short of a broken library.
@safe struct HashState: ~Copyable {
  /// Of a digest, in bytes.
  static let length = Int(SHA256_DIGEST_LENGTH)

  private let pointer: OpaquePointer

  init() {
    OpenSSL.initialize()
    guard let pointer = unsafe EVP_MD_CTX_new(),
      let algorithm = unsafe EVP_MD_fetch(nil, OSSL_DIGEST_NAME_SHA2_256, nil),
      unsafe EVP_DigestInit_ex2(pointer, algorithm, nil) == 1
    else { fatalError("libcrypto has no SHA-256") }
    unsafe EVP_MD_free(algorithm)  // the context holds it from now on
    unsafe self.pointer = unsafe pointer
  }

  deinit { unsafe EVP_MD_CTX_free(pointer) }

  func become(_ other: borrowing HashState) {
    guard unsafe EVP_MD_CTX_copy_ex(pointer, other.pointer) == 1 else { fatalError("no memory") }
  }

  func update(_ message: UnsafeBufferPointer<UInt8>) {
    guard unsafe EVP_DigestUpdate(pointer, message.baseAddress, message.count) == 1 else {
      fatalError("libcrypto failed at SHA-256")
    }
  }

  /// Writes the 32 bytes of the digest; the state is spent.
  func finish(into digest: UnsafeMutableBufferPointer<UInt8>) {
    guard digest.count >= Self.length,
      unsafe EVP_DigestFinal_ex(pointer, digest.baseAddress, nil) == 1
    else { fatalError("libcrypto failed at SHA-256") }
  }
}
