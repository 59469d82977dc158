private import Support
package import Auth

/// Tools over stdio, protected by an API key.
package struct APIKeyService: StdioService {
  package let pipeline: Pipeline
  private let definition: ServerDefinition

  package init(
    _ configuration: StdioConfiguration, offering definition: ServerDefinition, audit: AuditLog
  ) {
    self.definition = definition
    let keys = APIKeyStore(configuration.keys.keys(role: .standard))
    let policy = AccessPolicy.apiKey(
      configuration.keys.isEmpty ? nil : keys, required: configuration.requiresAuthentication,
      guests: .standard, now: WallTime.now)
    pipeline = Pipeline(
      info: definition.info,
      tools: definition.tools.map { ProtectedTool($0, behind: policy) }, audit: audit)
  }

  package mutating func reload(_ new: StdioConfiguration, audit: AuditLog) -> String {
    guard new.canReload else {
      return "nothing to read again; keys come from a file only with _FILE"
    }
    self = APIKeyService(new, offering: definition, audit: audit)
    return "read \(new.keys.count) key(s) again"
  }
}
