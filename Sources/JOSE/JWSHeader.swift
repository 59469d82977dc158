private import Support
internal import JSON

/// The header of a JWS (RFC 7515 §4): the members that choose the key and the type.
package struct JWSHeader: Sendable, Equatable {
  /// `alg` as the sender wrote it. It must equal the algorithm of the key.
  package let algorithm: String
  package let keyID: String
  /// `typ` as the sender wrote it; `nil` if it is missing, and empty if it is not a string.
  package let type: String?

  /// Reads a header. Unknown members are ignored (RFC 7515 §4).
  /// - Throws: `JWTError.malformedHeader`, `.criticalExtension`, `.unencodedPayload`,
  ///   `.embeddedKey`, `.missingKeyID`, `.wrongAlgorithm`: the first that applies, in this order.
  package init(_ text: [UInt8]) throws(JWTError) {
    // RFC 7515 §5.2 (3), (4), and §4: an object without duplicate names.
    guard let object = try? JSONParser.parse(text).object else { throw .malformedHeader }
    // RFC 7515 §4.1.11: no extension is implemented here, so none may be critical.
    if object["crit"] != nil { throw .criticalExtension }
    // RFC 7797 §6: `b64` changes which bytes are signed. It is only safe together with `crit`.
    if object["b64"] != nil { throw .unencodedPayload }
    // RFC 7515 §4.1.2, §4.1.3, §4.1.5, §4.1.6: a key from the sender. Ignoring these members would
    // be safe too, but an error records the attempt in the audit log (CVE-2018-0114).
    if Self.senderKeys.contains(where: { object[$0] != nil }) { throw .embeddedKey }
    // RFC 7515 §4.1.4: optional there, mandatory here.
    guard let keyID = object["kid"]?.string else { throw .missingKeyID }
    guard let algorithm = object["alg"]?.string else { throw .wrongAlgorithm }  // §4.1.1
    self.algorithm = algorithm
    self.keyID = keyID
    type = object["typ"].map { $0.string ?? "" }  // §4.1.9
  }

  /// Whether `typ` is `expected`, in lower case, with or without `application/` before it.
  ///
  /// RFC 7515 §4.1.9: `typ` is a media type, so upper-case ASCII letters equal lower-case ones.
  package func hasType(_ expected: String) -> Bool {
    guard let type else { return false }
    if type.hasSameBytes(as: expected) { return true }
    let name = type.utf8.map(ASCII.lowercase)
    return name == Array(expected.utf8) || name == Array("application/\(expected)".utf8)
  }

  /// The header of a token that `key` signs. The order of the members is fixed.
  static func text(for key: HMACKey, type: String) -> [UInt8] {
    let object: JSONValue = [
      "alg": .string(key.algorithm.rawValue), "kid": .string(key.id), "typ": .string(type),
    ]
    return object.serialized()
  }

  private static let senderKeys = ["jwk", "jku", "x5c", "x5u"]
}
