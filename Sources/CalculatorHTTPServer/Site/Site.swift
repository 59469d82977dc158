private import Base64
internal import HTTPTransport
private import OpenSSLCrypto
package import Auth

/// The page that a person sees in a browser: what this is, which credentials are on, and how to try
/// them.
package struct Site: Sendable {
  private let kinds: CredentialKinds
  private let guests: Role?
  /// Where others reach this server; `nil` where each request says it.
  private let baseURL: String?
  /// Nothing is loaded and nothing runs but the style that stands in the page, known by its digest.
  private let policy: String

  package init(kinds: CredentialKinds, guests: Role?, baseURL: String?) {
    self.kinds = kinds
    self.guests = guests
    self.baseURL = baseURL
    let digest = Base64.standard.text(of: SHA256Digest(of: Self.style.utf8).bytes)
    policy =
      "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'; "
      + "frame-ancestors 'none'"
  }

  /// - Parameter proxies: who may say that the client came over HTTPS.
  func page(for head: HTTPRequestHead, behind proxies: TrustedProxies) -> HTTPResponse {
    HTTPResponse(
      status: 200,
      fields: [
        ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
        ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
      ], body: Array(html(address(for: head, proxies)).utf8))
  }

  /// The `Host` is one of ours: others were refused before.
  private func address(for head: HTTPRequestHead, _ proxies: TrustedProxies) -> String {
    if let baseURL { return baseURL }
    let forwarded = proxies.contains(head.peer) ? head.fields["X-Forwarded-Proto"] : []
    let isEncrypted = forwarded.isEmpty ? head.isEncrypted : forwarded == ["https"]
    return (isEncrypted ? "https://" : "http://") + (head.fields["Host"].first ?? "localhost")
  }

  // MARK: The page

  private func html(_ address: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Calculator</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    <main>
    <h1>Calculator</h1>
    <p>An <a href="https://modelcontextprotocol.io">MCP</a> server that shows how one is protected. \
    Clients send <code>POST \(Self.escaped(address))/mcp</code>.</p>
    <table>
    <caption>Which credentials it takes</caption>
    <tbody>
    \(rows)
    </tbody>
    </table>
    \(examples(address))
    <h2>Without a credential</h2>
    <p>\(withoutCredential) \
    <a href="/healthz">/healthz</a> says whether the server is up.</p>
    </main>
    </body>
    </html>

    """
  }

  private var withoutCredential: String {
    guard let guests else { return "The answer is 401." }
    let permissions = guests.permissions.inOrder.map { "<code>\($0.rawValue)</code>" }
    return permissions.isEmpty
      ? "Tools can be listed, none can be called."
      : "Tools can be called that need \(permissions.joined(separator: " or "))."
  }

  private var rows: String {
    let all: [(CredentialKinds, String)] = [
      (.apiKey, "API key, as <code>X-API-Key</code> or <code>Bearer</code>"),
      (.token, "Access token, as <code>Bearer</code>"),
      (.password, "User and password, as <code>Basic</code>"),
    ]
    return all.map { kind, name in
      let isOn = kinds.contains(kind)
      return
        "<tr><th scope=\"row\">\(name)</th><td class=\"\(isOn ? "on" : "off")\">\(isOn ? "on" : "off")</td></tr>"
    }.joined(separator: "\n")
  }

  private func examples(_ address: String) -> String {
    let all: [(CredentialKinds, String, String)] = [
      (.apiKey, "With an API key", "-H \"X-API-Key: $CALCULATOR_API_KEY\""),
      (.token, "With an access token", "-H \"Authorization: Bearer $TOKEN\""),
      (.password, "With a password", "-u \"$NAME:$PASSWORD\""),
    ]
    return all.map { kind, title, option in
      """
      <h2>\(title)\(kinds.contains(kind) ? "" : " (off here)")</h2>
      <pre><code>\(Self.escaped(Self.curl(address, option)))</code></pre>
      """
    }.joined(separator: "\n")
  }

  private static func curl(_ address: String, _ option: String) -> String {
    """
    curl \(address)/mcp \(option) \\
      -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' \\
      -H 'Mcp-Method: tools/call' -H 'Mcp-Name: add' \\
      -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add",
           "arguments":{"a":0.1,"b":0.2},"_meta":{
           "io.modelcontextprotocol/protocolVersion":"2026-07-28",
           "io.modelcontextprotocol/clientCapabilities":{}}}}'
    """
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }

  private static let style = """

    :root { color-scheme: light dark; --line: #8886; --on: #17693a; --off: #777 }
    @media (prefers-color-scheme: dark) { :root { --on: #6fcf97; --off: #999 } }
    body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 }
    main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem }
    h1 { margin-top: 0 }
    h2 { font-size: 1.1rem; margin-top: 2rem }
    table { border-collapse: collapse; width: 100% }
    caption { text-align: left; font-weight: 600; padding-bottom: .5rem }
    th { font-weight: 400; text-align: left }
    th, td { padding: .4rem 0; border-top: 1px solid var(--line) }
    td { text-align: right; font-weight: 600 }
    .on { color: var(--on) }
    .off { color: var(--off) }
    pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .4rem }
    code { font: .9em ui-monospace, monospace }

    """
}
