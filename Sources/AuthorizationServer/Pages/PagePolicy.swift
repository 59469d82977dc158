private import Crypto
private import Support

/// The Content-Security-Policy of a page (CSP Level 3). It allows the style of the page, identified
/// by its digest, and the icon. It differs in where a form may be sent.
enum PagePolicy: Sendable {
  /// The page has no form.
  case noForm
  /// The response to the form is another page of this server.
  case formToThisServer
  /// The response to the form redirects to the client or to an identity provider. Chromium applies
  /// `form-action` to every redirect after a form, so the directive would stop them.
  case formWithRedirects

  var text: String {
    let common =
      "default-src 'none'; style-src 'sha256-\(Self.digest)'; img-src data:; base-uri 'none'; "
      + "frame-ancestors 'none'"
    return switch self {
    case .noForm: common + "; form-action 'none'"
    case .formToThisServer: common + "; form-action 'self'"
    case .formWithRedirects: common
    }
  }

  private static let digest = Base64.standard.text(
    of: SHA256Digest(of: PageLayout.style.text.utf8).bytes)
}
