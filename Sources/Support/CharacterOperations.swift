/// A compiler check: received text is handled as bytes.
///
/// Operations on Characters are quadratic for some scripts, and a combining mark merges with the
/// separator before it (ATTACKS H34, S18). These extensions hide the standard library's members in
/// each file that imports this module. The compiler then warns about their use. `make lint` turns
/// the warning into an error, and checks that each file in `Sources/` has the import.
///
/// Use the members of `utf8` instead. If you need Characters, write `Array(text)`.
///
/// The file is longer than 150 lines because `String` and `Substring` need the same members: the
/// compiler would prefer the standard library's members to an extension of `StringProtocol`.
extension String {
  @available(*, deprecated, message: "counts Characters: use utf8.count, or Array(text).count")
  package var count: Int { indices.count }

  @available(*, deprecated, message: "reads a Character: use utf8.last")
  package var last: Character? { indices.last.map { self[$0] } }

  @available(*, deprecated, message: "splits at Characters: use utf8.split")
  package func split(
    separator: Character, maxSplits: Int = .max, omittingEmptySubsequences: Bool = true
  ) -> [Substring] {
    split(maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences) {
      $0 == separator
    }
  }

  @available(*, deprecated, message: "splits at Characters: use utf8.split")
  package func split(
    maxSplits: Int = .max, omittingEmptySubsequences: Bool = true,
    whereSeparator isSeparator: (Character) throws -> Bool
  ) rethrows -> [Substring] {
    try indices.split(maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences) {
      try isSeparator(self[$0])
    }.map { self[$0.startIndex..<$0.endIndex] }
  }

  @available(*, deprecated, message: "looks for a Character: use utf8.firstIndex")
  package func firstIndex(of character: Character) -> Index? {
    indices.first { self[$0] == character }
  }

  @available(*, deprecated, message: "looks for a Character: use utf8.firstIndex")
  package func firstIndex(where predicate: (Character) throws -> Bool) rethrows -> Index? {
    try indices.first { try predicate(self[$0]) }
  }

  @available(*, deprecated, message: "looks for a Character: use utf8.lastIndex")
  package func lastIndex(of character: Character) -> Index? {
    indices.last { self[$0] == character }
  }

  @available(*, deprecated, message: "looks for a Character: use utf8.lastIndex")
  package func lastIndex(where predicate: (Character) throws -> Bool) rethrows -> Index? {
    try indices.last { try predicate(self[$0]) }
  }

  @available(*, deprecated, message: "counts Characters: use utf8.prefix")
  package func prefix(_ length: Int) -> Substring { self[..<offset(length)] }

  @available(*, deprecated, message: "reads Characters: use utf8.prefix")
  package func prefix(while predicate: (Character) throws -> Bool) rethrows -> Substring {
    self[..<(try indices.first { !(try predicate(self[$0])) } ?? endIndex)]
  }

  @available(*, deprecated, message: "counts Characters: use utf8.suffix")
  package func suffix(_ length: Int) -> Substring { self[offset(-length)...] }

  @available(*, deprecated, message: "counts Characters: use utf8.dropFirst")
  package func dropFirst(_ length: Int = 1) -> Substring { self[offset(length)...] }

  @available(*, deprecated, message: "counts Characters: use utf8.dropLast")
  package func dropLast(_ length: Int = 1) -> Substring { self[..<offset(-length)] }

  @available(*, deprecated, message: "reads Characters: use utf8.drop")
  package func drop(while predicate: (Character) throws -> Bool) rethrows -> Substring {
    self[(try indices.first { !(try predicate(self[$0])) } ?? endIndex)...]
  }

  @available(*, deprecated, message: "compares Characters: use hasBytes(atStart:)")
  package func hasPrefix(_ prefix: some StringProtocol) -> Bool { hasBytes(atStart: prefix) }

  @available(*, deprecated, message: "compares Characters: use hasBytes(atEnd:)")
  package func hasSuffix(_ suffix: some StringProtocol) -> Bool { hasBytes(atEnd: suffix) }

  @available(*, deprecated, message: "compares Characters: use hasBytes(atStart:)")
  package func hasPrefix(_ prefix: String) -> Bool { hasBytes(atStart: prefix) }

