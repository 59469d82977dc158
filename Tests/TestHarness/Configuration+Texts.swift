package import MCPServiceHTTP
package import MCPService

extension StdioServiceConfiguration {
  /// The configuration of a start, from variables that are text.
  package static func read(environment: [String: String], file: String?)
    throws(ConfigurationErrors) -> Self
  {
    try read(environment: Environment(environment), file: file, after: .none)
  }
}

extension ConfigurationError {
  /// The error for a wrong value of a setting that has a default.
  package static func mustBe(_ variable: String, _ form: String) -> ConfigurationError {
    ConfigurationError(variable, "must be \(form)", fix: "for the default: unset \(variable)")
  }
}

extension HTTPConfiguration {
  /// The configuration of a start, from variables that are text.
  package static func read(environment: [String: String], file: String?, host: String)
    throws(ConfigurationErrors) -> HTTPConfiguration
  {
    try read(environment: Environment(environment), file: file, host: host, after: .none)
  }
}
