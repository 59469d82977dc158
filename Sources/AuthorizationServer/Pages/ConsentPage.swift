private import Support

/// The page on which a person allows or denies what a client asks for.
package enum ConsentPage {
  /// - Parameters:
  ///   - user: who has signed in; `nil` if the sign-in comes after this page.
  ///   - provider: who will sign the person in, and what this server will ask it for.
  ///   - scopes: what the client gets; each with its meaning in words.
  package static func response(
    client: PageClient, user: String?, provider: (title: String, meaning: [String])?,
    scopes: [(name: String, meaning: String)], form: PageForm
  ) -> EndpointResponse {
    let person: HTML =
      user.map { "<p>You are signed in as <strong>\(isolated: $0)</strong>.</p>" } ?? ""
    let signIn = provider.map { signInPart($0.title, $0.meaning) } ?? ""
    let items = scopes.map { "<li>\($0.meaning) <code>\($0.name)</code></li>" as HTML }
    let body: HTML = """
      <h1>Allow \(isolated: client.name) to use the calculator?</h1>
      \(person)
      \(client.destination)
      \(client.advice)
      <h2>What you allow</h2>
      <ul>
      \(items)
      </ul>
      \(signIn)
      <form method="post" action="/consent">
      \(form.hiddenFields)
      <div class="buttons">
      <button name="decision" value="allow" class="main">Allow</button>
      <button name="decision" value="deny">Deny</button>
      </div>
      </form>
      """
    return EndpointResponse(
      status: 200, html: PageLayout.page("Allow access", body), policy: .formWithRedirects)
  }

  /// What a scope of this server means, in words below the heading “What you allow”.
  package static func meaning(of scope: String) -> String {
    switch scope {
    case "calculate:basic": "add, subtract, multiply and divide"
    case "calculate:advanced": "powers, remainders and square roots"
    case "upstream:read": "read numbers from your Jira, Confluence and Jenkins"
    case "upstream:write": "start jobs at your Jenkins"
    case "tokens:manage": "revoke the tokens of other users"
    default: "use the permission"
    }
  }

  private static func signInPart(_ title: String, _ meaning: [String]) -> HTML {
    guard !meaning.isEmpty else {
      return "<p>You will sign in with \(isolated: title).</p>"
    }
    let items = meaning.map { "<li>\($0)</li>" as HTML }
    return """
      <h2>Sign-in</h2>
      <p>You will sign in with \(isolated: title), which will be asked to:</p>
      <ul>
      \(items)
      </ul>
      """
  }
}
