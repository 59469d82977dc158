private import Support

/// Finds the line of a value in a text that is known to be strict JSON.
///
/// A path has positions, not names: the parser keeps members in the order of the text.
package struct JSONLocator {
  private let text: [UInt8]
  private var position = 0

  /// The line of the value at `path`, counted from 1. The first step is a position in the outermost
  /// array or object, counted from 0. Each further step is a position inside the value that was
  /// found.
  package static func line(of path: [Int], in text: [UInt8]) -> Int {
    var locator = JSONLocator(text: text)
    locator.skipSpace()
    for place in path { locator.enter(place) }
    return line(at: locator.position, in: text)
  }

  package static func line(at offset: Int, in text: [UInt8]) -> Int {
    1 + text.prefix(offset).count { $0 == UInt8(ascii: "\n") }
  }

  private init(text: [UInt8]) { self.text = text }

  /// Moves from an array, an object or a member to the item at `place`.
  private mutating func enter(_ place: Int) {
    if byte == UInt8(ascii: "\"") {  // a member: go to its value
      skipString()
      skipSpace()
      position += 1
      skipSpace()
    }
    position += 1
    for _ in 0..<place {
      skipItem()
      position += 1
    }
    skipSpace()
  }

  /// Moves to the comma or the bracket after an item.
  private mutating func skipItem() {
    var depth = 0
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        skipString()
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ","): if depth == 0 { return }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }
        depth -= 1
      default: break
      }
      position += 1
    }
  }

  private mutating func skipString() {
    position += 1
    while let byte, byte != UInt8(ascii: "\"") {
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    position += 1
  }

  private mutating func skipSpace() {
    while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private var byte: UInt8? { position < text.count ? text[position] : nil }
}
