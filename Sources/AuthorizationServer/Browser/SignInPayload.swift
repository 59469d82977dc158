internal import JSON
private import Support

/// What the state keeps of a sign-in while it goes on.
struct SignInPayload {
  /// The query of the authorization request, as the client sent it. It is checked again at the end.
  let query: String
  /// What the consent page shows. The code never has more, whatever changes until then.
  let scopes: [String]
  /// The rest of it.
  let stage: Stage

  enum Stage {
    /// At the provider.
    case provider(id: String, verifier: String, nonce: String)
    /// Signed in here, before the consent.
    case signedIn(Person)
  }

  init(query: String, scopes: [String], stage: Stage) {
    self.query = query
    self.scopes = scopes
    self.stage = stage
  }

  init?(_ bytes: [UInt8]) {
    guard let object = try? JSONParser.parse(bytes).object,
      let text = object["query"]?.string, let query = Base64.url.decode(Array(text.utf8)),
      let scopes = object["scopes"]?.strings
    else { return nil }
    self.query = String(decoding: query, as: UTF8.self)
    self.scopes = scopes
    if let id = object["provider"]?.string, let verifier = object["verifier"]?.string,
      let nonce = object["nonce"]?.string
    {
      stage = .provider(id: id, verifier: verifier, nonce: nonce)
    } else if let id = object["user"]?.string, let name = object["name"]?.string,
      let groups = object["groups"]?.strings
    {
      stage = .signedIn(
        Person(
          id: id, name: name, email: object["email"]?.string, groups: groups))
    } else {
      return nil
    }
  }

  var bytes: [UInt8] {
    // As JSON a query of 4 KiB could have twice its length.
    var object = JSONObject([
      ("query", .string(Base64.url.text(of: Array(query.utf8)))),
      ("scopes", .array(scopes.map(JSONValue.string))),
    ])
    switch stage {
    case .provider(let id, let verifier, let nonce):
      object["provider"] = .string(id)
      object["verifier"] = .string(verifier)
      object["nonce"] = .string(nonce)
    case .signedIn(let person):
      object["user"] = .string(person.id)
      object["name"] = .string(person.name)
      if let email = person.email { object["email"] = .string(email) }
      object["groups"] = .array(person.groups.map(JSONValue.string))
    }
    return JSONValue.object(object).serialized()
  }
}
