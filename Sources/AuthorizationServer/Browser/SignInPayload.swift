internal import JSON
private import Support

/// What the state keeps of a sign-in while it goes on.
struct SignInPayload {
  /// The query of the authorization request, as the client sent it. It is checked again at the end.
  let query: String
  /// The rest of it.
  let stage: Stage

  enum Stage {
    /// At the provider.
    case provider(verifier: String, nonce: String)
    /// Signed in here, before the consent.
    case signedIn(Person)
  }

  init(query: String, stage: Stage) {
    self.query = query
    self.stage = stage
  }

  init?(_ bytes: [UInt8]) {
    guard let object = try? JSONParser.parse(bytes).object, let query = object["query"]?.string
    else { return nil }
    self.query = query
    if let verifier = object["verifier"]?.string, let nonce = object["nonce"]?.string {
      stage = .provider(verifier: verifier, nonce: nonce)
    } else if let id = object["user"]?.string, let name = object["name"]?.string {
      stage = .signedIn(Person(id: id, name: name))
    } else {
      return nil
    }
  }

  var bytes: [UInt8] {
    var object = JSONObject([("query", .string(query))])
    switch stage {
    case .provider(let verifier, let nonce):
      object["verifier"] = .string(verifier)
      object["nonce"] = .string(nonce)
    case .signedIn(let person):
      object["user"] = .string(person.id)
      object["name"] = .string(person.name)
    }
    return JSONValue.object(object).serialized()
  }
}
