import Bridge
import Support

/// The entry point of libFuzzer. It reads the bytes after the first as an event stream: in one piece,
/// byte by byte, and in pieces whose lengths the first byte chooses.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  let stream = bytes[1...]
  // The short one makes lines and data too large.
  for limit in [16, 1 << 20] {
    let whole = Reading(stream, limit: limit, pieceLength: max(1, stream.count))
    for length in [1, Int(first) % 7 + 2] {
      let pieces = Reading(stream, limit: limit, pieceLength: length)
      precondition(pieces.error == whole.error, "another error")
      precondition(pieces.lastID == whole.lastID, "another id")
      precondition(pieces.retry == whole.retry, "another time")
      // After an error the events of the same piece are lost.
      precondition(
        whole.error != nil || pieces.events == whole.events, "other events")
    }
    for event in whole.events {
      precondition(!event.data.isEmpty && event.data.count <= limit, "data of another size")
      precondition(event.type.count <= limit && event.id.count <= limit, "a long field")
    }
  }
  return 0
}

private struct Reading {
  var events: [EventStream.Event] = []
  var error: EventStream.TooLarge?
  let lastID: [UInt8]
  let retry: Duration?

  init(_ bytes: ArraySlice<UInt8>, limit: Int, pieceLength: Int) {
    var stream = EventStream(limit: limit)
    var rest = bytes
    while !rest.isEmpty, error == nil {
      do throws(EventStream.TooLarge) {
        events += try stream.append(rest.prefix(pieceLength))
      } catch {
        self.error = error
      }
      rest = rest.dropFirst(pieceLength)
    }
    (lastID, retry) = (stream.lastEventID, stream.retry)
  }
}
