internal import NIOCore
private import Support

/// Writes a response as bytes (RFC 9112 §4), with Content-Length, Date and Connection.
enum ResponseWriter {
  /// The properties that the connection adds to a response.
  struct Frame {
    let date: String
    /// The request is HEAD: the response has a Content-Length but no body (RFC 9110 §9.3.2).
    var isHead = false
    /// The request is HTTP/1.1. For HTTP/1.0 a response must say that the connection stays open
    /// (RFC 9112 §9.3).
    var isHTTP11 = true
    var closes: Bool
  }

  static func write(_ response: HTTPResponse, _ frame: Frame, to buffer: inout ByteBuffer) {
    // Build the head in an array: the buffer would make its checks for each piece.
    var head: [UInt8] = []
    head.reserveCapacity(512)
    head += "HTTP/1.1 \(response.status) ".utf8
    head += reason(response.status).utf8
    head += "\r\nDate: ".utf8
    head += frame.date.utf8
    head += "\r\n".utf8
    // RFC 9110 §8.6: no Content-Length for a status without a body.
    let mayHaveBody = response.status >= 200 && response.status != 204 && response.status != 304
    if mayHaveBody { head += "Content-Length: \(response.body.count)\r\n".utf8 }
    if frame.closes {
      head += "Connection: close\r\n".utf8
    } else if !frame.isHTTP11 {
      head += "Connection: keep-alive\r\n".utf8
    }
    for field in response.fields { append(field, to: &head) }
    head += "\r\n".utf8
    buffer.writeBytes(head)
    if mayHaveBody, !frame.isHead { buffer.writeBytes(response.body) }
  }

  /// Appends a field. A field that would split the response is left out (RFC 9110 §5.5).
  private static func append(_ field: (name: String, value: String), to head: inout [UInt8]) {
    let start = head.count
    head += field.name.utf8
    let nameEnd = head.count
    head += ": ".utf8
    head += field.value.utf8
    guard ASCII.isToken(head.span.extracting(start..<nameEnd)),
      ASCII.isFieldContent(head.span.extracting((nameEnd + 2)...))
    else { return head.removeSubrange(start...) }
    head += "\r\n".utf8
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 303: "See Other"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    // RFC 9112 §4: the phrase may be empty, but the space before it is required.
    default: ""
    }
  }
}
