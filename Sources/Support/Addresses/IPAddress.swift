/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address equals the IPv4 address (RFC 4291
/// §2.5.5.2).
package struct IPAddress: Sendable, Hashable {
  /// An IPv4 address is stored as ::ffff:a.b.c.d.
  private let storage: Bits128

  private static let mapped: UInt128 = 0xffff << 32

  package init(bits: UInt128) { storage = Bits128(bits) }

  package var bits: UInt128 { storage.value }

  package init(v4 bits: UInt32) { self.init(bits: Self.mapped | UInt128(bits)) }

  /// An address in network byte order. `nil` if it does not have 4 or 16 bytes.
  package init?(bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 4: self.init(v4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
    case 16: self.init(bits: bytes.reduce(0) { $0 << 8 | UInt128($1) })
    default: return nil
    }
  }

  /// Parses IPv4 as four decimal numbers without leading zeros, or IPv6 without a zone (RFC 4291
  /// §2.2). `nil` for any other text.
  package init?(_ text: String) { self.init(Array(text.utf8)[...]) }

  package init?(_ text: ArraySlice<UInt8>) {
    guard text.count <= Self.longest else { return nil }
    if let bits = Self.v4(text) {
      self.init(v4: bits)
      return
    }
    let halves = Self.halves(text)
    guard halves.count <= 2, let head = Self.groups(halves[0], isLast: halves.count == 1) else {
      return nil
    }
    var groups = head
    if halves.count == 2 {
      // RFC 5952 §4.2.2 forbids "::" for one group, but RFC 4291 allows it for one or more.
      guard let tail = Self.groups(halves[1], isLast: true), head.count + tail.count <= 7 else {
        return nil
      }
      groups += Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }
    guard groups.count == 8 else { return nil }
    self.init(bits: groups.reduce(0) { $0 << 16 | UInt128($1) })
  }

  /// The longest text, in bytes: six groups of four digits, and an IPv4 address.
  private static let longest = 45

  package var isV4: Bool { bits >> 32 == 0xffff }

  /// 127.0.0.0/8 or ::1.
  package var isLoopback: Bool { isV4 ? bits >> 24 & 0xff == 127 : bits == 1 }

  /// 0.0.0.0 or ::. A server that listens there accepts connections on all addresses of the
  /// machine.
  package var isUnspecified: Bool { isV4 ? bits & 0xffff_ffff == 0 : bits == 0 }

  /// The network of one customer: the IPv4 address, or the /64 of an IPv6 address.
  package var rateLimitPrefix: Bits128 {
    Bits128(isV4 ? bits : bits & ~UInt128(UInt64.max))
  }

  /// The number of bits of an address of this version.
  package var length: Int { isV4 ? 32 : 128 }

  /// The networks that a provider may have assigned to one customer, the smallest first. For IPv6
  /// these are the /64, the /56 and the /48 of the address (RFC 6177 §2).
  package var rateLimitPrefixes: [Bits128] {
    isV4 ? [storage] : [64, 56, 48].map { Bits128(bits & ~(UInt128.max >> $0)) }
  }

  /// The parts before and after "::".
  private static func halves(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var index = text.startIndex
    var start = index
    var parts: [ArraySlice<UInt8>] = []
    while index < text.endIndex {
      if text[index...].starts(with: "::".utf8) {
        parts.append(text[start..<index])
        start = index + 2
        index = start
      } else {
        index += 1
      }
    }
    return parts + [text[start...]]
  }

  private static func groups(_ text: ArraySlice<UInt8>, isLast: Bool) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if isLast, index == parts.count - 1, let bits = v4(part) {
        groups += [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
      } else {
        guard (1...4).contains(part.count) else { return nil }
        var group: UInt16 = 0
        for byte in part {
          guard let digit = ASCII.hexadecimal(byte) else { return nil }
          group = group << 4 | UInt16(digit)
        }
        groups.append(group)
      }
    }
    return groups
  }

  private static func v4(_ text: ArraySlice<UInt8>) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      let isCanonical = part.count == 1 || part.first != UInt8(ascii: "0")
      guard isCanonical, let number = ASCII.decimal(part, maximum: 255) else { return nil }
      bits = bits << 8 | UInt32(number)
    }
    return bits
  }
}

extension IPAddress: CustomStringConvertible {
  /// The canonical form (RFC 5952 §4); IPv4 as four numbers.
  package var description: String {
    if isV4 { return Self.dotted(bits) }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
    var gap = 0..<0
    var start = 0
    while start < 8 {
      let end = groups[start...].firstIndex { $0 != 0 } ?? 8
      // RFC 5952 §4.2: shorten the first of the longest runs of zeros that have at least two
      // groups.
      if end - start >= 2, end - start > gap.count { gap = start..<end }
      start = end + 1
    }
    func text(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    return gap.isEmpty ? text(0..<8) : "\(text(0..<gap.lowerBound))::\(text(gap.upperBound..<8))"
  }

  private static func dotted(_ bits: UInt128) -> String {
    [24, 16, 8, 0].map { String(bits >> $0 & 0xff) }.joined(separator: ".")
  }
}
