private import Crypto
internal import HTTPTransport
internal import OAuthClient
private import OAuth
internal import Support
private import Synchronization

/// Receives the redirect of one sign-in (RFC 8252 §7.3).
///
/// Other pages in the browser and other programs of the machine can send requests to it as well. Only
/// the redirect knows the `state`.
final class CallbackResponder: HTTPResponder {
  private struct Expectation {
    /// `Host` of the redirect URI.
    var authority: String?
    var state: SHA256Digest?
  }

  /// The query of the redirect.
  let outcome = OneShot<Result<[UInt8], UserAgentError>>()
  /// Set when the browser has left the address with the code.
  let left = OneShot<Void>()
  private let expectation = Mutex(Expectation())

  init() {}

  func listens(at authority: String) { expectation.withLock { $0.authority = authority } }

  func expect(_ state: Secret) {
    let digest = SHA256Digest(of: state.exposed.utf8)
    expectation.withLock { $0.state = digest }
  }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard isFromBrowser(request.fields) else { return CallbackPage.foreign.response }
    let answer: (HTTPRequest) -> HTTPResponse
    switch request.path {
    case "/callback": answer = callback
    case "/done": answer = { _ in self.last(.done) }
    case "/refused": answer = { _ in self.last(.refused) }
    default: return CallbackPage.notFound.response
    }
    guard request.method == "GET" else { return CallbackPage.wrongMethod.response }
    return answer(request)
  }

  func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
    CallbackPage.malformed.response
  }

  /// Whether the request is one of an address bar or of a redirect.
  private func isFromBrowser(_ fields: HTTPFields) -> Bool {
    let authority = expectation.withLock { $0.authority }
    // A name that an attacker has bound to 127.0.0.1 (DNS rebinding). CWE-350, ATTACKS O165
    guard let authority, let host = fields["Host"].first,
      ASCII.areEqual(host.utf8, authority.utf8)
    else { return false }
    // Browsers send no Origin with a GET of navigation, also after a redirect (Fetch §3.2). A script
    // of another page sends one. CWE-346, ATTACKS O165
    guard fields["Origin"].isEmpty else { return false }
    // Not Sec-Fetch-Site: a redirect from the authorization server is cross-site. An image, a frame
    // or a script of a page is not a navigation of the top level (Fetch Metadata §2). CWE-352
    // ATTACKS O165
    return fields["Sec-Fetch-Mode"].allSatisfy { $0 == "navigate" }
      && fields["Sec-Fetch-Dest"].allSatisfy { $0 == "document" }
  }

  private func callback(_ request: HTTPRequest) -> HTTPResponse {
    if outcome.current != nil { return CallbackPage.over.response }
    let query = Array((request.query ?? "").utf8)
    // A form refuses a repeated parameter. RFC 6749 §10.12: a foreign state does not end the wait.
    // ATTACKS O164
    guard let form = try? FormBody(query), let state = form["state"],
      let expected = expectation.withLock({ $0.state }),
      expected.isEqual(to: SHA256Digest(of: state.utf8))
    else { return CallbackPage.unknown.response }
    guard outcome.set(.success(query)) else { return CallbackPage.over.response }
    return CallbackPage.redirect(to: form["error"] == nil ? "/done" : "/refused")
  }

  private func last(_ page: CallbackPage) -> HTTPResponse {
    guard case .success = outcome.current else { return CallbackPage.notFound.response }
    left.set(())
    return page.response
  }
}
