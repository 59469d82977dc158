private import Support

/// A variable that none of our servers reads. A misspelled setting is an error: the server would
/// otherwise run without that setting.
enum UnknownSetting: Equatable {
  /// It has a prefix of this project, but no effect.
  case notice
  /// The name differs from that of this setting by at most two characters.
  case misspelled(String)
  /// The name belongs to another program.
  case foreign

  /// `nil` for a variable of one of our servers.
  init?(_ name: String, value: [UInt8], for settings: Settings) {
    if Settings.variablesOfAll.contains(name) { return nil }
    let bytes = name.utf8.map { 0x61...0x7A ~= $0 ? $0 & 0xDF : $0 }  // capital letters
    if Self.isOfKubernetes(bytes, value) {
      self = .foreign
    } else if let nearest = Self.nearest(to: bytes, in: settings) {
      self = .misspelled(nearest)
    } else if bytes.starts(with: ServiceName.settingPrefix.utf8) || bytes.starts(with: "JWT_".utf8)
    {
      self = .notice
    } else {
      self = .foreign
    }
  }

  private static func nearest(to name: [UInt8], in settings: Settings) -> String? {
    let names = settings.variables.sorted()
    for edits in 0...2 {
      let found = names.first { known in
        // In a short name two edits are too many: JWT_URL is not a misspelled JWT_TTL.
        edits <= (known.utf8.count < 10 ? 1 : 2)
          && isWithin(edits, name[...], Array(known.utf8)[...])
      }
      if let found { return found }
    }
    return nil
  }

  /// Whether at most `edits` insertions, deletions, replacements or swaps of neighbours turn `a` into
  /// `b`.
  private static func isWithin(_ edits: Int, _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>)
    -> Bool
  {
    if abs(a.count - b.count) > edits { return false }
    var (a, b) = (a, b)
    while let first = a.first, first == b.first {
      a.removeFirst()
      b.removeFirst()
    }
    if a.isEmpty && b.isEmpty { return true }
    if edits == 0 { return false }
    let isSwap = a.count > 1 && b.count > 1 && a.prefix(2).elementsEqual(b.prefix(2).reversed())
    return isWithin(edits - 1, a.dropFirst(), b.dropFirst())
      || isWithin(edits - 1, a.dropFirst(), b) || isWithin(edits - 1, a, b.dropFirst())
      || isSwap && isWithin(edits - 1, a.dropFirst(2), b.dropFirst(2))
  }

  /// Kubernetes sets these for each service: `CALCULATOR_SERVICE_HOST`,
  /// `CALCULATOR_SERVICE_PORT_HTTP`, `CALCULATOR_PORT=tcp://…`, `CALCULATOR_PORT_8080_TCP_ADDR`.
  private static func isOfKubernetes(_ name: [UInt8], _ value: [UInt8]) -> Bool {
    let words = name.split(separator: UInt8(ascii: "_")).map { String(decoding: $0, as: UTF8.self) }
    for (index, word) in words.enumerated().dropFirst() {
      let rest = words[(index + 1)...]
      switch word {
      case "SERVICE" where rest.first == "HOST" && rest.count == 1,
        "SERVICE" where rest.first == "PORT":
        return true
      case "PORT" where rest.isEmpty:
        if ["tcp://", "udp://", "sctp://"].contains(where: { value.starts(with: $0.utf8) }) {
          return true
        }
      case "PORT":
        if let port = rest.first, UInt16(port) != nil, rest.count > 1,
          ["TCP", "UDP", "SCTP"].contains(rest[rest.startIndex + 1])
        {
          return true
        }
      default: break
      }
    }
    return false
  }
}
