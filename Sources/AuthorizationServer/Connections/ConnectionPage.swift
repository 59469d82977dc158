private import Support

/// The pages on which a person connects an account at another service.
enum ConnectionPage {
  /// Before the browser goes to the service. A program that only looks at the link changes nothing.
  /// - Parameters:
  ///   - id: of the flow.
  ///   - service: its title, and the host of its page.
  ///   - user: who has asked for the connection, as this server knows them.
  static func start(
    id: String, service: (title: String, host: String), user: String, csrf: String
  ) -> EndpointResponse {
    let body: HTML = """
      <h1>Connect \(isolated: service.title) to the calculator?</h1>
      <p>The user <strong>\(isolated: user)</strong> has asked for this. The calculator will then read \
      \(isolated: service.title) for that user, with your account there.</p>
      <p class="note warning">Go on only if you have asked for it yourself, a moment ago. If somebody sent \
      you this link, close the page.</p>
      <p>You go on to:</p>
      <p class="host">\(isolated: service.host)</p>
      <form method="post" action="/connect/\(id)">
      <input type="hidden" name="csrf" value="\(csrf)">
      <div class="buttons">
      <button class="main">Continue</button>
      </div>
      </form>
      """
    return EndpointResponse(
      status: 200, html: PageLayout.page("Connect", body), policy: .formWithRedirects)
  }

  /// The service has allowed it. The code proves that this browser is that of the user who asked.
  static func code(_ code: String, service: String, user: String) -> EndpointResponse {
    let body: HTML = """
      <h1>One step is left</h1>
      <p>\(isolated: service) has allowed the connection. If you are <strong>\(isolated: user)</strong>, \
      give this code to your assistant, for the tool <code>complete_oauth_flow</code>:</p>
      <p class="host">\(code)</p>
      <p class="note warning">Give it to nobody else. It works once, within ten minutes.</p>
      """
    return EndpointResponse(
      status: 200, html: PageLayout.page("One step is left", body), policy: .noForm)
  }
}
