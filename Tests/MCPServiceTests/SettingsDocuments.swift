import Foundation
import MCPService
import Support

/// The texts that `make reference` writes from the tables of settings.
enum SettingsDocuments {
  // MARK: guide/reference.md

  /// The text of the page with its three tables of settings replaced.
  static func reference(from page: String) -> String {
    Settings.ofAllExecutables.reduce(page) { page, settings in
      let start = "<!-- \(settings.executable): make reference writes this table -->\n"
      guard let from = page.range(of: start)?.upperBound,
        let to = page.range(of: "<!-- end -->", range: from..<page.endIndex)?.lowerBound
      else { return page }
      return page.replacingCharacters(in: from..<to, with: "\n\(table(of: settings))\n\n")
    }
  }

  private static func table(of settings: Settings) -> String {
    let head = [
      "| variable | value | default | `SIGHUP` | meaning |", "| --- | --- | --- | --- | --- |",
    ]
    return (head + settings.all.flatMap(rows)).joined(separator: "\n")
  }

  private static func rows(of setting: SettingDeclaration) -> [String] {
    let fallback =
      switch setting.fallback {
      case .none: "none"
      case .needed: "none: needed"
      case .value(let text): "`\(text)`"
      case .words(let text): text
      }
    func row(_ name: String, _ form: String, _ fallback: String, _ sentence: String) -> String {
      "| `\(name)` | \(form) | \(fallback) | \(rule(setting.reload)) | \(sentence) |"
    }
    return [row(setting.name, setting.form, fallback, setting.sentence)]
      + (setting.fileVariable.map {
        [row($0, "a path", "none", "a file whose first line is `\(setting.name)`")]
      } ?? [])
  }

  private static func rule(_ rule: SettingDeclaration.ReloadRule) -> String {
    switch rule {
    case .appliesAndRevokes: "applies"
    case .applies, .appliesUnlessRemoved: "applies unless removed"
    case .needsRestart: "restart"
    case .appliesIfDefault: "only the default applies"
    case .appliesUnlessSwitched: "applies unless added or removed"
    }
  }

  // MARK: examples/.env.example

  static func environmentExample() -> String {
    var lines = [
      "# The settings of all servers, for: CalculatorStdio --env-file FILE",
      "# Copy it to a file of your own, put your key in, and run chmod 600 on it.",
      "# A variable that is set in the environment wins over its line here. Each server skips the",
      "# settings of the others, but CalculatorOAuth refuses CALCULATOR_API_KEY: it accepts no key.",
      "# Make a key or a secret with: openssl rand -hex 32",
    ]
    var known: Set<String> = []
    for settings in Settings.ofAllExecutables {
      lines += ["", "# --- \(settings.executable) ---"]
      for setting in settings.all where known.insert(setting.name).inserted {
        // `CalculatorStdio` starts with this file once it contains a key.
        let isOn = settings.executable == "CalculatorStdio" && setting.fallback == .needed
        lines += [""] + comment(on: setting)
        lines.append("\(isOn ? "" : "# ")\(setting.name)=\(value(of: setting))")
        if let variable = setting.fileVariable {
          let name = setting.name.lowercased().replacing("_", with: "-")
            .replacing("\(ServiceName.text)-", with: "")
          lines.append("# \(variable)=/etc/\(ServiceName.text)/\(name)")
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func comment(on setting: SettingDeclaration) -> [String] {
    let text = capitalized(setting.sentence).replacing("`", with: "") + "."
    let hasForm =
      switch setting.kind {
      case .flag, .secret: false
      default: true
      }
    let form = hasForm ? " Value: \(setting.form)." : ""
    return SettingDeclaration.wrap(text + form, at: 98).map { "# \($0)" }
  }

  /// Starts the sentence with a capital letter, unless it starts with code.
  private static func capitalized(_ sentence: String) -> String {
    var bytes = Array(sentence.utf8)
    if let first = bytes.first, 0x61...0x7A ~= first { bytes[0] = first & 0xDF }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func value(of setting: SettingDeclaration) -> String {
    if case .value(let text) = setting.fallback { text } else { setting.example ?? "" }
  }
}
