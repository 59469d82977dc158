import TestHarness
import Support
import Auth
import Foundation
import Testing
import TestSupport

@testable import MCPService

struct StdioConfigurationTests {
  static let key = "0123456789abcdef"

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let environment: [String: String]
    let errors: [ConfigurationError]

    init(_ name: String, _ environment: [String: String], _ errors: [ConfigurationError]) {
      (testDescription, self.environment, self.errors) = (name, environment, errors)
    }
  }

  @Test(arguments: [
    Row("S3 no key", [:], [.missingKey(variable: "CALCULATOR_API_KEY")]),
    Row(
      "S3 an empty key counts as unset", ["CALCULATOR_API_KEY": ""],
      [.missingKey(variable: "CALCULATOR_API_KEY")]),
    Row(
      "S3 S16 an empty switch is the default, which is on",
      ["CALCULATOR_REQUIRE_AUTH": "", "CALCULATOR_API_KEY": ""],
      [.missingKey(variable: "CALCULATOR_API_KEY")]),
    Row(
      "S16 a mistyped switch is never off",
      ["CALCULATOR_API_KEY": key, "CALCULATOR_REQUIRE_AUTH": "yes"],
      [.mustBe("CALCULATOR_REQUIRE_AUTH", "exactly true or false")]),
    Row(
      "S16 nor with a space", ["CALCULATOR_API_KEY": key, "CALCULATOR_REQUIRE_AUTH": "false "],
      [.mustBe("CALCULATOR_REQUIRE_AUTH", "exactly true or false")]),
    Row(
      "S16 nor 0", ["CALCULATOR_API_KEY": key, "CALCULATOR_REQUIRE_AUTH": "0 "],
      [.mustBe("CALCULATOR_REQUIRE_AUTH", "exactly true or false")]),
    Row(
      "an unknown level of the log", ["CALCULATOR_API_KEY": key, "CALCULATOR_LOG": "verbose"],
      [.mustBe("CALCULATOR_LOG", "exactly off, info or debug")]),
    Row(
      "S17 variable and file", ["CALCULATOR_API_KEY": key, "CALCULATOR_API_KEY_FILE": "/dev/null"],
      [.exclusive("CALCULATOR_API_KEY", "CALCULATOR_API_KEY_FILE")]),
    Row(
      "a file that is not there", ["CALCULATOR_API_KEY_FILE": "/nowhere"],
      [.unreadableFile(variable: "CALCULATOR_API_KEY_FILE", path: "/nowhere")]),
    Row(
      "G2 a directory", ["CALCULATOR_API_KEY_FILE": "/"],
      [.notRegularFile(variable: "CALCULATOR_API_KEY_FILE", path: "/", .secret)]),
    Row(
      "G2 a device without end", ["CALCULATOR_API_KEY_FILE": "/dev/zero"],
      [.notRegularFile(variable: "CALCULATOR_API_KEY_FILE", path: "/dev/zero", .secret)]),
    Row(
      "G2 an empty device", ["CALCULATOR_API_KEY_FILE": "/dev/null"],
      [.notRegularFile(variable: "CALCULATOR_API_KEY_FILE", path: "/dev/null", .secret)]),
    Row(
      "a bad key is refused even where none is needed",
      ["CALCULATOR_API_KEY": "short", "CALCULATOR_REQUIRE_AUTH": "false"],
      [.invalidKey(variable: "CALCULATOR_API_KEY", .tooShort(1))]),
    Row(
      "all errors at once",
      ["CALCULATOR_API_KEY": "short", "CALCULATOR_REQUIRE_AUTH": "no", "CALCULATOR_LOG": "x"],
      [
        .mustBe("CALCULATOR_REQUIRE_AUTH", "exactly true or false"),
        .mustBe("CALCULATOR_LOG", "exactly off, info or debug"),
        .invalidKey(variable: "CALCULATOR_API_KEY", .tooShort(1)),
      ]),
  ])
  func refuses(_ row: Row) {
    let errors = #expect(throws: ConfigurationErrors.self) {
      try StdioConfiguration.read(environment: row.environment, file: nil)
    }
    #expect(errors?.all == row.errors)
    for error in row.errors {
      #expect(!error.description.contains("\n"), "one line")
      #expect(!error.description.contains("short\""), "never the value")
    }
  }

  @Test(arguments: ["", "\n", "\r\n", "\u{FEFF}"])
  func anEmptyFileHasNoKey(_ content: String) throws {
    try withFile(content, mode: 0o600) { path in
      let errors = #expect(throws: ConfigurationErrors.self) {
        try StdioConfiguration.read(environment: ["CALCULATOR_API_KEY_FILE": path], file: nil)
      }
      #expect(errors?.all == [.invalidKey(variable: "CALCULATOR_API_KEY_FILE", .empty(1))])
    }
  }

  @Test(arguments: [
    ("as editors on Windows write it (S17)", "\u{FEFF}0123456789abcdef\r\nsecond line\r\n"),
    ("with a line end", "0123456789abcdef\n"), ("without one", "0123456789abcdef"),
  ])
  func readsTheFirstLineOfAFile(_ name: String, _ content: String) throws {
    try withFile(content, mode: 0o600) { path in
      let configuration = try StdioConfiguration.read(
        environment: ["CALCULATOR_API_KEY_FILE": path], file: nil)
      #expect(configuration.keys.contains(Secret(Self.key)))
      #expect(configuration.warnings == [])
      #expect(configuration.canReload)
    }
  }

  /// ATTACKS S17
  @Test(arguments: [
    (0o644, "read"), (0o640, "read"), (0o604, "read"), (0o620, "write"), (0o602, "write"),
    (0o606, "read and write"), (0o624, "read and write"),
  ])
  func warnsOfAFileThatOthersMayReadOrWrite(_ mode: Int, _ rights: String) throws {
    try withFile(Self.key, mode: mode) { path in
      let configuration = try StdioConfiguration.read(
        environment: ["CALCULATOR_API_KEY_FILE": path], file: nil)
      #expect(
        configuration.warnings == [
          "CALCULATOR_API_KEY_FILE: other users may \(rights) the file; fix: chmod 600"
        ])
    }
  }

  @Test func theRealEnvironmentWinsOverTheFile() throws {
    try withFile("CALCULATOR_API_KEY=file-0123456789abcdef\nCALCULATOR_LOG=off\n", mode: 0o600) {
      path in
      let configuration = try StdioConfiguration.read(
        environment: ["CALCULATOR_API_KEY": Self.key], file: path)
      #expect(configuration.keys.contains(Secret(Self.key)))
      #expect(!configuration.keys.contains(Secret("file-0123456789abcdef")))
      #expect(configuration.logLevel == .off)
    }
  }

  /// ATTACKS S22: two lines for one setting are an error, whatever their values.
  @Test(arguments: ["off", "info"])
  func aNameTwiceInAFileIsAnError(_ second: String) throws {
    try withFile(
      "CALCULATOR_LOG=info\n\nexport CALCULATOR_LOG=\(second)\nCALCULATOR_LOG=debug\n", mode: 0o600
    ) { path in
      let errors = #expect(throws: ConfigurationErrors.self) {
        try StdioConfiguration.read(environment: ["CALCULATOR_API_KEY": Self.key], file: path)
      }
      #expect(
        errors?.all == [
          .repeatedInFile(path: path, line: 3, first: 1),
          .repeatedInFile(path: path, line: 4, first: 1),
        ])
    }
  }

  @Test func namesEachBadLineOfAFile() throws {
    try withFile("# keys\nCALCULATOR_API_KEY 0123456789abcdef\nA=b\n=c\n", mode: 0o600) { path in
      let errors = #expect(throws: ConfigurationErrors.self) {
        try StdioConfiguration.read(environment: ["CALCULATOR_API_KEY": Self.key], file: path)
      }
      #expect(
        errors?.all == [.invalidLine(path: path, line: 2), .invalidLine(path: path, line: 4)])
    }
  }

  @Test(arguments: [
    (
      ["CALCULATOR_REQUIRE_AUTH": "false"],
      "CALCULATOR_REQUIRE_AUTH=false: the server is open, everyone may call every tool"
    ),
    (
      ["CALCULATOR_API_KEY": "short", "CALCULATOR_ALLOW_WEAK_SECRETS": "true"],
      "CALCULATOR_ALLOW_WEAK_SECRETS=true: keys that can be guessed are accepted"
    ),
  ])
  func warns(_ environment: [String: String], _ warning: String) throws {
    #expect(try StdioConfiguration.read(environment: environment, file: nil).warnings == [warning])
  }

  /// A path must not add a line to the output or control the terminal.
  @Test func aPathCannotWriteALine() {
    let error = ConfigurationError.invalidLine(path: "a\n\u{1B}[2J'; rm -rf b", line: 1)
    #expect(error.description.contains("'a??[2J?; rm -rf b'"))
  }

  /// ATTACKS S23: a key in place of a path is not echoed.
  @Test(arguments: ["0123456789abcdef-a-key", "/0123456789abcdef-a-key"])
  func aKeyInThePlaceOfAPathIsNotRepeated(_ key: String) {
    for variable in ["CALCULATOR_API_KEY_FILE", "--env-file"] {
      let isFile = variable == "--env-file"
      let errors = #expect(throws: ConfigurationErrors.self) {
        try StdioConfiguration.read(
          environment: isFile ? ["CALCULATOR_API_KEY": Self.key] : [variable: key],
          file: isFile ? key : nil)
      }
      let text = (errors?.all ?? []).map(\.description).joined()
      #expect(text.contains("\(variable): names no file that this process can read"))
      #expect(!text.contains("a-key"))
      #expect(text.contains("starts at the directory") == (key.utf8.first != UInt8(ascii: "/")))
    }
  }

  /// An empty variable counts as unset, so the value of the file applies.
  @Test func anEmptyVariableDoesNotWinOverTheFile() throws {
    try withFile("CALCULATOR_API_KEY=file-0123456789abcdef\n", mode: 0o600) { path in
      let configuration = try StdioConfiguration.read(
        environment: ["CALCULATOR_API_KEY": ""], file: path)
      #expect(configuration.keys.contains(Secret("file-0123456789abcdef")))
    }
  }

  /// An error of size or encoding has the fix for its kind of file.
  @Test(arguments: [
    ("CALCULATOR_API_KEY_FILE", FileKind.secret, "65536", "whose first line is the secret"),
    ("--env-file", .environment, "65536", "NAME=VALUE"),
    ("CALCULATOR_USERS", .users, "65536", "JSON"),
    ("CALCULATOR_CREDENTIALS", .credentials, "33554432", "JSON file of keys and users"),
    ("CALCULATOR_TLS_CERT", .certificate, "65536", "certificates in PEM"),
    ("CALCULATOR_TLS_KEY", .privateKey, "65536", "private key in PEM"),
  ])
  func aFileErrorFitsTheFile(
    _ variable: String, _ kind: FileKind, _ length: String, _ advice: String
  ) {
    let large = ConfigurationError.fileTooLarge(variable: variable, path: "p", kind).description
    #expect(large.contains("larger than \(length) bytes") && large.contains(advice))
    let text = ConfigurationError.fileNotUTF8(variable: variable, path: "p", kind).description
    #expect(text.contains("not UTF-8") && text.contains(advice))
  }

  private func withFile(_ content: String, mode: Int, _ use: (String) throws -> Void) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(content.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    try use(file.path)
  }
}
