package import Auth

/// One of the calculators that are served over stdio: what `StdioServer` runs.
package protocol StdioService {
  associatedtype Configuration: StdioServiceConfiguration

  static var name: String { get }

  init(_ configuration: Configuration, audit: AuditLog)

  var pipeline: Pipeline { get }

  /// SIGHUP: takes over from `new` what comes from files. Returns what to tell the person.
  func reload(_ new: Configuration) -> String
}

/// All that a server reads when it starts.
package protocol StdioServiceConfiguration: Sendable {
  /// - Throws: every `ConfigurationError` that there is, not only the first.
  static func read(environment: [String: String], file: String?) throws(ConfigurationErrors) -> Self

  var logLevel: LogLevel { get }
  /// Sentences for the person who starts the server.
  var warnings: [String] { get }
}