  @available(*, deprecated, message: "compares Characters: use hasBytes(atEnd:)")
  package func hasSuffix(_ suffix: String) -> Bool { hasBytes(atEnd: suffix) }
}

extension Substring {
  @available(*, deprecated, message: "counts Characters: use utf8.count, or Array(text).count")
  package var count: Int { indices.count }

  @available(*, deprecated, message: "reads a Character: use utf8.last")
  package var last: Character? { indices.last.map { self[$0] } }

  @available(*, deprecated, message: "splits at Characters: use utf8.split")
  package func split(
    separator: Character, maxSplits: Int = .max, omittingEmptySubsequences: Bool = true
  ) -> [Substring] {
    split(maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences) {
      $0 == separator
    }
  }

  @available(*, deprecated, message: "splits at Characters: use utf8.split")
  package func split(
    maxSplits: Int = .max, omittingEmptySubsequences: Bool = true,
    whereSeparator isSeparator: (Character) throws -> Bool
  ) rethrows -> [Substring] {
    try indices.split(maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences) {
      try isSeparator(self[$0])
    }.map { self[$0.startIndex..<$0.endIndex] }
  }

  @available(*, deprecated, message: "looks for a Character: use utf8.firstIndex")
  package func firstIndex(of character: Character) -> Index? {
    indices.first { self[$0] == character }
  }

  @available(*, deprecated, message: "looks for a Character: use utf8.firstIndex")
  package func firstIndex(where predicate: (Character) throws -> Bool) rethrows -> Index? {
    try indices.first { try predicate(self[$0]) }
  }

  @available(*, deprecated, message: "looks for a Character: use utf8.lastIndex")
  package func lastIndex(of character: Character) -> Index? {
    indices.last { self[$0] == character }
  }

  @available(*, deprecated, message: "looks for a Character: use utf8.lastIndex")
  package func lastIndex(where predicate: (Character) throws -> Bool) rethrows -> Index? {
    try indices.last { try predicate(self[$0]) }
  }

  @available(*, deprecated, message: "counts Characters: use utf8.prefix")
  package func prefix(_ length: Int) -> Substring { self[..<offset(length)] }

  @available(*, deprecated, message: "reads Characters: use utf8.prefix")
  package func prefix(while predicate: (Character) throws -> Bool) rethrows -> Substring {
    self[..<(try indices.first { !(try predicate(self[$0])) } ?? endIndex)]
  }

  @available(*, deprecated, message: "counts Characters: use utf8.suffix")
  package func suffix(_ length: Int) -> Substring { self[offset(-length)...] }

  @available(*, deprecated, message: "counts Characters: use utf8.dropFirst")
  package func dropFirst(_ length: Int = 1) -> Substring { self[offset(length)...] }

  @available(*, deprecated, message: "counts Characters: use utf8.dropLast")
  package func dropLast(_ length: Int = 1) -> Substring { self[..<offset(-length)] }

  @available(*, deprecated, message: "reads Characters: use utf8.drop")
  package func drop(while predicate: (Character) throws -> Bool) rethrows -> Substring {
    self[(try indices.first { !(try predicate(self[$0])) } ?? endIndex)...]
  }

  @available(*, deprecated, message: "compares Characters: use hasBytes(atStart:)")
  package func hasPrefix(_ prefix: some StringProtocol) -> Bool { hasBytes(atStart: prefix) }

  @available(*, deprecated, message: "compares Characters: use hasBytes(atEnd:)")
  package func hasSuffix(_ suffix: some StringProtocol) -> Bool { hasBytes(atEnd: suffix) }
}

extension StringProtocol {
  /// Whether the text begins with the bytes of `prefix`.
  package func hasBytes(atStart prefix: some StringProtocol) -> Bool {
    utf8.starts(with: prefix.utf8)
  }

  /// Whether the text ends with the bytes of `suffix`.
  package func hasBytes(atEnd suffix: some StringProtocol) -> Bool {
    utf8.reversed().starts(with: suffix.utf8.reversed())
  }

  /// The position `count` Characters after the start; if `count` is negative, before the end.
  fileprivate func offset(_ count: Int) -> Index {
    count < 0
      ? index(endIndex, offsetBy: count, limitedBy: startIndex) ?? startIndex
      : index(startIndex, offsetBy: count, limitedBy: endIndex) ?? endIndex
  }
}
