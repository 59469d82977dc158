internal import HTTPTransport
private import Support

/// The pages that a browser gets at the end of a sign-in. They are constant: no text of a request is
/// in them, so no request can change them.
enum CallbackPage: CaseIterable {
  case done, refused, over, unknown, foreign, notFound, wrongMethod, malformed

  private var status: Int {
    switch self {
    case .done, .refused: 200
    case .unknown, .malformed: 400
    case .foreign: 403
    case .notFound: 404
    case .wrongMethod: 405
    case .over: 410
    }
  }

  private var sentence: String {
    switch self {
    case .done: "The answer of the sign-in has arrived. Close this page, and go back to the client."
    case .refused:
      "The sign-in was refused. Close this page, and go back to the client: it has the reason."
    case .over: "This sign-in is already done. Close this page."
    case .unknown: "This is not the answer to the sign-in that was started here."
    case .foreign: "This address is only for the end of a sign-in in this browser."
    case .notFound: "There is no such page."
    case .wrongMethod, .malformed: "This request is not the end of a sign-in."
    }
  }

  var response: HTTPResponse {
    let page = """
      <!DOCTYPE html>
      <html lang="en">
      <head><meta charset="utf-8"><title>Sign-in</title></head>
      <body><p>\(sentence)</p></body>
      </html>

      """
    var fields = Self.fields + [("Content-Type", "text/html; charset=utf-8")]
    if self == .wrongMethod { fields.append(("Allow", "GET")) }
    return HTTPResponse(status: status, fields: fields, body: Array(page.utf8), closes: true)
  }

  /// Leads away from the address with the code, which would otherwise stay in the history of the
  /// browser (RFC 9700 §4.3.1).
  static func redirect(to path: String) -> HTTPResponse {
    HTTPResponse(status: 303, fields: fields + [("Location", path)], closes: true)
  }

  private static let fields = [
    (
      "Content-Security-Policy",
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"),
    ("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
  ]
}
