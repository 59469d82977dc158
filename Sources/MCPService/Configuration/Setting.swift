private import Support

/// One setting of a server: its kind, and what SIGHUP does with a new value.
package struct Setting: Sendable {
  /// SIGHUP applies what it can and never opens access; what it keeps, it names (ATTACKS G1).
  package enum AtReload: Sendable {
    /// A new value applies.
    case applies
    /// The old value stays until a restart.
    case needsRestart
    /// This value, the default, applies; any other would open access.
    case appliesIfDefault(String)
    /// A new value applies; the old one stays where there is none, which would open access.
    case appliesUnlessRemoved
    /// A new value applies where there was one: this can be neither turned on nor off.
    case appliesUnlessSwitched
  }

  /// A secret `X` can also stand in a file that `X_FILE` names.
  let isSecret: Bool
  let atReload: AtReload

  static func value(_ atReload: AtReload) -> Setting {
    Setting(isSecret: false, atReload: atReload)
  }

  static func secret(_ atReload: AtReload) -> Setting {
    Setting(isSecret: true, atReload: atReload)
  }

  /// Whether more is allowed where the setting is not set; then an empty value is an error.
  var absenceOpensAccess: Bool {
    if case .appliesUnlessRemoved = atReload { true } else { false }
  }

  /// Whether SIGHUP may replace the values of the setting's variables.
  func mayChange(from old: [[UInt8]?], to new: [[UInt8]?]) -> Bool {
    func isSet(_ values: [[UInt8]?]) -> Bool { values.contains { $0 != nil } }
    return switch atReload {
    case .applies: true
    case .needsRestart: false
    case .appliesIfDefault(let value): new.allSatisfy { $0 == nil || $0 == Array(value.utf8) }
    case .appliesUnlessRemoved: isSet(new)
    case .appliesUnlessSwitched: isSet(old) == isSet(new)
    }
  }
}
