internal import HTTPClient
private import JSON
private import OAuth
private import Support

/// The members of a response to a token request, not checked (RFC 6749 §5.1 and §5.2).
struct TokenResponse {
  static let jsonType = "application/json"
  static let formType = "application/x-www-form-urlencoded"

  private let members: (String) -> String?

  /// `nil` if the response has another form.
  /// - Parameter mayBeForm: whether the provider also answers with a form.
  init?(_ response: OutboundResponse, mayBeForm: Bool) {
    let type = response.fields.first { ASCII.areEqual($0.name.utf8, "content-type".utf8) }?.value
    // RFC 9110 §8.3.1: parameters follow a semicolon.
    let essence = ASCII.trimmed(Array((type ?? "").utf8).prefix { $0 != UInt8(ascii: ";") })
    if ASCII.areEqual(essence, Self.jsonType.utf8) {
      guard let object = try? JSONParser.parse(response.body).object else { return nil }
      members = { object[$0]?.string }
    } else {
      guard mayBeForm, ASCII.areEqual(essence, Self.formType.utf8),
        let form = try? FormBody(response.body)
      else { return nil }
      members = { form[$0] }
    }
  }

  /// `nil` for a member that is missing or no text.
  subscript(name: String) -> String? { members(name) }

  /// The error as one word for the log, never another text of the response; `nil` if there is none.
  var error: String? {
    guard let code = members("error") else { return nil }
    return Self.knownErrors.first { code.hasSameBytes(as: $0) } ?? "refused"
  }

  /// RFC 6749 §5.2, then GitHub's.
  private static let knownErrors = [
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope",
    "bad_verification_code", "incorrect_client_credentials", "redirect_uri_mismatch",
    "unverified_user_email",
  ]
}
