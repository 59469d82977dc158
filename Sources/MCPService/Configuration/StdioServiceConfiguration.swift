private import Support
package import Auth

/// All that a server reads when it starts, and again on SIGHUP.
package protocol StdioServiceConfiguration: Sendable {
  /// - Parameter running: on SIGHUP, what the server runs with.
  /// - Throws: every `ConfigurationError` that there is, not only the first.
  static func read(environment: Environment, file: String?, after running: RunningSettings)
    throws(ConfigurationErrors) -> Self

  var logLevel: LogLevel { get }
  /// Sentences for the person who starts the server.
  var warnings: [String] { get }
  /// What the next SIGHUP compares with.
  var running: RunningSettings { get }
  /// The settings whose new value does not apply before a restart.
  var kept: [String] { get }
}
