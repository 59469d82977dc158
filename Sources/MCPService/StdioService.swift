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
