/// The name of the service. The names of its settings, metrics and `_meta` keys, the realm of its
/// challenges, and the default issuer and audience of its tokens derive from it. To protect another
/// server, change `text`.
package enum ServiceName {
  package static let text = "calculator"
  /// Of all executables.
  package static let version = "0.1.0"

  /// The prefix of the settings: `CALCULATOR_`.
  package static let settingPrefix = words(of: text, uppercase: true)
  /// The prefix of the metrics: `calculator_`.
  package static let metricPrefix = words(of: text, uppercase: false)
  /// The prefix of the keys in `_meta`: `calculator/`.
  package static let metaPrefix = "\(text)/"

  /// The name with `_` instead of every byte that is not a letter or a digit, followed by `_`.
  static func words(of text: String, uppercase: Bool) -> String {
    let bytes = text.utf8.map { byte in
      switch byte {
      case 0x61...0x7A: uppercase ? byte & 0xDF : byte
      case 0x41...0x5A: uppercase ? byte : byte | 0x20
      case 0x30...0x39: byte
      default: UInt8(ascii: "_")
      }
    }
    return String(decoding: bytes, as: UTF8.self) + "_"
  }
}
