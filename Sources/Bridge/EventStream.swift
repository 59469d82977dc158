private import Support

/// Parses `text/event-stream` while it arrives, however its bytes are divided (WHATWG HTML §9.2.5 and
/// §9.2.6).
///
/// ```swift
/// var stream = EventStream(limit: 4 << 20)
/// for event in try stream.append(chunk) { … }
/// ```
///
/// It keeps at most one line and the data and the type of one event, each within the limit. The last
/// event is dropped if the stream ends before its empty line, as the standard demands. Unlike the
/// standard it drops an event whose data is empty, since no message of MCP is empty. Such an event
/// still sets `lastEventID` (MCP 2025-11-25 basic/transports: the first event of a stream that can be
/// resumed).
///
/// The file is longer than 150 lines because all fields of an event change the same state.
package struct EventStream {
  /// What an empty line ends.
  package struct Event: Sendable, Equatable {
    /// Empty if the event does not name its type: then it is a `message`.
    package var type: [UInt8] = []
    /// The lines of the data with LF between them. Invalid UTF-8 is not replaced.
    package var data: [UInt8] = []
    /// The last id that this event or one before it had; empty if there was none.
    package var id: [UInt8] = []

    package init(type: [UInt8] = [], data: [UInt8] = [], id: [UInt8] = []) {
      (self.type, self.data, self.id) = (type, data, id)
    }
  }

  /// A line, or the data of an event, exceeds the limit. Nothing more can be read.
  package struct TooLarge: Error, Sendable, Equatable {
    package init() {}
  }

  /// The last id that an event had, also one without data; empty if there was none, or if it was
  /// longer than `longestID`. It is set at the end of its event. It has no CR, LF and NUL, but it may
  /// have other bytes that a header field does not allow.
  package private(set) var lastEventID: [UInt8] = []
  /// How long to wait before a reconnection; `nil` if the server has said nothing. The longest value
  /// is a day.
  package private(set) var retry: Duration?

  /// What is kept until the next event.
  package var keptBytes: Int { line.count + data.count + type.count }

  private let limit: Int
  /// The line that has begun, without its end.
  private var line: [UInt8] = []
  private var isFirstLine = true
  /// Whether the last byte was CR: a LF after it belongs to the same line end.
  private var endsWithCarriageReturn = false
  private var hasFailed = false

  private var type: [UInt8] = []
  /// Each line of data, with LF after it.
  private var data: [UInt8] = []
  private var id: [UInt8] = []

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  private static let longestRetry = 86_400_000
  /// In bytes. A longer one would not fit into the head of a request.
  package static let longestID = 4096

  /// - Parameter limit: in bytes; for a line without its end, and for the data of an event.
  package init(limit: Int) { self.limit = limit }

  /// The same stream over another connection (WHATWG HTML §9.2.3). The rest of an event is dropped.
  package init(resuming other: EventStream) {
    self.init(limit: other.limit)
    (lastEventID, id, retry) = (other.lastEventID, other.lastEventID, other.retry)
  }

  /// Reads more of the stream.
  /// - Returns: the events that have ended, in their order.
  /// - Throws: `TooLarge`. The events before it in these bytes are lost, and each later call throws.
  package mutating func append(_ bytes: some Collection<UInt8>) throws(TooLarge) -> [Event] {
    guard !hasFailed else { throw TooLarge() }
    do throws(TooLarge) {
      return try read(Array(bytes)[...])
    } catch {
      // Nothing is kept after an error.
      self = EventStream(limit: limit)
      hasFailed = true
      throw error
    }
  }

  private mutating func read(_ bytes: ArraySlice<UInt8>) throws(TooLarge) -> [Event] {
    var events: [Event] = []
    var rest = bytes
    while let first = rest.first {
      if endsWithCarriageReturn {
        endsWithCarriageReturn = false
        if first == ASCII.lineFeed {
          rest = rest.dropFirst()
          continue
        }
      }
      // Each byte is looked at once: the line that has begun is not searched again.
      guard
        let end = rest.firstIndex(where: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn })
      else {
        try checkLine(with: rest)
        line += rest
        break
      }
      try checkLine(with: rest[..<end])
      endsWithCarriageReturn = rest[end] == ASCII.carriageReturn
      // Most lines come whole: they are not copied.
      if line.isEmpty {
        try take(rest[..<end], &events)
      } else {
        line += rest[..<end]
        let whole = line
        line = []
        try take(whole[...], &events)
      }
      rest = rest[(end + 1)...]
    }
    return events
  }

  private func checkLine(with more: ArraySlice<UInt8>) throws(TooLarge) {
    let mark = Self.byteOrderMark
    // The mark before the first line is no part of it.
    let hasMark =
      isFirstLine
      && mark.starts(with: (line.prefix(mark.count) + more.prefix(mark.count)).prefix(mark.count))
    guard more.count <= limit - line.count + (hasMark ? mark.count : 0) else { throw TooLarge() }
  }

  /// Takes a line without its end.
  private mutating func take(_ line: ArraySlice<UInt8>, _ events: inout [Event]) throws(TooLarge) {
    var line = line
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: Self.byteOrderMark) { line = line.dropFirst(Self.byteOrderMark.count) }
    }
    guard !line.isEmpty else { return dispatch(&events) }
    let name = line.prefix { $0 != UInt8(ascii: ":") }
    var value = line[name.endIndex...].dropFirst()
    if value.first == ASCII.space { value = value.dropFirst() }
    // A comment has an empty name, which is no field.
    if name.elementsEqual("data".utf8) {
      guard value.count <= limit - data.count else { throw TooLarge() }
      data += value
      data.append(ASCII.lineFeed)
    } else if name.elementsEqual("event".utf8) {
      type = Array(value)
    } else if name.elementsEqual("id".utf8) {
      if !value.contains(0) { id = value.count <= Self.longestID ? Array(value) : [] }
    } else if name.elementsEqual("retry".utf8) {
      if !value.isEmpty, value.allSatisfy(ASCII.isDigit) {
        retry = .milliseconds(
          ASCII.decimal(value, maximum: Self.longestRetry) ?? Self.longestRetry)
      }
    }
  }

  private mutating func dispatch(_ events: inout [Event]) {
    lastEventID = id
    if !data.isEmpty {
      data.removeLast()
      if !data.isEmpty { events.append(Event(type: type, data: data, id: id)) }
    }
    (type, data) = ([], [])
  }
}
