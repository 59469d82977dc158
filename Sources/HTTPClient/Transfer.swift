internal import Support

/// One request while libcurl works on it: what the callbacks of libcurl ask and fill.
struct Transfer {
  let policy: AddressPolicy
  let allowsLoopback: Bool
  /// Without encryption, no other address is allowed.
  let requiresLoopback: Bool
  let maximumHead: Int
  let maximumBody: Int

  private(set) var fields: [(name: String, value: String)] = []
  private(set) var body: [UInt8] = []
  private(set) var isAddressRefused = false
  private(set) var isTooLarge = false

  private var headBytes = 0
  /// Whether the empty line after the fields came. libcurl accepts a connection that ends before it.
  private(set) var isHeadComplete = false

  init(
    _ origin: Origin, _ policy: AddressPolicy, _ settings: some CurlSettings, maximumBody: Int
  ) {
    self.policy = policy
    // The operator named the proxy, which is often a process beside this one.
    allowsLoopback = settings.allowsLoopback || settings.proxy != nil
    requiresLoopback = origin.scheme == .http
    maximumHead = settings.maximumHead
    self.maximumBody = maximumBody
  }

  /// Whether a socket may be opened to the address.
  mutating func connects(to address: IPAddress) -> Bool {
    let isAllowed =
      policy.allows(address, allowsLoopback: allowsLoopback)
      && (!requiresLoopback || address.isLoopback)
    if !isAllowed { isAddressRefused = true }
    return isAllowed
  }

  /// Takes one line of a head, or of the trailers after the body.
  /// - Returns: whether the transfer may continue.
  mutating func takeLine(_ line: ArraySlice<UInt8>) -> Bool {
    // ATTACKS O42: the sum of all heads and trailers, since 1xx responses may come without end.
    headBytes += line.count
    guard headBytes <= maximumHead else {
      isTooLarge = true
      return false
    }
    let text = line.prefix { $0 != ASCII.carriageReturn && $0 != ASCII.lineFeed }
    if text.starts(with: "HTTP/".utf8), fields.isEmpty || isHeadComplete {
      // RFC 9110 §15.2: the heads of 1xx responses precede the one that counts.
      guard body.isEmpty else { return false }
      fields = []
      isHeadComplete = false
      return true
    }
    if text.isEmpty { isHeadComplete = true }
    // RFC 9110 §6.5.1: trailers are no fields of the head.
    if isHeadComplete { return true }
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
      // This refuses folded lines, too (RFC 9112 §5.2).
      text[..<colon].allSatisfy(ASCII.isToken)
    else { return false }
    let value = ASCII.trimmed(text[(colon + 1)...])
    fields.append(
      (String(decoding: text[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self)))
    return true
  }

  /// Takes a part of the body.
  /// - Returns: whether the transfer may continue.
  mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // ATTACKS O42: while it arrives, whatever Content-Length says.
    guard bytes.count <= maximumBody - body.count else {
      isTooLarge = true
      return false
    }
    unsafe body += bytes
    return true
  }

  /// Whether the body is what the server wrote: without a compression, which the request does not
  /// ask for (ATTACKS O45).
  var isBodyPlain: Bool {
    fields.allSatisfy { name, value in
      if ASCII.areEqual(name.utf8, "content-encoding".utf8) {
        return ASCII.areEqual(value.utf8, "identity".utf8)
      }
      // libcurl decompresses this one without a setting.
      return !ASCII.areEqual(name.utf8, "transfer-encoding".utf8)
        || ASCII.areEqual(value.utf8, "chunked".utf8)
    }
  }
}
