private import Support
internal import HTTPClient
internal import MCP

/// Why a request gets no answer of the remote server.
enum BridgeError: Error, Sendable, Equatable {
  /// The request or the head of its response did not go through.
  case outbound(OutboundError)
  /// The response ended, or its connection was lost, before the answer came.
  case lost
  /// The server refused the request with this status, and sent no JSON-RPC error.
  case status(Int)
  /// The JSON-RPC error of the server for this request.
  case answered([UInt8])
  /// The sentence of the credential.
  case credential(Int, String)
  case invalidAnswer(Invalid)
  /// The session ended, and a new one could not be started.
  case sessionLost
  /// The tool's schema mirrors a parameter into a header, and its value is too long for a header.
  case longParameter

  enum Invalid: Sendable, Equatable {
    case mediaType, json, tooLarge, missing, version, sessionID
  }

  /// As in the services of this package, the code is the status that fits: outside the range that
  /// JSON-RPC reserves (MCP 2026-07-28 basic/index, "Error Codes").
  var error: RPCError {
    switch self {
    case .outbound(let error):
      .application(code: error == .timeout ? 504 : 502, Self.sentence(error))
    case .lost:
      .application(
        code: 502, "The connection to the remote server was lost before its answer came.")
    case .status(let status): .application(code: status, Self.sentence(status))
    case .answered: .application(code: 502, "The remote server refused the request.")
    case .credential(let status, let sentence): .application(code: status, sentence)
    case .invalidAnswer(let reason):
      .application(code: 502, "The remote server answered \(Self.words(reason)).")
    case .sessionLost:
      .application(
        code: 404,
        "The session at the remote server has ended, and a new one could not be started.")
    case .longParameter:
      .application(code: 400, "A parameter of the tool is too long for the header that repeats it.")
    }
  }

  private static func sentence(_ error: OutboundError) -> String {
    switch error {
    case .refusedURL: "The URL of the remote server, or a header field, is not allowed."
    case .refusedAddress: "The remote server's name resolves to an address that is not allowed."
    case .overloaded: "Too many requests to the remote server wait. Try again later."
    case .timeout: "The remote server did not answer in time."
    case .tooLarge: "The response of the remote server is too large."
    case .insecure:
      "The certificate or the TLS version of the remote server is not accepted, or it speaks no TLS."
    case .unreachable: "The remote server cannot be reached, or its answer is not valid HTTP."
    }
  }

  private static func sentence(_ status: Int) -> String {
    switch status {
    case 300..<400:
      "The remote server redirects to another URL (status \(status)). Use that URL in the settings."
    case 401: "The remote server demands a valid credential (status 401)."
    case 403: "The remote server does not permit this request (status 403)."
    case 404: "The remote server has no MCP endpoint at this URL (status 404)."
    case 429: "The remote server gets too many requests (status 429). Try again later."
    case 503: "The remote server is not available now (status 503). Try again later."
    default: "The remote server refused the request with status \(status)."
    }
  }

  private static func words(_ reason: Invalid) -> String {
    switch reason {
    case .mediaType: "with another media type than JSON or an event stream"
    case .json: "with a message that is not valid JSON-RPC"
    case .tooLarge: "with a message that is too large"
    case .missing: "without the response to this request"
    case .version: "with a protocol version that this bridge does not know"
    case .sessionID: "with a session id that is not allowed"
    }
  }
}
