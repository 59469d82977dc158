package import Support
package import JSON

/// The registered claims of a JWT (RFC 7519 §4.1).
///
/// A missing claim is `nil`. The application decides which claims are mandatory.
package struct RegisteredClaims: Sendable, Equatable {
  package let issuer: String?
  package let subject: String?
  package let audience: [String]?
  package let issuedAt: WallTime?
  package let expiresAt: WallTime?
  package let notBefore: WallTime?
  package let identifier: String?

  /// - Throws: `JWTError.malformedClaim` for the first claim that has a wrong type.
  package init(_ payload: JSONObject) throws(JWTError) {
    issuer = try payload.claim("iss") { $0.string }
    subject = try payload.claim("sub") { $0.string }
    // RFC 7519 §4.1.3: one string, or an array of strings.
    audience = try payload.claim("aud") { $0.string.map { [$0] } ?? $0.strings }
    issuedAt = try payload.claim("iat", NumericDate.time)
    expiresAt = try payload.claim("exp", NumericDate.time)
    notBefore = try payload.claim("nbf", NumericDate.time)
    identifier = try payload.claim("jti") { $0.string }
  }

  /// The claims of a new token, always in this order. One audience is written as a string, several as
  /// an array.
  package static func members(
    issuer: String, subject: String, audience: [String], issuedAt: WallTime, expiresAt: WallTime,
    notBefore: WallTime? = nil, identifier: String
  ) -> [(String, JSONValue)] {
    [
      ("iss", .string(issuer)), ("sub", .string(subject)),
      ("aud", audience.count == 1 ? .string(audience[0]) : .array(audience.map(JSONValue.string))),
      ("iat", NumericDate.json(issuedAt)), ("exp", NumericDate.json(expiresAt)),
    ] + (notBefore.map { [("nbf", NumericDate.json($0))] } ?? [])
      + [("jti", .string(identifier))]
  }
}

extension JSONObject {
  /// The claims of a JWT: an object without duplicate names (RFC 7519 §4, §7.2 (10)).
  /// - Throws: `JWTError.malformedPayload`
  package init(claims payload: [UInt8]) throws(JWTError) {
    guard let object = try? JSONParser.parse(payload).object else { throw .malformedPayload }
    self = object
  }

  /// One claim, registered or private. `nil` if it is missing.
  /// - Parameter read: returns `nil` for a value of a wrong type.
  /// - Throws: `JWTError.malformedClaim` for a value of a wrong type, `null` included.
  package func claim<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(JWTError)
    -> Value?
  {
    guard let value = self[name] else { return nil }
    guard let claim = read(value) else { throw .malformedClaim(name) }
    return claim
  }
}
