private import Support
package import Auth

/// A server over stdio, as `StdioServer` runs it.
package protocol StdioService {
  associatedtype Configuration: StdioServiceConfiguration

  init(_ configuration: Configuration, offering definition: ServerDefinition, audit: AuditLog)

  var pipeline: Pipeline { get }

  /// SIGHUP: from the next call on, `new` is what applies; what was revoked stays revoked.
  /// - Returns: what was read, for the log.
  mutating func reload(_ new: Configuration, audit: AuditLog) -> String
}

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
