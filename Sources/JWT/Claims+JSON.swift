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
    // RFC 7519 §7.2 (10), and §4: an object without duplicate names.
    guard let values = try? JSONParser.values(of: Name.texts, in: payload) else {
      throw .malformedPayload
    }
    func value(_ name: Name) -> JSONValue? { values[name.rawValue] }
    // RFC 7519 §4.1.1 to §4.1.7, with what RFC 9068 §2.2 makes mandatory.
    guard let issuer = value(.iss)?.string else { throw .malformedIssuer }
    guard let subject = value(.sub)?.string else { throw .malformedSubject }
    guard let audience = Self.audience(value(.aud)) else { throw .malformedAudience }
    guard let issuedAt = NumericDate.milliseconds(value(.iat)) else { throw .malformedIssueTime }
    guard let expiresAt = NumericDate.milliseconds(value(.exp)) else { throw .malformedExpiry }
    let notBefore = NumericDate.milliseconds(value(.nbf))
    if notBefore == nil, value(.nbf) != nil { throw .malformedNotBefore }
    guard let identifier = value(.jti)?.string else { throw .malformedIdentifier }
    guard let permissions = Self.strings(value(.permissions)) else {
      throw .malformedPermissions  // a string is not split: "*" would be looked for in it
    }
    let family = value(.family)?.string
    if family == nil, value(.family) != nil { throw .malformedFamily }
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
  private static func audience(_ value: JSONValue?) -> [String]? {
    value?.string.map { [$0] } ?? strings(value)
  }

  /// `nil` where `value` is no array or has anything but strings in it.
  private static func strings(_ value: JSONValue?) -> [String]? {
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
