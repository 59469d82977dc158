private import Support

/// The page on which a person signs in with a name and a password of this server.
package enum SignInPage {
  /// - Parameters:
  ///   - problem: why the last attempt failed, as one sentence; `nil` for the first one.
  ///   - userName: what the person has entered before.
  package static func response(
    client: PageClient, form: PageForm, problem: String?, userName: String
  ) -> EndpointResponse {
    let alert: HTML = problem.map { "<p class=\"note problem\" role=\"alert\">\($0)</p>" } ?? ""
    let body: HTML = """
      <h1>Sign in to the calculator</h1>
      <p>\(isolated: client.name) asks for access. On the next page you decide.</p>
      \(alert)
      <form method="post" action="/authorize">
      \(form.hiddenFields)
      \(fields(userName: userName))
      <div class="buttons"><button class="main">Sign in</button></div>
      </form>
      \(client.destination)
      """
    return EndpointResponse(
      status: problem == nil ? 200 : 403, html: PageLayout.page("Sign in", body),
      policy: .formToThisServer)
  }

  /// What a person enters.
  static func fields(userName: String) -> HTML {
    """
    <label for="username">User name</label>
    <input id="username" name="username" value="\(userName)" autocomplete="username" \
    autocapitalize="none" spellcheck="false" dir="auto" required>
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required>
    """
  }
}
