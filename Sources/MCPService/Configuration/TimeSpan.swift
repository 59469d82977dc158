private import Support

/// A duration as a setting writes it: a whole number and a unit, such as `90s`, `15m`, `1h` or `7d`.
package struct TimeSpan: Sendable, Equatable {
  enum Unit: Int, CaseIterable {
    case seconds = 1
    case minutes = 60
    case hours = 3600
    case days = 86_400

    var letter: UInt8 {
      switch self {
      case .seconds: UInt8(ascii: "s")
      case .minutes: UInt8(ascii: "m")
      case .hours: UInt8(ascii: "h")
      case .days: UInt8(ascii: "d")
      }
    }
  }

  private let count: Int
  private let unit: Unit

  static func seconds(_ count: Int) -> TimeSpan { TimeSpan(count: count, unit: .seconds) }
  static func hours(_ count: Int) -> TimeSpan { TimeSpan(count: count, unit: .hours) }
  static func days(_ count: Int) -> TimeSpan { TimeSpan(count: count, unit: .days) }

  private init(count: Int, unit: Unit) {
    self.count = count
    self.unit = unit
  }

  /// `nil` for anything but digits and a unit, and for more than 1,000,000,000 of a unit.
  init?(_ text: String) {
    guard let letter = text.utf8.last,
      let unit = Unit.allCases.first(where: { $0.letter == letter }),
      let count = ASCII.decimal(Array(text.utf8.dropLast())[...], maximum: 1_000_000_000)
    else { return nil }
    self.init(count: count, unit: unit)
  }

  package var duration: Duration { .seconds(count * unit.rawValue) }

  var text: String { "\(count)\(String(decoding: [unit.letter], as: UTF8.self))" }
}
