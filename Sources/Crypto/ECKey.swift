private import Support
internal import COpenSSL

/// The owner of one `EVP_PKEY` with a private key of P-256.
@safe struct ECKey: ~Copyable {
  private let pointer: OpaquePointer

  deinit { unsafe EVP_PKEY_free(pointer) }

  /// A new key.
  init() {
    OpenSSL.initialize()
    defer { ERR_clear_error() }
    guard let generator = unsafe EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else {
      fatalError("libcrypto has no EC")
    }
    defer { unsafe EVP_PKEY_CTX_free(generator) }
    var key: OpaquePointer?
    let isMade =
      unsafe EVP_PKEY_keygen_init(generator) == 1
      && Parameter.withAll([.text(OSSL_PKEY_PARAM_GROUP_NAME, "P-256")]) {
        unsafe EVP_PKEY_CTX_set_params(generator, $0) == 1
      } && EVP_PKEY_generate(generator, &key) == 1
    guard isMade, let key = unsafe key else { fatalError("libcrypto makes no key of P-256") }
    unsafe pointer = unsafe key
  }

  /// - Parameter der: an `ECPrivateKey` (RFC 5915 §3) and nothing after it.
  init?(der: [UInt8]) {
    OpenSSL.initialize()
    // Errors that stay in the queue of the thread would be read as errors of the next TLS call.
    defer { ERR_clear_error() }
    let read = unsafe der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
      var end = bytes.baseAddress
      // Only this type: by default libcrypto reads any key.
      guard let key = unsafe d2i_PrivateKey(EVP_PKEY_EC, nil, &end, bytes.count) else { return nil }
      guard unsafe bytes.baseAddress?.advanced(by: bytes.count) == end, unsafe Self.isUsable(key)
      else {
        unsafe EVP_PKEY_free(key)
        return nil
      }
      return unsafe key
    }
    guard let key = unsafe read else { return nil }
    unsafe pointer = unsafe key
  }

  /// Whether the key is on P-256, and its halves belong together (SEC 1 §3.2.2.1).
  private static func isUsable(_ key: OpaquePointer) -> Bool {
    var name = [CChar](repeating: 0, count: 32)
    guard unsafe EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1,
      // P-256 by its name in RFC 5480 §2.1.1.1.
      name.starts(with: "prime256v1\0".utf8.map(CChar.init)),
      let check = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil)
    else { return false }
    defer { unsafe EVP_PKEY_CTX_free(check) }
    return unsafe EVP_PKEY_check(check) == 1
  }

  /// An `ECPrivateKey` (RFC 5915 §3), with the public key.
  var der: [UInt8] {
    let length = unsafe i2d_PrivateKey(pointer, nil)
    guard length > 0 else { fatalError("libcrypto does not write its own key") }
    return unsafe [UInt8](unsafeUninitializedCapacity: Int(length)) { bytes, initialized in
      var end = bytes.baseAddress
      initialized = unsafe Int(i2d_PrivateKey(pointer, &end))
    }
  }

  /// The public key: 4, x and y, 65 bytes (SEC 1 §2.3.3).
  var point: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 65)
    var length = 0
    let isRead = unsafe EVP_PKEY_get_octet_string_param(
      pointer, OSSL_PKEY_PARAM_PUB_KEY, &bytes, bytes.count, &length)
    guard isRead == 1, length == bytes.count, bytes[0] == 4 else {
      fatalError("libcrypto does not write its own point")
    }
    return bytes
  }

  /// A signature as DER (RFC 3279 §2.2.3).
  func sign(_ message: ArraySlice<UInt8>) -> [UInt8] {
    defer { ERR_clear_error() }
    guard let context = unsafe EVP_MD_CTX_new() else { fatalError("no memory") }
    defer { unsafe EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: 72)  // the longest of P-256
    var length = signature.count
    let isSigned = unsafe message.withUnsafeBufferPointer { message in
      unsafe EVP_DigestSignInit_ex(
        context, nil, OSSL_DIGEST_NAME_SHA2_256, nil, nil, pointer, nil) == 1
        && EVP_DigestSign(
          context, &signature, &length, message.baseAddress, message.count) == 1
    }
    guard isSigned else { fatalError("libcrypto does not sign") }
    return Array(signature[..<length])
  }
}
