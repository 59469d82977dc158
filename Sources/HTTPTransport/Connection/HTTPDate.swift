internal import Support

/// The value of the Date field, formatted once per second (RFC 9110 §5.6.7).
struct HTTPDate {
  private var second = Int.min
  private var text = ""

  mutating func text(at time: WallTime) -> String {
    let time = time.milliseconds / 1000
    if time != second {
      second = time
      text = Self.format(time)
    }
    return text
  }

  /// - Parameter time: in seconds since 1970.
  private static func format(_ time: Int) -> String {
    let day = Int((Double(time) / 86_400).rounded(.down))
    let rest = time - day * 86_400
    // Count years from March, so that the leap day is the last day of its year.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * ofYear + 2) / 153
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(day % 7 + 7) % 7]
    let name = [
      "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb",
    ][month]
    let date = "\(two(ofYear - (153 * month + 2) / 5 + 1)) \(name) \(year)"
    return "\(weekday), \(date) \(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)) GMT"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
