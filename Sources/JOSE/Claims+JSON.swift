private import Support
internal import JSON

extension Claims {
  /// The claims that are read, called as they are in a token.
  private enum Name: Int, CaseIterable {
    case iss, sub, aud, iat, exp, nbf, jti, permissions, family

    static let texts = allCases.map { Array("\($0)".utf8) }
  }

  /// Reads a payload; claims that are not known here are ignored (RFC 7519 §4).
  /// - Throws: `TokenFailure.malformedPayload`, or `.malformed…` with the first claim that is
  ///   missing or wrong.
  package init(payload: [UInt8]) throws(TokenFailure) {
    // `nil` is what is missing or of another type. Two may be missing: that is `.some(nil)`.
    var (issuer, subject, identifier): (String?, String?, String?)
    var (audience, permissions): ([String]?, [String]?)
    var (issuedAt, expiresAt): (Int?, Int?)
    var notBefore: Int?? = .some(nil)
    var family: String?? = .some(nil)
    do throws(JSONError) {
      // RFC 7519 §7.2 (10), and §4: an object without duplicate names.
      try JSONParser.read(Name.texts, in: payload) { place, value in
        switch Name(rawValue: place) {
        case .iss: issuer = value.string
        case .sub: subject = value.string
        case .aud: audience = Self.audience(value)
        case .iat: issuedAt = NumericDate.milliseconds(value)
        case .exp: expiresAt = NumericDate.milliseconds(value)
        case .nbf: notBefore = NumericDate.milliseconds(value).map(Optional.some)
        case .jti: identifier = value.string
        // A string is not split: "*" would be looked for in it.
        case .permissions: permissions = Self.strings(value)
        case .family: family = value.string.map(Optional.some)
        case nil: break
        }
      }
    } catch {
      throw .malformedPayload
    }
    // RFC 7519 §4.1.1 to §4.1.7, with what RFC 9068 §2.2 makes mandatory.
    guard let issuer else { throw .malformedIssuer }
    guard let subject else { throw .malformedSubject }
    guard let audience else { throw .malformedAudience }
    guard let issuedAt else { throw .malformedIssueTime }
    guard let expiresAt else { throw .malformedExpiry }
    guard let notBefore else { throw .malformedNotBefore }
    guard let identifier else { throw .malformedIdentifier }
    guard let permissions else { throw .malformedPermissions }
    guard let family else { throw .malformedFamily }
    try self.init(
      issuer: issuer, subject: subject, audience: audience, issuedAt: issuedAt,
      expiresAt: expiresAt, notBefore: notBefore, identifier: identifier,
      permissions: permissions, family: family)
  }

  /// Its JSON text, the members always in this order; one audience is a string, several an array.
  var payload: [UInt8] {
    var members: [(String, JSONValue)] = [
      ("iss", .string(issuer)), ("sub", .string(subject)),
      ("aud", audience.count == 1 ? .string(audience[0]) : .array(audience.map(JSONValue.string))),
      ("iat", NumericDate.json(issuedAt)), ("exp", NumericDate.json(expiresAt)),
    ]
    if let notBefore { members.append(("nbf", NumericDate.json(notBefore))) }
    members.append(("jti", .string(identifier)))
    members.append(("permissions", .array(permissions.map(JSONValue.string))))
    if let family { members.append(("family", .string(family))) }
    return JSONValue.object(JSONObject(members)).serialized()
  }

  /// RFC 7519 §4.1.3: a string is an array of one.
  private static func audience(_ value: JSONValue) -> [String]? {
    value.string.map { [$0] } ?? strings(value)
  }

  /// `nil` where `value` is no array or has anything but strings in it.
  private static func strings(_ value: JSONValue) -> [String]? {
    guard case .array(let elements) = value else { return nil }
    var strings: [String] = []
    strings.reserveCapacity(elements.count)
    for element in elements {
      guard let string = element.string else { return nil }
      strings.append(string)
    }
    return strings
  }
}
