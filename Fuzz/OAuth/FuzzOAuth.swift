import JSON
import OAuth
import Support

private let url = "https://client.example/metadata"

/// The entry point of libFuzzer. It tries the bytes as a form, a redirect URI and the metadata of a
/// client.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  tryForm(bytes)
  if let text = String(validating: bytes, as: UTF8.self) { tryURIs(text) }
  guard let object = try? JSONParser.parse(bytes).object else { return 0 }
  if let metadata = try? ClientMetadata(registration: object) { check(metadata) }
  if let id = ClientIDURL(url), let metadata = try? ClientMetadata(document: bytes, isFor: id) {
    check(metadata)
    precondition(
      object["client_id"] == .string(url) && object["client_secret"] == nil
        && metadata.authenticationMethod == .none, "accepted the document of another client")
  }
  return 0
}

private func tryForm(_ bytes: [UInt8]) {
  guard let form = try? FormBody(bytes) else { return }
  var pairs: [(name: String, value: String)] = []
  for part in bytes.split(separator: UInt8(ascii: "&")) {
    let name = String(decoding: part.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
    if let value = form[name] { pairs.append((name, value)) }
  }
  guard !pairs.contains(where: { $0.name.utf8.contains(UInt8(ascii: "%")) }),
    let again = try? FormBody(FormBody.encoded(pairs))
  else { return }
  for (name, value) in pairs {
    precondition(again[name]?.utf8.elementsEqual(value.utf8) == true, "another value")
  }
}

private func tryURIs(_ text: String) {
  let lines = text.utf8.split(separator: UInt8(ascii: "\n"), maxSplits: 1).map {
    String(Substring($0))
  }
  guard let first = lines.first, let uri = RedirectURI(registering: first) else { return }
  precondition(uri.matches(requested: first, isPublic: false))
  precondition(!first.utf8.contains(UInt8(ascii: "#")), "accepted a fragment")
  guard lines.count == 2, uri.matches(requested: lines[1], isPublic: true) else { return }
  let other = RedirectURI(registering: lines[1])
  precondition(other?.host == uri.host, "another host")
  precondition(other?.matches(requested: first, isPublic: true) == true, "not symmetric")
}

private func check(_ metadata: ClientMetadata) {
  precondition(
    1...ClientMetadata.maximumRedirectURIs ~= metadata.redirectURIs.count
      && metadata.grantTypes.contains(.authorizationCode))
  for uri in metadata.redirectURIs {
    precondition(uri.text.hasBytes(atStart: "https://") || uri.isLoopback)
  }
  let name = metadata.name?.text ?? "a"
  precondition(!name.isEmpty && name.utf8.count <= ClientName.maximumLength)
}
