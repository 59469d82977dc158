package import Auth
internal import Crypto
private import JSON
package import Support

/// What a request of a browser says beside its form.
package struct Browser: Sendable {
  package let address: IPAddress
  /// The same, for limits.
  package let client: Client
  /// The lines of each field.
  private let cookies: [String]
  private let origins: [String]
  private let sites: [String]

  /// - Parameters:
  ///   - cookies: the values of all `Cookie` lines.
  ///   - origins: those of `Origin`.
  ///   - sites: those of `Sec-Fetch-Site`.
  package init(
    address: IPAddress, client: Client, cookies: [String], origins: [String], sites: [String]
  ) {
    self.address = address
    self.client = client
    self.cookies = cookies
    self.origins = origins
    self.sites = sites
  }

  /// The value of a cookie; `nil` if there is none, or several: a page of another port or of a
  /// subdomain may have set one of them (RFC 6265 §8.6).
  func cookie(_ name: String) -> String? {
    let start = Array(name.utf8) + [UInt8(ascii: "=")]
    var found: String?
    for line in cookies {
      for part in line.utf8.split(separator: UInt8(ascii: ";")) {
        let pair = part.drop { $0 == ASCII.space }
        guard pair.starts(with: start) else { continue }
        guard found == nil else { return nil }
        found = String(Substring(pair.dropFirst(start.count)))
      }
    }
    return found
  }

  /// Whether a form was sent by a page of this server. Every browser says where a POST comes from
  /// (Fetch Standard §3.2). A program that sends neither field has no person who could be deceived.
  func isOwnForm(of issuer: String) -> Bool {
    origins.allSatisfy { $0.hasSameBytes(as: issuer) }
      && sites.allSatisfy { $0.hasSameBytes(as: "same-origin") }
  }
}

/// The cookies of the pages (RFC 6265). Each has 256 random bits and ends after ten minutes.
struct PageCookie: Sendable {
  /// Of a page, and of the sign-in that it begins.
  static let lifetime = Duration.seconds(600)
  private static let secretLength = 43

  let name: String
  private let isSecure: Bool

  /// The cookie of the pages before the person has allowed anything.
  static func page(of issuer: String) -> PageCookie { PageCookie("page", issuer) }

  /// The cookie of one sign-in, so that two tabs do not disturb each other.
  static func signIn(_ transaction: SHA256Digest, of issuer: String) -> PageCookie {
    PageCookie("sign-in-" + Base64.url.text(of: Array(transaction.bytes.prefix(6))), issuer)
  }

  private init(_ name: String, _ issuer: String) {
    isSecure = issuer.hasBytes(atStart: "https://")
    // RFC 6265bis §4.1.3.2: no other host can set it. Over http, programs would not return it.
    self.name = (isSecure ? "__Host-" : "") + "calculator-" + name
  }

  /// The field that sets the cookie.
  func field(_ value: Secret) -> (name: String, value: String) {
    (
      "Set-Cookie",
      "\(name)=\(value.exposed); Path=/; Max-Age=\(Self.lifetime.components.seconds); HttpOnly; "
        + "SameSite=Lax\(isSecure ? "; Secure" : "")"
    )
  }

  /// The field that removes the cookie.
  var removal: (name: String, value: String) {
    (
      "Set-Cookie",
      "\(name)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
    )
  }

  /// The cookie's secret; `nil` unless it has the form of one.
  func secret(in browser: Browser) -> Secret? {
    guard let text = browser.cookie(name), text.utf8.count == Self.secretLength,
      Base64.url.decode(Array(text.utf8)) != nil
    else { return nil }
    return Secret(text)
  }
}

/// The value in a form that only the browser with the cookie can send: an HMAC of what the form is
/// about, under the cookie. So it stays the same when the page is loaded again.
enum FormProof {
  static func text(_ about: String, cookie: Secret) -> String {
    let code = HMACSHA256(key: Array(cookie.exposed.utf8)).code(for: Array(about.utf8)[...])
    return Base64.url.text(of: code)
  }

  static func isValid(_ text: String?, _ about: String, cookie: Secret) -> Bool {
    guard let text, let code = Base64.url.decode(Array(text.utf8)) else { return false }
    return HMACSHA256(key: Array(cookie.exposed.utf8)).isValid(code, for: Array(about.utf8)[...])
  }
}
