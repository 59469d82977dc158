package import HTTPTransport
private import JSON
package import OAuthClient
package import Support

/// A person signs in with the browser of this machine.
package struct BrowserUserAgent: UserAgent {
  private let port: Int
  private let limits: HTTPLimits
  private let opener: BrowserOpener
  private let now: @Sendable () -> WallTime
  private let sleep: @Sendable (Duration) async -> Void
  private let report: @Sendable (String) -> Void

  /// - Parameters:
  ///   - port: of the redirect URI; 0 for one that the system chooses.
  ///   - limits: the times that a connection of the browser has.
  ///   - report: takes a sentence for the person.
  package init(
    port: Int = 0, limits: HTTPLimits = HTTPLimits(), opener: BrowserOpener,
    now: @escaping @Sendable () -> WallTime,
    report: @escaping @Sendable (String) -> Void,
    sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
  ) {
    self.port = port
    self.limits = limits
    self.opener = opener
    self.now = now
    self.report = report
    self.sleep = sleep
  }

  package func prepare(
    preferring known: String?
  ) async throws(UserAgentError) -> any PendingSignIn {
    guard opener.program != nil else { throw .notInteractive }
    // A port that is in use by now leaves any other one.
    if port == 0, let known = known.flatMap(Self.port(of:)),
      let listener = try? await listener(at: known, { _ in })
    {
      return listener
    }
    return try await listener(at: port, report)
  }

  private func listener(
    at port: Int, _ report: (String) -> Void
  ) async throws(UserAgentError) -> CallbackListener {
    try await CallbackListener.start(
      port: port, limits: limits, opener: opener, now: now, sleep: sleep, report: report)
  }

  /// `nil` if a listener here cannot have this redirect URI.
  private static func port(of redirectURI: String) -> Int? {
    guard let port = Origin.split(redirectURI)?.origin.port,
      redirectURI.hasSameBytes(as: CallbackListener.redirectURI(port))
    else { return nil }
    return port
  }
}
