private import Support
package import Auth
private import MCP

/// `CalculatorStdio`: the calculator behind an API key.
package struct KeyService: StdioService {
  package static let name = "CalculatorStdio"

  package let pipeline: Pipeline

  package init(_ configuration: StdioConfiguration, audit: AuditLog) {
    let keys = APIKeyStore(configuration.keys.keys(role: .standard))
    let policy = AccessPolicy.apiKey(
      configuration.keys.isEmpty ? nil : keys, required: configuration.requiresAuthentication,
      guests: .standard, now: WallTime.now)
    pipeline = Pipeline(
      info: ServerInfo(
        name: "\(ServiceName.text)-stdio", title: "Calculator", version: calculatorVersion,
        instructions: "Exact decimal arithmetic. Numbers go in and come out as JSON numbers."),
      tools: CalculatorTools.all(behind: policy), audit: audit)
  }

  package mutating func reload(_ new: StdioConfiguration, audit: AuditLog) -> String {
    guard new.canReload else {
      return "nothing to read again; keys come from a file only with _FILE"
    }
    self = KeyService(new, audit: audit)
    return "read \(new.keys.count) key(s) again"
  }
}
