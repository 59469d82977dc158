private import Support

/// Turns claims into tokens under the current key; the same claims always give the same text.
package struct TokenSigner: Sendable {
  private let key: HMACKey

  package init(keys: KeySet) { key = keys.current }

  /// - Throws: `TokenFailure.tooLong` where the token would be over 8 KiB, so that nobody could
  ///   verify it.
  package func sign(_ claims: Claims, as type: TokenType) throws(TokenFailure) -> String {
    let header = TokenHeader.text(for: key, type)
    let token = Self.compact(header: header, payload: claims.payload, key: key)
    guard token.utf8.count <= CompactToken.maximumLength else { throw .tooLong }
    return token
  }

  /// RFC 7515 §5.1 (5) to (8), for bytes of any meaning.
  static func compact(header: [UInt8], payload: [UInt8], key: HMACKey) -> String {
    var text = Base64.url.encode(header)
    text.append(UInt8(ascii: "."))
    text += Base64.url.encode(payload)
    let signature = key.signature(over: text[...])
    text.append(UInt8(ascii: "."))
    text += Base64.url.encode(signature)
    return String(decoding: text, as: UTF8.self)
  }
}
