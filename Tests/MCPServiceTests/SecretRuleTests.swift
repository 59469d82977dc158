import Auth
import Support
import Foundation
import Testing
import TestSupport

@testable import MCPService

/// ATTACKS S19, S17: one rule for every secret, from the environment, an `--env-file` and a file.
struct SecretRuleTests {
  /// A value that is long enough for every secret.
  static let good = "0123456789abcdef0123456789abcdef"

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let value: [UInt8]
    let fault: SecretForm.Fault
    /// Whether a line of a file can contain it.
    let fitsALine: Bool

    init(_ name: String, _ value: [UInt8], _ fault: SecretForm.Fault, fitsALine: Bool = true) {
      (testDescription, self.value, self.fault, self.fitsALine) = (name, value, fault, fitsALine)
    }

    init(_ name: String, _ value: String, _ fault: SecretForm.Fault, fitsALine: Bool = true) {
      self.init(name, Array(value.utf8), fault, fitsALine: fitsALine)
    }
  }

  static let rows = [
    Row("no UTF-8", [UInt8](repeating: 0xFF, count: 40), .notUTF8),
    Row("a truncated character", Array(good.utf8) + [0xC3], .notUTF8),
    Row("an overlong character", Array(good.utf8) + [0xC0, 0x80], .notUTF8),
    Row("a line end at the end", good + "\n", .controlCharacter, fitsALine: false),
    Row("CRLF at the end", good + "\r\n", .controlCharacter, fitsALine: false),
    Row("a line end inside", "0123\n" + good, .controlCharacter, fitsALine: false),
    Row("a tab inside", "0123\t" + good, .controlCharacter),
    Row("an escape", good + "\u{1B}[2J", .controlCharacter),
    Row("a control character beyond ASCII", good + "\u{85}x", .controlCharacter),
    Row("a space at the end", good + " ", .surroundingWhiteSpace),
    Row("a space in front", " " + good, .surroundingWhiteSpace),
    Row("a no-break space", good + "\u{A0}", .surroundingWhiteSpace),
    Row("a second byte-order mark", "\u{FEFF}\u{FEFF}" + good, .surroundingWhiteSpace),
    Row("a space without width", good + "\u{200B}", .surroundingWhiteSpace),
    Row("double quotes", "\"\(good)\"", .surroundingQuotes),
    Row("single quotes", "'\(good)'", .surroundingQuotes),
    Row("backquotes", "`\(good)`", .surroundingQuotes),
    Row("quotes of a word processor", "\u{201C}\(good)\u{201D}", .surroundingQuotes),
  ]

  private func errors(_ environment: Environment, file: String? = nil) -> [ConfigurationError] {
    do throws(ConfigurationErrors) {
      _ = try JWTConfiguration.read(environment: environment, file: file, after: .none)
      return []
    } catch {
      return error.all
    }
  }

  @Test(arguments: rows)
  func refusesASecretOfTheEnvironment(_ row: Row) {
    for name in ["JWT_SECRET", "JWT_SECRET_PREVIOUS", "CALCULATOR_ISSUER_KEY"] {
      var environment = Environment(["JWT_SECRET": Self.good + "-other"])
      environment.set(name, row.value)
      #expect(errors(environment) == [.invalidSecret(variable: name, row.fault)])
    }
    var environment = Environment()
    environment.set("CALCULATOR_API_KEY", row.value)
    let error = #expect(throws: ConfigurationErrors.self) {
      try StdioConfiguration.read(environment: environment, file: nil, after: .none)
    }
    #expect(error?.all == [.invalidSecret(variable: "CALCULATOR_API_KEY", row.fault)])
  }

  @Test(arguments: rows.filter(\.fitsALine))
  func refusesASecretOfAFile(_ row: Row) throws {
    let folder = try Folder()
    for end in ["", "\n", "\r\n"] {
      let path = try folder.write(row.value + Array(end.utf8))
      let found = errors(["JWT_SECRET_FILE": Array(path.utf8)])
      let expected: ConfigurationError =
        row.fault == .notUTF8
        ? .fileNotUTF8(variable: "JWT_SECRET_FILE", path: path, .secret)
        : .invalidSecret(variable: "JWT_SECRET_FILE", row.fault)
      #expect(found == [expected])
    }
  }

  /// In single quotes all bytes are literal, so the value is that of the row.
  @Test(arguments: rows.filter { $0.fitsALine && !$0.value.contains(UInt8(ascii: "'")) })
  func refusesASecretOfAnEnvironmentFile(_ row: Row) throws {
    let folder = try Folder()
    let path = try folder.write(Array("JWT_SECRET='".utf8) + row.value + Array("'\n".utf8))
    let found = errors([:], file: path)
    if row.fault == .notUTF8 {
      #expect(found.first == .fileNotUTF8(variable: "--env-file", path: path, .environment))
    } else {
      #expect(found == [.invalidSecret(variable: "JWT_SECRET", row.fault)])
    }
  }

  /// A `.env` file, or a line of one, is not a secret: the server would refuse the right key.
  @Test(arguments: [
    "JWT_SECRET=\(good)", "CALCULATOR_API_KEY=\(good)", "CALCULATOR_ISSUER_KEY=\(good)",
    "JWT_SECRET_FILE=/run/secrets/jwt", "CALCULATOR_LOG=debug-\(good)",
    "export JWT_SECRET=\(good)", "JWT_SECRET=\"\(good)\"",
  ])
  func refusesALineOfAnEnvironmentFile(_ line: String) throws {
    let folder = try Folder()
    for name in ["JWT_SECRET", "JWT_SECRET_PREVIOUS", "CALCULATOR_ISSUER_KEY"] {
      var environment = Environment(["JWT_SECRET": Self.good + "-other"])
      environment.set(name, Array(line.utf8))
      #expect(errors(environment) == [.invalidSecret(variable: name, .assignment)])

      for start in ["", "# the settings of this calculator, for everybody\n", "\n"] {
        let path = try folder.write(Array((start + line + "\n").utf8))
        var environment = Environment(["JWT_SECRET": Self.good + "-other"])
        environment.set(name, nil)
        environment.set("\(name)_FILE", Array(path.utf8))
        if name != "JWT_SECRET" { environment.set("JWT_SECRET", Array("\(Self.good)-other".utf8)) }
        #expect(
          errors(environment) == [.invalidSecret(variable: "\(name)_FILE", .environmentFile)])
      }
    }
  }

  /// Random bytes in Base64 may contain `=`, and a key may begin with the name of another program's
  /// variable.
  @Test(arguments: [
    "\(good)=", "SECRET=\(good)", "JWT_SECRETS=\(good)", "jwt_secret=\(good)", "=\(good)",
  ])
  func acceptsAnEqualsSignElsewhere(_ secret: String) throws {
    let folder = try Folder()
    #expect(errors(Environment(["JWT_SECRET": secret])) == [])
    let path = try folder.write(Array("\(secret)\n".utf8))
    #expect(errors(["JWT_SECRET_FILE": Array(path.utf8)]) == [])
  }

  @Test(arguments: [
    (SecretForm.Fault.assignment, "JWT_SECRET: begins with NAME=; write the value alone"),
    (.environmentFile, "JWT_SECRET: has NAME=VALUE lines; name the file with --env-file"),
  ])
  func saysHowToGiveASecret(_ fault: SecretForm.Fault, _ sentence: String) {
    #expect(ConfigurationError.invalidSecret(variable: "JWT_SECRET", fault).description == sentence)
  }

  @Test(arguments: [
    (APIKeyError.empty(2), "key 2 is empty; remove the comma"),
    (.space(1), "key 1 has a space in it; remove it"),
    (.reference(1), "key 1 is an unexpanded reference, $(COMMAND); write what the command prints"),
  ])
  func saysHowToCorrectAKey(_ error: APIKeyError, _ sentence: String) {
    #expect(
      ConfigurationError.invalidKey(variable: "CALCULATOR_API_KEY", error).description
        == "CALCULATOR_API_KEY: " + sentence)
  }

  @Test(arguments: ["", "\n", "\r\n", "\nsecond line\n"], ["", "\u{FEFF}"])
  func aFileMayHaveALineEndAndAMark(_ end: String, _ mark: String) throws {
    let folder = try Folder()
    let path = try folder.write(Array((mark + Self.good + end).utf8))
    #expect(errors(["JWT_SECRET_FILE": Array(path.utf8)]) == [])
  }

  /// As text, 40 such bytes would be 40 replacement characters, which anyone can send.
  @Test func noTwoSecretsBecomeOne() {
    #expect(
      errors(["JWT_SECRET": [UInt8](repeating: 0xFE, count: 40)])
        == [.invalidSecret(variable: "JWT_SECRET", .notUTF8)])
  }

  @Test(arguments: ["JWT_ISSUER", "JWT_TTL", "CALCULATOR_USERS", "CALCULATOR_LOG"])
  func refusesASettingThatIsNotUTF8(_ name: String) {
    let environment: Environment = ["JWT_SECRET": Array(Self.good.utf8), name: [0x61, 0xFF]]
    #expect(errors(environment) == [.notUTF8(variable: name)])
  }

  /// ATTACKS T32: no number of a setting traps.
  @Test(
    arguments: [
      "-9223372036854775808", "9223372036854775807", "9007199254740993", "-9007199254740993",
      "9223372036854776", "-9223372036854776", "99999999999999999999", "1e300", "0x10", "1_0", "+1",
    ], ["", "s", "m", "h", "d"])
  func refusesNumbersOutOfRange(_ number: String, _ unit: String) {
    for name in ["JWT_TTL", "JWT_REFRESH_TTL", "JWT_LEEWAY"] {
      let environment = Environment(["JWT_SECRET": Self.good, name: number + unit])
      let error = errors(environment).first
      #expect(error?.variable == name, "\(name)=\(number + unit)")
      #expect(error?.problem.hasBytes(atStart: "must be a number with s, m, h or d") == true)
    }
  }

  /// A folder that is removed with the test.
  private final class Folder {
    private let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ bytes: [UInt8]) throws -> String {
      let file = url.appending(path: "file")
      try Data(bytes).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
      return file.path
    }
  }
}
