package import JSON
private import Support

/// What a client says about itself (RFC 7591 §2), in a registration or in its metadata document.
/// Nothing of it is proven. Unknown members are ignored, and `null` counts as absent.
package struct ClientMetadata: Sendable, Equatable {
  /// The longest metadata document, in bytes (Client ID Metadata Document: 5 kilobytes).
  package static let maximumDocumentLength = 5 * 1024
  package static let maximumRedirectURIs = 16

  package enum ApplicationType: String, Sendable {
    case web
    case native
  }

  /// Can be shown; `nil` if the client has no name.
  package let name: ClientName?
  /// At least one.
  package let redirectURIs: [RedirectURI]
  /// Contains the authorization code.
  package let grantTypes: [GrantType]
  package let authenticationMethod: ClientAuthenticationMethod
  /// The scopes that the client limits itself to; `nil` if it has not said.
  package let scope: ScopeList?
  package let applicationType: ApplicationType
  /// A URL of `https`. It proves nothing about the client.
  package let clientURI: String?

  /// Reads the body of a registration. A client that does not name a method gets a secret (RFC 7591
  /// §2: `client_secret_basic` is the default).
  /// - Throws: `ClientMetadataError`
  package init(registration object: JSONObject) throws(ClientMetadataError) {
    try self.init(object, defaultMethod: .basic)
  }

  /// Reads the document at the URL of a client.
  /// - Throws: `ClientMetadataError`
  package init(document: [UInt8], isFor url: ClientIDURL) throws(ClientMetadataError) {
    guard document.count <= Self.maximumDocumentLength else { throw .tooLong }
    guard let object = try? JSONParser.parse(document).object else { throw .notAnObject }
    // Draft §4.1, RFC 3986 §6.2.1: another client's document must not be used for this one.
    guard object["client_id"]?.string?.hasSameBytes(as: url.text) == true else {
      throw .wrongClientID
    }
    // Draft §4.1: everybody can read the document, so nothing in it is a secret. Keys would be for
    // methods that this server does not have.
    let secrets = ["client_secret", "client_secret_expires_at", "jwks"]
    guard secrets.allSatisfy({ object.optional($0) == nil }) else { throw .secretInDocument }
    try self.init(object, defaultMethod: .none)
    // Draft §4.1: no method with a shared secret.
    guard authenticationMethod == .none else { throw .unsupportedMethod }
  }

  private init(_ object: JSONObject, defaultMethod: ClientAuthenticationMethod)
    throws(ClientMetadataError)
  {
    authenticationMethod = try Self.method(object) ?? defaultMethod
    let uris = try Self.strings("redirect_uris", object) ?? []
    guard uris.count <= Self.maximumRedirectURIs else { throw .tooManyRedirectURIs }
    // Cursor sends `cursor://` beside others. A URI that this server would never use is dropped.
    var accepted: [RedirectURI] = []
    for uri in uris.compactMap(RedirectURI.init(registering:)) where !accepted.contains(uri) {
      accepted.append(uri)
    }
    guard !accepted.isEmpty else { throw .noRedirectURI }
    redirectURIs = accepted
    grantTypes = try Self.grantTypes(object)
    // RFC 7591 §2.1: the grant needs this response type.
    if let types = try Self.strings("response_types", object), !Self.contains(types, "code") {
      throw .unsupportedResponseType
    }
    name = try Self.name(object)
    scope = try Self.scope(object)
    let type = try Self.string("application_type", object)
    applicationType =
      type.flatMap(ApplicationType.init(rawValue:))
      ?? (uris.allSatisfy(Self.isOfWeb) ? .web : .native)
    clientURI = try Self.string("client_uri", object).flatMap { Self.isOfWeb($0) ? $0 : nil }
  }

  /// A URL of `https` that is not on the computer of the person (OpenID Connect Dynamic Client
  /// Registration 1.0 §2, `application_type`).
  private static func isOfWeb(_ uri: String) -> Bool {
    RedirectURI(registering: uri)?.isLoopback == false
  }

  private static func method(_ object: JSONObject)
    throws(ClientMetadataError) -> ClientAuthenticationMethod?
  {
    guard let text = try string("token_endpoint_auth_method", object) else { return nil }
    guard let method = ClientAuthenticationMethod(rawValue: text) else { throw .unsupportedMethod }
    return method
  }

  private static func grantTypes(_ object: JSONObject) throws(ClientMetadataError) -> [GrantType] {
    // RFC 7591 §2: the default.
    guard let texts = try strings("grant_types", object) else { return [.authorizationCode] }
    let types = GrantType.allCases.filter { contains(texts, $0.rawValue) }
    guard types.contains(.authorizationCode) else { throw .unsupportedGrantType }
    return types
  }

  private static func name(_ object: JSONObject) throws(ClientMetadataError) -> ClientName? {
    guard let text = try string("client_name", object) else { return nil }
    guard text.utf8.count <= ClientName.maximumLength else { throw .longName }
    return ClientName(text)
  }

  private static func scope(_ object: JSONObject) throws(ClientMetadataError) -> ScopeList? {
    guard let text = try string("scope", object), !text.isEmpty else { return nil }
    guard let scope = ScopeList(text) else { throw .malformedScope }
    return scope
  }

  private static func string(_ name: String, _ object: JSONObject)
    throws(ClientMetadataError) -> String?
  {
    guard let value = object.optional(name) else { return nil }
    guard let text = value.string else { throw .wrongType }
    return text
  }

  private static func strings(_ name: String, _ object: JSONObject)
    throws(ClientMetadataError) -> [String]?
  {
    guard let value = object.optional(name) else { return nil }
    guard let texts = value.strings else { throw .wrongType }
    return texts
  }

  /// Swift's `==` of texts is not byte for byte.
  private static func contains(_ texts: [String], _ text: String) -> Bool {
    texts.contains { $0.hasSameBytes(as: text) }
  }
}
