private import Support
internal import JSON

/// The header of a token (RFC 7515 §4), as far as this server lets it say anything.
struct TokenHeader: Sendable, Equatable {
  /// As it stands there: a claim of the sender, to be held against the key's.
  let algorithm: String
  let keyID: String
  /// `nil` where there is none, or none of ours.
  let type: TokenType?

  /// Reads a header; members that are not known here are ignored (RFC 7515 §4).
  /// - Throws: `TokenFailure` with the first thing that is wrong, in the order of these lines.
  init(_ text: [UInt8]) throws(TokenFailure) {
    // RFC 7515 §5.2 (3), (4), and §4: an object without duplicate names.
    guard let object = try? JSONParser.parse(text).object else { throw .malformedHeader }
    // RFC 7515 §4.1.11: no extension is understood here, so none may be critical.
    if object["crit"] != nil { throw .criticalExtension }
    // RFC 7797 §6: without crit a reader would not know of it, and take other bytes as signed.
    if object["b64"] != nil { throw .unencodedPayload }
    // RFC 7515 §4.1.2, §4.1.3, §4.1.5, §4.1.6: keys that the sender brings along. Ignoring them
    // would be safe too; but no honest token for this server has one, and an attempt should show
    // as what it is in the audit log (CVE-2018-0114).
    if Self.senderKeys.contains(where: { object[$0] != nil }) { throw .embeddedKey }
    // RFC 7515 §4.1.4: optional there, mandatory here.
    guard let keyID = object["kid"]?.string else { throw .missingKeyID }
    guard let algorithm = object["alg"]?.string else { throw .wrongAlgorithm }  // §4.1.1
    self.algorithm = algorithm
    self.keyID = keyID
    type = object["typ"]?.string.flatMap(TokenType.init(typ:))  // §4.1.9
  }

  /// The text that says this, its members always in this order.
  static func text(for key: HMACKey, _ type: TokenType) -> [UInt8] {
    let object: JSONValue = [
      "alg": .string(key.algorithm.rawValue), "kid": .string(key.id), "typ": .string(type.rawValue),
    ]
    return object.serialized()
  }

  private static let senderKeys = ["jwk", "jku", "x5c", "x5u"]
}
