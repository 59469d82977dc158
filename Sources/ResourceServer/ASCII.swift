private import Support

/// Comparison of names whose ASCII letters match in either case.
enum ASCII {
  static func areEqual(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
    one.count == other.count && one.lazy.map(lowered).elementsEqual(other.lazy.map(lowered))
  }

  static func areEqual(_ one: String, _ other: String) -> Bool { areEqual(one.utf8, other.utf8) }

  private static func lowered(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }
}
