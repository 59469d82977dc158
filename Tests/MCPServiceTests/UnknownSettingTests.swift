import TestHarness
import Foundation
import Testing
import TestSupport

@testable import MCPService

/// A misspelled setting is a configuration error. Variables of other programs are ignored.
struct UnknownSettingTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    var value = "x"
    let judgement: UnknownSetting?
    var testDescription: String { name }

    init(_ name: String, _ judgement: UnknownSetting?) {
      (self.name, self.judgement) = (name, judgement)
    }

    init(_ name: String, _ value: String, _ judgement: UnknownSetting?) {
      (self.name, self.value, self.judgement) = (name, value, judgement)
    }
  }

  @Test(arguments: [
    Row("CALCULATOR_RATE_LIMIT", nil), Row("CALCULATOR_API_KEY_FILE", nil),
    Row("JWT_TTL", nil),  // a setting of another server of this project
    // One or two edits
    Row("CALCULATOR_RATE_LIMT", .misspelled("CALCULATOR_RATE_LIMIT")),
    Row("CALCULATOR_RATE_LIMITS", .misspelled("CALCULATOR_RATE_LIMIT")),
    Row("CALCULATOR_RATELIMT", .misspelled("CALCULATOR_RATE_LIMIT")),
    Row("CALCULTOR_RATE_LMIT", .misspelled("CALCULATOR_RATE_LIMIT")),
    Row("CALCULATOR_RTAE_LIMIT", .misspelled("CALCULATOR_RATE_LIMIT")),
    Row("CALCULATOR_APIKEY", .misspelled("CALCULATOR_API_KEY")),
    Row("CALCULATOR-API-KEY", .misspelled("CALCULATOR_API_KEY")),
    Row("calculator_api_key", .misspelled("CALCULATOR_API_KEY")),
    Row("CALCULATOR_API_KEY_FLIE", .misspelled("CALCULATOR_API_KEY_FILE")),
    Row("CALCULATOR_REQUIER_AUTH", .misspelled("CALCULATOR_REQUIRE_AUTH")),
    Row("JTW_SECRET", .misspelled("JWT_SECRET")), Row("JWTSECRET", .misspelled("JWT_SECRET")),
    // Three edits, and unknown names with a prefix of this project
    Row("CALCULATOR_RATES_LMT", .notice), Row("CALCULATOR_COLOUR", .notice),
    Row("JWT_ALGORITHM", .notice), Row("JWT_URL", .notice),
    // Other programs
    Row("PATH", .foreign), Row("XCALCULATOR_COLOUR", .foreign), Row("", .foreign),
    // Kubernetes, for services that are called calculator, calculator-http and jwt
    Row("CALCULATOR_SERVICE_HOST", "10.0.0.1", .foreign),
    Row("CALCULATOR_SERVICE_PORT", "80", .foreign),
    Row("CALCULATOR_SERVICE_PORT_HTTP", "80", .foreign),
    Row("CALCULATOR_PORT", "tcp://10.0.0.1:80", .foreign),
    Row("CALCULATOR_PORT_8080_TCP", "tcp://10.0.0.1:8080", .foreign),
    Row("CALCULATOR_PORT_8080_TCP_ADDR", "10.0.0.1", .foreign),
    Row("CALCULATOR_PORT_53_UDP_PROTO", "udp", .foreign),
    Row("CALCULATOR_HTTP_SERVICE_HOST", "10.0.0.1", .foreign),
    Row("JWT_PORT", "tcp://10.0.0.1:80", .foreign),
    Row("CALCULATOR_PORT", "8080", .notice), Row("CALCULATOR_PORT_NUMBER", .notice),
  ])
  func judges(_ row: Row) {
    #expect(UnknownSetting(row.name, value: Array(row.value.utf8), for: .http) == row.judgement)
  }

  static let key = ["CALCULATOR_API_KEY": "0123456789abcdef"]

  @Test func aMisspelledVariableEndsTheStart() {
    let environment = Self.key.merging(["CALCULATOR_REQIRE_AUTH": "true"]) { $1 }
    let errors = #expect(throws: ConfigurationErrors.self) {
      try StdioConfiguration.read(environment: environment, file: nil)
    }
    #expect(
      errors?.all.map(\.description) == [
        "CALCULATOR_REQIRE_AUTH: is not a setting; did you mean CALCULATOR_REQUIRE_AUTH? "
          + "Rename it, or unset it"
      ])
  }

  @Test func anUnknownVariableIsANotice() throws {
    let environment = Self.key.merging(["CALCULATOR_COLOUR": "red", "JWT_TTL": "1h"]) { $1 }
    #expect(
      try StdioConfiguration.read(environment: environment, file: nil).warnings
        == ["CALCULATOR_COLOUR is not a setting of this server; it has no effect"])
  }

  /// Every name in a file for the server must be a setting of a server of this project. An unknown
  /// name is not echoed: a secret on a line of its own may look like a name.
  @Test(arguments: [
    ("CALCULATOR_LOGS=off", "did you mean CALCULATOR_LOG?"),
    ("c2VjcmV0LXNlY3JldA=", "sets what is not a setting of this server"),
    ("PATH=/bin", "sets what is not a setting of this server"),
    ("CALCULATOR_COLOUR=red", "sets what is not a setting of this server"),
  ])
  func anUnknownNameInAFileEndsTheStart(_ line: String, _ message: String) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data("JWT_TTL=1h\n# one\n\(line)\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let errors = #expect(throws: ConfigurationErrors.self) {
      try StdioConfiguration.read(environment: Self.key, file: file.path)
    }
    let text = errors?.all.map(\.description).joined(separator: "\n") ?? ""
    #expect(text.contains("--env-file: line 3 of '\(file.path)'") && text.contains(message))
    #expect(!text.contains("c2VjcmV0") && !text.contains("\n"))
  }
}
