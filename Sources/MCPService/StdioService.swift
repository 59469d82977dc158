private import Support
package import Auth

/// A service that `StdioServer` can run.
package protocol StdioService {
  associatedtype Configuration: StdioServiceConfiguration

  init(_ configuration: Configuration, offering definition: ServerDefinition, audit: AuditLog)

  var pipeline: Pipeline { get }

  /// Applies `new` from the next call on, after SIGHUP. Revoked tokens stay revoked.
  /// - Returns: a description of what was read, for the log.
  mutating func reload(_ new: Configuration, audit: AuditLog) -> String
}
