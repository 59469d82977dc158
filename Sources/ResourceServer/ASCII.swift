internal import Support

extension ASCII {
  /// Whether two texts are equal, with ASCII letters in either case.
  static func areEqual(_ one: some Collection<UInt8>, _ other: String) -> Bool {
    one.count == other.utf8.count
      && one.lazy.map(lowercase).elementsEqual(other.utf8.lazy.map(lowercase))
  }
}
