private import Crypto
private import OAuth
package import OAuthClient
internal import Support

/// A person signs in with a browser of another machine, and pastes the address of the redirect.
///
/// Only for `login --no-browser`. In the server, standard input has the protocol.
package struct TerminalUserAgent: UserAgent {
  /// IANA has reserved it, and only the administrator can listen there: no program of another user
  /// gets the code. Browsers do not block it.
  package static let port = 1023
  /// Bytes of a pasted address.
  static let longestLine = 16 << 10
  static let mostTries = 5

  private let port: Int
  private let readLine: @Sendable (Int) async -> [UInt8]?
  private let tell: @Sendable (String) -> Void

  /// - Parameters:
  ///   - readLine: reads a line of at most so many bytes; `nil` at the end of the input. See
  ///     `TerminalInput`.
  ///   - tell: writes a line to standard error.
  package init(
    port: Int = TerminalUserAgent.port, readLine: @escaping @Sendable (Int) async -> [UInt8]?,
    tell: @escaping @Sendable (String) -> Void
  ) {
    self.port = port
    self.readLine = readLine
    self.tell = tell
  }

  package func prepare(preferring _: String?) async throws(UserAgentError) -> any PendingSignIn {
    PastedRedirect(
      redirectURI: "http://127.0.0.1:\(port)/callback", readLine: readLine, tell: tell)
  }
}

private struct PastedRedirect: PendingSignIn {
  let redirectURI: String
  let readLine: @Sendable (Int) async -> [UInt8]?
  let tell: @Sendable (String) -> Void

  func query(opening url: String, state: Secret) async throws(UserAgentError) -> [UInt8] {
    guard Origin.split(url) != nil else { throw .unavailable }
    tell("To sign in, open this address in a browser: \(url)")
    tell(
      """
      At the end the browser cannot open a page of 127.0.0.1. Copy the address of that page, paste it \
      here, and press Enter. It is not shown.
      """)
    let expected = SHA256Digest(of: state.exposed.utf8)
    for _ in 0..<TerminalUserAgent.mostTries {
      guard let line = await readLine(TerminalUserAgent.longestLine) else { throw .noRedirect }
      guard let query = query(in: ASCII.trimmed(line[...])) else {
        tell("This is not an address that begins with \(redirectURI)?. Paste it again.")
        continue
      }
      guard let sent = (try? FormBody(query))?["state"],
        expected.isEqual(to: SHA256Digest(of: sent.utf8))
      else {
        tell("This address is of another sign-in. Open the address above, and paste the new one.")
        continue
      }
      return query
    }
    throw .noRedirect
  }

  func close() {}

  private func query(in line: ArraySlice<UInt8>) -> [UInt8]? {
    let authorityAndPath = String(
      decoding: redirectURI.utf8.dropFirst("http://".utf8.count), as: UTF8.self)
    // Some browsers copy an address without its scheme.
    let start = ["http://", ""].map { "\($0)\(authorityAndPath)?" }
      .first { line.starts(with: $0.utf8) }
    guard let start else { return nil }
    let query = line.dropFirst(start.utf8.count).prefix { $0 != UInt8(ascii: "#") }
    return query.allSatisfy(ASCII.isVisible) ? Array(query) : nil
  }
}
