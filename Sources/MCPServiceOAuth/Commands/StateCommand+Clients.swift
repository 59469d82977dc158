private import Auth
private import AuthorizationServer
private import Crypto
private import JSON
private import OAuth
package import MCPService
internal import State
private import Support

extension StateCommand {
  /// The beginning of the `client_id` of each client that this command adds.
  static let clientPrefix = "app-"
  static let maximumClients = 10_000

  /// Adds a client. The state gets the digest of its secret alone.
  /// - Parameters:
  ///   - scopes: those that it may ask for; none: all.
  ///   - grantTypes: none: all.
  package func addClient(
    name: String, redirectURIs: [String], isConfidential: Bool, scopes: [String],
    grantTypes: [String]
  ) -> CommandOutput {
    if let problem = Self.problem(name, redirectURIs, scopes, grantTypes) { return .usage(problem) }
    let id = Self.clientPrefix + Base64.url.text(of: random(16))
    let secret = isConfidential ? Secret(Base64.url.text(of: random(32))) : nil
    let now = now()
    let types = grantTypes.isEmpty ? GrantType.allCases.map(\.rawValue) : grantTypes
    let client = RegisteredClient(
      id: id, name: name, redirectURIs: redirectURIs, grantTypes: types, scopes: scopes,
      secretDigest: secret.map { SHA256Digest(of: $0.exposed.utf8) }, isDynamic: false,
      registeredAt: now)
    return withState(creates: true) { (state, _) throws(StateError) in
      do throws(StateError) {
        try state.register(client, limit: Self.maximumClients, now: now)
      } catch .full {
        return .failed("there are \(Self.maximumClients) clients already; remove one first")
      } catch .tooLarge {
        return .failed("the name and the URIs are longer than the state stores")
      }
      guard let secret else { return CommandOutput(text: "client_id  \(id)") }
      return CommandOutput(text: "client_id      \(id)\nclient_secret  \(secret.exposed)")
    }
  }

  /// Lists the clients of the state, the oldest first. Those of a file or of a metadata document are not
  /// in it.
  package func listClients() -> CommandOutput {
    withState { (state, _) throws(StateError) in
      let clients = try state.clients()
      guard !clients.isEmpty else {
        return CommandOutput(errors: "there is no client in the state")
      }
      return CommandOutput(text: clients.map(Self.line(of:)).joined(separator: "\n"))
    }
  }

  /// Removes a client, and ends its grants.
  package func removeClient(_ id: String) -> CommandOutput {
    withState { (state, _) throws(StateError) in
      guard try state.removeClient(id, now: now()) else {
        return .failed("there is no such client in the state")
      }
      return CommandOutput(text: "removed the client; its grants have ended")
    }
  }

  private static func line(of client: RegisteredClient) -> String {
    let added = client.isDynamic ? "registered itself" : "added"
    let columns =
      [
        ListedText.identifier(client.id), ListedText.name(client.name),
        client.secretDigest == nil ? "public" : "confidential",
        "\(added) \(ListedText.time(client.registeredAt))",
        client.lastGrantAt.map { "last grant \(ListedText.time($0))" } ?? "no grant",
        client.scopes.isEmpty
          ? "all scopes" : client.scopes.map(ListedText.identifier).joined(separator: " "),
      ] + client.redirectURIs.map(ListedText.identifier)
    return columns.joined(separator: "  ")
  }

  /// What is wrong with a new client, by the rules of `ClientsFile`; `nil`: nothing.
  private static func problem(
    _ name: String, _ redirectURIs: [String], _ scopes: [String], _ grantTypes: [String]
  ) -> String? {
    guard ClientName(name)?.text.hasSameBytes(as: name) == true else {
      return "--name takes 1 to \(ClientName.maximumLength) bytes of visible characters, without "
        + "spaces around them"
    }
    guard 1...ClientMetadata.maximumRedirectURIs ~= redirectURIs.count else {
      return "--redirect-uri is needed 1 to \(ClientMetadata.maximumRedirectURIs) times"
    }
    guard redirectURIs.allSatisfy({ RedirectURI(registering: $0) != nil }) else {
      return "--redirect-uri takes an absolute URI of https, or of http with a loopback host, "
        + "without user, fragment and dot segments"
    }
    let known = Permission.all.map(\.rawValue)
    guard scopes.allSatisfy(known.contains), Set(scopes).count == scopes.count else {
      return "--scope takes each of these at most once: \(known.joined(separator: ", "))"
    }
    let types = grantTypes.compactMap(GrantType.init(rawValue:))
    guard types.count == grantTypes.count, Set(types).count == types.count,
      types.isEmpty || types.contains(.authorizationCode)
    else {
      return "--grant-type takes authorization_code, and beside it refresh_token"
    }
    return nil
  }
}
