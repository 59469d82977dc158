private import JSON
private import Support

/// The members of a response to a token request, not checked (RFC 6749 §5.1 and §5.2).
package struct TokenResponse: Sendable {
  package static let jsonType = "application/json"
  package static let formType = "application/x-www-form-urlencoded"

  private let members: @Sendable (String) -> String?
  private let numbers: @Sendable (String) -> Int?

  /// `nil` if the response has another form.
  /// - Parameters:
  ///   - mediaType: without parameters (RFC 9110 §8.3.1), in lowercase letters.
  ///   - mayBeForm: whether the service also answers with a form.
  package init?(mediaType: [UInt8]?, body: [UInt8], mayBeForm: Bool) {
    guard let mediaType else { return nil }
    if mediaType.elementsEqual(Self.jsonType.utf8) {
      guard let object = try? JSONParser.parse(body).object else { return nil }
      members = { object[$0]?.string }
      numbers = { name in
        if case .number(let number) = object[name] { number.integer } else { nil }
      }
    } else {
      guard mayBeForm, mediaType.elementsEqual(Self.formType.utf8), let form = try? FormBody(body)
      else { return nil }
      members = { form[$0] }
      numbers = { name in
        form[name].flatMap { ASCII.decimal(Array($0.utf8)[...], maximum: Int(Int32.max)) }
      }
    }
  }

  /// `nil` for a member that is missing or no text.
  package subscript(name: String) -> String? { members(name) }

  /// `nil` for a member that is missing or no integer.
  package func integer(_ name: String) -> Int? { numbers(name) }

  /// The error as one word for the log, never another text of the response; `nil` if there is none.
  package var error: String? {
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
