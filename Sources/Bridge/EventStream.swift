private import Support

/// One event of a stream (WHATWG HTML §9.2.6).
struct ServerEvent: Sendable, Equatable {
  /// The value of the field `event`; `nil` for the type "message".
  let name: String?
  let data: [UInt8]
  /// The last event id of the stream.
  let id: String?
  /// How long a client waits before it connects again.
  let retry: Duration?
}

enum EventStreamError: Error, Sendable, Equatable {
  /// A line or an event is longer than the limit.
  case tooLarge
}

/// Reads server-sent events while their bytes arrive (WHATWG HTML §9.2.5, §9.2.6).
struct EventStream: Sendable {
  /// The longest `retry` that is kept.
  private static let longestRetry = 86_400_000

  private let limit: Int
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var hasID = false
  private var name: String?
  private var id: String?
  private var retry: Duration?
  private var endsInCarriageReturn = false
  private var isAtStart = true

  /// - Parameter limit: the longest line and the longest event, in bytes.
  init(limit: Int) { self.limit = limit }

  /// The events that these bytes complete.
  mutating func take(_ bytes: some Sequence<UInt8>) throws(EventStreamError) -> [ServerEvent] {
    var events: [ServerEvent] = []
    for byte in bytes {
      defer { endsInCarriageReturn = byte == ASCII.carriageReturn }
      if byte == ASCII.lineFeed, endsInCarriageReturn { continue }
      if byte != ASCII.lineFeed, byte != ASCII.carriageReturn {
        guard line.count + data.count < limit else { throw .tooLarge }
        line.append(byte)
        continue
      }
      if let event = endLine() { events.append(event) }
    }
    return events
  }

  private mutating func endLine() -> ServerEvent? {
    if isAtStart, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    isAtStart = false
    defer { line.removeAll(keepingCapacity: true) }
    if line.isEmpty { return endEvent() }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[min(colon + 1, line.endIndex)...]
    if value.first == ASCII.space { value.removeFirst() }
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "data":
      data += value
      data.append(ASCII.lineFeed)
      hasData = true
    case "event": name = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
    case "id" where !value.contains(0):
      id = String(decoding: value, as: UTF8.self)
      hasID = true
    case "retry":
      if let milliseconds = ASCII.decimal(value, maximum: Self.longestRetry) {
        retry = .milliseconds(milliseconds)
        hasID = true
      }
    default: break
    }
    return nil
  }

  private mutating func endEvent() -> ServerEvent? {
    defer {
      data.removeAll(keepingCapacity: true)
      (hasData, hasID, name) = (false, false, nil)
    }
    guard hasData || hasID else { return nil }
    return ServerEvent(name: name, data: Array(data.dropLast()), id: id, retry: retry)
  }
}
