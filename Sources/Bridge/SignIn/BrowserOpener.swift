package import MCPService
package import OAuthClient
private import Support

/// Shows an address to the person, and opens it in a browser.
package struct BrowserOpener: Sendable {
  private static let opener = "/usr/bin/xdg-open"
  private static let openerOfMacOS = "/usr/bin/open"
  private static let folderOfMacOS = "/System/Library/CoreServices"

  /// `nil` if the machine has no browser.
  let program: String?
  private let environment: [(name: String, value: String)]
  private let tell: @Sendable (String) -> Void

  /// - Parameters:
  ///   - environment: that of the process. A `BROWSER` that is a path of a program is started
  ///     itself.
  ///   - exists: whether there is a program or a folder at a path.
  ///   - tell: writes a line to standard error.
  package init(
    environment: Environment, exists: (String) -> Bool, tell: @escaping @Sendable (String) -> Void
  ) {
    self.environment = ChildEnvironment.ofBrowser(environment)
    self.tell = tell
    func isSet(_ name: String) -> Bool { environment.values[name]?.isEmpty == false }
    let browser = environment.values["BROWSER"].flatMap { String(validating: $0, as: UTF8.self) }
    if let browser, browser.utf8.first == UInt8(ascii: "/"), exists(browser) {
      program = browser
    } else if exists(Self.folderOfMacOS) {
      program = Self.openerOfMacOS
    } else {
      // Without a screen xdg-open starts a browser for terminals, which no person sees.
      let hasScreen = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].contains(where: isSet)
      program = hasScreen && exists(Self.opener) ? Self.opener : nil
    }
  }

  /// Writes the address, and starts the browser. It does not wait for it.
  /// - Parameter url: an address that a server has named a part of.
  /// - Throws: `unavailable` for an address that is not of HTTP, or that has bytes which no address
  ///   has. It is then not written either: it could control the terminal.
  package func open(_ url: String) throws(UserAgentError) {
    let command = try command(for: url)
    tell("To sign in, open this address in a browser on this machine: \(url)")
    guard let (program, arguments) = command,
      let child = ChildProcess.start(program, arguments, environment: environment)
    else { return }
    ChildProcess.forget(child)
  }

  /// - Returns: `nil` if the person must open the address.
  func command(for url: String) throws(UserAgentError) -> (program: String, arguments: [String])? {
    // Only http and https, without control characters, spaces and quotes. CWE-150
    // ATTACKS O175
    guard Origin.split(url) != nil else { throw .unavailable }
    // xdg-open is a script of a shell, and so are some programs that it starts. CWE-78
    // ATTACKS O175
    guard let program, url.utf8.allSatisfy(Self.isPlain) else { return nil }
    return (program, [url])
  }

  /// Not `$`, `(`, `)`, `;`, `'`, `*` and `!`, which an address may have and a shell acts upon.
  private static func isPlain(_ byte: UInt8) -> Bool {
    ASCII.isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= ASCII.lowercase(byte)
      || "-._~:/?[]@&=+,%".utf8.contains(byte)
  }
}
