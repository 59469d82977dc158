private import Support

extension UpstreamService {
  /// The field with which other servers take the address of the service. This server takes no address
  /// from a request: it would send credentials there (CWE-918).
  package var addressField: String { "X-\(title)-Url" }

  /// The fields with an address that are in a request, for the audit log. Never their values.
  /// - Parameter names: of the request's fields, in any case (RFC 9110 §5.1).
  /// - Returns: the names as this server writes them, each once.
  package static func addressFields(in names: some Sequence<String>) -> [String] {
    let names = Array(names)
    return allCases.map(\.addressField).filter { field in
      names.contains { ASCII.areEqual($0.utf8, field.utf8) }
    }
  }
}
