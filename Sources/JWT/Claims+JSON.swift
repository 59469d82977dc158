internal import JSON

extension Claims {
  /// Reads a payload; claims that are not known here are ignored (RFC 7519 §4).
  /// - Throws: `TokenFailure.malformedPayload`, or `.malformed…` with the first claim that is
  ///   missing or wrong.
  package init(payload: [UInt8]) throws(TokenFailure) {
    // RFC 7519 §7.2 (10), and §4: an object without duplicate names.
    guard let object = try? JSONParser.parse(payload).object else { throw .malformedPayload }
    // RFC 7519 §4.1.1 to §4.1.7, with what RFC 9068 §2.2 makes mandatory.
    guard let issuer = object["iss"]?.string else { throw .malformedIssuer }
    guard let subject = object["sub"]?.string else { throw .malformedSubject }
    guard let audience = Self.audience(object["aud"]) else { throw .malformedAudience }
    guard let issuedAt = NumericDate.milliseconds(object["iat"]) else { throw .malformedIssueTime }
    guard let expiresAt = NumericDate.milliseconds(object["exp"]) else { throw .malformedExpiry }
    let notBefore = NumericDate.milliseconds(object["nbf"])
    if notBefore == nil, object["nbf"] != nil { throw .malformedNotBefore }
    guard let identifier = object["jti"]?.string else { throw .malformedIdentifier }
    guard let permissions = Self.strings(object["permissions"]) else {
      throw .malformedPermissions  // a string is not split: "*" would be looked for in it
    }
    let family = object["family"]?.string
    if family == nil, object["family"] != nil { throw .malformedFamily }
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
    let strings = elements.compactMap(\.string)
    return strings.count == elements.count ? strings : nil
  }
}
