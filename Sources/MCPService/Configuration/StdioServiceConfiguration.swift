private import Support
package import Auth

/// The configuration that a server reads when it starts, and again on SIGHUP.
package protocol StdioServiceConfiguration: Sendable {
  /// - Parameter running: on SIGHUP, what the server runs with.
  /// - Throws: every `ConfigurationError` that there is, not only the first.
  static func read(environment: Environment, file: String?, after running: RunningSettings)
    throws(ConfigurationErrors) -> Self

  var logLevel: LogLevel { get }
  /// Warnings for the log.
  var warnings: [String] { get }
  /// The values that the next SIGHUP compares with.
  var running: RunningSettings { get }
  /// The settings whose new value does not apply before a restart.
  var kept: [String] { get }
}
