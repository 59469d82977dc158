private import Support
internal import COpenSSL

/// Encrypts what is stored, so that a copy of the storage alone tells nothing: AES-256-GCM (NIST
/// SP 800-38D).
package struct SealingKey: Sendable {
  private static let nonceLength = 12
  private static let tagLength = 16

  private let key: [UInt8]

  /// - Precondition: `key` has 32 random bytes.
  package init(_ key: [UInt8]) {
    precondition(key.count == 32, "AES-256 has a key of 32 bytes")
    self.key = key
  }

  /// A random nonce, the ciphertext and the tag.
  ///
  /// NIST SP 800-38D §8.3 allows 2^32 calls for one key with random nonces.
  /// - Parameter place: where the result is stored. It opens at no other place.
  package func seal(_ plaintext: [UInt8], for place: String) -> [UInt8] {
    let nonce = RandomBytes.make(count: Self.nonceLength)
    return nonce + seal(plaintext, nonce: nonce, data: Array(place.utf8))
  }

  /// The ciphertext and the tag. Internal for the test vectors: a nonce must never repeat.
  func seal(_ plaintext: [UInt8], nonce: [UInt8], data: [UInt8]) -> [UInt8] {
    let context = GCMContext(encrypts: true, key: key, nonce: nonce, data: data)
    let ciphertext = context.update(plaintext)
    guard context.finish() else { fatalError("libcrypto does not encrypt") }
    return ciphertext + context.tag(length: Self.tagLength)
  }

  /// The plaintext of `seal`. `nil` for another key, another place or changed bytes.
  package func open(_ sealed: [UInt8], for place: String) -> [UInt8]? {
    guard sealed.count >= Self.nonceLength else { return nil }
    return open(
      sealed[Self.nonceLength...], nonce: Array(sealed[..<Self.nonceLength]),
      data: Array(place.utf8))
  }

  func open(_ sealed: ArraySlice<UInt8>, nonce: [UInt8], data: [UInt8]) -> [UInt8]? {
    guard sealed.count >= Self.tagLength else { return nil }
    let context = GCMContext(encrypts: false, key: key, nonce: nonce, data: data)
    let plaintext = context.update(Array(sealed.dropLast(Self.tagLength)))
    context.expect(tag: Array(sealed.suffix(Self.tagLength)))
    // NIST SP 800-38D §7.2: no plaintext is returned before the tag is checked.
    return context.finish() ? plaintext : nil
  }
}

extension SealingKey: CustomStringConvertible, CustomReflectable {
  package var description: String { "[secret]" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The owner of one `EVP_CIPHER_CTX` for one message.
@safe private struct GCMContext: ~Copyable {
  private let pointer: OpaquePointer

  deinit { unsafe EVP_CIPHER_CTX_free(pointer) }

  init(encrypts: Bool, key: [UInt8], nonce: [UInt8], data: [UInt8]) {
    OpenSSL.initialize()
    guard let context = unsafe EVP_CIPHER_CTX_new(),
      unsafe EVP_CipherInit_ex2(context, EVP_aes_256_gcm(), key, nonce, encrypts ? 1 : 0, nil) == 1
    else { fatalError("libcrypto has no AES-256-GCM") }
    var length: Int32 = 0
    guard
      unsafe data.isEmpty
        || EVP_CipherUpdate(context, nil, &length, data, Int32(data.count)) == 1
    else { fatalError("libcrypto takes no additional data") }
    unsafe pointer = unsafe context
  }

  /// - Precondition: `bytes` are at most `Int32.max`.
  func update(_ bytes: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: bytes.count)
    var length: Int32 = 0
    guard
      unsafe bytes.isEmpty
        || EVP_CipherUpdate(pointer, &result, &length, bytes, Int32(bytes.count)) == 1
    else { fatalError("libcrypto does not encrypt") }
    return result
  }

  func expect(tag: [UInt8]) {
    var tag = tag
    guard
      unsafe EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1
    else { fatalError("libcrypto takes no tag") }
  }

  /// Whether the tag is right, when decrypting.
  func finish() -> Bool {
    defer { ERR_clear_error() }
    var rest = [UInt8](repeating: 0, count: 16)
    var length: Int32 = 0
    return unsafe EVP_CipherFinal_ex(pointer, &rest, &length) == 1
  }

  func tag(length: Int) -> [UInt8] {
    var tag = [UInt8](repeating: 0, count: length)
    guard unsafe EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_GET_TAG, Int32(length), &tag) == 1
    else { fatalError("libcrypto writes no tag") }
    return tag
  }
}
