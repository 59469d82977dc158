private import Support

/// The page for a request that is not redirected: its client or its redirect URI is not known, or
/// the server has a problem (OAuth 2.1 §4.1.2.1).
package enum ProblemPage {
  /// - Parameters:
  ///   - title: what has happened, in a few words.
  ///   - sentence: the reason.
  ///   - advice: what the person can do.
  ///   - error: the error code of OAuth, for the developer of the client.
  package static func response(
    status: Int, title: String, sentence: String, advice: String?, error: String?
  ) -> EndpointResponse {
    let help: HTML = advice.map { "<p>\($0)</p>" } ?? ""
    let code: HTML = error.map { "<p class=\"quiet\">Error: <code>\($0)</code></p>" } ?? ""
    let body: HTML = """
      <h1>\(title)</h1>
      <p class="note problem">\(sentence)</p>
      \(help)
      \(code)
      """
    return EndpointResponse(status: status, html: PageLayout.page(title, body), policy: .noForm)
  }
}
