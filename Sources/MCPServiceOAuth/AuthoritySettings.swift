internal import Auth
internal import HTTPClient
internal import MCPService
internal import Support
enum AuthoritySettings: Sendable {
  case none
  var url: String? { nil }
  func authority(over http: any HTTPClient) -> (any Authority)? { nil }
  static func read(from reader: inout EnvironmentReader, allowsLoopback: Bool) -> AuthoritySettings?
  { nil }
}
