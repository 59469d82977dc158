package import Auth
package import Crypto
private import JSON
package import MCPService
package import OAuthClient
private import Support
private import Synchronization
private import SystemC

/// What seals the files of tokens.
package enum TokenFileKey: Sendable {
  /// Only the rights of the files protect them.
  case none
  /// A key of the settings.
  case given(SealingKey)
  /// A random key that the keychain of the system keeps.
  case kept(KeychainKey)
}

/// Keeps the documents of OAuth in a folder of the user, one file for each remote server.
///
/// If there is a key, a file that is not sealed is refused: with it, another program of the user
/// could have this user work with the account of somebody else. A sign-in replaces it.
///
/// The file is longer than 150 lines because the store has one rule for every fault of a file.
package struct FileTokenStore: TokenStore {
  /// The largest file, in bytes. A document may have three quarters of it.
  static let maximumLength = 64 << 10
  /// A renewal is over within this time.
  static let lockWait = Duration.seconds(60)
  static let lockPause = Duration.milliseconds(50)
  private static let lockOfKeychain = "keychain.lock"

  private let folder: String
  private let key: TokenFileKey
  private let pool: any BlockingPool
  private let random: @Sendable (Int) -> [UInt8]
  private let report: @Sendable (String) -> Void
  private let sleep: @Sendable (Duration) async -> Void

  /// - Parameters:
  ///   - folder: absolute. It is made when the first document is saved.
  ///   - pool: runs the calls of the file system.
  ///   - random: random bytes, for names of temporary files.
  ///   - report: takes a sentence for the person. It has a path, and never a part of a document.
  ///   - sleep: between two tries to take a lock.
  package init(
    folder: String, key: TokenFileKey, pool: any BlockingPool,
    random: @escaping @Sendable (Int) -> [UInt8], report: @escaping @Sendable (String) -> Void,
    sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
  ) {
    self.folder = folder
    self.key = key
    self.pool = pool
    self.random = random
    self.report = report
    self.sleep = sleep
  }

  /// `$XDG_STATE_HOME/calculator-bridge`, by default `~/.local/state/calculator-bridge`.
  ///
  /// The XDG Base Directory Specification demands that relative paths are ignored.
  /// - Returns: `nil` if the environment has no home.
  package static func folder(for environment: Environment) -> String? {
    func path(_ name: String) -> String? {
      environment.values[name].flatMap { String(validating: $0, as: UTF8.self) }
        .flatMap { $0.utf8.first == UInt8(ascii: "/") ? $0 : nil }
    }
    let name = "\(ServiceName.text)-bridge"
    if let state = path("XDG_STATE_HOME") { return "\(state)/\(name)" }
    return path("HOME").map { "\($0)/.local/state/\(name)" }
  }

  package func load(_ resource: String) async throws(TokenStoreError) -> [UInt8]? {
    let name = "\(TokenFile.stem(resource)).json"
    guard let bytes = try await read(name) else { return nil }
    // A file that was moved to another name has the tokens of another server. CWE-639
    guard let file = TokenFile(bytes), file.resource.hasSameBytes(as: resource) else {
      throw refused(name, "is damaged, or of another server")
    }
    switch file.content {
    case .plain(let document):
      guard case .none = key else { throw refused(name, "is not sealed, but there is a key") }
      return document
    case .sealed(let sealed):
      guard let key = try await sealingKey(creates: false) else {
        throw refused(name, "is sealed, and there is no key")
      }
      guard let document = key.open(sealed, for: TokenFile.place(resource)) else {
        throw refused(name, "is sealed with another key, or damaged")
      }
      return document
    }
  }

  package func save(_ document: [UInt8], for resource: String) async throws(TokenStoreError) {
    let content =
      if let key = try await sealingKey(creates: true) {
        TokenFile.Content.sealed(key.seal(document, for: TokenFile.place(resource)))
      } else {
        TokenFile.Content.plain(document)
      }
    let bytes = TokenFile(resource: resource, content: content).bytes
    guard bytes.count <= Self.maximumLength else {
      report("the tokens of the server are too long to be kept")
      throw .unavailable
    }
    let stem = TokenFile.stem(resource)
    let temporary = "\(stem).\(SHA256Digest(of: random(16)).hexadecimal).tmp"
    _ = try await use("\(stem).json", creates: true) { folder throws(PrivateFileFault) in
      try folder.replace("\(stem).json", by: bytes, temporary: temporary)
    }
  }

  package func remove(_ resource: String) async throws(TokenStoreError) {
    let stem = TokenFile.stem(resource)
    _ = try await use("\(stem).json", creates: false) { folder throws(PrivateFileFault) in
      try folder.remove("\(stem).json")
      // A crash during `save` may have left one, which has the tokens too.
      for name in try folder.names()
      where name.hasBytes(atStart: "\(stem).") && name.hasBytes(atEnd: ".tmp") {
        try folder.remove(name)
      }
    }
  }

  package func lock(_ resource: String) async throws(TokenStoreError) -> any TokenStoreLock {
    try await lock(named: "\(TokenFile.stem(resource)).lock")
  }

  /// The remote servers of which there is a file, for `status`. The files are not opened with a key.
  package func resources() async throws(TokenStoreError) -> [String] {
    let names =
      try await use("", creates: false) { folder throws(PrivateFileFault) in try folder.names() }
      ?? []
    var resources: [String] = []
    for name in names where name.hasBytes(atEnd: ".json") {
      guard let file = try await read(name).flatMap({ TokenFile($0) }),
        name.hasSameBytes(as: "\(TokenFile.stem(file.resource)).json"),
        // ATTACKS O185: it is shown in a terminal, and the seal is not opened here. CWE-150
        Origin.split(file.resource) != nil
      else { continue }
      resources.append(file.resource)
    }
    return resources
  }

  // MARK: Parts

  private func read(_ name: String) async throws(TokenStoreError) -> [UInt8]? {
    try await use(name, creates: false) { folder throws(PrivateFileFault) in
      try folder.read(name, limit: Self.maximumLength)
    } ?? nil
  }

  private func sealingKey(creates: Bool) async throws(TokenStoreError) -> SealingKey? {
    switch key {
    case .none: return nil
    case .given(let key): return key
    case .kept(let kept):
      if let key = try await kept.key() { return key }
      guard creates else { return nil }
      // Two bridges that start together must not make two keys.
      let lock = try await lock(named: Self.lockOfKeychain)
      defer { lock.release() }
      if let key = try await kept.key() { return key }
      return try await kept.newKey()
    }
  }

  private func lock(named name: String) async throws(TokenStoreError) -> FileLock {
    for _ in 0..<Int(Self.lockWait / Self.lockPause) {
      let descriptor = try await use(name, creates: true) { folder throws(PrivateFileFault) in
        try folder.tryLock(name)
      }
      if let descriptor = descriptor ?? nil { return FileLock(descriptor) }
      // No thread waits: the task that has the lock may need it.
      await sleep(Self.lockPause)
    }
    report("another process does not end its renewal of the token; end it, and try again")
    throw .unavailable
  }

  /// Runs work with the folder, and reports what is wrong with the folder or with the file.
  /// - Returns: `nil` if there is no folder.
  private func use<Value: Sendable>(
    _ name: String, creates: Bool,
    _ work: @escaping @Sendable (borrowing PrivateFolder) throws(PrivateFileFault) -> Value
  ) async throws(TokenStoreError) -> Value? {
    let path = folder
    let result: Result<Value, PrivateFileFault>
    var place = path
    do throws(BlockingPoolIsFull) {
      (result, place) = try await pool.run(for: .local) {
        let folder: PrivateFolder
        do throws(PrivateFileFault) {
          folder = try PrivateFolder(path, creates: creates)
        } catch {
          return (.failure(error), path)
        }
        do throws(PrivateFileFault) {
          return (.success(try work(folder)), path)
        } catch {
          return (.failure(error), "\(path)/\(name)")
        }
      }
    } catch {
      result = .failure(.unavailable)
    }
    do throws(PrivateFileFault) {
      return try result.get()
    } catch {
      if let sentence = error.sentence(about: place) { report(sentence) }
      switch error {
      case .missing: return nil
      // The owner of a link, or of a file of somebody else, can read what is written there.
      case .symbolicLink, .otherOwner, .openToOthers: throw .openToOthers
      case .notRegular, .tooLarge, .unavailable: throw .unavailable
      }
    }
  }

  private func refused(_ name: String, _ problem: String) -> TokenStoreError {
    report("'\(PrivateFolder.printable("\(folder)/\(name)"))' \(problem); sign in again")
    return .wrongKey
  }
}

/// A lock that ends with this object, or with the process.
private final class FileLock: TokenStoreLock {
  private let descriptor: Mutex<Int32?>

  init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

  deinit { release() }

  func release() {
    let open = descriptor.withLock { open in
      defer { open = nil }
      return open
    }
    if let open { close(open) }
  }
}
