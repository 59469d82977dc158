internal import HTTPTransport
private import MCP
private import Crypto
private import Support
package import Auth
package import MCPService

/// The landing page for browsers: the enabled kinds of credential, a command to try them, the
/// configuration of a client, and the tools.
///
/// The file is longer than 150 lines because it contains the text of the page.
package struct LandingPage: Sendable {
  private let kinds: CredentialKinds
  private let guests: Role?
  /// The URL that clients use; `nil`: the `Host` of each request.
  private let baseURL: String?
  private let definition: ServerDefinition
  /// The rows of the table of tools, which are the same for every request.
  private let tools: String
  /// The Content-Security-Policy. It allows only the style of the page, identified by its digest,
  /// and the icon.
  private let policy: String

  package init(
    kinds: CredentialKinds, guests: Role?, baseURL: String?, offering definition: ServerDefinition
  ) {
    self.kinds = kinds
    self.guests = guests
    self.baseURL = baseURL
    self.definition = definition
    self.tools = definition.tools.map(Self.row).joined(separator: "\n")
    let digest = Base64.standard.text(of: SHA256Digest(of: Self.style.utf8).bytes)
    policy =
      "default-src 'none'; style-src 'sha256-\(digest)'; img-src data:; base-uri 'none'; "
      + "form-action 'none'; frame-ancestors 'none'"
  }

  /// - Parameter proxies: the peers whose `X-Forwarded-Proto` applies.
  func response(to request: HTTPRequest, behind proxies: TrustedProxies) -> HTTPResponse {
    HTTPResponse(
      status: 200,
      fields: [
        ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
        ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
      ], body: Array(html(address(for: request, proxies)).utf8))
  }

  /// The `Host` is allowed: the pipeline has refused every other one.
  private func address(for request: HTTPRequest, _ proxies: TrustedProxies) -> String {
    if let baseURL { return baseURL }
    let forwarded = proxies.contains(request.peer) ? request.fields["X-Forwarded-Proto"] : []
    let isEncrypted = forwarded.isEmpty ? request.isEncrypted : forwarded == ["https"]
    return (isEncrypted ? "https://" : "http://") + (request.fields["Host"].first ?? "localhost")
  }

  // MARK: The page

  private func html(_ address: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(MarkupText.escaped(definition.info.title))</title>
    <link rel="icon" href="\(Self.icon)">
    <style>\(Self.style)</style>
    </head>
    <body>
    <main>
    <h1>\(MarkupText.escaped(definition.info.title))</h1>
    <p>An <a href="https://modelcontextprotocol.io">MCP</a> server behind authentication. Its endpoint is</p>
    <pre><code>\(MarkupText.escaped(address))/mcp</code></pre>
    <h2>Credentials</h2>
    <table>
    <tbody>
    \(credentials)
    </tbody>
    </table>
    <p>\(withoutCredential)</p>
    <h2>Try it</h2>
    <pre><code>\(MarkupText.escaped(curl(address)))</code></pre>
    <h2>Connect a client</h2>
    <pre><code>\(MarkupText.escaped(config(address)))</code></pre>
    <p>Clients differ in the names: <code>examples/</code> in the repository has a file for each. \
    Then type: <q>\(MarkupText.escaped(definition.example.prompt))</q></p>
    <h2>Tools</h2>
    <table>
    <thead>
    <tr><th scope="col">Tool</th><th scope="col">Needs</th></tr>
    </thead>
    <tbody>
    \(tools)
    </tbody>
    </table>
    <p><code>guide/</code> in the repository explains each part, and how it is attacked. \
    <a href="/healthz">/healthz</a> says whether the server is up.</p>
    </main>
    </body>
    </html>

    """
  }

  private var withoutCredential: String {
    guard let guests else { return "A call without one gets 401." }
    let permissions = guests.permissions.knownInOrder.map { "<code>\($0.rawValue)</code>" }
    return permissions.isEmpty
      ? "Without one, tools can be listed, and none can be called."
      : "Without one, the tools can be called that need \(permissions.joined(separator: " or "))."
  }

  private var credentials: String {
    let all: [(CredentialKinds, String)] = [
      (.apiKey, "API key, as <code>X-API-Key</code> or <code>Bearer</code>"),
      (.token, "Access token, as <code>Bearer</code>"),
      (.password, "User and password, as <code>Basic</code>"),
    ]
    if kinds.contains(.signIn) {
      return "<tr><th scope=\"row\">Sign-in: a client that knows OAuth opens it by itself"
        + "</th><td class=\"on\">on</td></tr>"
    }
    return all.map { kind, name in
      let state = kinds.contains(kind) ? "on" : "off"
      return "<tr><th scope=\"row\">\(name)</th><td class=\"\(state)\">\(state)</td></tr>"
    }.joined(separator: "\n")
  }

  private static func row(_ tool: Tool) -> String {
    let permission =
      tool.permission.map { "<code>\(MarkupText.escaped($0.rawValue))</code>" } ?? "any credential"
    return """
      <tr><th scope="row"><code>\(MarkupText.escaped(tool.definition.name))</code><br>\
      \(MarkupText.escaped(tool.definition.description))</th><td>\(permission)</td></tr>
      """
  }

  // MARK: Examples

  /// An example for the first enabled kind of credential: the option of `curl`, and the field in
  /// the configuration of a client. The server refuses these placeholders as secrets.
  private var example: (option: String, field: (name: String, value: String)?)? {
    // A client that signs in by itself needs no header.
    if kinds.contains(.signIn) { return (#"-H "Authorization: Bearer $TOKEN""#, nil) }
    if kinds.contains(.apiKey) {
      return ("-H \"X-API-Key: $\(Settings.apiKey.name)\"", ("X-API-Key", "replace-with-your-key"))
    }
    if kinds.contains(.token) {
      return (
        #"-H "Authorization: Bearer $TOKEN""#, ("Authorization", "Bearer replace-with-your-token")
      )
    }
    guard kinds.contains(.password) else { return nil }
    return (
      #"-u "$NAME:$PASSWORD""#, ("Authorization", "Basic replace-with-base64-of-name:password")
    )
  }

  private func curl(_ address: String) -> String {
    """
    curl \(address)/mcp \(example.map { "\($0.option) " } ?? "")\\
      -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' \\
      -H 'Mcp-Method: tools/call' -H 'Mcp-Name: \(definition.example.tool)' \\
      -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\(definition.example.tool)",
           "arguments":\(definition.example.arguments),"_meta":{
           "io.modelcontextprotocol/protocolVersion":"2026-07-28",
           "io.modelcontextprotocol/clientCapabilities":{}}}}'
    """
  }

  private func config(_ address: String) -> String {
    let headers =
      example?.field.map {
        """
        ,
              "headers": {
                "\($0.name)": "\($0.value)"
              }
        """
      } ?? ""
    return """
      {
        "mcpServers": {
          "\(definition.info.name)": {
            "type": "http",
            "url": "\(address)/mcp"\(headers)
          }
        }
      }
      """
  }

  // MARK: Style

  /// The icon: an equals sign on a rounded square. It is part of the page, so that a browser
  /// requests no other file.
  private static let icon =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    + "%3Crect width='16' height='16' rx='3' fill='%2317693a'/%3E"
    + "%3Cpath d='M4 6h8M4 10h8' stroke='white' stroke-width='2'/%3E%3C/svg%3E"

  private static let style = """

    :root { color-scheme: light dark; --line: #8886; --on: #17693a; --off: #6b6b6b }
    @media (prefers-color-scheme: dark) { :root { --on: #6fcf97; --off: #a0a0a0 } }
    body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 }
    main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem }
    h1 { margin-top: 0 }
    h2 { font-size: 1.1rem; margin-top: 2rem }
    table { border-collapse: collapse; width: 100% }
    th { font-weight: 400; text-align: left }
    th, td { padding: .4rem 0; border-top: 1px solid var(--line); vertical-align: top }
    thead th { border: 0; font-weight: 600 }
    td, thead th:last-child { text-align: right; padding-left: 1rem }
    td.on, td.off { font-weight: 600 }
    .on { color: var(--on) }
    .off { color: var(--off) }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid var(--line); border-radius: .4rem }
    code { font: .9em ui-monospace, monospace }

    """
}
