internal import JSON

extension Gate {
  /// The schema of a tool's arguments, with the place for the credential among them.
  func inputSchema(_ arguments: [(String, JSONValue)], required: [String]) -> JSONObject {
    var properties = JSONObject(arguments)
    properties[slot.argument] = ["type": "string", "description": .string(slot.description)]
    let names = required + (requiresCredential ? [slot.argument] : [])
    return JSONObject([
      ("type", "object"), ("properties", .object(properties)),
      ("required", .array(names.map(JSONValue.string))), ("additionalProperties", false),
    ])
  }
}
