private import Support

/// A JWS in compact serialization (RFC 7515 §7.1), split and decoded, not verified.
///
/// The payload is bytes: do not parse it before the signature is verified.
package struct CompactJWS: Sendable {
  /// The longest token, in bytes.
  package static let maximumLength = 8192

  package let header: [UInt8]
  package let payload: [UInt8]
  package let signature: [UInt8]
  /// The bytes that the signature covers: the encoded header, a dot and the encoded payload, as
  /// received.
  package let signingInput: ArraySlice<UInt8>

  /// - Throws: `JWTError.tooLong`, `.notThreeParts`, `.notBase64URL`
  package init(_ text: String) throws(JWTError) {
    guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
    let bytes = Array(text.utf8)
    let point = UInt8(ascii: ".")
    // RFC 7515 §7.1: two dots. A JWE has four (RFC 7516 §9).
    guard let first = bytes.firstIndex(of: point), let last = bytes.lastIndex(of: point),
      first < last
    else { throw .notThreeParts }
    // RFC 7515 §5.2 (2), (6), (7)
    guard let header = Base64.url.decode(bytes.span.extracting(..<first)),
      let payload = Base64.url.decode(bytes.span.extracting((first + 1)..<last)),
      let signature = Base64.url.decode(bytes.span.extracting((last + 1)...))
    else {
      // A dot is not a Base64url character, so a third one makes the decoding fail. Look for it
      // only here.
      throw bytes[(first + 1)..<last].contains(point) ? .notThreeParts : .notBase64URL
    }
    self.header = header
    self.payload = payload
    self.signature = signature
    signingInput = bytes[..<last]
  }

  /// Signs and serializes (RFC 7515 §5.1 (5) to (8)). `header` and `payload` may be any bytes.
  static func text(header: [UInt8], payload: [UInt8], key: HMACKey) -> String {
    text(header: header, payload: payload, sign: key.signature(over:))
  }

  static func text(
    header: [UInt8], payload: [UInt8], sign: (ArraySlice<UInt8>) -> [UInt8]
  ) -> String {
    var text = Base64.url.encode(header)
    text.append(UInt8(ascii: "."))
    text += Base64.url.encode(payload)
    let signature = sign(text[...])
    text.append(UInt8(ascii: "."))
    text += Base64.url.encode(signature)
    return String(decoding: text, as: UTF8.self)
  }
}
