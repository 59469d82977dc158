import Auth
import Foundation
import Support
import Testing
import TestHarness
import TestSupport

@testable import MCPService

/// The tables of settings, and the documents that are made from them.
struct SettingsTests {
  static let declarations = Settings.ofAllExecutables.flatMap(\.all)

  /// A file, and its text as the tables define it.
  struct Document: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let generate: @Sendable (_ page: String) -> String
  }

  /// Those after the first two as people know them from other programs.
  private static let prefixes = [
    "CALCULATOR_", "JWT_", "GITHUB_", "ATLASSIAN_", "OIDC_", "JIRA_", "CONFLUENCE_", "JENKINS_",
  ]

  @Test(arguments: [
    Document(testDescription: "guide/reference.md") { SettingsDocuments.reference(from: $0) },
    Document(testDescription: "examples/.env.example") { _ in
      SettingsDocuments.environmentExample()
    },
  ])
  func aDocumentHoldsWhatTheTablesSay(_ document: Document) throws {
    let file = Repository.root.appending(path: document.testDescription)
    let page = try String(contentsOf: file, encoding: .utf8)
    let generated = document.generate(page)
    if ProcessInfo.processInfo.environment["WRITE_REFERENCE"] == "1" {
      try generated.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(page == generated, "\(document.testDescription) is out of date: run make reference")
    }
  }

  /// The reference page has a table for each executable.
  @Test func theReferenceHasATableForEachExecutable() throws {
    let file = Repository.root.appending(path: "guide/reference.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    for settings in Settings.ofAllExecutables {
      #expect(page.contains("<!-- \(settings.executable): make reference writes this table -->\n"))
    }
  }

  @Test(arguments: Settings.ofAllExecutables.map(\.executable))
  func namesAreDistinctAndHaveAPrefix(_ executable: String) throws {
    let settings = try #require(
      Settings.ofAllExecutables.first { $0.executable == executable })
    #expect(Set(settings.variables).count == settings.variables.count)
    for name in settings.variables {
      #expect(Self.prefixes.contains { name.hasBytes(atStart: $0) })
    }
  }

  /// The documented default is a valid value, and it is the one that applies.
  @Test func theDocumentedDefaultIsTheDefault() throws {
    func check<Value: Equatable>(_ setting: Setting<Value>, _ text: String) throws {
      #expect(setting.declaration.fallback == .value(text))
      #expect(try setting.value(of: text) == setting.fallback)
    }
    try check(Settings.requiresAuthentication, "true")
    try check(Settings.allowsWeakSecrets, "false")
    try check(Settings.logLevel, "info")
    try check(Settings.issuer, "calculator")
    try check(Settings.audience, "calculator")
    try check(Settings.lifetime, "1h")
    try check(Settings.refreshLifetime, "7d")
    try check(Settings.leeway, "0s")
    try check(Settings.defaultRole, "advanced")
    try check(Settings.requestLimit, "60/minute")
    try check(Settings.failureLimit, "10/minute")
    try check(Settings.allowsPlaintext, "false")
    try check(Settings.connectionsPerClient, "256")
    try check(Settings.hasMetrics, "false")
    try check(Settings.takesUpstreamHeaders, "false")
    try check(Settings.storyPointsField, "customfield_10016")
  }

  /// Each end of each range, and the value beyond it.
  @Test(arguments: [
    ("1s", true), ("0s", false), ("24h", true), ("86400s", true), ("1d", true), ("86401s", false),
    ("25h", false), ("2d", false), ("1h ", false), ("1", false), ("h", false), ("", false),
    ("-1s", false), ("1H", false), ("01h", true), ("1000000001s", false),
    ("999999999999999999d", false), ("9999999999999999999s", false),
  ])
  func aDurationIsWithinItsRange(_ text: String, _ isValid: Bool) {
    #expect(((try? Settings.lifetime.value(of: text)) != nil) == isValid)
  }

  @Test(arguments: [
    ("1", true), ("0", false), ("10000", true), ("10001", false), ("-1", false), ("+1", false),
    ("1_0", false), ("0x10", false), ("", false), (" 1", false), ("9223372036854775808", false),
  ])
  func aNumberIsWithinItsRange(_ text: String, _ isValid: Bool) {
    #expect(((try? Settings.connectionsPerClient.value(of: text)) != nil) == isValid)
  }

  @Test(arguments: [
    ("customfield_10016", true), ("customfield_1", true), ("customfield_1234567890", true),
    ("customfield_12345678901", false), ("customfield_", false), ("customfield_1a", false),
    ("customfield_-1", false), ("Customfield_1", false), ("customfield_1,summary", false),
    ("customfield_\u{661}", false), ("storyPoints", false), ("", false), ("customfield_1 ", false),
  ])
  func aCustomFieldHasOneToTenDigits(_ text: String, _ isValid: Bool) {
    #expect(((try? Settings.storyPointsField.value(of: text)) != nil) == isValid)
  }

  /// Settings without a default: an invalid text must not give `nil`.
  @Test func aBadTextIsNeverTheDefault() {
    for text in ["", "x", "0", "-1", "nil", " off", "OFF", "Guest"] {
      #expect(throws: ConfigurationError.self) { try Settings.burst.value(of: text) }
      #expect(throws: ConfigurationError.self) { try Settings.threads.value(of: text) }
      #expect(throws: ConfigurationError.self) { try Settings.guestRole.value(of: text) }
      #expect(throws: ConfigurationError.self) { try Settings.requestLimit.value(of: text) }
      for names in Settings.upstreamServices {
        #expect(throws: ConfigurationError.self) { try names.authType.value(of: text) }
        guard let edition = names.edition else { continue }
        #expect(throws: ConfigurationError.self) { try edition.value(of: text) }
      }
    }
  }

  @Test func everyFormIsReportedInOneLine() {
    for setting in Self.declarations {
      let error = ConfigurationError.invalidValue(of: setting)
      #expect(error.variable == setting.name)
      #expect(error.problem.hasBytes(atStart: "must be "))
      // A server that needs the setting does not start without it.
      #expect(error.remedy.contains("unset \(setting.name)") == (setting.fallback != .needed))
      #expect(!error.description.contains("\n"))
    }
  }

  /// The command line wraps lines of 80 columns.
  @Test(arguments: Settings.ofAllExecutables.map(\.executable))
  func helpHasEverySettingIn79Columns(_ executable: String) throws {
    let settings = try #require(
      Settings.ofAllExecutables.first { $0.executable == executable })
    let lines = settings.help.components(separatedBy: "\n")
    #expect(lines.filter { $0.utf8.count > 79 || $0.contains("`") } == [])
    for setting in settings.all {
      let label = "  \(setting.name)\(setting.isSecret ? "[_FILE]" : "")"
      #expect(lines.contains { $0 == label || $0.hasBytes(atStart: "\(label) ") })
    }
  }

  /// Only the table writes the name of a setting.
  @Test func namesAreWrittenOnce() throws {
    let sources = Repository.root.appending(path: "Sources")
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    let names = Set(Self.declarations.map(\.name))
    for case let file as URL in files
    where file.pathExtension == "swift" && file.lastPathComponent != "SettingsTables.swift" {
      for line in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
      where !line.trimmingCharacters(in: .whitespaces).hasBytes(atStart: "//") {
        for word in line.matches(of: /[A-Z][A-Z_]+[A-Z]/).map({ String($0.0) }) {
          #expect(!names.contains(word), "\(file.lastPathComponent): \(line)")
        }
      }
    }
  }

  /// A control character in a path must not add a line or control the terminal.
  @Test func noPartOfAnErrorHasAControlCharacter() {
    let error = ConfigurationError("A\nB", "c\r\nd\u{85}", fix: "e\u{1B}[2J")
    #expect(error.description == "A?B: c??d?; e?[2J")
  }
}
