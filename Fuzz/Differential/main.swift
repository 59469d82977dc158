import Foundation
import TestSupport

// Compares how this server and swift-nio's NIOHTTP1 frame the same streams of requests.
//
//   Differential SECONDS SEED FOLDER...
//
// The streams are mutations of the files in the folders and of the rows of FramingAttack. It is an
// error if this server accepts a request that NIOHTTP1 does not accept, or parses another request
// from the same bytes: a proxy that parses like NIOHTTP1 could be deceived (RFC 9112 §11.2). This
// server may refuse more. The first difference is printed, and the exit status is 1.

/// Whether it is a known difference, and correct, that this server accepts the request and NIOHTTP1
/// refuses it.
func isKnown(_ ours: Reading, _ nio: Reading) -> Bool {
  let lines = ours.lines[nio.requests.count]
  func isFraming(_ line: [UInt8]) -> Bool {
    line.starts(with: "content-length:".utf8) || line.starts(with: "transfer-encoding:".utf8)
  }
  func isConnection(_ line: [UInt8]) -> Bool { line.starts(with: "connection:".utf8) }
  // RFC 9110 §9.1: a method is any token. NIOHTTP1 accepts only methods of a list.
  if nio.refusal == "invalid HTTP method" { return true }
  // RFC 9110 §5.6.3: a tab is white space. After a length or a coding NIOHTTP1 accepts only spaces.
  if lines.head.contains(where: { isFraming($0) && $0.contains(0x09) }) { return true }
  // RFC 9112 §7.1.2: this server ignores trailer fields. NIOHTTP1 reads lengths and codings there
  // too and refuses invalid ones, and a Connection field there closes the connection.
  if nio.isInsideBody { return lines.rest.contains(where: isFraming) }
  let before = nio.requests.count - 1
  return before >= 0 && ours.lines[before].rest.contains(where: isConnection)
}

func disagreement(_ ours: Reading, _ nio: Reading) -> String? {
  for (mine, other) in zip(ours.requests, nio.requests) where mine != other {
    return "the same bytes are another request"
  }
  if ours.requests.count > nio.requests.count {
    return nio.isLast || isKnown(ours, nio) ? nil : "this server accepts a request more"
  }
  if ours.requests.count < nio.requests.count, ours.refusal == nil, !ours.isLast {
    return "this server waits for the end of a request that NIOHTTP1 has read"
  }
  return nil
}

func describe(_ name: String, _ reading: Reading) {
  print("\(name): \(reading.refusal.map { "refused as \($0)" } ?? "nothing refused")")
  for request in reading.requests {
    print("  \(request.method) \(request.target), a body of \(request.body.count) bytes")
  }
}

func streams(in folders: [String]) throws -> [[UInt8]] {
  let files = try folders.flatMap { folder in
    try FileManager.default.contentsOfDirectory(
      at: URL(filePath: folder), includingPropertiesForKeys: nil)
  }
  return try files.map { try [UInt8](Data(contentsOf: $0)) }.filter { 1..<4096 ~= $0.count }
}

let arguments = CommandLine.arguments
guard arguments.count > 2, let seconds = Int(arguments[1]), let seed = UInt64(arguments[2]) else {
  print("usage: Differential SECONDS SEED FOLDER...")
  exit(64)
}
var mutation = Mutation(good: try streams(in: Array(arguments.dropFirst(3))), seed: seed)
let end = ContinuousClock.now + .seconds(seconds)
var (count, requests) = (0, 0)
while ContinuousClock.now < end {
  let bytes = mutation.next()
  let (ours, nio) = (Reading.ours(bytes), Reading.nio(bytes))
  count += 1
  requests += ours.requests.count
  if let problem = disagreement(ours, nio) {
    print("\(problem), in stream \(count) of seed \(seed):")
    print(String(reflecting: String(decoding: bytes, as: UTF8.self)))
    describe("this server", ours)
    describe("NIOHTTP1", nio)
    exit(1)
  }
}
print("\(count) streams, \(requests) requests, no disagreement")
