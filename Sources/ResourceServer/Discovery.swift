package import HTTPClient
private import Support
internal import Auth
internal import JSON
package import JOSE
private import OAuth

/// Finds the metadata of an issuer (RFC 8414 §3).
package enum Discovery {
  /// The URL of an endpoint, as `metadata` finds it.
  /// - Parameter asked: the address of the last request, for the log.
  /// - Throws: `ProviderFailure`
  package static func url(
    of endpoint: ProviderMetadata.Endpoint, issuer: String, http: any HTTPClient,
    asked: inout String?
  ) async throws(ProviderFailure) -> String {
    let metadata = try await metadata(
      with: [endpoint], of: issuer, at: IssuerURL.metadataAddresses(of: issuer), http: http,
      asked: &asked)
    guard let url = metadata[endpoint] else { throw .noMetadata }  // not reached: it is required
    return url
  }

  /// The document of the first address that has a valid one with all these endpoints.
  ///
  /// Another status than 200, a redirect included, or an invalid document: the next address is
  /// tried. No response: the others are not tried, because they are on the same server.
  /// - Parameter asked: the address of the last request, for the log.
  /// - Throws: `ProviderFailure`
  static func metadata(
    with endpoints: [ProviderMetadata.Endpoint], of issuer: String, at addresses: [String],
    http: any HTTPClient, asked: inout String?
  ) async throws(ProviderFailure) -> ProviderMetadata {
    for address in addresses {
      asked = address
      let response: OutboundResponse
      do throws(OutboundError) {
        response = try await http.send(
          OutboundRequest(.get, address, fields: [("Accept", "application/json")]), for: .local)
      } catch .tooLarge {
        continue
      } catch {
        throw .noResponse(error)
      }
      // ATTACKS O21: a redirect is not followed.
      guard response.status == 200 else { continue }
      do throws(ProviderMetadataError) {
        let metadata = try ProviderMetadata(response.body, issuer: issuer)
        if endpoints.allSatisfy({ metadata[$0] != nil }) { return metadata }
      } catch .wrongIssuer(let other) {
        throw .wrongIssuer(other)  // ATTACKS O20
      } catch {
        continue
      }
    }
    throw .noMetadata
  }
}

/// Why an identity provider did not give what the server asked for.
package enum ProviderFailure: Error, Sendable, Equatable {
  case noResponse(OutboundError)
  case wrongStatus(Int)
  /// No well-known address has a valid document that names the endpoints.
  case noMetadata
  /// The metadata names this issuer. It comes from outside.
  case wrongIssuer(String)
  case invalidKeys(PublicKeySetError)
  /// No key of the set can be used.
  case noUsableKey
  /// The response of the introspection endpoint is not the JSON object of RFC 7662 §2.2.
  case malformedResponse

  /// One word for logs.
  package var reason: String {
    switch self {
    case .noResponse(let error): error.reason
    case .wrongStatus: "wrong_status"
    case .noMetadata: "no_metadata"
    case .wrongIssuer: "wrong_issuer"
    case .invalidKeys(let error): error.reason
    case .noUsableKey: "no_usable_key"
    case .malformedResponse: "malformed_response"
    }
  }

  /// The reason and its details: `found` is the issuer that the metadata names.
  var logFields: [(String, JSONValue)] {
    let reason: (String, JSONValue) = ("reason", .string(reason))
    switch self {
    case .wrongStatus(let status): return [reason, ("status", .number(JSONNumber(status)))]
    case .wrongIssuer(let issuer): return [reason, ("found", Self.shown(issuer.utf8))]
    case .noResponse, .noMetadata, .invalidKeys, .noUsableKey, .malformedResponse: return [reason]
    }
  }

  /// A URL without its query, which may contain a secret.
  fileprivate static func shown(url: String) -> JSONValue {
    shown(url.utf8.prefix { $0 != UInt8(ascii: "?") })
  }

  /// Of a text from outside, at most 100 visible ASCII characters.
  private static func shown(_ text: some Sequence<UInt8>) -> JSONValue {
    .string(String(decoding: Array(text.lazy.filter(ASCII.isVisible).prefix(100)), as: UTF8.self))
  }
}

extension Log {
  /// Writes a notice about the identity provider.
  /// - Parameter url: of the last request.
  func notice(_ message: String, _ failure: ProviderFailure, url: String? = nil) {
    let place = url.map { [("url", ProviderFailure.shown(url: $0))] } ?? []
    write(
      .info, [("event", "notice"), ("message", .string(message))] + failure.logFields + place)
  }
}
