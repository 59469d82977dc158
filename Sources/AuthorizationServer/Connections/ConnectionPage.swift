private import Support

/// The pages on which a person connects an account at another service.
enum ConnectionPage {
  /// How the person signs in before the browser goes to the service.
  enum SignIn {
    /// On this page.
    /// - Parameter problem: why the last attempt failed, as one sentence.
    case password(problem: String?)
    case provider(_ title: String)
  }

  /// Before the browser goes to the service. A program that only looks at the link changes nothing.
  /// - Parameters:
  ///   - id: of the flow.
  ///   - service: its title, and the host of its page.
  ///   - user: who has asked for the connection, as this server knows them.
  ///   - signIn: `nil` if this server does not sign people in.
  static func start(
    id: String, service: (title: String, host: String), user: String, signIn: SignIn?, csrf: String
  ) -> EndpointResponse {
    var (fields, alert, advice): (HTML, HTML, HTML) = ("", "", "")
    var status = 200
    switch signIn {
    case nil: break
    case .provider(let title)?:
      advice = "<p>First you sign in with \(isolated: title), as this user.</p>"
    case .password(let problem)?:
      advice = "<p>First sign in to the calculator, as this user.</p>"
      fields = SignInPage.fields(userName: "")
      if let problem {
        alert = "<p class=\"note problem\" role=\"alert\">\(problem)</p>"
        status = 403
      }
    }
    let body: HTML = """
      <h1>Connect \(isolated: service.title) to the calculator?</h1>
      <p>The user <strong>\(isolated: user)</strong> has asked for this. The calculator will then read \
      \(isolated: service.title) for that user, with your account there.</p>
      <p class="note warning">Go on only if you have asked for it yourself, a moment ago. If somebody sent \
      you this link, close the page.</p>
      \(advice)
      \(alert)
      <form method="post" action="/connect/\(id)">
      <input type="hidden" name="csrf" value="\(csrf)">
      \(fields)
      <p>You go on to:</p>
      <p class="host">\(isolated: service.host)</p>
      <div class="buttons">
      <button class="main">Continue</button>
      </div>
      </form>
      """
    return EndpointResponse(
      status: status, html: PageLayout.page("Connect", body), policy: .formWithRedirects)
  }

  /// The connection is stored.
  static func done(service: String, user: String) -> EndpointResponse {
    let body: HTML = """
      <h1>\(isolated: service) is connected</h1>
      <p>The calculator can now read \(isolated: service) for the user \
      <strong>\(isolated: user)</strong>.</p>
      <p>You can close this page, and go back to your assistant.</p>
      """
    return EndpointResponse(
      status: 200, html: PageLayout.page("Connected", body), policy: .noForm)
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
