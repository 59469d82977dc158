"""The mutants of scripts/mutate.py: each takes one guard out of the code.

A row has its name, where the line stands (a file, or a folder that is searched), the text as it is,
which must stand there exactly once, what replaces it, the tests to run (for --filter of swift test),
and a regular expression that the line of the failing test must match: its name, its argument or its
file. It says why the test fails, so that a mutant which only breaks something else survives.

When the code changes, the table follows: a text that is not found is an error.
"""

TOKENS = "AuthTests.(TokenAttackTests|TokenClaims)"
PUBLIC_KEYS = "CryptoTests.PublicKeyTests"
KEY_SETS = "JOSETests.(PublicKeySetTests|JWKTests)"
DISCOVERY = "ResourceServerTests.ProviderMetadataTests"
KEYS = "ResourceServerTests.IssuerKeysTests"
METADATA = "Sources/ResourceServer/ProviderMetadata.swift"
ISSUER_KEYS = "Sources/ResourceServer/IssuerKeys.swift"
INTROSPECTION = "Sources/ResourceServer/Introspection.swift"
INTROSPECTOR = "Sources/ResourceServer/IntrospectionAuthenticator.swift"
ENDPOINT = "Sources/ResourceServer/EndpointURL.swift"
INTROSPECTION_TESTS = "ResourceServerTests.IntrospectionTests"
INTROSPECTOR_TESTS = "ResourceServerTests.IntrospectionAuthenticatorTests"
OUTBOUND = "HTTPClientTests"
BRIDGE_CALLBACK_TESTS = "BridgeTests.CallbackResponderTests"
BRIDGE_SETTINGS_TESTS = "BridgeTests.BridgeConfigurationTests"
BRIDGE_STORE_TESTS = "BridgeTests.FileTokenStoreTests"
POLICY = "Sources/HTTPClient/AddressPolicy.swift"
TRANSFER = "Sources/HTTPClient/Transfer.swift"
CURL_HANDLE = "Sources/HTTPClient/CurlHandle.swift"
CURL_CLIENT = "Sources/HTTPClient/CurlClient.swift"
CURL_SETTINGS = "Sources/HTTPClient/CurlSettings.swift"
STREAMS = "Sources/HTTPClient/CurlStreams.swift"
STREAM_BUFFER = "Sources/HTTPClient/StreamBuffer.swift"
STREAM_LOOP = "Sources/HTTPClient/StreamLoop.swift"
STREAM_MAILBOX = "Sources/HTTPClient/StreamMailbox.swift"
STREAM_TRANSFER = "Sources/HTTPClient/StreamTransfer.swift"
STREAM_TESTS = "HTTPClientTests.CurlStreamsTests"
STREAM_BUFFER_TESTS = "HTTPClientTests.StreamBufferTests"
STREAM_LOOP_TESTS = "HTTPClientTests.StreamLoopTests"
STREAM_REFUSALS = rf"{STREAM_TESTS}/refuses\("
ORIGIN = "Sources/Support/Origin.swift"
ORIGINS = "SupportTests.OriginTests"
STATE = "Sources/State"
STATE_FILE = "StateTests.StateFileTests"
CODES = f"{STATE}/AuthorizationState+Codes.swift"
REFRESH = f"{STATE}/AuthorizationState+RefreshTokens.swift"
AUTHORITY = "ResourceServerTests.AuthorityTests"
OAUTH = "MCPServiceOAuthTests"
FRAMING = "HTTPTransportTests.RequestAttackTests"
ATTACKS = "AttackTests.HTTPAttackTests"
JOSE = "Sources/JOSE"
VERIFIER = "Sources/Auth/AccessTokens/AccessTokenVerifier.swift"
PROVIDER = "ResourceServerTests"
PROVIDER_POLICY = "Sources/ResourceServer/ProviderTokenPolicy.swift"
PROVIDER_CLAIMS = "Sources/ResourceServer/ProviderTokenClaims.swift"
PERMISSION_MAP = "Sources/ResourceServer/PermissionMap.swift"
PERMISSION_FILE = "Sources/ResourceServer/PermissionMap+File.swift"
HTTP = "Sources/HTTPTransport/Connection"
AUTH = "Sources/Auth"
SERVICE = "Sources/MCPServiceHTTP"
CLIENTS = "Sources/AuthorizationServer/Clients"
DOCUMENTS = f"{CLIENTS}/ClientMetadataDocuments.swift"
REGISTRATION = f"{CLIENTS}/RegistrationEndpoint.swift"
CLIENTS_FILE = f"{CLIENTS}/ClientsFile.swift"
DOCUMENT_TESTS = "AuthorizationServerTests.ClientMetadataDocumentsTests"
REGISTRATION_TESTS = "AuthorizationServerTests.RegistrationEndpointTests"
CLIENT_TESTS = "AuthorizationServerTests.ClientsTests"
CLIENTS_FILE_TESTS = "AuthorizationServerTests.ClientsFileTests"
PAGES = "Sources/AuthorizationServer/Pages"
PAGE_TESTS = "AuthorizationServerTests.PagesTests"
ISSUER_METADATA = "Sources/ResourceServer/IssuerMetadata.swift"
IDENTITY = "Sources/IdentityProviders"
CONNECTION = f"{IDENTITY}/ProviderConnection.swift"
TOKEN_RESPONSE = "Sources/OAuth/TokenResponse.swift"
ID_TOKEN = f"{IDENTITY}/IDToken.swift"
OPENID = f"{IDENTITY}/OpenIDConnect.swift"
IDENTITY_TESTS = "IdentityProvidersTests"
BROWSER = "Sources/AuthorizationServer/Browser"
CONNECTIONS_STATE = f"{STATE}/AuthorizationState+Connections.swift"
LEASES = f"{STATE}/AuthorizationState+Leases.swift"
FLOWS = f"{STATE}/AuthorizationState+Flows.swift"
CONNECTED = "Sources/Upstream/Connections"
CONNECTIONS = f"{CONNECTED}/UpstreamConnections.swift"
MEMORY = f"{CONNECTED}/ConnectionMemory.swift"
SEAL = "Sources/State/ConnectionSeal.swift"
SITES = f"{CONNECTED}/AtlassianSites.swift"
UPSTREAM_OAUTH = f"{CONNECTED}/UpstreamOAuth.swift"
RENEWAL_TESTS = "UpstreamTests.UpstreamConnectionsTests"
SEAL_TESTS = "UpstreamTests.ConnectionSealTests"
SITES_TESTS = "UpstreamTests.AtlassianSitesTests"
UPSTREAM_OAUTH_TESTS = "UpstreamTests.UpstreamOAuthTests"
REQUESTS = "Sources/Upstream/UpstreamRequests.swift"
REQUESTS_TESTS = "UpstreamTests.UpstreamRequestsTests"
EXACT_SUM = "Sources/Upstream/ExactSum.swift"
EXACT_SUM_TESTS = "UpstreamTests.ExactSumTests"
JIRA = "Sources/Upstream/Jira.swift"
JIRA_TESTS = "UpstreamTests.JiraTests"
JENKINS = "Sources/Upstream/Jenkins.swift"
JENKINS_JOB = "Sources/Upstream/JenkinsJob.swift"
JENKINS_TESTS = "UpstreamTests.JenkinsTests"
CHOICE = "Sources/Upstream/CredentialChoice.swift"
CREDENTIAL_FORM = "Sources/Upstream/CredentialForm.swift"
SHARED_CREDENTIAL = "Sources/Upstream/SharedCredential.swift"
CHOICE_TESTS = "UpstreamTests.CredentialChoiceTests"
CREDENTIAL_TESTS = "UpstreamTests.CredentialErrorTests"
SHARED_TESTS = "UpstreamTests.SharedCredentialTests"
UPSTREAM_SETTINGS = "Sources/MCPServiceOAuth/Upstream/UpstreamSettings.swift"
CONNECTION_SETTINGS = "Sources/MCPServiceOAuth/Upstream/UpstreamOAuthSettings.swift"
UPSTREAM_TABLE = "Sources/MCPService/Configuration/SettingsTable+Upstream.swift"
UPSTREAM_SETTINGS_TESTS = "MCPServiceOAuthTests.UpstreamSettingsTests"
UPSTREAM_CALLS = "Sources/MCPServiceOAuth/Upstream/UpstreamCalls.swift"
UPSTREAM_TOOLS = "Sources/MCPServiceOAuth/Upstream/UpstreamTools.swift"
UPSTREAM_SERVER = "Sources/MCPServiceOAuth/Upstream/UpstreamServer.swift"
CONNECT = "Sources/AuthorizationServer/Connections/ConnectionEndpoints.swift"
CONNECT_SIGN_IN_TESTS = "AuthorizationServerTests.ConnectionSignInTests"
CONNECTION_TOOLS = "Sources/MCPServiceOAuth/Upstream/ConnectionTools.swift"
CONNECTION_ROUTES = "Sources/MCPServiceOAuth/Upstream/ConnectionRoutes.swift"
UPSTREAM_SERVER_TESTS = "MCPServiceOAuthTests.UpstreamServerTests"
SIGN_IN = "AuthorizationServerTests.SignIn"
COMMANDS = "Sources/MCPServiceOAuth/Commands"
COMMAND_TESTS = "MCPServiceOAuthTests.StateCommandTests"
SIGNING_KEYS = "Sources/AuthorizationServer/SigningKeys.swift"
SIGNING_KEYS_TESTS = "AuthorizationServerTests.SigningKeysTests"
STORAGE_TABLE = "Sources/Upstream/StorageTable.swift"
STORAGE_MARKUP = "Sources/Upstream/StorageMarkup.swift"
STORAGE_CALLBACKS = "Sources/Upstream/StorageTableCallbacks.swift"
STORAGE_READING = "Sources/Upstream/StorageReading.swift"
STORAGE_ENTITIES = "Sources/Upstream/StorageEntities.swift"
CONFLUENCE = "Sources/Upstream/Confluence.swift"
STORAGE_TESTS = "UpstreamTests.Storage"
CONFLUENCE_TESTS = "UpstreamTests.ConfluenceTests"

MUTANTS = [
    (
        "key: a point of small order", "Sources/Crypto/PublicKey.swift",
        "guard !SmallOrderPoints.contains(key) else { throw .smallOrder }", "",
        PUBLIC_KEYS, r"refusesAPointOfSmallOrder",
    ),
    (
        "key: a point of small order with the other sign", "Sources/Crypto/SmallOrderPoints.swift",
        "[last & 0x7F]", "[last]",
        PUBLIC_KEYS, r"refusesAPointOfSmallOrder",
    ),
    (
        "seal: the tag is not checked", "Sources/Crypto/SealingKey.swift",
        "return context.finish() ? plaintext : nil",
        "_ = context.finish(); return plaintext",
        "CryptoTests.SealingKeyTests", r"opensNothingThatWasChanged",
    ),
    (
        "seal: what is sealed opens at another place", "Sources/Crypto/SealingKey.swift",
        "GCMContext(encrypts: false, key: key, nonce: nonce, data: data)",
        "GCMContext(encrypts: false, key: key, nonce: nonce, data: Array(\"keys/1\".utf8))",
        "CryptoTests.SealingKeyTests", r"opensWithItsKeyAtItsPlaceAlone",
    ),
    (
        "seal: a nonce repeats", "Sources/Crypto/SealingKey.swift",
        "let nonce = RandomBytes.make(count: Self.nonceLength)",
        "let nonce = [UInt8](repeating: 0, count: Self.nonceLength)",
        "CryptoTests.SealingKeyTests", r"noNonceIsUsedTwice",
    ),
    (
        "signing key: bytes after it are accepted", "Sources/Crypto/ECKey.swift",
        "unsafe bytes.baseAddress?.advanced(by: bytes.count) == end",
        "true",
        "CryptoTests.SigningKeyTests", r"a byte more",
    ),
    (
        "signing key: the public key of another is accepted", "Sources/Crypto/ECKey.swift",
        "return unsafe EVP_PKEY_check(check) == 1",
        "return true",
        "CryptoTests.SigningKeyTests", r"the public key of another",
    ),
    (
        "token: the signature is not checked", VERIFIER,
        "guard key.isValid(token.signature, over: token.signingInput) else { throw .wrongSignature }",
        "",
        TOKENS, r"T16 the signature of another key",
    ),
    (
        "token: any key name is accepted", JOSE,
        "first(where: { $0.id.hasSameBytes(as: header.keyID) })",
        "first",
        TOKENS, r"T9 kid is unknown",
    ),
    (
        "token: any algorithm is accepted", JOSE,
        "guard key.algorithm.rawValue.hasSameBytes(as: header.algorithm) else { throw .wrongAlgorithm }",
        "",
        TOKENS, r"T1 alg is none",
    ),
    (
        "token: any type is accepted", VERIFIER,
        "guard header.hasType(type.rawValue) else { throw .wrongType }",
        "guard header.type != nil else { throw .wrongType }",
        TOKENS, r"T12 a refresh token",
    ),
    (
        "token: a key in the header is ignored", JOSE,
        "if Self.senderKeys.contains(where: { object[$0] != nil }) { throw .embeddedKey }",
        "",
        TOKENS, r"T7 jwk",
    ),
    (
        "token: a critical extension is ignored", JOSE,
        'if object["crit"] != nil { throw .criticalExtension }',
        "",
        TOKENS, r"T10 crit",
    ),
    (
        "token: any issuer is accepted", VERIFIER,
        "guard claims.issuer.hasSameBytes(as: issuer) else { throw .wrongIssuer }",
        "",
        TOKENS, r"T20 iss is another",
    ),
    (
        "token: any audience is accepted", VERIFIER,
        "guard claims.audience.contains(where: { $0.hasSameBytes(as: audience) }) else {",
        "guard !claims.audience.isEmpty else {",
        TOKENS, r"T21 aud is another",
    ),
    (
        "token: it is good at the moment of its end", VERIFIER,
        "guard claims.expiresAt > now - leeway else { throw .expired }",
        "guard claims.expiresAt >= now - leeway else { throw .expired }",
        TOKENS, r"T18 expires now",
    ),
    (
        "token: nbf is not checked", VERIFIER,
        "guard claims.notBefore ?? now <= now + leeway else { throw .notYetValid }",
        "",
        TOKENS, r"T19 nbf in a second",
    ),
    (
        "HMAC: a longer code is accepted", "Sources/Crypto",
        "guard code.count == Self.length else { return false }",
        "guard code.count >= Self.length else { return false }",
        TOKENS, r"T16 more behind the signature",
    ),
    (
        "HMAC: half of a code is compared", "Sources/Crypto/HMACSHA256.swift",
        "CRYPTO_memcmp(code, self.code(for: message), Self.length) == 0",
        "CRYPTO_memcmp(code, self.code(for: message), 16) == 0",
        "CryptoTests.HMACSHA256Tests", r"everyBitOfACodeCounts",
    ),
    (
        "digest: half of it is compared", "Sources/Crypto/SHA256Digest.swift",
        "CRYPTO_memcmp(bytes, other.bytes, bytes.count) == 0",
        "CRYPTO_memcmp(bytes, other.bytes, 16) == 0",
        "CryptoTests.SHA256DigestTests", r"everyBitOfADigestCounts",
    ),
    (
        "public key: a signature of any length", "Sources/Crypto/PublicKey.swift",
        "guard signature.count == signatureLength else { return false }",
        "guard signature.count == signatureLength || !isECDSA else { return false }",
        KEY_SETS, r"refuses\(.*PS256 without the zero at its start",
    ),
    (
        "public key: a PSS salt of any length", "Sources/Crypto",
        ".text(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST),",
        "",
        KEY_SETS, r"refuses\(.*PSS with a salt of 20 bytes",
    ),
    (
        "public key: PKCS #1 where PSS is demanded", "Sources/Crypto",
        ".text(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PSS),",
        ".text(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PKCSV15),",
        KEY_SETS, r"(refuses|verifies)\(",
    ),
    (
        "public key: zeros before the modulus", "Sources/Crypto",
        "if modulus.first == 0 || exponent.first == 0 { throw .leadingZero }",
        "if exponent.first == 0 { throw .leadingZero }",
        PUBLIC_KEYS, r"refusesRSA.*a modulus with a zero before it",
    ),
    (
        "public key: zeros before the exponent", "Sources/Crypto",
        "if modulus.first == 0 || exponent.first == 0 { throw .leadingZero }",
        "if modulus.first == 0 { throw .leadingZero }",
        PUBLIC_KEYS, r"refusesRSA.*an exponent with a zero before it",
    ),
    (
        "public key: a modulus of 1024 bits", "Sources/Crypto",
        "package static let modulusSize = 2048...8192",
        "package static let modulusSize = 1024...8192",
        KEY_SETS, r"isNotUsed\(.*n of 1024 bits",
    ),
    (
        "public key: a modulus of any size", "Sources/Crypto",
        "package static let modulusSize = 2048...8192",
        "package static let modulusSize = 2048...16384",
        PUBLIC_KEYS, r"refusesRSA.*a modulus of 8193 bits",
    ),
    (
        "public key: an even modulus", "Sources/Crypto",
        "guard modulus.last.map({ $0 & 1 }) == 1 else { throw .evenModulus }",
        "",
        PUBLIC_KEYS, r"refusesRSA.*an even modulus",
    ),
    (
        "public key: the exponent 1", "Sources/Crypto",
        "exponent.last.map({ $0 & 1 }) == 1, exponent != [1] else {",
        "exponent.last.map({ $0 & 1 }) == 1 else {",
        PUBLIC_KEYS, r"refusesRSA.*the exponent 1\b",
    ),
    (
        "public key: an even exponent", "Sources/Crypto",
        "exponent.last.map({ $0 & 1 }) == 1, exponent != [1] else {",
        "exponent != [1] else {",
        PUBLIC_KEYS, r"refusesRSA.*the exponent 65536",
    ),
    (
        "public key: an exponent of any length", "Sources/Crypto",
        "guard exponent.count <= 4, ",
        "guard ",
        PUBLIC_KEYS, r"refusesRSA.*an exponent of 33 bits",
    ),
    (
        "public key: bytes move between coordinates", "Sources/Crypto",
        "guard x.count == 32, y.count == 32 else { throw .coordinateLength }",
        "guard x.count + y.count == 64 else { throw .coordinateLength }",
        PUBLIC_KEYS, r"refusesP256.*a byte of x in y",
    ),
    (
        "public key: an error stays in the queue after a key", "Sources/Crypto",
        "    defer { ERR_clear_error() }\n    guard let builder",
        "    guard let builder",
        PUBLIC_KEYS, r"leavesNoErrorInTheQueue",
    ),
    (
        "public key: an error stays in the queue after a signature", "Sources/Crypto",
        "    defer { ERR_clear_error() }\n    return unsafe message",
        "    return unsafe message",
        PUBLIC_KEYS, r"leavesNoErrorInTheQueue",
    ),
    (
        "JWK: a private key is used", JOSE,
        "if Self.secretMembers.contains(where: { object[$0] != nil }) { throw .secretKey }",
        "",
        KEY_SETS, r"isNotUsed\(.*RSA with d",
    ),
    (
        "JWK: a key without a name is used", JOSE,
        'guard let id = object["kid"]?.string else { throw .missingKeyID }',
        'let id = object["kid"]?.string ?? ""',
        KEY_SETS, r"isNotUsed\(.*no kid",
    ),
    (
        "JWK: a key for encryption is used", JOSE,
        'guard use.string.is("sig") else { throw .wrongUse }',
        "_ = use",
        KEY_SETS, r"isNotUsed\(.*use is enc",
    ),
    (
        "JWK: key_ops is not read", JOSE,
        'operations.strings?.contains(where: { Optional($0).is("verify") }) == true else {',
        "operations != .null else {",
        KEY_SETS, r"isNotUsed\(.*key_ops without verify",
    ),
    (
        "JWK: any type is taken for EC", JOSE,
        'guard type.is("EC") || type.is("OKP") else { throw .unknownType }',
        "",
        KEY_SETS, r"isNotUsed\(.*kty is AKP",
    ),
    (
        "JWK: any curve is taken for P-256", JOSE,
        'if type.is("EC"), curve.is("P-256") { return [.es256] }',
        'if type.is("EC") { return [.es256] }',
        KEY_SETS, r"isNotUsed\(.*crv is P-384",
    ),
    (
        "JWK: any curve is taken for Ed25519", JOSE,
        'if type.is("OKP"), curve.is("Ed25519") { return [.ed25519] }',
        'if type.is("OKP") { return [.ed25519] }',
        KEY_SETS, r"isNotUsed\(.*crv is X25519",
    ),
    (
        "JWK: alg need not fit the type", JOSE,
        "guard algorithms.allSatisfy(family.contains) else { throw .wrongAlgorithm }",
        "",
        KEY_SETS, r"isNotUsed\(.*RSA for ES256",
    ),
    (
        "JWK: an unknown alg is ignored", JOSE,
        "algorithms = name.string.flatMap(PublicKeyAlgorithm.init(name:)).map { [$0] } ?? []",
        "algorithms = name.string.flatMap(PublicKeyAlgorithm.init(name:)).map { [$0] } ?? family",
        KEY_SETS, r"isNotUsed\(.*RSA for HS256",
    ),
    (
        "JWK: an algorithm that is not enabled is served", JOSE,
        "algorithms.removeAll { !enabled.contains($0) }",
        "",
        KEY_SETS, r"anAlgorithmThatIsNotEnabledIsRefused",
    ),
    (
        "JWK set: any length", JOSE,
        "guard text.count <= Self.maximumLength else { throw .tooLong }",
        "",
        KEY_SETS, r"refusesASet\(.*64 KiB and a byte",
    ),
    (
        "JWK set: any number of keys", JOSE,
        "guard values.count <= Self.maximumKeys else { throw .tooManyKeys }",
        "",
        KEY_SETS, r"refusesASet\(.*65 keys",
    ),
    (
        "JWK set: the first key of a name is used", JOSE,
        "usable.contains(where: { $0.index != index && $0.jwk.id",
        "usable.contains(where: { $0.index < index && $0.jwk.id",
        KEY_SETS, r"usesNoKeyOfADuplicateKid",
    ),
    (
        "JWK set: any key name is accepted", JOSE,
        "let named = keys.filter { $0.id.hasSameBytes(as: header.keyID) }",
        "let named = keys",
        KEY_SETS, r"refuses\(.*kid is unknown",
    ),
    (
        "JWK set: the header chooses the algorithm", JOSE,
        "let key = named.first(where: { $0.algorithm == algorithm })",
        "let key = named.first(where: { _ in algorithm != .ed25519 })",
        KEY_SETS, r"refuses\(.*(T5 RS256 with a key for ES256|T5 ES256 with a key for RSA)",
    ),
    (
        "metadata: another issuer", METADATA,
        "guard named.hasSameBytes(as: issuer) else { throw .wrongIssuer(named) }", "",
        DISCOVERY, r"O20",
    ),
    (
        "metadata: a document of any size", METADATA,
        "guard text.count <= Self.maximumLength else { throw .tooLong }", "",
        DISCOVERY, r"over 64 KiB",
    ),
    (
        "metadata: a URL of any form", METADATA,
        "guard let url = value.string, Origin(of: url) != nil else", "guard let url = value.string else",
        DISCOVERY, r"jwks_uri is file:",
    ),
    (
        "metadata: two slashes are removed", "Sources/OAuth/IssuerURL.swift",
        'if start < bytes.count, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }',
        'while start < bytes.count, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }',
        DISCOVERY, r"theAddressesAreThoseOfTheStandards",
    ),
    (
        "discovery: the document of a redirect", "Sources/ResourceServer/Discovery.swift",
        "guard response.status == 200 else { continue }",
        "guard 200..<400 ~= response.status else { continue }",
        DISCOVERY, r"O21",
    ),
    (
        "discovery: after another issuer the next address", "Sources/ResourceServer/Discovery.swift",
        "throw .wrongIssuer(other)  // ATTACKS O20", "_ = other; continue",
        DISCOVERY, r"O20 another issuer ends it",
    ),
    (
        "discovery: the log shows a text of any length", "Sources/ResourceServer/Discovery.swift",
        "text.lazy.filter(ASCII.isVisible).prefix(100)", "text.lazy.filter(ASCII.isVisible)",
        KEYS, r"anotherIssuerInTheMetadata",
    ),
    (
        "keys: a fetch for each unknown name", ISSUER_KEYS,
        "if let last = state.startedAt, now - last < Self.interval { return nil }", "",
        KEYS, r"tenThousandUnknownKeysAreOneFetchInThirtySeconds",
    ),
    (
        "keys: a fetch for each caller", ISSUER_KEYS,
        "state.fetch = fetch\n", "",
        KEYS, r"allCallersThatWaitShareOneFetch",
    ),
    (
        "keys: a fetch for an algorithm that no key has", ISSUER_KEYS,
        "algorithms.contains(algorithm)\n    else { throw .invalidToken(.wrongAlgorithm) }",
        "algorithms.contains(algorithm) || true\n    else { throw .invalidToken(.wrongAlgorithm) }",
        KEYS, r"anAlgorithmThatIsNotAcceptedFetchesNothing",
    ),
    (
        "keys: stale keys are used for ever", ISSUER_KEYS,
        "if let time = fetched?.at, now - time >= Self.longestUse { fetched = nil }",
        "if let time = fetched?.at, now < time { fetched = nil }",
        KEYS, r"aFailedFetchKeepsTheLastKeys",
    ),
    (
        "keys: keys are never fetched again", ISSUER_KEYS,
        "let isFresh = fetched.map { now < $0.freshUntil } ?? false", "let isFresh = fetched != nil",
        KEYS, r"keysAreFetchedAgainAfterTheirAge",
    ),
    (
        "keys: a failure is the fault of the token", ISSUER_KEYS,
        "if isUnknown, state.failure != nil { return .refuse(.providerUnavailable) }", "",
        KEYS, r"withoutKeysTheProviderIsUnavailable",
    ),
    (
        "keys: tokens wait for a failing provider", ISSUER_KEYS,
        "isUnknown || !isOutage", "isUnknown || !isOutage || true",
        KEYS, r"aFailedFetchKeepsTheLastKeys",
    ),
    (
        "keys: a withdrawn key is used during the fetch", ISSUER_KEYS,
        "isUnknown || !isOutage", "isUnknown || !isOutage && false",
        KEYS, r"keysAreFetchedAgainAfterTheirAge",
    ),
    (
        "keys: a failure long ago is an outage", ISSUER_KEYS,
        "state.failure.map { now - $0.at < Self.outage } ?? false", "state.failure != nil",
        KEYS, r"afterAPauseTheKeysAreFetchedBeforeTheyAreUsed",
    ),
    (
        "keys: an empty set replaces the keys", ISSUER_KEYS,
        "guard !keys.isEmpty else { throw .noUsableKey }", "",
        KEYS, r"aFailedFetchKeepsTheLastKeys",
    ),
    (
        "keys: the body of an error is a set", ISSUER_KEYS,
        "guard response.status == 200 else { throw .wrongStatus(response.status) }", "",
        KEYS, r"withoutKeysTheProviderIsUnavailable",
    ),
    (
        "keys: max-age below five minutes", ISSUER_KEYS,
        "max(shortestAge, age)", "age",
        KEYS, r"keysAreFetchedAgainAfterTheirAge",
    ),
    (
        "keys: max-age over an hour", ISSUER_KEYS,
        "min(longestAge, max(shortestAge, age))", "max(shortestAge, age)",
        KEYS, r"keysAreFetchedAgainAfterTheirAge",
    ),
    (
        "keys: the fetch belongs to its first caller", ISSUER_KEYS,
        "await fetch.value\n      step",
        "await withTaskCancellationHandler { await fetch.value } onCancel: { fetch.cancel() }\n"
        "      step",
        KEYS, r"aCallerThatIsCancelledDoesNotEndTheFetch",
    ),
    (
        "keys: the log repeats the skipped keys", ISSUER_KEYS,
        "if isNews, !keys.skipped.isEmpty", "if !keys.skipped.isEmpty",
        KEYS, r"unusableKeysAreSkipped",
    ),
    (
        "introspection: active as a string", INTROSPECTION,
        "guard active == true else { return nil }",
        'guard active == true || active == "true" else { return nil }',
        INTROSPECTION_TESTS, r'O25 active is "true"',
    ),
    (
        "introspection: null is a wrong type", INTROSPECTION,
        "object.members.filter { $0.value != .null }.map", "object.members.map",
        INTROSPECTION_TESTS, r"null for what is optional",
    ),
    (
        "introspection: the body of an error is a response", INTROSPECTION,
        "guard response.status == 200 else { throw .wrongStatus(response.status) }", "",
        INTROSPECTION_TESTS, r"aFailureOfTheProviderIsNotTheFaultOfTheToken",
    ),
    (
        "introspection: a response of any size", INTROSPECTION,
        "guard response.body.count <= Self.maximumLength,\n        let object", "guard let object",
        INTROSPECTION_TESTS, r"aFailureOfTheProviderIsNotTheFaultOfTheToken",
    ),
    (
        "introspection: a notice for each failure", INTROSPECTION,
        "    guard pause.isOver(at: clock()) else { return }\n", "",
        INTROSPECTION_TESTS, r"aFailureOfTheProviderIsNotTheFaultOfTheToken",
    ),
    (
        "introspection: a full queue is a failure of the provider", INTROSPECTION,
        "if error == .noResponse(.overloaded) { throw .overloaded }", "",
        INTROSPECTION_TESTS, r"aFullQueueIsNoFailureOfTheProvider",
    ),
    (
        "introspection: the secret is not form-encoded", "Sources/OAuth/ClientCredentials.swift",
        "+ FormBody.encoded(secret.exposed)", "+ Array(secret.exposed.utf8)",
        INTROSPECTION_TESTS, r"sendsTheToken",
    ),
    (
        "introspection: the token is not form-encoded", INTROSPECTION,
        'Array("token=".utf8) + FormBody.encoded(token.exposed)',
        'Array("token=".utf8) + Array(token.exposed.utf8)',
        INTROSPECTION_TESTS, r"sendsTheToken",
    ),
    (
        "introspection: the address of a setting is forgotten", INTROSPECTION,
        "if let url { return url }", "",
        INTROSPECTION_TESTS, r"anEndpointThatIsGoneIsFoundAgain",
    ),
    (
        "introspection: an old secret stays after SIGHUP", "Sources/MCPServiceOAuth/Provider.swift",
        "known.secret.exposed.utf8.elementsEqual(asked.secret.exposed.utf8)", "true",
        OAUTH, r"sighupReadsTheSecretsOfOtherServicesAgain",
    ),
    (
        "secret: a placeholder for another service",
        "Sources/MCPService/Configuration/EnvironmentReader+Credentials.swift",
        "secret(setting, placeholder: ConfigurationError.placeholderCredential)", "secret(setting)",
        OAUTH, r"a placeholder as the token",
    ),
    (
        "secret: a placeholder as the key of a seal",
        "Sources/MCPService/Configuration/EnvironmentReader+Credentials.swift",
        "secret(setting, placeholder: ConfigurationError.placeholderSecret)", "secret(setting)",
        "MCPServiceOAuthTests.OwnServerTests", r"settings.*a placeholder as the key of the state",
    ),
    (
        "introspection: one strange response stops all", ISSUER_METADATA,
        "return state.found.map(Step.use) ?? .fail(state.failure)", "return .fail(state.failure)",
        INTROSPECTION_TESTS, r"oneStrangeResponseDoesNotStopTheOthers",
    ),
    (
        "provider: refresh tokens and ID tokens that say so", PROVIDER_CLAIMS,
        "guard payload.hasKindOfAnAccessToken else { return false }", "",
        PROVIDER, r"token_use|token_type",
    ),
    (
        "introspection: an address that is gone stays", INTROSPECTION,
        "metadata.forget()", "_ = metadata",
        INTROSPECTION_TESTS, r"anEndpointThatIsGoneIsFoundAgain",
    ),
    (
        "introspection: a search for each token", ISSUER_METADATA,
        "if let last = state.startedAt, now - last < IssuerKeys.interval {",
        "if let last = state.startedAt, now < last {",
        INTROSPECTION_TESTS, r"theMetadataIsAskedOnceInThirtySeconds",
    ),
    (
        "introspection: a search for each caller", ISSUER_METADATA,
        "if let search = state.search { return .wait(search) }",
        "if let search = state.search { search.cancel() }",
        INTROSPECTION_TESTS, r"allCallersThatWaitShareOneSearch",
    ),
    (
        "introspection: the claims may be of an ID token", INTROSPECTOR,
        "type: .jwt, now: now())", "type: .accessToken, now: now())",
        INTROSPECTION_TESTS, r"O25 nonce",
    ),
    (
        "introspection: a text that is no token", INTROSPECTOR,
        "bytes.count <= CompactJWS.maximumLength, Credential.isToken68(Array(bytes)[...])",
        "bytes.count <= CompactJWS.maximumLength",
        INTROSPECTOR_TESTS, r"aTextThatIsNoTokenCausesNoRequest",
    ),
    (
        "introspection: a token of any length", INTROSPECTOR,
        "bytes.count <= CompactJWS.maximumLength, Credential", "Credential",
        INTROSPECTOR_TESTS, r"aTextThatIsNoTokenCausesNoRequest",
    ),
    (
        "introspection: an expired token from the cache", INTROSPECTOR,
        "state.accepted.value(key, at: clock()), now() < accepted.expiresAt else",
        "state.accepted.value(key, at: clock()) else",
        INTROSPECTOR_TESTS, r"anAcceptedTokenIsCached",
    ),
    (
        "introspection: an accepted token is cached for ever", "Sources/Support/ExpiringTable.swift",
        "guard let entry = entries[key], now < entry.until else", "guard let entry = entries[key] else",
        INTROSPECTOR_TESTS, r"eachClockCounts",
    ),
    (
        "introspection: a cache of any size", "Sources/Support/ExpiringTable.swift",
        "if entries.count >= capacity { removeOldest() }  // ATTACKS O26", "",
        INTROSPECTOR_TESTS, r"tenThousandMadeUpTokensRemoveNoAcceptedOne",
    ),
    (
        "introspection: expired entries stay", "Sources/Support/ExpiringTable.swift",
        "oldest.until <= now {", "oldest.until < oldest.until {",
        INTROSPECTOR_TESTS, r"expiredEntriesAreRemoved",
    ),
    (
        "introspection: the queue grows", "Sources/Support/ExpiringTable.swift",
        "queue.removeFirst(first)\n    first = 0", "",
        INTROSPECTOR_TESTS, r"expiredEntriesAreRemoved",
    ),
    (
        "introspection: refused tokens are not cached", INTROSPECTOR,
        "if let error = state.refused.value(key, at: clock()) { return .done(.failure(error)) }", "",
        INTROSPECTOR_TESTS, r"aRefusedTokenIsCachedForFiveSeconds",
    ),
    (
        "introspection: a failure of the provider is cached", INTROSPECTOR,
        "case .failure(.providerUnavailable), .failure(.overloaded): break  // nothing is known\n", "",
        INTROSPECTION_TESTS, r"aFailureOfTheProviderIsNotTheFaultOfTheToken",
    ),
    (
        "introspection: one request for each caller", INTROSPECTOR,
        "if let check = state.running[key] { return .wait(check) }", "",
        INTROSPECTOR_TESTS, r"aHundredCallsWithOneTokenAreOneIntrospection",
    ),
    (
        "introspection: a check that is joined is charged", INTROSPECTOR,
        "return state.withLock { $0.running[key] == nil }", "return true",
        INTROSPECTOR_TESTS, r"aHundredCallsWithOneTokenAreOneIntrospection",
    ),
    (
        "introspection: the check belongs to its first caller", INTROSPECTOR,
        "case .wait(let check): return try await check.value.get()",
        "case .wait(let check):\n"
        "      return try await withTaskCancellationHandler { await check.value } onCancel: {\n"
        "        check.cancel() }.get()",
        INTROSPECTOR_TESTS, r"aCallerThatIsCancelledDoesNotEndTheIntrospection",
    ),
    (
        "provider: an attempt that was not checked is charged", SERVICE,
        "case .overloaded, .providerUnavailable: if isGuess", "case .overloaded: if isGuess",
        "MCPServiceHTTPTests.LimitsTests", r"whatTheProviderDidNotCheckIsRefunded",
    ),
    (
        "outbound: loopback is allowed without the setting", POLICY,
        "if address.isLoopback { return allowsLoopback }",
        "if address.isLoopback { return true }",
        OUTBOUND, r"neitherPolicyConnectsTo",
    ),
    (
        "outbound: every IPv6 address is public", POLICY,
        "(address.isV4 || Self.globalUnicast.contains { $0.contains(address) })",
        "(true || Self.globalUnicast.contains { $0.contains(address) })",
        OUTBOUND, r"publicOnlyRefuses",
    ),
    (
        "outbound: a private address is public", POLICY,
        "&& !Self.notPublic.contains { $0.contains(address) }", "",
        OUTBOUND, r"publicOnlyRefuses",
    ),
    (
        "outbound: an operator's origin may be a metadata service", POLICY,
        "!Self.neverAllowed.contains { $0.contains(address) }", "true",
        OUTBOUND, r"trustedRefuses",
    ),
    (
        "outbound: an IPv4-compatible address hides its address", POLICY,
        '"::/96",', "", OUTBOUND, r"trustedRefuses",
    ),
    (
        "outbound: a NAT64 address hides its address", POLICY,
        '"64:ff9b::/96",', "", OUTBOUND, r"trustedRefuses",
    ),
    (
        "outbound: addresses shared by a provider are public", POLICY,
        '"100.64.0.0/10",', "", OUTBOUND, r"publicOnlyRefuses",
    ),
    (
        "outbound: plain HTTP to any address", TRANSFER,
        "&& (!requiresLoopback || address.isLoopback)", "",
        OUTBOUND, r"plainHTTPIsForLoopbackAlone",
    ),
    (
        "outbound: the address is not judged", "Sources/HTTPClient/CurlCallbacks.swift",
        "unsafe transfer.pointee.connects(to: target)",
        "unsafe transfer.pointee.connects(to: target) || true",
        OUTBOUND, r"neitherPolicyConnectsTo",
    ),
    (
        "outbound: a refused address is only unreachable", TRANSFER,
        "if !isAllowed { isAddressRefused = true }", "",
        OUTBOUND, r"neitherPolicyConnectsTo",
    ),
    (
        "outbound: a head without end", TRANSFER,
        "guard headBytes <= maximumHead else {", "guard headBytes >= 0 else {",
        OUTBOUND, r"refuses",
    ),
    (
        "outbound: a body without end", TRANSFER,
        "guard bytes.count <= maximumBody - body.count else {", "guard bytes.count >= 0 else {",
        OUTBOUND, r"refuses",
    ),
    (
        "outbound: a body of one byte more", TRANSFER,
        "guard bytes.count <= maximumBody - body.count else {",
        "guard bytes.count <= maximumBody - body.count + 1 else {",
        OUTBOUND, r"refuses",
    ),
    (
        "outbound: fields of a 1xx response count", TRANSFER,
        "      fields = []\n      isHeadComplete = false\n", "      isHeadComplete = false\n",
        OUTBOUND, r"keepsTheFieldsOfTheLastHead",
    ),
    (
        "outbound: trailers are fields of the head", TRANSFER,
        "if isHeadComplete { return true }", "if text.isEmpty { return true }",
        OUTBOUND, r"keepsTheFieldsOfTheLastHead",
    ),
    (
        "outbound: a field's name may be anything", TRANSFER,
        "text[..<colon].allSatisfy(ASCII.isToken)", "true",
        OUTBOUND, r"refuses",
    ),
    (
        "outbound: a compressed body is accepted", TRANSFER,
        'return ASCII.areEqual(value.utf8, "identity".utf8)', "return true",
        OUTBOUND, r"refuses",
    ),
    (
        "outbound: a compressed transfer is accepted", TRANSFER,
        'ASCII.areEqual(value.utf8, "chunked".utf8)', "true",
        OUTBOUND, r"refuses",
    ),
    (
        "outbound: half of a head is accepted", CURL_HANDLE,
        "guard transfer.isHeadComplete, ", "guard ",
        OUTBOUND, r"refuses",
    ),
    (
        "outbound: options of a request stay in its handle", CURL_HANDLE,
        "defer { unsafe curl_easy_reset(pointer) }", "",
        OUTBOUND, r"aUsedConnectionSendsNoFieldsOfThePreviousRequest",
    ),
    (
        "outbound: old versions of TLS", CURL_HANDLE,
        "CURL_SSLVERSION_TLSv1_2", "CURL_SSLVERSION_TLSv1_0",
        OUTBOUND, r"offersNoOldVersions",
    ),
    (
        "outbound: HTTP/2 is offered", CURL_HANDLE,
        "Int(CURL_HTTP_VERSION_1_1)", "Int(CURL_HTTP_VERSION_2TLS)",
        OUTBOUND, r"offersNoOldVersions",
    ),
    (
        "outbound: every certificate is good", CURL_HANDLE,
        "set(CURLOPT_SSL_VERIFYPEER, 1)", "set(CURLOPT_SSL_VERIFYPEER, 0)",
        OUTBOUND, r"verifies",
    ),
    (
        "outbound: a certificate of another host is good", CURL_HANDLE,
        "set(CURLOPT_SSL_VERIFYHOST, 2)", "set(CURLOPT_SSL_VERIFYHOST, 0)",
        OUTBOUND, r"verifies",
    ),
    (
        "outbound: a redirect is followed", CURL_HANDLE,
        "set(CURLOPT_FOLLOWLOCATION, 0)", "set(CURLOPT_FOLLOWLOCATION, 1)",
        OUTBOUND, r"followsNoRedirect",
    ),
    (
        "outbound: a variable names the proxy", CURL_HANDLE,
        'set(CURLOPT_PROXY, settings.proxy ?? "")', "set(CURLOPT_PROXY, settings.proxy)",
        OUTBOUND, r"variablesOfTheEnvironmentNameNoProxy",
    ),
    (
        "outbound: a variable takes the proxy away", CURL_HANDLE,
        'set(CURLOPT_NOPROXY, "")', "set(CURLOPT_NOPROXY, nil)",
        OUTBOUND, r"variablesOfTheEnvironmentBypassNoProxy",
    ),
    (
        "outbound: a slow server holds a thread", CURL_HANDLE,
        "set(CURLOPT_TIMEOUT_MS, max(1, settings.timeout.milliseconds))", "true",
        OUTBOUND, r"aSlowServerIsLeft",
    ),
    (
        "outbound: a silent server holds a thread", CURL_HANDLE,
        "set(CURLOPT_CONNECTTIMEOUT_MS, max(1, settings.connectTimeout.milliseconds))", "true",
        OUTBOUND, r"aSilentServerIsLeft",
    ),
    (
        "outbound: a time of 0 is no limit", CURL_HANDLE,
        "max(1, settings.timeout.milliseconds)", "settings.timeout.milliseconds",
        OUTBOUND, r"aTimeoutOfZeroIsALimit",
    ),
    (
        "outbound: idle connections without end", CURL_CLIENT,
        "if $0.count < Self.mostIdle { $0.append(connections) }", "$0.append(connections)",
        OUTBOUND, r"keepsFourHandles",
    ),
    (
        "outbound: a file that a variable names changes TLS", "Sources/HTTPClient/LibCurl.swift",
        "OpenSSL.initialize()", "", OUTBOUND, r"aVariableChangesNothingOfTLS",
    ),
    (
        "outbound: with a proxy, strangers' URLs are requested", CURL_SETTINGS,
        "return origin.scheme == .https && policy == .trusted", "return origin.scheme == .https",
        OUTBOUND, r"withAProxyOnlyTrustedOriginsAreCalled",
    ),
    (
        "outbound: plain HTTP through a proxy", CURL_SETTINGS,
        "return origin.scheme == .https && policy == .trusted", "return policy == .trusted",
        OUTBOUND, r"withAProxyOnlyTrustedOriginsAreCalled",
    ),
    (
        "outbound: plain HTTP without the setting", CURL_SETTINGS,
        "return origin.scheme == .https || allowsLoopback", "return true",
        OUTBOUND, r"plainHTTPIsForLoopbackAlone",
    ),
    (
        "outbound: a value has more lines", CURL_CLIENT,
        " && value.utf8.allSatisfy(ASCII.isText)", "",
        OUTBOUND, r"refusesFieldsThatWouldBeMore",
    ),
    (
        "outbound: a name has more lines", CURL_CLIENT,
        "!name.isEmpty && name.utf8.allSatisfy(ASCII.isToken)", "!name.isEmpty",
        OUTBOUND, r"refusesFieldsThatWouldBeMore",
    ),
    (
        "outbound: a URL has any bytes", ORIGIN,
        "bytes.allSatisfy(isPlain)", "true", ORIGINS, r"refuses",
    ),
    (
        "outbound: a URL has any length", ORIGIN,
        "bytes.count <= longest", "true", ORIGINS, r"aURLHasALimit",
    ),
    (
        "outbound: a host has any bytes, such as the end of a user", ORIGIN,
        "!host.isEmpty, host.allSatisfy(isOfName)", "!host.isEmpty", ORIGINS, r"refuses",
    ),
    (
        "outbound: every origin is trusted", "Sources/HTTPClient/OutboundRequests.swift",
        "origins.contains(origin)", "origins.contains(origin) || true",
        OUTBOUND, r"trustsTheNamedOrigins|theTwoClientsHaveTheirPolicies",
    ),
    (
        "outbound: a host that ends so is trusted", "Sources/HTTPClient/OutboundRequests.swift",
        "origin.host.utf8.elementsEqual(host.utf8)", "origin.host.utf8.reversed().starts(with: host.utf8.reversed())",
        OUTBOUND, r"trustsTheNamedHost",
    ),
    (
        "revocation: a revoked token is accepted", AUTH,
        "return tokens[ID(token)] != nil\n",
        "return false\n",
        "AuthTests.TokenIssuer", r"^revokes\(",
    ),
    (
        "revocation: one family may fill the registry", AUTH,
        "guard tokens.count < Self.maximumPerFamily else {",
        "guard tokens.count < 100 * Self.maximumPerFamily else {",
        "AuthTests.InMemoryTokenStore", r"theTokensOfOneFamilyAreOneRevocation",
    ),
    (
        "refresh: a used token does not end its family", AUTH,
        "      revokeFamily(name, accessUntil: accessUntil, now: now, in: &state)\n      throw .replayedToken",
        "      throw .replayedToken",
        "AuthTests.(InMemoryTokenStore|TokenIssuer)", r"aReplayEndsTheFamily|aCheckFindsAReplay",
    ),
    (
        "refresh: a user gains permissions", AUTH,
        "guard granted.isSubset(of: held) else { throw .refused(.morePermissions(held)) }",
        "",
        "AuthTests.TokenIssuer", r"aRefreshNeverGains",
    ),
    (
        "key: it is good at the moment of its end", AUTH,
        "now() >= expires { throw .expiredKey }",
        "now().milliseconds > expires.milliseconds { throw .expiredKey }",
        "AuthTests.APIKeyAuthenticatorTests", r"aKeyEndsAtItsTime",
    ),
    (
        "user: a password is good at the moment of its end", AUTH,
        "if let expires = user.expires, now() >= expires {",
        "if let expires = user.expires, now().milliseconds > expires.milliseconds {",
        "AuthTests.PasswordAuthenticatorTests", r"aPasswordEndsAtItsTime|anExpiredUserIsNotRecalled",
    ),
    (
        "user: an unknown user costs no scrypt", AUTH,
        "    let isRight = hash.matches(password, work: work, derive: derive)\n"
        "    guard let user else { throw .unknownUser }\n",
        "    guard let user else { throw .unknownUser }\n"
        "    let isRight = hash.matches(password, work: work, derive: derive)\n",
        "AuthTests.PasswordAuthenticatorTests", r"everyCheckIsTheSameWork",
    ),
    (
        "credential: two are accepted", AUTH,
        "guard authorization.count + apiKey.count <= 1 else {",
        "guard authorization.count + apiKey.count <= 2 else {",
        ATTACKS, r"C1 a key and a token",
    ),
    (
        "credential: one in the query is ignored beside another", "Sources/Auth",
        "guard case .none = self else {",
        "guard true else {",
        ATTACKS, r"C1 a token in the query too",
    ),
    (
        "secret: it prints itself", "Sources/Support/Secret.swift",
        'package var description: String { "[secret]" }',
        "package var description: String { exposed }",
        "AuthTests.SecretTests", r"isNeverPrinted",
    ),
    (
        "log: an identifier of a request is written whole", AUTH,
        "case .string(let id) where id.utf8.count > Self.shownOfText: .string(Self.cut(id))",
        "case .string(let id) where id.utf8.count > 1 << 20: .string(Self.cut(id))",
        "AttackTests.StdioAttackTests", r"S9 key as the identifier",
    ),
    (
        "permission: over stdio it is not checked", "Sources/MCPService",
        "      try tool.authorize(identity)\n",
        "",
        "AttackTests.JWTAttackTests", r"unknownPermissionsGrantNothing",
    ),
    (
        "permission: over HTTP it is not checked", SERVICE,
        "      try tool.authorize(identity)\n",
        "",
        "AttackTests.HTTPCredentialAttackTests", r"aForbiddenTool",
    ),
    (
        "rate limit: a bucket has one token more", AUTH,
        "let isAllowed = debt <= limit.capacity - limit.price\n",
        "let isAllowed = debt <= limit.capacity\n",
        "AuthTests.TokenBucketTests", r"agreesWithTheOracle",
    ),
    (
        "rate limit: a clock that goes back mints tokens", AUTH,
        "guard now > updatedAt else { return }",
        "if now < updatedAt { debt = 0 }",
        "AuthTests.TokenBucketTests", r"aClockThatGoesBackMintsNothing",
    ),
    (
        "failure limit: a guess is not charged", SERVICE,
        "if isGuess { try limits.charge(context.client, at: now()) }",
        "",
        "LimitsTests.theFailureLimitWithholdsOnlyGuesses", r"theFailureLimitWithholdsOnlyGuesses",
    ),
    (
        "failure limit: a wrong key is not charged", SERVICE,
        "if !isGuess { try limits.charge(context.client, at: now()) }",
        "break",
        "LimitsTests.waitingSufficesAfterFailures", r"waitingSufficesAfterFailures",
    ),
    (
        "failure limit: a right password is not refunded", SERVICE,
        "if isGuess { limits.refund(context.client) }\n      context.identity",
        "context.identity",
        "LimitsTests.aRightPasswordIsRefunded", r"aRightPasswordIsRefunded",
    ),
    (
        "failure limit: a password that was not checked is not refunded", SERVICE,
        "case .overloaded, .providerUnavailable: if isGuess { limits.refund(context.client) }",
        "case .overloaded: break",
        "LimitsTests.whatIsNotCheckedIsRefunded", r"whatIsNotCheckedIsRefunded",
    ),
    (
        "failure limit: two credentials are charged", SERVICE,
        "case .missingCredential, .ambiguousCredential: break",
        "case .missingCredential: break",
        "LimitsTests.whatIsNoAttemptIsNotCharged", r"whatIsNoAttemptIsNotCharged",
    ),
    (
        "rate limit: a batch over it is answered message by message", SERVICE,
        "if let rate = context.rate, !rate.isAllowed { throw .tooManyRequests(rate) }\n"
        "      let replies",
        "let replies",
        "MCPServiceHTTPTests.HTTPAnswerTests", r"answers",
    ),
    (
        "host: any name is accepted", SERVICE,
        "names.contains(name) || route == .metrics && Self.isAddress(name)",
        "!name.isEmpty || route == .metrics && Self.isAddress(name)",
        ATTACKS, r"H26 evil\.example",
    ),
    (
        "origin: any origin is accepted", SERVICE,
        "guard sent.count == 1, isAllowed || hosts.contain(origin: origin) else {",
        "guard sent.count == 1 || hosts.contain(origin: origin) else {",
        ATTACKS, r"H25 Origin http://evil\.example",
    ),
    (
        "CORS: every origin gets the first one's permission", SERVICE,
        "return origins.first { $0.utf8.elementsEqual(origin.utf8) }",
        "return origin.isEmpty ? nil : origins.first",
        "MCPServiceHTTPTests.AllowedOriginsTests", r"otherOrigins",
    ),
    (
        "peer: anybody may send credentials in plain HTTP", SERVICE,
        "if requiresTrustedPeer, !proxies.contains(request.peer), !request.peer.isLoopback {",
        "if requiresTrustedPeer, proxies.contains(request.peer), !request.peer.isLoopback {",
        "MCPServiceHTTPTests.HTTPConfigurationTests", r"credentialsInPlainHTTPComeFromTheProxyAlone",
    ),
    (
        "proxy: anybody's X-Forwarded-For is believed", "Sources/HTTPTransport/Addresses",
        "guard contains(client), let address = Self.address(ASCII.trimmed(entry)) else {",
        "guard let address = Self.address(ASCII.trimmed(entry)) else {",
        "AttackTests.HTTPCredentialAttackTests", r"aStrangersWordOnTheirAddress",
    ),
    (
        "framing: a coding beside a length is accepted", HTTP,
        "guard lengths.isEmpty, isHTTP11, codings.count == 1,",
        "guard isHTTP11, codings.count == 1,",
        FRAMING, r"H1 a length, then a coding",
    ),
    (
        "framing: two lengths are accepted", HTTP,
        "guard lengths.count <= 1 else { throw .malformed }",
        "",
        FRAMING, r"H2 two lengths",
    ),
    (
        "framing: a coding on HTTP/1.0 is accepted", HTTP,
        "guard lengths.isEmpty, isHTTP11, codings.count == 1,",
        "guard lengths.isEmpty, codings.count == 1,",
        FRAMING, r"H7 chunked on HTTP/1\.0",
    ),
    (
        "framing: bare LF ends a line", HTTP,
        "guard length >= 0, buffer.readableBytesUInt8Span[length] == ASCII.carriageReturn else {",
        "guard length >= 0 else {",
        FRAMING, r"H13 bare LF|H8 bare LF",
    ),
    (
        "framing: a folded line and a space before the colon are accepted", HTTP,
        "while nameEnd < length, ASCII.isToken(line[nameEnd]) { nameEnd += 1 }",
        "while nameEnd < length, ASCII.isToken(line[nameEnd]) || ASCII.isSpace(line[nameEnd]) {"
        " nameEnd += 1 }",
        FRAMING, r"H13 a folded line",
    ),
    (
        "framing: a chunk extension may be anything", HTTP,
        "ChunkExtensions.areValid(line.extracting(end...))",
        "end <= line.count",
        FRAMING, r"H35 a quote without an end",
    ),
    (
        "framing: two Hosts are accepted", HTTP,
        "guard hosts.count == 1 || !line.isHTTP11 && hosts.isEmpty,",
        "guard hosts.count >= 1 || !line.isHTTP11 && hosts.isEmpty,",
        FRAMING, r"H12 two Hosts",
    ),
    (
        "framing: a head of any length is accepted", HTTP,
        "if let line {\n        if size > limits.head { throw .headTooLarge }",
        "if let line {",
        FRAMING, r"H20 a head of over 16 KiB",
    ),
    (
        "framing: an unfinished head of any length is kept", HTTP,
        "if size + lines.pending > limits.head { throw .headTooLarge }",
        "",
        FRAMING, r"H20 a field line of over 16 KiB without an end",
    ),
    (
        "body: a length over the limit is accepted", HTTP,
        "length > bodyLimit",
        "length > 2 * bodyLimit",
        FRAMING, r"H20 a length of 1 MiB and a byte",
    ),
    (
        "body: chunks over the limit are accepted", HTTP,
        "bytes.count > bodyLimit - body.bytes.count",
        "bytes.count > 2 * bodyLimit - body.bytes.count",
        FRAMING, r"H20 a chunk of 1 MiB and a byte",
    ),
    (
        "body: the bodies of all connections are not bounded", HTTP,
        "guard body.append(bytes) else { throw .overloaded }",
        "_ = body.append(bytes)",
        "HTTPTransportTests.BodyBudgetTests", r"aBodyOverTheBudgetIs503",
    ),
    (
        "body: its charge stays after the request", HTTP,
        "deinit { budget.give(bytes.count) }",
        "",
        "HTTPTransportTests.BodyBudgetTests", r"everyEndGivesTheBudgetBack|budgetIsWhole",
    ),
    (
        "body: its charge is given back before the request is over", HTTP,
        "arrivedBody = body",
        "_ = body",
        "HTTPTransportTests.BodyBudgetTests", r"theBodyIsChargedUntilItsRequestIsOver",
    ),
    (
        "inbox: unread bytes are not counted", HTTP,
        "guard received.readableBytes <= limit - unread.readableBytes else { return false }",
        "guard received.readableBytes <= limit else { return false }",
        "HTTPTransportTests.BufferTests", r"moreThanTheInboxHoldsEndsTheConnection",
    ),
    (
        "JSON: it nests twice as deep", "Sources/JSON",
        "guard depth <= Self.maximumDepth else { throw error(.tooDeep) }",
        "guard depth <= 2 * Self.maximumDepth else { throw error(.tooDeep) }",
        "JSONTests.JSONParserTests", r"nestsToTheLimit",
    ),
    (
        "MCP: the name in the header is not compared", "Sources/MCP",
        "guard mayBeMissing && names.isEmpty || names.count == 1 && Self.says(names[0], name)",
        "guard mayBeMissing && names.isEmpty || names.count == 1",
        "MCPTests.RequestHeadersTests", r"another name|the name Add",
    ),
    (
        "MCP: a batch of any length is served", "Sources/MCP",
        "guard 1...Self.maximumBatch ~= messages.count else {",
        "guard !messages.isEmpty else {",
        "MCPTests.MCPServerTests", r"51 messages",
    ),
    (
        "stdio: a client that reads nothing is read from", "Sources/StdioTransport",
        "!inputEnded && !terminated && output.count < Self.maximumWaiting",
        "!inputEnded && !terminated",
        "StdioTransportTests", r"aClientThatDoesNotReadIsNotReadFrom",
    ),
    (
        "stdio: a line of any length is kept", "Sources/StdioTransport",
        "if skipping || buffer.count - lineStart > maximumLength {",
        "if skipping {",
        "StdioTransportTests.LineFramerTests", r"skipsALongLineWithoutKeepingIt",
    ),
    (
        "file: a file that is not regular is read", "Sources/MCPService/Configuration/SecretFile.swift",
        "guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }",
        "",
        "RegularFileTests", r"whatIsNoRegularFileIsAnErrorAtOnce",
    ),
    (
        "SIGHUP: a setting that was removed falls back to its default", "Sources/MCPService",
        "return reload == .appliesAndRevokes || reload == .appliesIfDefault",
        "return true",
        "MCPServiceTests.ReloadTests", r"aSettingThatIsRemovedKeepsItsValueAndIsNamed",
    ),
    (
        "SIGHUP: any value of a switch applies", "Sources/MCPService",
        "value.map { fallback == .value(String(decoding: $0, as: UTF8.self)) } ?? true",
        "value != []",
        "MCPServiceTests.ReloadTests", r"neverOpensAccess",
    ),
    (
        "env file: a name may stand twice", "Sources/MCPService",
        "if let first = lines[entry.name] {",
        "if let first = lines[entry.name], first < 0 {",
        "MCPServiceTests.StdioConfigurationTests", r"aNameTwiceInAFileIsAnError",
    ),
    (
        "secret: a .env file is taken for a secret", "Sources/MCPService",
        "if let assignment { throw assignment }",
        "_ = assignment",
        "MCPServiceTests.SecretRuleTests", r"SecretRuleTests",
    ),
    (
        "secret: a key of the credentials file may be the secret of the tokens",
        "Sources/MCPServiceHTTP/Configuration/AcceptedCredentials.swift",
        "for secret in secrets[keys.count...] {", "for secret in secrets[secrets.count...] {",
        "MCPServiceHTTPTests.HTTPConfigurationTests", r"refusesASecretThatIsAlsoAKeyOfTheFile",
    ),
    (
        "secret: one secret may have two purposes",
        "Sources/MCPService/Configuration/OtherSecret.swift",
        "report(.sameSecret(variable: secret.variable, other: other.variable))", "_ = other",
        "MCPServiceHTTPTests.HTTPConfigurationTests", r"refusesOneSecretForTwoPurposes",
    ),
    (
        "tool: an argument is found by another spelling of its name",
        "Sources/MCPService/Tools/Tool.swift",
        "names.contains { $0.hasSameBytes(as: member.name) }", "names.contains(member.name)",
        "MCPServiceTests.ToolTests", r"findsNamesByTheirBytes",
    ),
    (
        "tool: every argument is accepted", "Sources/MCPService/Tools/Tool.swift",
        "guard areKnown else {", "guard areKnown || true else {",
        "MCPServiceTests.ToolTests", r"findsNamesByTheirBytes",
    ),
    (
        "name: control characters in the name of a caller", "Sources/Support/Subject.swift",
        "$0.value >= 0x20 && !(0x7F...0x9F ~= $0.value)", "$0.value >= 0",
        "SupportTests.SubjectTests", r"refuses\(",
    ),
    (
        "name: two spellings of a name are one caller", "Sources/Support/Subject.swift",
        "one.text.utf8.elementsEqual(other.text.utf8)", "one.text == other.text",
        "SupportTests.SubjectTests", r"comparesBytes",
    ),
    (
        "name: a user's name may have a colon", "Sources/Auth/Passwords/UserName.swift",
        'if subject.text.utf8.contains(UInt8(ascii: ":")) { return nil }', "",
        "AuthTests.UserNameTests", r"hasNoColon",
    ),
    (
        "event loop: a job runs inside another",
        "Sources/HTTPTransport/Connection/LoopExecutor.swift",
        "guard isOuter else { return }", "if false { return }",
        "HTTPTransportTests.LoopExecutorTests", r"noJobRunsInsideAnother",
    ),
    (
        "provider: the signature is not checked", PROVIDER_POLICY,
        "guard key.isValid(token.jws.signature, over: token.jws.signingInput) else {",
        "if false {",
        PROVIDER, r"O1 the kid of another key",
    ),
    (
        "provider: any type is accepted", "Sources/ResourceServer",
        """guard let type = policy.types.first(where: { $0.isType(of: header) }) else {
        throw .wrongType
      }""",
        "let type = policy.types.first ?? .absent",
        PROVIDER, r"O5 typ JWT",
    ),
    (
        "provider: a type that is no string counts as absent", JOSE,
        'type = object["typ"].map { $0.string ?? "" }',
        'type = object["typ"]?.string',
        PROVIDER, r"acceptsTheTypesThatAreEnabled",
    ),
    (
        "provider: iat is optional in an access token", PROVIDER_POLICY,
        'if type == .accessToken, claims.issuedAt == nil { throw .malformedClaim("iat") }',
        "",
        PROVIDER, r"O4 no iat",
    ),
    (
        "provider: the issuer is not compared", PROVIDER_POLICY,
        "guard claims.issuer.hasSameBytes(as: issuer) else { throw .wrongIssuer }",
        "",
        PROVIDER, r"O2 another issuer",
    ),
    (
        "provider: the audience is not compared", PROVIDER_POLICY,
        "guard claims.audience.contains(where: isOurs) else { throw .wrongAudience }",
        "",
        PROVIDER, r"O3 another server",
    ),
    (
        "provider: an audience with our beginning is ours", PROVIDER_POLICY,
        "audiences.contains { $0.hasSameBytes(as: audience) }",
        "audiences.contains { audience.utf8.starts(with: $0.utf8) }",
        PROVIDER, r"O3 a slash more",
    ),
    (
        "provider: a token is valid at the end of the leeway", PROVIDER_POLICY,
        "guard claims.expiresAt > now - leeway else { throw .expired }",
        "guard claims.expiresAt >= now - leeway else { throw .expired }",
        PROVIDER, r"O4 exp 30 s ago",
    ),
    (
        "provider: nbf is not checked", PROVIDER_POLICY,
        "guard claims.notBefore ?? now <= now + leeway else { throw .notYetValid }",
        "",
        PROVIDER, r"O4 nbf in 30.001 s",
    ),
    (
        "provider: iat may be in the future", PROVIDER_POLICY,
        "guard claims.issuedAt ?? now <= now + leeway else { throw .issuedInTheFuture }",
        "",
        PROVIDER, r"O4 iat in 31 s",
    ),
    (
        "provider: a bound token is a Bearer token", PROVIDER_POLICY,
        'if payload["cnf"] != nil { throw .boundToken }',
        "",
        PROVIDER, r"O6 bound to a DPoP key",
    ),
    (
        "provider: an ID token is an access token", PROVIDER_POLICY,
        "guard type == .accessToken || claims.areOfAnAccessToken else { throw .notAnAccessToken }",
        "",
        PROVIDER, r"tellsAccessTokensFromOthers",
    ),
    (
        "provider: the log has names without the setting", PROVIDER_POLICY,
        "name: namesInLog ? claims.name : nil, email: namesInLog ? claims.email : nil",
        "name: claims.name, email: claims.email",
        PROVIDER, r"namesAreForTheLogAlone",
    ),
    (
        "provider: sub may be anything", PROVIDER_CLAIMS,
        "registered.subject.flatMap(Subject.init)",
        'registered.subject.map({ Subject($0) ?? Subject(constant: "x") })',
        PROVIDER, r"O8 a line feed in sub",
    ),
    (
        "provider: a client may be anything", PROVIDER_CLAIMS,
        "try payload.claim(name, { $0.string.flatMap(Subject.init) })",
        "payload[name]?.string.flatMap(Subject.init)",
        PROVIDER, r"O8 a line feed in azp",
    ),
    (
        "provider: scope may be an array", PROVIDER_CLAIMS,
        'try payload.claim("scope") { $0.string.flatMap(tokens) }',
        'try payload.claim("scope") { $0.string.flatMap(tokens) ?? $0.strings }',
        PROVIDER, r"O7 scope as array",
    ),
    (
        "provider: spaces between scopes are not counted", PROVIDER_CLAIMS,
        "tokens.contains { $0.isEmpty } ? nil : tokens.map",
        "tokens.map",
        PROVIDER, r"O7 two spaces",
    ),
    (
        "provider: any number of scopes", PROVIDER_CLAIMS,
        "guard names.count <= maximumNames else { throw .malformedClaim(claim) }",
        "",
        PROVIDER, r"O7 257 scopes",
    ),
    (
        "provider: the scopes in scope are not bounded", PROVIDER_CLAIMS,
        'if let scope { return try bounded(scope, "scope") }',
        "if let scope { return scope }",
        PROVIDER, r"O7 257 scopes",
    ),
    (
        "provider: the scopes in scp are not bounded", PROVIDER_CLAIMS,
        'return try scp.map { scp throws(JWTError) in try bounded(scp, "scp") }',
        "return scp",
        PROVIDER, r"O7 257 scopes in scp",
    ),
    (
        "provider: a client is a user", PROVIDER_CLAIMS,
        "client == subject ||",
        "",
        PROVIDER, r"tellsClientsFromUsers.*RFC 9068",
    ),
    (
        "provider: a client of Entra is a user", PROVIDER_CLAIMS,
        '|| says("idtyp", "app")',
        "",
        PROVIDER, r"tellsClientsFromUsers.*Entra",
    ),
    (
        "provider: a client of Auth0 is a user", PROVIDER_CLAIMS,
        '|| says("gty", "client-credentials")',
        "",
        PROVIDER, r"tellsClientsFromUsers.*Auth0",
    ),
    (
        "provider: an ID token has a nonce", PROVIDER_CLAIMS,
        '["nonce", "at_hash", "c_hash", "s_hash", "events"]',
        '["at_hash", "c_hash", "s_hash", "events"]',
        PROVIDER, r"tellsAccessTokensFromOthers.*nonce",
    ),
    (
        "provider: an ID token has at_hash", PROVIDER_CLAIMS,
        '["nonce", "at_hash", "c_hash", "s_hash", "events"]',
        '["nonce", "c_hash", "s_hash", "events"]',
        PROVIDER, r"tellsAccessTokensFromOthers.*at_hash",
    ),
    (
        "provider: an ID token has c_hash", PROVIDER_CLAIMS,
        '["nonce", "at_hash", "c_hash", "s_hash", "events"]',
        '["nonce", "at_hash", "s_hash", "events"]',
        PROVIDER, r"tellsAccessTokensFromOthers.*c_hash",
    ),
    (
        "provider: a refresh token of Keycloak is an access token", PROVIDER_CLAIMS,
        'if payload["typ"] != nil, !says("typ", "Bearer") { return false }',
        "",
        PROVIDER, r"tellsAccessTokensFromOthers.*Refresh",
    ),
    (
        "provider: a payload type that is no string is none", PROVIDER_CLAIMS,
        'if payload["typ"] != nil, !says',
        'if payload["typ"]?.string != nil, !says',
        PROVIDER, r"tellsAccessTokensFromOthers.*as array",
    ),
    (
        "provider: a token without scopes is an access token", PROVIDER_CLAIMS,
        'return scopes != nil || payload["roles"] != nil && client != nil',
        "return true",
        PROVIDER, r"tellsAccessTokensFromOthers.*no scope, no roles",
    ),
    (
        "provider: an ID token of Entra with roles is an access token", PROVIDER_CLAIMS,
        'payload["roles"] != nil && client != nil',
        'payload["roles"] != nil',
        PROVIDER, r"tellsAccessTokensFromOthers.*roles \(Entra\)",
    ),
    (
        "permissions: a user's token without scopes has its roles", PERMISSION_MAP,
        "return (claims.isClient ? caller ?? [] : [], caller)",
        "return (caller ?? [], caller)",
        PROVIDER, r"grantsWhatBothSidesGrant.*no scope",
    ),
    (
        "permissions: roles do not limit", PERMISSION_MAP,
        "caller.map(granted.intersection) ?? granted",
        "granted",
        PROVIDER, r"grantsWhatBothSidesGrant.*the user may less",
    ),
    (
        "permissions: scopes do not limit", PERMISSION_MAP,
        "caller.map(granted.intersection) ?? granted",
        "caller ?? granted",
        PROVIDER, r"grantsWhatBothSidesGrant.*the client may less",
    ),
    (
        "permissions: a client has the permissions of a user of its name", PERMISSION_MAP,
        "claims.isOfAUser ? subjects[claims.subject.text] : []",
        "subjects[claims.subject.text]",
        PROVIDER, r"grantsWhatBothSidesGrant.*a client with a user's name",
    ),
    (
        "permissions: a token without a client is a user's", PROVIDER_CLAIMS,
        "client != nil && !isClient",
        "!isClient",
        PROVIDER, r"grantsWhatBothSidesGrant.*a subject without a client",
    ),
    (
        "permissions: a client is a user of the map", PROVIDER_CLAIMS,
        "client != nil && !isClient",
        "client != nil",
        PROVIDER, r"grantsWhatBothSidesGrant.*a client with a user's name",
    ),
    (
        "permissions: a scope is its name beside a table", PERMISSION_MAP,
        "?? PermissionSet(names.compactMap(Permission.init(known:)))",
        "?? []",
        PROVIDER, r"withoutAFileAScopeIsItsName",
    ),
    (
        "permissions: a claim of roles may be anything", PERMISSION_MAP,
        "throw .malformedClaim(label)\n",
        "return []\n",
        PROVIDER, r"refusesRolesThatAreNoNames.*roles as number",
    ),
    (
        "permissions: any number of roles", PERMISSION_MAP,
        "return try ProviderTokenClaims.bounded(names, label)",
        "return names",
        PROVIDER, r"refusesRolesThatAreNoNames.*257 roles",
    ),
    (
        "permissions: a name with dots is a path only", PERMISSION_MAP,
        "if names.count == 1, let whole = payload[names[0]] { return whole }",
        "",
        PROVIDER, r"findsTheRoles.*Auth0",
    ),
    (
        "permissions: a file of any size", "Sources/Auth/SettingsFile.swift",
        "guard text.count <= maximumLength else {",
        "if false {",
        PROVIDER, r"refusesAFile.*64 KiB and a byte",
    ),
    (
        "permissions: any number of entries", PERMISSION_FILE,
        "guard entries <= PermissionMap.maximumEntries else {",
        "if false {",
        PROVIDER, r"refusesAFile.*1025 entries",
    ),
    (
        "permissions: an unknown table is ignored", PERMISSION_FILE,
        'try refuseOthers(in: file, [], than: ["scopes", "roles", "groups", "subjects", "claims"])',
        "",
        PROVIDER, r"refusesAFile.*another member",
    ),
    (
        "permissions: an unknown claim is ignored", PERMISSION_FILE,
        "if let claims {", "if false, let claims {",
        PROVIDER, r"refusesAFile.*another claim",
    ),
    (
        "permissions: an unknown permission is ignored", PERMISSION_FILE,
        "return permissions.count == names.count ? PermissionSet(permissions) : nil",
        "return PermissionSet(permissions)",
        PROVIDER, r"refusesAFile.*an unknown permission",
    ),
    (
        "permissions: a path of any length", PERMISSION_FILE,
        "guard 1...8 ~= names.count, names",
        "guard 1... ~= names.count, names",
        PROVIDER, r"refusesAFile.*a path of nine",
    ),
    (
        "permissions: a path may have empty names", PERMISSION_FILE,
        "guard 1...8 ~= names.count, names.allSatisfy({ !$0.utf8.isEmpty }) else {",
        "guard 1...8 ~= names.count else {",
        PROVIDER, r"refusesAFile.*a path with an empty name",
    ),
    (
        "authority: a text allows", "Sources/ResourceServer/Authority/AuthZENAuthority.swift",
        'case .bool(let isAllowed)? = (try? JSONParser.parse(response.body))?.object?["decision"]',
        'case let value? = (try? JSONParser.parse(response.body))?.object?["decision"], case let isAllowed = value == true || value == "true"',
        AUTHORITY, r"onlyTrueAllows.*a text",
    ),
    (
        "authority: any status decides", "Sources/ResourceServer/Authority/AuthZENAuthority.swift",
        "guard response.status == 200 else {", "guard response.status != 0 else {",
        AUTHORITY, r"onlyTrueAllows.*an error that allows",
    ),
    (
        "authority: a page decides", "Sources/ResourceServer/Authority/AuthZENAuthority.swift",
        "guard response.mediaType == Array(\"application/json\".utf8) else {",
        "guard response.status == 200 else {",
        AUTHORITY, r"onlyJSONDecides.*a page that has the text of a decision",
    ),
    (
        "authority: one of two types decides", "Sources/HTTPClient/OutboundResponse+Fields.swift",
        "guard types.count == 1 else {", "guard !types.isEmpty else {",
        AUTHORITY, r"onlyJSONDecides.*two fields",
    ),
    (
        "authority: a response of any size", "Sources/ResourceServer/Authority/AuthZENAuthority.swift",
        "guard response.body.count <= Self.maximumLength,", "guard",
        AUTHORITY, r"onlyTrueAllows.*64 KiB and a byte",
    ),
    (
        "authority: a client is a user", "Sources/ResourceServer/Authority/AuthZENAuthority.swift",
        "provider.map { $0.client != nil && !$0.isClient } ?? false", "provider != nil",
        AUTHORITY, r"theFileDeniesByDefault.*O61|aClientIsNoUser",
    ),
    (
        "authority: the file is for every caller", "Sources/ResourceServer/Authority/FileAuthority.swift",
        "guard question.identity.isUser else { return .deny }", "",
        AUTHORITY, r"theFileDeniesByDefault.*O61",
    ),
    (
        "authority: a row for everybody", "Sources/ResourceServer/Authority/FileAuthority.swift",
        '!subject.hasSameBytes(as: "*"), let tool', "let tool",
        AUTHORITY, r"aFileOfAnotherFormIsRefused",
    ),
    (
        "authority: an unknown member of a row", "Sources/ResourceServer/Authority/FileAuthority.swift",
        "guard areKnown, let subject", "guard areKnown || true, let subject",
        AUTHORITY, r"aFileOfAnotherFormIsRefused",
    ),
    (
        "authority: any number of rows", "Sources/ResourceServer/Authority/FileAuthority.swift",
        "guard values.count <= Self.maximumRows else {", "guard values.count >= 0 else {",
        AUTHORITY, r"aFileOfAnotherFormIsRefused",
    ),
    (
        "authority: not asked", "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        "      try await authorize(tool, call, identity, context)\n", "",
        OAUTH, r"onlyTheAuthoritysYesAllows",
    ),
    (
        "authority: asked before the permissions", "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        "      try tool.authorize(identity)\n      try await authorize(tool, call, identity, context)\n",
        "      try await authorize(tool, call, identity, context)\n      try tool.authorize(identity)\n",
        OAUTH, r"theAuthorityIsAskedLast",
    ),
    (
        "resource: a missing scope is no 403 in the handshake era",
        "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        "call.version == .v2026_07_28 || isStepUp", "call.version == .v2026_07_28",
        OAUTH, r"aMissingScopeIsNamed",
    ),
    (
        "resource: a missing role is a missing scope", "Sources/Auth/Identity.swift",
        "provider?.limit?.contains(permission) ?? true", "true",
        OAUTH, r"aMissingRoleIsNoMissingScope",
    ),
    (
        "resource: a guest gets 403", "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        "if identity.method == .guest, resource != nil { throw .signInNeeded(permission) }", "",
        OAUTH, r"aGuestSignsInForMore",
    ),
    (
        "resource: the metadata for any Host", "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        'try hosts.check(request.fields["Host"], for: route)',
        'if route != .metadata { try hosts.check(request.fields["Host"], for: route) }',
        OAUTH, r"aForeignHostGetsNoMetadata",
    ),
    (
        "resource: two allowed origins", "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        "route == .metadata {\n      context.origin = nil\n", "route == .metadata {\n",
        OAUTH, r"theMetadataHasOneOrigin",
    ),
    (
        "resource: a provider that is down is a wrong token",
        "Sources/MCPServiceHTTP/Pipeline/HTTPProblem.swift",
        '503, "The server cannot verify tokens', '401, "The server cannot verify tokens',
        OAUTH, r"aProviderThatIsDownIsNoWrongToken",
    ),
    (
        "resource: a public address without TLS", "Sources/MCPServiceOAuth/OAuthConfiguration.swift",
        "guard origin.scheme == .https || isLoopback else {", "guard origin.scheme != .https || true else {",
        OAUTH, r"a public address without TLS",
    ),
    (
        "resource: an issuer without TLS", "Sources/MCPServiceOAuth/ProviderSettings.swift",
        "case .http where allowsLoopback: return text", "case .http where true: return text",
        OAUTH, r"an issuer without TLS",
    ),
    (
        "resource: settings of other servers are ignored",
        "Sources/MCPService/Configuration/EnvironmentReader.swift",
        "errors.append(.refused(variable: variable, by: settings.executable))", "_ = variable",
        OAUTH, r"credentials of other servers",
    ),
    (
        "resource: the log has the query of a URL", "Sources/ResourceServer/Discovery.swift",
        'shown(url.utf8.prefix { $0 != UInt8(ascii: "?") })', "shown(url.utf8)",
        KEYS, r"theLogHasNoQuery",
    ),
    (
        "resource: a long name in an error", PERMISSION_FILE,
        ".lazy.filter(ASCII.isVisible).prefix(100)", ".lazy.filter(ASCII.isVisible)",
        PROVIDER, r"a long name with control characters",
    ),
    (
        "resource: control characters in an error", PERMISSION_FILE,
        ".lazy.filter(ASCII.isVisible)", "",
        PROVIDER, r"a long name with control characters",
    ),
    (
        "resource: the address of the metadata as the issuer",
        "Sources/MCPServiceOAuth/ProviderSettings.swift",
        'guard Array(issuer.utf8).firstRange(of: Array("/.well-known/".utf8)) == nil else {',
        "guard true else {",
        OAUTH, r"the metadata in place of the issuer",
    ),
    (
        "settings: JSON in place of a path", "Sources/MCPService/Configuration/EnvironmentReader.swift",
        "if setting.kind.isJSON, path.utf8.first", "if false, path.utf8.first",
        OAUTH, r"JSON in place of a path",
    ),
    (
        "resource: a proxy with TLS", "Sources/MCPServiceOAuth/ProviderSettings.swift",
        "if Origin(of: proxy)?.scheme == .https {", "if false {",
        OAUTH, r"a proxy with TLS",
    ),
    (
        "resource: names are always in the log", "Sources/MCPServiceOAuth/ProviderSettings.swift",
        "namesInLog: showsNames)", "namesInLog: true)",
        OAUTH, r"theLogHasNamesOnlyIfTheSettingSaysSo",
    ),
    (
        "resource: a colon without a port", "Sources/MCPServiceOAuth/OAuthConfiguration.swift",
        "reader.reportInvalid(setting)", "",
        OAUTH, r"a colon without a port",
    ),
    (
        "resource: a server without a protection",
        "Sources/MCPServiceHTTP/Configuration/HTTPConfiguration.swift",
        "guard protect != nil else {", "guard true || protect != nil else {",
        OAUTH, r"withoutAProtectionThereIsNoConfiguration",
    ),
    (
        "authority: other members of the file", "Sources/ResourceServer/Authority/FileAuthority.swift",
        'file.members.count == 1, ', '',
        AUTHORITY, r"aFileOfAnotherFormIsRefused",
    ),
    (
        "authority: a row twice", "Sources/ResourceServer/Authority/FileAuthority.swift",
        'guard rows.insert(row).inserted else {', 'guard rows.insert(row).inserted || true else {',
        AUTHORITY, r"aFileOfAnotherFormIsRefused",
    ),
    (
        "authority: a tool without a name", "Sources/ResourceServer/Authority/FileAuthority.swift",
        'let tool = members["tool"]?.string, !tool.utf8.isEmpty', 'let tool = members["tool"]?.string',
        AUTHORITY, r"aFileOfAnotherFormIsRefused",
    ),
    (
        "authority: an object without a name", "Sources/ResourceServer/Authority/FileAuthority.swift",
        'guard let text = value.string, !text.utf8.isEmpty else', 'guard let text = value.string else',
        AUTHORITY, r"aFileOfAnotherFormIsRefused",
    ),
    (
        "authority: a subject that is no name", "Sources/ResourceServer/Authority/FileAuthority.swift",
        ', Subject.isValid(subject),', ',',
        AUTHORITY, r"aFileOfAnotherFormIsRefused",
    ),
    (
        "authority: two of them", "Sources/MCPServiceOAuth/AuthoritySettings.swift",
        "reader.report(.exclusive(Settings.authorityURL.name, Settings.authorityFile.name))", "",
        OAUTH, r"two authorities",
    ),
    (
        "outbound: loopback without its setting", "Sources/MCPServiceOAuth/ProviderSettings.swift",
        "outbound.allowsLoopback = allowsLoopback", "outbound.allowsLoopback = true",
        OAUTH, r"outboundRequestsFollowTheSettings",
    ),
    (
        "outbound: the authority is no trusted origin",
        "Sources/MCPServiceOAuth/OAuthConfiguration.swift",
        "settings.introspection?.url, authority?.url]", "settings.introspection?.url]",
        OAUTH, r"outboundRequestsFollowTheSettings",
    ),
    (
        "resource: tokens over plain HTTP in public",
        "Sources/MCPServiceHTTP/Configuration/AcceptedCredentials.swift",
        "isSignIn ? [.signIn] : []", "[]",
        OAUTH, r"noTokensOverPlainHTTPInPublic",
    ),
    (
        "state: a symbolic link", f"{STATE}/StateFile.swift",
        "guard kind != S_IFLNK else { throw .symbolicLink }", "",
        STATE_FILE, r"aSymbolicLink",
    ),
    (
        "state: the file of another user", f"{STATE}/StateFile.swift",
        "guard status.st_uid == geteuid() else { throw .otherOwner }", "",
        STATE_FILE, r"theFileOfAnotherIsRefused",
    ),
    (
        "state: a file that others may read", f"{STATE}/StateFile.swift",
        "guard mode & 0o077 == 0 else { throw .notPrivate(mode: Int(mode)) }", "",
        STATE_FILE, r"rightsOfOthersAreRefused",
    ),
    (
        "state: links beside the file", f"{STATE}/StateFile.swift",
        "for suffix in suffixes { _ = try mode(of: path + suffix) }", "",
        STATE_FILE, r"aSymbolicLinkBesideTheFileIsRefused",
    ),
    (
        "state: the database of another program", f"{STATE}/Schema.swift",
        "guard identity == 0, version == 0, tables == 0 else { throw .otherDatabase }", "",
        "StateTests.DatabaseTests", r"theDatabaseOfAnotherProgramIsRefusedAndNotChanged",
    ),
    (
        "state: a newer schema", f"{STATE}/Schema.swift",
        "guard version <= versions.count else { throw .newerSchema(version) }", "",
        "StateTests.DatabaseTests", r"aNewerSchemaIsRefusedAndNotChanged",
    ),
    (
        "state: no sync at a commit", f"{STATE}/Database.swift",
        "PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF",
        "StateTests.DatabaseTests", r"settings",
    ),
    (
        "state: reads before it locks", f"{STATE}/Database.swift",
        "BEGIN IMMEDIATE", "BEGIN",
        "StateTests.RaceTests", r"oneOfMany|theBoundOfClientsHolds",
    ),
    (
        "state: the cookie of another browser", f"{STATE}/AuthorizationState+Transactions.swift",
        "guard stored.cookie.isEqual(to: cookie) else { return .wrongCookie }\n      try", "try",
        "StateTests.TransactionTests", r"aWrongCookieLeavesTheTransaction",
    ),
    (
        "state: an expired sign-in", f"{STATE}/AuthorizationState+Transactions.swift",
        "guard now < stored.expiresAt else { return .expired }\n      return", "return",
        "StateTests.TransactionTests", r"aTransactionExpires",
    ),
    (
        "state: the code of another client", CODES,
        "guard code.clientID.hasSameBytes(as: request.clientID) else { return .wrongClient }", "",
        "StateTests.CodeTests", r"aWrongRequestChangesNothing",
    ),
    (
        "state: another redirect URI", CODES,
        "guard code.redirectURI.hasSameBytes(as: request.redirectURI) else { return .wrongRedirectURI }",
        "",
        "StateTests.CodeTests", r"aWrongRequestChangesNothing",
    ),
    (
        "state: a code for another resource", CODES,
        "guard code.resource.hasSameBytes(as: request.resource) else { return .wrongResource }", "",
        "StateTests.CodeTests", r"aWrongRequestChangesNothing",
    ),
    (
        "state: a code with another verifier", CODES,
        "guard verifies(code.challenge) else { return .wrongVerifier }", "",
        "StateTests.CodeTests", r"aWrongRequestChangesNothing",
    ),
    (
        "state: an expired code", CODES,
        "guard now < code.expiresAt else { return .expired }", "",
        "StateTests.CodeTests", r"aCodeExpires",
    ),
    (
        "state: a used code ends no grant", CODES,
        "if let grant = stored.grant { _ = try connection.revokeGrant(grant, now: now) }", "",
        "StateTests.CodeTests", r"theSecondRightRequestEndsTheGrant",
    ),
    (
        "state: a used code is good again", CODES,
        "isUsed = !row.isNull(9)", "isUsed = false",
        "StateTests.CodeTests", r"theSecondRightRequestEndsTheGrant",
    ),
    (
        "state: the refresh token of another client", REFRESH,
        "guard grant.clientID.hasSameBytes(as: client) else { return .wrongClient }", "",
        "StateTests.RefreshTokenTests", r"theTokenOfAnotherClientOrResourceIsRefused",
    ),
    (
        "state: a refresh token for another resource", REFRESH,
        "guard grant.resource.hasSameBytes(as: resource) else { return .wrongResource }", "",
        "StateTests.RefreshTokenTests", r"theTokenOfAnotherClientOrResourceIsRefused",
    ),
    (
        "state: a used refresh token is good again", REFRESH,
        "isUsed: !row.isNull(3)", "isUsed: false",
        "StateTests.RefreshTokenTests", r"theReuseOfATokenEndsTheGrant",
    ),
    (
        "state: an idle refresh token", REFRESH,
        "guard now < token.idleEnd else { return .expired }", "",
        "StateTests.RefreshTokenTests", r"anIdleTokenExpires",
    ),
    (
        "state: the refresh token of a grant that has ended", REFRESH,
        "guard grant.isActive(at: now) else { return .ended }", "",
        "StateTests.(RefreshTokenTests|GrantTests)", r"aGrantIsRevokedOnce|anIdleTokenExpires",
    ),
    (
        "state: a client revokes the token of another", REFRESH,
        "guard grant.clientID.hasSameBytes(as: client) else { return nil }", "",
        "StateTests.RefreshTokenTests", r"revokingATokenEndsItsGrant",
    ),
    (
        "state: a revoked grant is active", f"{STATE}/AuthorizationState+Grants.swift",
        "WHERE id = ? AND revoked_at IS NULL AND ends_at > ?", "WHERE id = ? AND ends_at > ?",
        "StateTests.GrantTests", r"aGrantIsRevokedOnce",
    ),
    (
        "state: the codes of a removed user", f"{STATE}/AuthorizationState+Grants.swift",
        '"DELETE FROM codes WHERE user_id = ? AND used_at IS NULL"',
        '"DELETE FROM codes WHERE user_id = ? AND 0"',
        "StateTests.GrantTests", r"theGrantsOfAUserOrAClientAreRevoked",
    ),
    (
        "state: a flood ends the sign-in of another",
        f"{STATE}/AuthorizationState.swift",
        "(SELECT number FROM \\(table) WHERE expires_at <= ? LIMIT ?)",
        "(SELECT number FROM \\(table) WHERE ? > 0 LIMIT ?)",
        "StateTests.TransactionTests", r"aFullTableRefusesTheNewOne",
    ),
    (
        "state: a payload of any length", f"{STATE}/AuthorizationState+Transactions.swift",
        "guard transaction.payload.count <= Self.maximumPayloadLength else { throw .tooLarge }", "",
        "StateTests.TransactionTests", r"aLongPayloadIsRefused",
    ),
    (
        "state: any number of grants of a user for a client",
        f"{STATE}/AuthorizationState+Grants.swift",
        "ORDER BY number DESC LIMIT -1 OFFSET ?4", "ORDER BY number DESC LIMIT 0 OFFSET ?4",
        "StateTests.GrantTests", r"aUserHasABoundedNumberOfGrantsForAClient",
    ),
    (
        "state: any number of clients", f"{STATE}/AuthorizationState+Clients.swift",
        'guard try connection.rowCount(of: "clients") < limit else { throw StateError.full }', "",
        "StateTests.(ClientTests|RaceTests)", r"aFullTableRemovesOnlyOldClientsWithoutAGrant",
    ),
    (
        "state: a client with a grant is removed", f"{STATE}/AuthorizationState+Clients.swift",
        "is_dynamic = 1 AND last_grant_at IS NULL AND", "is_dynamic = 1 AND",
        "StateTests.ClientTests", r"aFullTableRemovesOnlyOldClientsWithoutAGrant",
    ),
    (
        "state: the first code of a consent stays valid",
        f"{STATE}/AuthorizationState+Transactions.swift",
        "if let previous = stored.code {", "if let previous = stored.code, false {",
        "StateTests.CodeTests", r"aNewCodeReplacesTheOneBefore",
    ),
    (
        "state: two first keys", f"{STATE}/AuthorizationState+SigningKeys.swift",
        "if onlyAsFirst, try connection.count(active) > 0 { return false }", "",
        "StateTests.(SigningKeyTests|RaceTests)", r"oneFirstKeyIsStored|oneOfManyFirstKeysIsStored",
    ),
    (
        "state: a second revocation moves the first",
        f"{STATE}/AuthorizationState+Grants.swift",
        '"UPDATE grants SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"',
        '"UPDATE grants SET revoked_at = ? WHERE id = ?"',
        "StateTests.GrantTests", r"aGrantIsRevokedOnce",
    ),
    (
        "form: a parameter twice", "Sources/OAuth/FormBody.swift",
        "guard names.insert(Array(name.utf8)).inserted else { throw .duplicateParameter }",
        "",
        r"^OAuthTests\.FormBodyTests", r"refuses",
    ),
    (
        "form: any length", "Sources/OAuth/FormBody.swift",
        "guard text.count <= Self.maximumLength else { throw .tooLong }",
        "",
        r"^OAuthTests\.FormBodyTests", r"aFormHasALimit",
    ),
    (
        "form: any number of parameters", "Sources/OAuth/FormBody.swift",
        "guard parts.count <= Self.maximumParameters else { throw .tooManyParameters }",
        "",
        r"^OAuthTests\.FormBodyTests", r"theNumberOfParametersHasALimit",
    ),
    (
        "form: control characters", "Sources/OAuth/FormBody.swift",
        "$0.value >= 0x20 && !(0x7F...0x9F ~= $0.value)",
        "_ in true",
        r"^OAuthTests\.FormBodyTests", r"refuses",
    ),
    (
        "form: an empty value counts", "Sources/OAuth/FormBody.swift",
        "value?.isEmpty == true ? nil : value",
        "value",
        r"^OAuthTests\.FormBodyTests", r"aParameterWithoutAValueIsAbsent",
    ),
    (
        "pkce: any method", "Sources/OAuth/CodeChallenge.swift",
        "guard let method, method.utf8.elementsEqual(Self.method.utf8) else {",
        "guard method?.isEmpty != true else {",
        r"^OAuthTests\.CodeChallengeTests", r"refusesAChallenge",
    ),
    (
        "pkce: a verifier of any length", "Sources/OAuth/CodeVerifier.swift",
        "43...128 ~= text.utf8.count, ",
        "",
        r"^OAuthTests\.CodeChallengeTests", r"aVerifierHasAForm.*(42|129) characters",
    ),
    (
        "pkce: any verifier", "Sources/OAuth/CodeChallenge.swift",
        "digest.isEqual(to: SHA256Digest(of: verifier.secret.exposed.utf8))",
        "!verifier.secret.exposed.isEmpty",
        r"^OAuthTests\.CodeChallengeTests", r"refusesAnotherVerifier",
    ),
    (
        "redirect: http to any host", "Sources/OAuth/RedirectURI.swift",
        "|| isLoopback && text",
        "|| text",
        r"^OAuthTests\.RedirectURITests", r"refusesToRegister.*http",
    ),
    (
        "redirect: dot segments", "Sources/OAuth/RedirectURI.swift",
        "guard !PercentEncoding.hasDotSegment(target) else { return nil }",
        "",
        r"^OAuthTests\.RedirectURITests", r"refusesToRegister.*dot",
    ),
    (
        "redirect: the port of a client with a secret", "Sources/OAuth/RedirectURI.swift",
        "guard isPublic, isLoopback,",
        "guard isLoopback,",
        r"^OAuthTests\.RedirectURITests", r"thePortOfANativeClientMayDiffer",
    ),
    (
        "redirect: any port off loopback", "Sources/OAuth/RedirectURI.swift",
        "guard isPublic, isLoopback, text.hasBytes(atStart: Self.http),\n      requested.hasBytes(atStart: Self.http + host), let own",
        "guard isPublic, let own",
        r"^OAuthTests\.RedirectURITests", r"anotherURIDoesNotMatch",
    ),
    (
        "redirect: another loopback host", "Sources/OAuth/RedirectURI.swift",
        "return other.origin.host == host && other",
        "return other",
        r"^OAuthTests\.RedirectURITests", r"anotherURIDoesNotMatch",
    ),
    (
        "redirect: another path", "Sources/OAuth/RedirectURI.swift",
        " && other.target == own.target",
        "",
        r"^OAuthTests\.RedirectURITests", r"anotherURIDoesNotMatch",
    ),
    (
        "redirect: no issuer", "Sources/OAuth/AuthorizationRedirect.swift",
        'parameters.append(("iss", issuer))',
        "",
        r"^OAuthTests\.AuthorizationRedirectTests", r"anErrorHasTheIssuerToo",
    ),
    (
        "resource: another one", "Sources/OAuth/ResourceIndicator.swift",
        "guard accepted.contains(Self.withLowercaseOrigin(Array(parameter.utf8))) else {",
        "guard !accepted.isEmpty else {",
        r"^OAuthTests\.ParameterTests", r"refusesAnotherResource",
    ),
    (
        "scope: any characters", "Sources/OAuth/ScopeList.swift",
        ", tokens.allSatisfy(Self.isScope)",
        "",
        r"^OAuthTests\.ParameterTests", r"refusesScopes",
    ),
    (
        "scope: any number", "Sources/OAuth/ScopeList.swift",
        "tokens.count <= Self.maximumScopes, ",
        "",
        r"^OAuthTests\.ParameterTests", r"scopesHaveALimit",
    ),
    (
        "client: a document of any length", "Sources/OAuth/ClientMetadata.swift",
        "guard document.count <= Self.maximumDocumentLength else { throw .tooLong }",
        "",
        r"^OAuthTests\.ClientIDURLTests", r"aDocumentHasALimit",
    ),
    (
        "client: the document of another", "Sources/OAuth/ClientMetadata.swift",
        'object["client_id"]?.string?.hasSameBytes(as: url.text) == true',
        'object["client_id"] != nil',
        r"^OAuthTests\.ClientIDURLTests", r"theDocumentOfAnotherClientIsRefused",
    ),
    (
        "client: a secret in the document", "Sources/OAuth/ClientMetadata.swift",
        "guard secrets.allSatisfy({ object.optional($0) == nil }) else { throw .secretInDocument }",
        "_ = secrets",
        r"^OAuthTests\.ClientIDURLTests", r"refusesADocument",
    ),
    (
        "client: a method with a secret in the document", "Sources/OAuth/ClientMetadata.swift",
        "guard authenticationMethod == .none else { throw .unsupportedMethod }",
        "",
        r"^OAuthTests\.ClientIDURLTests", r"refusesADocument",
    ),
    (
        "client: any number of redirect URIs", "Sources/OAuth/ClientMetadata.swift",
        "guard uris.count <= Self.maximumRedirectURIs else { throw .tooManyRedirectURIs }",
        "",
        r"^OAuthTests\.ClientMetadataTests", r"refuses",
    ),
    (
        "client: no redirect URI", "Sources/OAuth/ClientMetadata.swift",
        "guard !accepted.isEmpty else { throw .noRedirectURI }",
        "",
        r"^OAuthTests\.ClientMetadataTests", r"refuses",
    ),
    (
        "client: no authorization code", "Sources/OAuth/ClientMetadata.swift",
        "guard types.contains(.authorizationCode) else { throw .unsupportedGrantType }",
        "",
        r"^OAuthTests\.ClientMetadataTests", r"refuses",
    ),
    (
        "client: a name of any length", "Sources/OAuth/ClientMetadata.swift",
        "guard text.utf8.count <= ClientName.maximumLength else { throw .longName }",
        "",
        r"^OAuthTests\.ClientMetadataTests", r"refuses",
    ),
    (
        "client: invisible characters in a name", "Sources/OAuth/ClientName.swift",
        "text.unicodeScalars.filter(Self.isVisible)[...]",
        "text.unicodeScalars[...]",
        r"^OAuthTests\.ClientMetadataTests", r"aNameIsVisible",
    ),
    (
        "client id: no path", "Sources/OAuth/ClientIDURL.swift",
        "path.count > 1, ",
        "",
        r"^OAuthTests\.ClientIDURLTests", r"refuses.*path",
    ),
    (
        "client id: dot segments", "Sources/OAuth/ClientIDURL.swift",
        ", !PercentEncoding.hasDotSegment(path)",
        "",
        r"^OAuthTests\.ClientIDURLTests", r"refuses.*dot",
    ),
    (
        "client id: another scheme", "Sources/OAuth/ClientIDURL.swift",
        'text.hasBytes(atStart: "https://"), ',
        "",
        r"^OAuthTests\.ClientIDURLTests", r"refuses.*http",
    ),
    (
        "credentials: two methods", "Sources/OAuth/ClientCredentials.swift",
        ", authorization.isEmpty || secret == nil",
        "",
        r"^OAuthTests\.ClientCredentialsTests", r"refuses",
    ),
    (
        "credentials: two clients", "Sources/OAuth/ClientCredentials.swift",
        "guard id?.hasSameBytes(as: name) != false else {",
        "guard !name.isEmpty else {",
        r"^OAuthTests\.ClientCredentialsTests", r"refuses",
    ),
    (
        "credentials: no secret", "Sources/OAuth/ClientCredentials.swift",
        "!id.isEmpty, !secret.isEmpty",
        "!id.isEmpty",
        r"^OAuthTests\.ClientCredentialsTests", r"refuses",
    ),
    (
        'authorization: any redirect URI', "Sources/AuthorizationServer/AuthorizationRequest.swift",
        '$0.matches(requested: redirectURI, isPublic: client.isPublic)',
        '$0.matches(requested: redirectURI, isPublic: client.isPublic) || true',
        "AuthorizationServerTests.AuthorizationRequestTests", r"showsAPage",
    ),
    (
        'authorization: a confidential client is a native one', "Sources/AuthorizationServer/AuthorizationRequest.swift",
        'isPublic: client.isPublic)',
        'isPublic: true)',
        "AuthorizationServerTests.AuthorizationRequestTests", r"aNativeClientPicksAPort",
    ),
    (
        'authorization: any response_type', "Sources/AuthorizationServer/AuthorizationRequest.swift",
        'guard type.utf8.elementsEqual("code".utf8) else {',
        'guard true else {',
        "AuthorizationServerTests.AuthorizationRequestTests", r"response_type token",
    ),
    (
        'authorization: a request object', "Sources/AuthorizationServer/AuthorizationRequest.swift",
        'guard query["request"] == nil, query["request_uri"] == nil else {',
        'guard true else {',
        "AuthorizationServerTests.AuthorizationRequestTests", r"request object",
    ),
    (
        'authorization: another resource', "Sources/AuthorizationServer/AuthorizationRequest.swift",
        'try settings.resource.check(query["resource"])',
        '',
        "AuthorizationServerTests.AuthorizationRequestTests", r"another resource",
    ),
    (
        'authorization: unknown scopes are granted', "Sources/AuthorizationServer/AuthorizationRequest.swift",
        'asked.intersection(settings.scopes)',
        'asked',
        "AuthorizationServerTests.AuthorizationRequestTests", r"scope",
    ),
    (
        'authorization: more scopes than the client may have', "Sources/AuthorizationServer/AuthorizationRequest.swift",
        'granted = granted.intersection(own)',
        '_ = own',
        "AuthorizationServerTests.AuthorizationRequestTests", r"modest",
    ),
    (
        'client: a confidential one without its secret', "Sources/AuthorizationServer/OAuthClient.swift",
        'case .none: return isPublic',
        'case .none: return true',
        "AuthorizationServerTests.TokenEndpointTests|AuthorizationServerTests.RevocationEndpointTests", r"without its secret",
    ),
    (
        'client: any secret', "Sources/AuthorizationServer/OAuthClient.swift",
        'return SHA256Digest(of: presented.exposed.utf8).isEqual(to: secret)',
        'return true',
        "AuthorizationServerTests.TokenEndpointTests", r"another secret|longer secret",
    ),
    (
        'client: a public one with a secret', "Sources/AuthorizationServer/OAuthClient.swift",
        'guard let secret else { return false }',
        'guard let secret else { return true }',
        "AuthorizationServerTests.TokenEndpointTests", r"a public client with a secret|as another",
    ),
    (
        'token: any code_verifier', "Sources/AuthorizationServer/TokenEndpoint.swift",
        '{ CodeChallenge($0)?.matches(verifier) ?? false }', '{ _ in true }',
        "AuthorizationServerTests.TokenEndpointTests", r"code_verifier",
    ),
    (
        'token: another resource with a code', "Sources/AuthorizationServer/TokenEndpoint.swift",
        'try settings.resource.check(form["resource"])  // RFC 8707 §2.2',
        '',
        "AuthorizationServerTests.TokenEndpointTests", r"another resource",
    ),
    (
        'token: a refresh with more scopes', "Sources/AuthorizationServer/TokenEndpoint.swift",
        'asked.intersection(granted.scopes) != asked',
        'false',
        "AuthorizationServerTests.TokenEndpointTests", r"a wider scope",
    ),
    (
        'token: the role of the user is not asked again', "Sources/AuthorizationServer/TokenEndpoint.swift",
        '.intersection(allowed).text',
        '.text',
        "AuthorizationServerTests.TokenEndpointTests", r"aUserWhoLostARole",
    ),
    (
        'token: a user who is gone keeps the grant', "Sources/AuthorizationServer/TokenEndpoint.swift",
        '_ = try state.revokeGrant(grant.id, now: now)',
        '',
        "AuthorizationServerTests.TokenEndpointTests", r"aUserWhoIsGone",
    ),
    (
        'token: a refresh token for every client', "Sources/AuthorizationServer/TokenEndpoint.swift",
        'guard client.grantTypes.contains(.refreshToken) else { return nil }',
        '',
        "AuthorizationServerTests.TokenEndpointTests", r"aRefreshTokenIsForClients",
    ),
    (
        'token: an access token outlives its grant', "Sources/AuthorizationServer/AccessTokenIssuer.swift",
        'min(issuedAt + settings.accessLifetime, grant.endsAt.wholeSeconds)',
        'issuedAt + settings.accessLifetime',
        "AuthorizationServerTests.TokenEndpointTests", r"aGrantHasALastDay",
    ),
    (
        'revocation: the access token of another client', "Sources/AuthorizationServer/RevocationEndpoint.swift",
        'claims["client_id"]?.string?.hasSameBytes(as: client.id) == true',
        'true',
        "AuthorizationServerTests.RevocationEndpointTests", r"the access token of another client",
    ),
    (
        'revocation: a forged access token', "Sources/AuthorizationServer/RevocationEndpoint.swift",
        'key.isValid(token.signature, over: token.signingInput),',
        '',
        "AuthorizationServerTests.RevocationEndpointTests", r"aForgedAccessToken",
    ),
    (
        'signing keys: plain ones beside a key of the state', "Sources/AuthorizationServer/SigningKeys.swift",
        'case 0 where seals.isEmpty:',
        'case 0:',
        "AuthorizationServerTests.SigningKeysTests", r"aKeyThatSomebodyAdded",
    ),
    (
        'signing keys: a key under another name', "Sources/AuthorizationServer/SigningKeys.swift",
        'opened.id.hasSameBytes(as: key.id)',
        'true',
        "AuthorizationServerTests.SigningKeysTests", r"aKeyUnderAnotherName",
    ),
    (
        'signing keys: a rotation elsewhere is not seen', "Sources/AuthorizationServer/SigningKeys.swift",
        'known.version == version,',
        'true,',
        "AuthorizationServerTests.SigningKeysTests", r"aRotationElsewhere",
    ),
    (
        'signing keys: a retired key is published for ever', "Sources/AuthorizationServer/SigningKeys.swift",
        'where end.map({ now < $0 }) ?? true {',
        'where true {',
        "AuthorizationServerTests.SigningKeysTests", r"aRetiredKey",
    ),
    (
        "document: a redirect is one", DOCUMENTS,
        "guard response.status == 200 else { throw .status(response.status) }",
        "",
        DOCUMENT_TESTS, r"refuses.*a redirect",
    ),
    (
        "document: a page is one", DOCUMENTS,
        "guard let type = response.mediaType, isJSON(type) else { throw .mediaType }",
        "",
        DOCUMENT_TESTS, r"aDocumentIsJSON.*a page",
    ),
    (
        "document: any type that ends with +json", DOCUMENTS,
        "type.starts(with: \"application/\".utf8) && ",
        "",
        DOCUMENT_TESTS, r"aDocumentIsJSON.*a text with the ending",
    ),
    (
        "document: any host", DOCUMENTS,
        "guard allowedHosts?.contains(url.host) != false else {",
        "guard allowedHosts != nil || allowedHosts == nil else {",
        DOCUMENT_TESTS, r"onlyAllowedHostsAreAsked",
    ),
    (
        "document: any number of fetches", DOCUMENTS,
        "guard state.fetches.count < limits.total, ofNetwork",
        "guard ofNetwork",
        DOCUMENT_TESTS, r"aFloodOfOneNetwork",
    ),
    (
        "document: one network has all fetches", DOCUMENTS,
        "limits.total, ofNetwork < limits.perNetwork,\n", "limits.total,\n",
        DOCUMENT_TESTS, r"aFloodOfOneNetwork",
    ),
    (
        "document: each caller fetches", DOCUMENTS,
        "if let fetch = state.fetches[key] { return .wait(fetch.task) }",
        "",
        DOCUMENT_TESTS, r"callersOfOneDocument",
    ),
    (
        "document: a fetch never ends", DOCUMENTS,
        "state.fetches[key] = nil\n",
        "",
        DOCUMENT_TESTS, r"aDocumentThatMustNotBeKept|aFlood|aDocumentIsKept",
    ),
    (
        "document: kept for any time", DOCUMENTS,
        "min(longestAge, freshness.maximumAge ?? usualAge)",
        "freshness.maximumAge ?? usualAge",
        DOCUMENT_TESTS, r"aDocumentIsKeptForItsAge.*a day",
    ),
    (
        "document: no-store is kept", DOCUMENTS,
        "freshness.forbidsUse ? .zero : ",
        "",
        DOCUMENT_TESTS, r"aDocumentThatMustNotBeKept.*no-store",
    ),
    (
        "document: failures are not kept", DOCUMENTS,
        "error.isOfCaller ? .zero : Self.failureAge",
        ".zero",
        DOCUMENT_TESTS, r"aFailureIsKept",
    ),
    (
        "document: the full queue of a caller is kept", DOCUMENTS,
        "error.isOfCaller ? .zero : Self.failureAge",
        "Self.failureAge",
        DOCUMENT_TESTS, r"theFullQueueOfOneCaller",
    ),
    (
        "document: any number of failures", DOCUMENTS,
        "var failures = ExpiringTable<OAuthProblem>(capacity: capacity)",
        "var failures = ExpiringTable<OAuthProblem>(capacity: 1 << 20)",
        DOCUMENT_TESTS, r"aThousandFailures",
    ),
    (
        "document: any number of documents", DOCUMENTS,
        "var documents = ExpiringTable<OAuthClient>(capacity: capacity)",
        "var documents = ExpiringTable<OAuthClient>(capacity: 1 << 20)",
        DOCUMENT_TESTS, r"theOldestOfTooMany",
    ),
    (
        "registration: of any length", REGISTRATION,
        "guard body.count <= maximumLength else {",
        "guard body.count >= 0 else {",
        REGISTRATION_TESTS, r"aRequestHasALimit",
    ),
    (
        "registration: the secret is stored", REGISTRATION,
        "secret.map { SHA256Digest(of: $0.exposed.utf8) }",
        "secret.flatMap { SHA256Digest(bytes: Array($0.exposed.utf8.prefix(32))) }",
        REGISTRATION_TESTS, r"aSecretIsStoredAsItsDigest",
    ),
    (
        "registration: a client without a secret", REGISTRATION,
        "metadata.authenticationMethod == .none ? nil : Secret(",
        "metadata.authenticationMethod != .basic ? nil : Secret(",
        REGISTRATION_TESTS, r"registers.*a client with its secret in the body",
    ),
    (
        "registration: any number of clients", REGISTRATION,
        "limit: maximumClients, now",
        "now",
        REGISTRATION_TESTS, r"aFullTable",
    ),
    (
        "registration: metadata that are too long are an error of the server", REGISTRATION,
        "} catch .tooLarge {",
        "} catch .exists {",
        REGISTRATION_TESTS, r"metadataThatTheStateDoesNotTake",
    ),
    (
        "clients: an identifier of any length", f"{CLIENTS}/Clients.swift",
        "1...Self.maximumIDLength ~= id.utf8.count",
        "!id.utf8.isEmpty",
        CLIENT_TESTS, r"aLongID",
    ),
    (
        "clients: the document of a client of the operator", f"{CLIENTS}/Clients.swift",
        "if let known = configured.withLock({ $0[bytes] }) { return known }\n    if let documents, let url = ClientIDURL(id) {\n      return try await documents.client(url, for: client)\n    }",
        "if let documents, let url = ClientIDURL(id) {\n      return try await documents.client(url, for: client)\n    }\n    if let known = configured.withLock({ $0[bytes] }) { return known }",
        CLIENT_TESTS, r"anOperatorsClient",
    ),
    (
        "clients: a registered client may use all grants", f"{CLIENTS}/Clients.swift",
        "Set(stored.grantTypes.compactMap(GrantType.init(rawValue:)))",
        "Set(GrantType.allCases)",
        CLIENT_TESTS, r"aRegisteredClientKeepsItsLimits",
    ),
    (
        "clients: a registered client may ask for all scopes", f"{CLIENTS}/Clients.swift",
        "stored.scopes.isEmpty ? nil : stored.scopes",
        "nil",
        CLIENT_TESTS, r"aRegisteredClientKeepsItsLimits",
    ),
    (
        "clients file: unknown members", CLIENTS_FILE,
        "guard Self.members.contains(where: { $0.hasSameBytes(as: member.name) }) else {",
        "guard !member.name.isEmpty else {",
        CLIENTS_FILE_TESTS, r"refuses.*an unknown member",
    ),
    (
        "clients file: an identifier twice", CLIENTS_FILE,
        "guard ids.insert(Array(client.id.utf8)).inserted else {",
        "guard ids.insert([UInt8(index % 256), UInt8(index / 256)]).inserted else {",
        CLIENTS_FILE_TESTS, r"refuses.*an identifier twice",
    ),
    (
        "clients file: a URL as identifier", CLIENTS_FILE,
        "guard !id.contains(\"://\") else {",
        "guard !id.isEmpty else {",
        CLIENTS_FILE_TESTS, r"refuses.*a URL",
    ),
    (
        "clients file: the prefix of registered clients", CLIENTS_FILE,
        "guard !id.hasBytes(atStart: RegistrationEndpoint.prefix) else {",
        "guard !id.isEmpty else {",
        CLIENTS_FILE_TESTS, r"refuses.*the prefix",
    ),
    (
        "clients file: short secrets", CLIENTS_FILE,
        "guard secret.utf8.count >= shortestSecret else {",
        "guard !secret.isEmpty else {",
        CLIENTS_FILE_TESTS, r"refuses.*a short secret",
    ),
    (
        "clients file: placeholders", CLIENTS_FILE,
        "guard !Placeholder.matches(secret.utf8) else { throw Problem(member, \"is a placeholder\") }",
        "",
        CLIENTS_FILE_TESTS, r"refuses.*a placeholder",
    ),
    (
        "clients file: two secrets", CLIENTS_FILE,
        "guard secret == nil else {",
        "guard secret?.isEmpty != true else {",
        CLIENTS_FILE_TESTS, r"refuses.*both secrets",
    ),
    (
        "clients file: unknown scopes", CLIENTS_FILE,
        "own.allSatisfy({ one in scopes.contains { $0.hasSameBytes(as: one) } })",
        "own.allSatisfy({ !$0.isEmpty })",
        CLIENTS_FILE_TESTS, r"refuses.*an unknown scope",
    ),
    (
        "clients file: unknown grants", CLIENTS_FILE,
        "guard types.count == texts.count, types",
        "guard types",
        CLIENTS_FILE_TESTS, r"refuses.*an unknown grant",
    ),
    (
        "page: a text is not escaped", f"{PAGES}/HTML.swift",
        '{ self.text += MarkupText.escaped(text) }',
        '{ self.text += text }',
        PAGE_TESTS, r"escapes",
    ),
    (
        "page: an isolated text is not escaped", f"{PAGES}/HTML.swift",
        '"<bdi>" + MarkupText.escaped(text) + "</bdi>"',
        '"<bdi>" + text + "</bdi>"',
        PAGE_TESTS, r"escapes",
    ),
    (
        "page: a quotation mark is not escaped", "Sources/Support/MarkupText.swift",
        'case UInt8(ascii: "\\""): bytes += "&quot;".utf8',
        '',
        PAGE_TESTS, r"escapes",
    ),
    (
        "page: an apostrophe is not escaped", "Sources/Support/MarkupText.swift",
        r'''case UInt8(ascii: "'"): bytes += "&#39;".utf8''',
        '',
        PAGE_TESTS, r"escapes",
    ),
    (
        "page: a name moves the words around it", f"{PAGES}/HTML.swift",
        '"<bdi>" + MarkupText.escaped(text) + "</bdi>"',
        'MarkupText.escaped(text)',
        PAGE_TESTS, r"isolatesTheDirection",
    ),
    (
        "page: it may load what it names", f"{PAGES}/PagePolicy.swift",
        "default-src 'none'; ",
        '',
        PAGE_TESTS, r"hasExactlyTheseFields",
    ),
    (
        "page: another site shows it in a frame", f"{PAGES}/PagePolicy.swift",
        "frame-ancestors 'none'",
        'frame-ancestors *',
        PAGE_TESTS, r"hasExactlyTheseFields",
    ),
    (
        "page: the consent cannot redirect to the client", f"{PAGES}/PagePolicy.swift",
        'case .formWithRedirects: common',
        r'''case .formWithRedirects: common + "; form-action 'self'"''',
        PAGE_TESTS, r"hasExactlyTheseFields",
    ),
    (
        "page: the password can go to another site", f"{PAGES}/PagePolicy.swift",
        r'''case .formToThisServer: common + "; form-action 'self'"''',
        'case .formToThisServer: common',
        PAGE_TESTS, r"hasExactlyTheseFields",
    ),
    (
        "page: an old browser shows it in a frame", "Sources/AuthorizationServer/EndpointResponse.swift",
        '("X-Frame-Options", "DENY")',
        '("X-Frame-Options", "SAMEORIGIN")',
        PAGE_TESTS, r"hasExactlyTheseFields",
    ),
    (
        "page: other sites see its URL", "Sources/AuthorizationServer/EndpointResponse.swift",
        '("Referrer-Policy", "same-origin")',
        '("Referrer-Policy", "unsafe-url")',
        PAGE_TESTS, r"hasExactlyTheseFields",
    ),
    (
        "page: no warning of a program on this computer", f"{PAGES}/PageClient.swift",
        'redirectURI.isLoopback || isLocalOnly',
        'isLocalOnly',
        PAGE_TESTS, r"warnsOfAProgram",
    ),
    (
        "page: no warning of a client that is on this computer alone", f"{PAGES}/PageClient.swift",
        'redirectURI.isLoopback || isLocalOnly',
        'redirectURI.isLoopback',
        PAGE_TESTS, r"warnsOfAProgram",
    ),
    (
        "sign-in: GitHub's identifier may be a text", f"{IDENTITY}/GitHub.swift",
        "guard case .number(let number) = value, number.isIntegerText, let id = Int(number.text), id > 0\n"
        "    else { return nil }",
        "if let text = value.string { return text }\n"
        "    guard case .number(let number) = value, let id = number.integer, id > 0\n"
        "    else { return nil }",
        IDENTITY_TESTS, r"id is the login|id is a string",
    ),
    (
        "sign-in: GitHub's identifier is rounded", f"{IDENTITY}/GitHub.swift",
        "number.isIntegerText, let id = Int(number.text), id > 0",
        "let id = number.integer, id > 0",
        IDENTITY_TESTS, r"id has a fraction",
    ),
    (
        "sign-in: an address of GitHub that is not verified", f"{IDENTITY}/GitHub.swift",
        '$0["primary"] == true && $0["verified"] == true', '$0["primary"] == true',
        IDENTITY_TESTS, r"onlyThePrimaryVerifiedAddressIsTaken",
    ),
    (
        "sign-in: an address of GitHub that is not the primary one", f"{IDENTITY}/GitHub.swift",
        '$0["primary"] == true && $0["verified"] == true', '$0["verified"] == true',
        IDENTITY_TESTS, r"onlyThePrimaryVerifiedAddressIsTaken",
    ),
    (
        "sign-in: an error of GitHub with status 200", CONNECTION,
        "if let error = answer.error { throw failure(.refused, error) }", "",
        IDENTITY_TESTS, r"an error beside a token",
    ),
    (
        "sign-in: a form from every provider", TOKEN_RESPONSE,
        "guard mayBeForm, mediaType", "guard mediaType",
        IDENTITY_TESTS, r"a form where none is documented",
    ),
    (
        "sign-in: any content type", TOKEN_RESPONSE,
        "if mediaType.elementsEqual(Self.jsonType.utf8) {", "if !mayBeForm {",
        IDENTITY_TESTS, r"a page",
    ),
    (
        "sign-in: a token of another type", CONNECTION,
        'guard let type = answer["token_type"], ASCII.areEqual(type.utf8, "bearer".utf8) else {',
        'guard answer["token_type"] != nil else {',
        IDENTITY_TESTS, r"a token that is bound to a key",
    ),
    (
        "sign-in: a line break in an access token", CONNECTION,
        "access.utf8.allSatisfy(ASCII.isVisible)", "!access.isEmpty",
        IDENTITY_TESTS, r"a token with a line break",
    ),
    (
        "sign-in: an access token of any length", CONNECTION,
        "1...Self.maximumTokenLength ~= access.utf8.count", "!access.isEmpty",
        IDENTITY_TESTS, r"a token over 16 KiB",
    ),
    (
        "sign-in: a response of any length", CONNECTION,
        "guard response.body.count <= Self.maximumLength else {",
        "guard response.body.count >= 0 else {",
        IDENTITY_TESTS, r"larger than 64 KiB",
    ),
    (
        "sign-in: any identifier", CONNECTION,
        "guard let id, Subject.isValid(id) else {", "guard let id else {",
        IDENTITY_TESTS, r"anIdentifierIsBoundedText",
    ),
    (
        "sign-in: any name", CONNECTION,
        "text.flatMap { Subject.isValid($0) ? $0 : nil }", "text",
        IDENTITY_TESTS, r"otherTextsThatAreNotUsableAreLeftOut",
    ),
    (
        "sign-in: a redirect is a response", CONNECTION,
        "case 200: return\n", "case 200, 300...399: return\n",
        IDENTITY_TESTS, r"status 302",
    ),
    (
        "sign-in: a notice for each error", CONNECTION,
        "if pause.isOver(at: context.clock()) {", "if true {",
        IDENTITY_TESTS, r"atMostOneNoticeAMinute",
    ),
    (
        "sign-in: the log has a text of the provider", TOKEN_RESPONSE,
        'hasSameBytes(as: $0) } ?? "refused"', "hasSameBytes(as: $0) } ?? code",
        IDENTITY_TESTS, r"an error that is not known",
    ),
    (
        "sign-in: an address that nobody verified", CONNECTION,
        'self["email_verified"] == true ? self["email"]?.string : nil', 'self["email"]?.string',
        IDENTITY_TESTS, r"an address that is not verified|readsTheProfile",
    ),
    (
        "sign-in: no code challenge", "Sources/OAuth/AuthorizationURL.swift",
        "Base64.url.text(of: digest.bytes)", "verifier.exposed",
        IDENTITY_TESTS, r"theAddressOfThePage",
    ),
    (
        "sign-in: any site of Atlassian", f"{IDENTITY}/Atlassian.swift",
        "if !configuration.allowedSites.isEmpty { try await checkSites(tokens, for: client) }", "",
        IDENTITY_TESTS, r"no site at all",
    ),
    (
        "sign-in: a site whose host only begins so", f"{IDENTITY}/Atlassian.swift",
        "names.contains { $0.hasSameBytes(as: allowed) }",
        "names.contains { $0.hasBytes(atStart: allowed) }",
        IDENTITY_TESTS, r"atlassian.net.evil.example",
    ),
    (
        "ID token: another type", ID_TOKEN,
        'guard header.type == nil || header.hasType("jwt") else { throw .wrongType }', "",
        IDENTITY_TESTS, r"an access token",
    ),
    (
        "ID token: the signature is not checked", ID_TOKEN,
        "guard key.isValid(jws.signature, over: jws.signingInput) else { throw .wrongSignature }",
        "",
        IDENTITY_TESTS, r"signed by another key",
    ),
    (
        "ID token: of any issuer", ID_TOKEN,
        "guard registered.issuer?.hasSameBytes(as: issuer) == true else { throw .wrongIssuer }", "",
        IDENTITY_TESTS, r"of another issuer",
    ),
    (
        "ID token: of any client", ID_TOKEN,
        "guard audience.contains(where: { $0.hasSameBytes(as: clientID) }) else {",
        "guard !audience.isEmpty else {",
        IDENTITY_TESTS, r"of another client",
    ),
    (
        "ID token: several audiences without azp", ID_TOKEN,
        'guard party != nil || audience.count == 1 else { throw .malformedClaim("azp") }', "",
        IDENTITY_TESTS, r"two audiences without azp",
    ),
    (
        "ID token: issued to another client", ID_TOKEN,
        "guard party?.hasSameBytes(as: clientID) != false else { throw .wrongAudience }", "",
        IDENTITY_TESTS, r"azp of another client",
    ),
    (
        "ID token: expired", ID_TOKEN,
        "guard expiresAt > time - Self.leeway else { throw .expired }", "_ = expiresAt",
        IDENTITY_TESTS, r"expired",
    ),
    (
        "ID token: not valid yet", ID_TOKEN,
        "guard registered.notBefore ?? time <= time + Self.leeway else { throw .notYetValid }", "",
        IDENTITY_TESTS, r"not valid yet",
    ),
    (
        "ID token: issued in the future", ID_TOKEN,
        "guard issuedAt <= time + Self.leeway else { throw .issuedInTheFuture }", "_ = issuedAt",
        IDENTITY_TESTS, r"issued in the future",
    ),
    (
        "ID token: of another sign-in", ID_TOKEN,
        "SHA256Digest(of: sent.utf8).isEqual(to: SHA256Digest(of: nonce.exposed.utf8))",
        "!sent.isEmpty",
        IDENTITY_TESTS, r"of another sign-in",
    ),
    (
        "ID token: any number of groups", ID_TOKEN,
        "guard groups.count <= Self.maximumGroups, groups.allSatisfy(Subject.isValid) else {",
        "guard groups.allSatisfy(Subject.isValid) else {",
        IDENTITY_TESTS, r"257 groups",
    ),
    (
        "ID token: groups of any text", ID_TOKEN,
        "guard groups.count <= Self.maximumGroups, groups.allSatisfy(Subject.isValid) else {",
        "guard groups.count <= Self.maximumGroups else {",
        IDENTITY_TESTS, r"a group with a line break",
    ),
    (
        "sign-in: userinfo of another person", OPENID,
        'guard let info, info["sub"]?.string?.hasSameBytes(as: token.subject) == true else {',
        "guard let info else {",
        IDENTITY_TESTS, r"userinfo of another person",
    ),
    (
        "sign-in: the secret in a body that need not have it", OPENID,
        'if let methods = provider.tokenMethods, !methods.contains("client_secret_basic"),',
        "if let methods = provider.tokenMethods,",
        IDENTITY_TESTS, r"theSecretGoesAsTheProviderSays",
    ),
    (
        "sign-in: no nonce", OPENID,
        '[("nonce", request.nonce.exposed)] + AuthorizationURL', "AuthorizationURL",
        IDENTITY_TESTS, r"theAddressOfThePage",
    ),
    (
        "sign-in: an endpoint that is gone stays", OPENID,
        "if error != .unavailable { metadata.forget() }", "",
        IDENTITY_TESTS, r"anEndpointThatHasMovedIsFoundAgain",
    ),
    (
        'sign-in: a cookie twice', f"{BROWSER}/Browser.swift",
        'guard found == nil else { return nil }',
        '',
        SIGN_IN, r"the cookie twice",
    ),
    (
        'sign-in: a form of any origin', f"{BROWSER}/Browser.swift",
        'origins.allSatisfy { $0.hasSameBytes(as: issuer) }',
        'true',
        SIGN_IN, r"Origin",
    ),
    (
        'sign-in: a form of any site', f"{BROWSER}/Browser.swift",
        'sites.allSatisfy { $0.hasSameBytes(as: "same-origin") }',
        'true',
        SIGN_IN, r"Sec-Fetch-Site",
    ),
    (
        'sign-in: a cookie that another host can set', f"{BROWSER}/Browser.swift",
        '(isSecure ? "__Host-" : "")',
        '""',
        SIGN_IN, r"aPersonSignsIn",
    ),
    (
        'sign-in: a cookie that scripts can read', f"{BROWSER}/Browser.swift",
        '(Self.lifetime.components.seconds); HttpOnly; "',
        '(Self.lifetime.components.seconds); "',
        SIGN_IN, r"aPersonSignsIn",
    ),
    (
        'sign-in: a cookie over http', f"{BROWSER}/Browser.swift",
        '+ "SameSite=Lax\\(isSecure ? "; Secure" : "")"',
        '+ "SameSite=Lax"',
        SIGN_IN, r"aPersonSignsIn",
    ),
    (
        'sign-in: a cookie for requests of other sites', f"{BROWSER}/Browser.swift",
        '+ "SameSite=Lax\\(',
        '+ "SameSite=None\\(',
        SIGN_IN, r"aPersonSignsIn",
    ),
    (
        'sign-in: a cookie of any length', f"{BROWSER}/Browser.swift",
        'text.utf8.count == Self.secretLength,',
        '',
        SIGN_IN, r"a cookie that is too|an empty cookie",
    ),
    (
        'sign-in: a cookie that is no Base64', f"{BROWSER}/Browser.swift",
        'Base64.url.decode(Array(text.utf8)) != nil',
        'true',
        SIGN_IN, r"a cookie that is no Base64",
    ),
    (
        'sign-in: any proof', f"{BROWSER}/Browser.swift",
        'return HMACSHA256(key: Array(cookie.exposed.utf8)).isValid(code, for: Array(about.utf8)[...])',
        'return !code.isEmpty',
        SIGN_IN, r"csrf",
    ),
    (
        'sign-in: a proof of the sign-in for every request', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'case .password: "sign-in \\(query)"',
        'case .password: "sign-in"',
        SIGN_IN, r"another request|aProofIsForOneRequest",
    ),
    (
        'sign-in: a proof of the consent for every request', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'case .provider: "consent \\(query)"',
        'case .provider: "consent"',
        SIGN_IN, r"another request|aProofIsForOneRequest",
    ),
    (
        'sign-in: a proof of the sign-in as one of the consent', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'case .provider: "consent \\(query)"',
        'case .provider: "sign-in \\(query)"',
        SIGN_IN, r"theProofOfASignIn",
    ),
    (
        'sign-in: a query of any length', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'query.utf8.count <= Self.maximumQueryLength',
        'true',
        SIGN_IN, r"more than 4 KiB|aRequestOf4KiB",
    ),
    (
        'sign-in: a form of another page', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'guard browser.isOwnForm(of: settings.issuer) else { throw .forgedForm }',
        '',
        SIGN_IN, r"Origin",
    ),
    (
        'sign-in: no proof', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'guard FormProof.isValid(form["csrf"], Self.about(signIn, query), cookie: secret) else {',
        'guard !secret.exposed.isEmpty else {',
        SIGN_IN, r"another csrf",
    ),
    (
        'sign-in: a password without a proof', f"{BROWSER}/SignInEndpoints.swift",
        'try checkProof(form, query, browser)',
        '',
        SIGN_IN, r"aForgedForm",
    ),
    (
        'sign-in: a consent before a provider without a proof', f"{BROWSER}/SignInEndpoints.swift",
        'try checkProof(form, subject, browser)',
        '',
        SIGN_IN, r"aForgedForm",
    ),
    (
        'sign-in: a consent after a password without a proof', f"{BROWSER}/SignInEndpoints.swift",
        'guard FormProof.isValid(form["csrf"], Self.about(transaction), cookie: secret) else {',
        'guard !secret.exposed.isEmpty else {',
        SIGN_IN, r"another csrf",
    ),
    (
        'sign-in: a person who is not listed', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'guard let allowed = scopesOfPerson(person) else {',
        'guard let allowed = scopesOfPerson(person) ?? settings.scopes as [String]? else {',
        SIGN_IN, r"aPersonWho",
    ),
    (
        'sign-in: more scopes than the person may have', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'request.scopes.intersection(allowed)',
        'request.scopes.intersection(allowed.isEmpty ? allowed : settings.scopes)',
        SIGN_IN, r"aCodeHasTheScopes",
    ),
    (
        'sign-in: more scopes than the page has shown', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'if let shown { granted = granted.intersection(shown) }',
        '',
        SIGN_IN, r"aCodeHasNoMore|aClientThatMayHaveMore",
    ),
    (
        'sign-in: a code without a scope', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'guard !granted.scopes.isEmpty else {',
        'guard true else {',
        SIGN_IN, r"aCodeHasTheScopes",
    ),
    (
        'sign-in: a page with 401', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'problem.error.status == 401 ? 400 : problem.error.status',
        'problem.error.status',
        SIGN_IN, r"noErrorIsRedirected",
    ),
    (
        'sign-in: a sign-in that lasts a day', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'expiresAt: now + PageCookie.lifetime',
        'expiresAt: now + .seconds(86_400)',
        SIGN_IN, r"aSignInEndsAfterTenMinutes",
    ),
    (
        'sign-in: a full pool is an error of the client', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'throw error.error == .temporarilyUnavailable ? .tooMuch : .request(error)',
        'throw .request(error)',
        SIGN_IN, r"aFullPoolIsAPage",
    ),
    (
        'sign-in: the cookie from before the password', f"{BROWSER}/SignInEndpoints.swift",
        'let secret = newSecret()  // never',
        'let secret = PageCookie.page(of: settings.issuer).secret(in: browser) ?? newSecret()  // never',
        SIGN_IN, r"aCookieFromBefore",
    ),
    (
        'sign-in: the cookie from before the provider', f"{BROWSER}/SignInEndpoints.swift",
        'let secret = newSecret()\n    let asked',
        'let secret = PageCookie.page(of: settings.issuer).secret(in: browser) ?? newSecret()\n    let asked',
        SIGN_IN, r"aCookieFromBefore",
    ),
    (
        'sign-in: a page that is loaded again has another cookie', f"{BROWSER}/SignInEndpoints.swift",
        'let secret = known ?? newSecret()',
        'let secret = known.map { _ in newSecret() } ?? newSecret()',
        SIGN_IN, r"aPageThatIsLoadedAgain",
    ),
    (
        'sign-in: a callback without a cookie', f"{BROWSER}/SignInEndpoints.swift",
        '(RFC 9700 §4.7).\n      guard let secret = cookie.secret(in: browser) else { throw .noCookie }',
        '\n      let secret = cookie.secret(in: browser) ?? Secret("")',
        SIGN_IN, r"aCallbackOfAnother",
    ),
    (
        'sign-in: a callback that works twice', f"{BROWSER}/SignInEndpoints.swift",
        'let payload = try await take(state, cookie: secret, browser, now)',
        'let payload = try await peek(state, cookie: secret, browser, now)',
        SIGN_IN, r"aCallbackWorksOnce",
    ),
    (
        'sign-in: a callback of another provider', f"{BROWSER}/SignInEndpoints.swift",
        'id.hasSameBytes(as: description.id)',
        '!id.isEmpty',
        SIGN_IN, r"theSignInOfAnotherProvider",
    ),
    (
        'sign-in: a denial before a provider is none', f"{BROWSER}/SignInEndpoints.swift",
        'guard isAllowed else { return deny(request) }',
        '',
        SIGN_IN, r"theClientLearns",
    ),
    (
        'sign-in: a denial after a password is none', f"{BROWSER}/SignInEndpoints.swift",
        'guard isAllowed else {\n      let payload',
        'guard isAllowed || !name.isEmpty else {\n      let payload',
        SIGN_IN, r"theClientLearns",
    ),
    (
        'sign-in: any decision allows', f"{BROWSER}/SignInEndpoints.swift",
        'let isAllowed = Self.decisions[decision]',
        'let isAllowed = Self.decisions[decision] ?? true as Bool?',
        SIGN_IN, r"another decision",
    ),
    (
        'sign-in: a code after the first was redeemed', f"{BROWSER}/SignInEndpoints.swift",
        'guard approval == .issued else { throw .unknownSignIn }',
        '',
        SIGN_IN, r"aSecondApproval",
    ),
    (
        'sign-in: a sign-in at a provider is one with a password', f"{BROWSER}/SignInEndpoints.swift",
        'guard case .signedIn(let person) = payload.stage else { throw .unknownSignIn }',
        'let person = if case .signedIn(let person) = payload.stage { person } else { Person(id: "x", name: "x") }',
        SIGN_IN, r"aSignInGoesOnWhereItBegan",
    ),
    (
        'sign-in: people of a provider are users of this server', f"{BROWSER}/SignIn.swift",
        'let personID = "\\(id):\\(user.id)"',
        'let personID = "password:\\(id):\\(user.id)"',
        SIGN_IN, r"aUserNamedLike",
    ),
    (
        'sign-in: a person without an identifier', f"{BROWSER}/SignIn.swift",
        'guard !user.id.isEmpty, Subject',
        'guard Subject',
        SIGN_IN, r"an empty one",
    ),
    (
        'sign-in: an identifier that forges a line', f"{BROWSER}/SignIn.swift",
        'Subject.isValid(personID)',
        '!personID.isEmpty',
        SIGN_IN, r"a control character|more than 256",
    ),
    (
        'sign-in: attempts that the log does not have', f"{BROWSER}/SignInEndpoints.swift",
        'report(.refused(reason: "too_many_attempts"))',
        '',
        SIGN_IN, r"tooManyAttempts",
    ),
    (
        'sign-in: the cookie stays after a denial', f"{BROWSER}/SignInEndpoints.swift",
        'var response = deny(try await request(payload.query, browser))\n      response.add(cookie.removal)',
        'let response = deny(try await request(payload.query, browser))',
        SIGN_IN, r"theClientLearns",
    ),
    (
        'sign-in: the cookie stays after a callback', f"{BROWSER}/SignInEndpoints.swift",
        'request)\n      }\n      response.add(cookie.removal)',
        'request)\n      }',
        SIGN_IN, r"aPersonSignsIn|theClientLearns",
    ),
    (
        'sign-in: groups are lost before the consent', f"{BROWSER}/SignInPayload.swift",
        'email: object["email"]?.string, groups: groups',
        'email: object["email"]?.string',
        SIGN_IN, r"thePersonIsTheSame",
    ),
    (
        'sign-in: a code outlives the denial', f"{STATE}/AuthorizationState+Transactions.swift",
        'if let code = stored.code {\n        let isVoid',
        'if let code = stored.code, stored.payload.isEmpty {\n        let isVoid',
        SIGN_IN, r"aDenialVoidsTheCode",
    ),
    (
        "sign-in: metadata that need not name userinfo", OPENID,
        "IssuerURL.metadataAddresses(of: issuer).suffix(1)", "IssuerURL.metadataAddresses(of: issuer)",
        IDENTITY_TESTS, r"theAddressOfThePage",
    ),
    (
        "sign-in: metadata without an endpoint", "Sources/ResourceServer/Discovery.swift",
        "if endpoints.allSatisfy({ metadata[$0] != nil }) { return metadata }", "return metadata",
        f"{IDENTITY_TESTS}|{DISCOVERY}", r"theMetadataMustBeOfTheIssuer|without jwks_uri",
    ),
    (
        "sign-in: a mistake in it disables the keys", METADATA,
        "urls[endpoint] = try? Self.url(endpoint, object)", "urls[endpoint] = try Self.url(endpoint, object)",
        DISCOVERY, r"aMistakeInAnEndpointForSigningInDisablesThatEndpointOnly",
    ),
    (
        "sign-in: too many requests are a refusal", CONNECTION,
        "case 429, 500...599:", "case 500...599:",
        IDENTITY_TESTS, r"status 429",
    ),
    (
        "own: a revoked grant", "Sources/MCPServiceOAuth/AuthorizationServer/OwnTokenAuthenticator.swift",
        'let role = role(grant) else {',
        'case let role = role(grant) ?? .admin else {',
        "MCPServiceOAuthTests.OwnServerTests", r"aUserWhoIsRemovedIsRefused",
    ),
    (
        "own: an ended grant from the state", "Sources/MCPServiceOAuth/AuthorizationServer/GrantTable.swift",
        'let grant = stored.flatMap { $0.isActive(at: now()) ? $0 : nil }',
        'let grant = stored',
        "MCPServiceOAuthTests.OwnServerTests", r"aRevokedGrantEndsItsTokensAtOnce",
    ),
    (
        "own: a revocation is not heard at once", "Sources/MCPServiceOAuth/AuthorizationServer/GrantTable.swift",
        '      $0.grants = ExpiringTable(capacity: Self.capacity)\n',
        '',
        "MCPServiceOAuthTests.OwnServerTests", r"aRevokedGrantEndsItsTokensAtOnce",
    ),
    (
        "own: a revocation elsewhere is never heard", "Sources/MCPServiceOAuth/AuthorizationServer/GrantTable.swift",
        'until: time + Self.lifetime',
        'until: time + .seconds(600)',
        "MCPServiceOAuthTests.OwnServerTests", r"aSecondProcessHearsARevocation",
    ),
    (
        "own: a new key of another process", "Sources/MCPServiceOAuth/AuthorizationServer/OwnTokenAuthenticator.swift",
        'isFresh: true)',
        'isFresh: false)',
        "MCPServiceOAuthTests.OwnServerTests", r"aSecondProcessHearsOfANewKey",
    ),
    (
        "own: a lower role", "Sources/MCPServiceOAuth/AuthorizationServer/OwnTokenAuthenticator.swift",
        'identity.permissions.intersection(role.allPermissions)',
        'identity.permissions',
        "MCPServiceOAuthTests.OwnServerTests", r"aLowerRoleAppliesToTokensThatExist",
    ),
    (
        "own: a higher role", "Sources/MCPServiceOAuth/AuthorizationServer/OwnTokenAuthenticator.swift",
        'identity.permissions.intersection(role.allPermissions)',
        'role.allPermissions',
        "MCPServiceOAuthTests.OwnServerTests", r"aLowerRoleAppliesToTokensThatExist",
    ),
    (
        "own: SIGHUP and people", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationService.swift",
        '    people.replace(with: new)\n',
        '',
        "MCPServiceOAuthTests.OwnServerTests", r"aUserWhoIsRemovedIsRefused",
    ),
    (
        "own: SIGHUP and clients", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationService.swift",
        '    clients.replace(with: new.clients)\n',
        '',
        "MCPServiceOAuthTests.OwnServerTests", r"aClientOfTheFileIsReplaced",
    ),
    (
        "own: wrong client secrets", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationRoutes.swift",
        'response.status == 401, !context',
        'response.status == 0, !context',
        "MCPServiceOAuthTests.OwnServerTests", r"wrongClientSecretsAreLimited",
    ),
    (
        "own: wrong passwords", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationRoutes.swift",
        'guard context.limits.mayTry(browser.address, at: context.clock()) else { return .tryLater }',
        '',
        "MCPServiceOAuthTests.OwnServerTests", r"wrongPasswordsAreLimited",
    ),
    (
        "own: a right password is charged", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationRoutes.swift",
        '          context.limits.refund(browser.address)\n          return .correct(person)',
        '          return .correct(person)',
        "MCPServiceOAuthTests.OwnServerTests", r"wrongPasswordsAreLimited",
    ),
    (
        "own: a form of any type", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationRoutes.swift",
        'guard MediaTypes.isForm(request.fields) else { return nil }',
        '',
        "MCPServiceOAuthTests.OwnServerTests", r"anotherMediaTypeIsNotRead",
    ),
    (
        "own: JSON of any type", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationRoutes.swift",
        'guard MediaTypes.isJSON(request.fields) else {',
        'guard true else {',
        "MCPServiceOAuthTests.OwnServerTests", r"anotherMediaTypeIsNotRead",
    ),
    (
        "own: web pages read a person's page", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationRoutes.swift",
        'methods: methods, readers: .none',
        'methods: methods, readers: .all',
        "MCPServiceOAuthTests.OwnServerTests", r"webPagesReadWhatProgramsGet",
    ),
    (
        "own: the state of another provider", "Sources/MCPServiceOAuth/AuthorizationServer/OwnServer.swift",
        '!known.utf8.elementsEqual(owner.utf8)',
        'known.isEmpty',
        "MCPServiceOAuthTests.OwnServerTests", r"anotherProviderNeedsAnotherState",
    ),
    (
        "own: registration in memory", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationSettings.swift",
        'guard !allowsRegistration else {',
        'guard true else {',
        "MCPServiceOAuthTests.OwnServerTests", r"settings.*registration in memory",
    ),
    (
        "own: a short key of the state", "Sources/MCPService/Configuration/EnvironmentReader+Credentials.swift",
        'source.secret.exposed.utf8.count >= 32',
        'true',
        "MCPServiceOAuthTests.OwnServerTests", r"settings.*short key",
    ),
    (
        "own: two issuers", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationSettings.swift",
        'if reader.isSet(Settings.providerIssuer.declaration) {',
        'if false {',
        "MCPServiceOAuthTests.OwnServerTests", r"settings.*two issuers",
    ),
    (
        "own: no limit of an address", "Sources/MCPServiceHTTP/Pipeline/FurtherRoutes.swift",
        "if let decision = limit.charge(client, at: clock()) { throw .tooManyRequests(decision) }", "",
        "MCPServiceOAuthTests.OwnServerTests", r"anAddressHasItsShare",
    ),
    (
        "own: an allowed origin reads pages", "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        "context.origin = nil\n      context.further", "context.further",
        "MCPServiceOAuthTests.OwnServerTests", r"anAllowedOriginIsNoOriginOfThePages",
    ),
    (
        "roles: a group of another provider", "Sources/MCPServiceOAuth/AuthorizationServer/UserRoles.swift",
        "Array(provider) + Array($0.utf8)", "Array($0.utf8)",
        "MCPServiceOAuthTests.UserRolesTests", r"finds",
    ),
    (
        "roles: an id without its provider", "Sources/MCPServiceOAuth/AuthorizationServer/UserRoles.swift",
        "colon > 0, colon + 1 < name.count", "colon >= 0",
        "MCPServiceOAuthTests.UserRolesTests", r"refuses",
    ),
    (
        "own: a document of a trusted origin", "Sources/MCPServiceOAuth/OAuthConfiguration.swift",
        "let documents = connect(trusting: [],", "let documents = connect(trusting: urls,",
        "MCPServiceOAuthTests.OwnServerTests", r"aMetadataDocumentIsFetchedWithoutTrust",
    ),
    (
        "registration: the scope of the first challenge is a limit", REGISTRATION,
        "scopes: [],",
        "scopes: metadata.scope?.scopes ?? [],",
        REGISTRATION_TESTS, r"aScopeIsNoLimit",
    ),
    (
        "further routes: a refusal is JSON-RPC", "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        "context.further = other",
        "context.further = nil",
        f"{OAUTH}.OwnServerTests", r"aRefusalHasTheForm",
    ),
    (
        "further routes: web pages cannot read a refusal",
        "Sources/MCPServiceHTTP/Pipeline/FurtherRoutes.swift",
        'readable(refuse(status, sentence + "."))',
        'refuse(status, sentence + ".")',
        f"{OAUTH}.OwnServerTests", r"webPagesReadWhatProgramsGet",
    ),
    (
        'sign-in: a denial after the redemption', f"{STATE}/AuthorizationState+Transactions.swift",
        'guard isVoid == 1 else { return .unknown }',
        '_ = isVoid',
        SIGN_IN, r"aDenialAfterTheRedemption",
    ),
    (
        'sign-in: a name that forges a line', f"{BROWSER}/SignIn.swift",
        '.first(where: Subject.isValid)',
        '.first',
        SIGN_IN, r"a line feed",
    ),
    (
        'sign-in: a code that lives as long as the sign-in', f"{BROWSER}/SignInEndpoints+Parts.swift",
        'expiresAt: now + settings.codeLifetime',
        'expiresAt: now + PageCookie.lifetime',
        SIGN_IN, r"theCodeOfASignInLivesAMinute",
    ),
    (
        'sign-in: a cookie with a longer name', f"{BROWSER}/Browser.swift",
        'pair.starts(with: start)',
        'part.starts(with: start) || pair.dropFirst().starts(with: start)',
        "AuthorizationServerTests.BrowserTests", r"a name that ends alike",
    ),
    (
        'state command: a file that is not there', f"{COMMANDS}/StateCommand.swift",
        'creates || Self.exists(path)',
        'true',
        COMMAND_TESTS, r"onlyAddingAClientCreatesTheFile",
    ),
    (
        'state command: a state in memory', f"{COMMANDS}/StateCommand.swift",
        '!path.utf8.elementsEqual(":memory:".utf8)',
        'true',
        COMMAND_TESTS, r"aStateInMemoryIsOutOfReach",
    ),
    (
        'state command: control characters in a list', f"{COMMANDS}/StateCommand.swift",
        'case .control, .format, .lineSeparator, .paragraphSeparator: false',
        'case .surrogate: false',
        COMMAND_TESTS, r"aNameFromOutsideAddsNoLineAndNoEscape",
    ),
    (
        'state command: a quote in a quoted name', f"{COMMANDS}/StateCommand.swift",
        r'guard scalar != "\"" else { return false }',
        '',
        COMMAND_TESTS, r"aNameFromOutsideAddsNoLineAndNoEscape",
    ),
    (
        'grants revoke: a user without a provider', f"{COMMANDS}/StateCommand+Grants.swift",
        '!user.utf8.contains(UInt8(ascii: ":"))',
        'user.utf8.isEmpty',
        COMMAND_TESTS, r"aUserWithoutAProviderIsAnError",
    ),
    (
        'clients add: any name', f"{COMMANDS}/StateCommand+Clients.swift",
        'ClientName(name)?.text.hasSameBytes(as: name) == true',
        'ClientName.maximumLength > 0',
        COMMAND_TESTS, r"a name with an escape|a name with a direction",
    ),
    (
        'clients add: any number of redirect URIs', f"{COMMANDS}/StateCommand+Clients.swift",
        '1...ClientMetadata.maximumRedirectURIs ~= redirectURIs.count',
        'ClientMetadata.maximumRedirectURIs > 0',
        COMMAND_TESTS, r"no URI|17 URIs",
    ),
    (
        'clients add: any redirect URI', f"{COMMANDS}/StateCommand+Clients.swift",
        'redirectURIs.allSatisfy({ RedirectURI(registering: $0) != nil })',
        'redirectURIs.contains(where: { RedirectURI(registering: $0) != nil })',
        COMMAND_TESTS, r"a second one that is none",
    ),
    (
        'clients add: any scope', f"{COMMANDS}/StateCommand+Clients.swift",
        'scopes.allSatisfy(known.contains), ',
        '',
        COMMAND_TESTS, r"an unknown scope",
    ),
    (
        'keys rotate: with a state key that is not the one of the servers', SIGNING_KEYS,
        'isForced || lost.allSatisfy(Self.isUnsealed)',
        'true',
        SIGNING_KEYS_TESTS, r"aRotationWithAnotherKeyOfTheStateNeedsForce",
    ),
    (
        'signing keys: a retired key that does not open stops the server', SIGNING_KEYS,
        'guard end == nil else { continue }',
        '_ = end',
        COMMAND_TESTS, r"aRotationReplacesAnUnsealedKey",
    ),
    (
        'authorization server: it starts with keys that do not open',
        "Sources/MCPServiceOAuth/AuthorizationServer/OwnServer.swift",
        """        reader.report(.sealedKeys)
        return nil""",
        '        return state',
        COMMAND_TESTS, r"theServerSaysWhichCommandReplacesAnUnsealedKey",
    ),
    (
        "own: settings of another issuer",
        "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationSettings.swift",
        "for setting in ofAnotherIssuer where reader.isSet(setting) {",
        "for setting in ofAnotherIssuer where false {",
        "MCPServiceOAuthTests.OwnServerTests", r"settings.*another issuer",
    ),
    (
        "own: a base URL that no browser writes", "Sources/MCPServiceOAuth/OAuthConfiguration.swift",
        "if isOwn, let baseURL, Origin", "if false, let baseURL, Origin",
        "MCPServiceOAuthTests.OwnServerTests", r"settings.*base URL",
    ),
    (
        "own: passwords and tokens share threads", "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationService.swift",
        "random: random, pool: passwordPool", "random: random, pool: pool",
        "MCPServiceOAuthTests.OwnServerTests", r"aFloodOfPasswordsDelaysNoToken",
    ),
    (
        "own: a new password", "Sources/MCPServiceOAuth/AuthorizationServer/People.swift",
        "groups.contains(where: { $0.utf8.elementsEqual(mark.utf8) })", "!mark.isEmpty",
        "MCPServiceOAuthTests.OwnServerTests", r"aNewPasswordEndsTheGrants",
    ),
    (
        "own: a removed client", "Sources/MCPServiceOAuth/AuthorizationServer/GrantTable.swift",
        "guard let grant = try state.grant(id), try clients.exists(grant.clientID) else {",
        "guard let grant = try state.grant(id) else {",
        "MCPServiceOAuthTests.OwnServerTests", r"aClientThatIsRemovedLosesItsTokens",
    ),
    (
        "sign-in: the callback of another issuer", f"{BROWSER}/SignIn.swift",
        "return parameter.hasSameBytes(as: issuer)", "return !parameter.isEmpty && !issuer.isEmpty",
        "AuthorizationServerTests.SignInAttackTests", r"aCallbackOfAnotherIssuerIsRefused",
    ),
    (
        "documents: a slow host", "Sources/AuthorizationServer/Clients/ClientMetadataDocuments.swift",
        "ofHost < limits.perHost", "ofHost < limits.total",
        "AuthorizationServerTests.ClientMetadataDocumentsTests", r"aSlowHostDoesNotStopAnother",
    ),
    (
        "own: a password over plain HTTP", "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        "      try checkPeer(request)  // passwords, codes and tokens are credentials too\n", "",
        "MCPServiceOAuthTests.OwnServerTests", r"withoutTLSOnlyAProxyMayConnect",
    ),
    (
        "own: nobody hears of an unsealed state",
        "Sources/MCPServiceOAuth/AuthorizationServer/AuthorizationSettings.swift",
        "} else if seals.isEmpty {", "} else if seals.count > 2 {",
        "MCPServiceOAuthTests.OwnServerTests", r"theStartSaysWhatTheStateLacks",
    ),
    (
        "own: a page cannot read Retry-After", "Sources/MCPServiceHTTP/Pipeline/FurtherRoutes.swift",
        "WWW-Authenticate, Retry-After", "WWW-Authenticate",
        "MCPServiceOAuthTests.OwnServerTests", r"webPagesReadWhatProgramsGet",
    ),
    (
        "own: JSON that a browser may take for another type",
        "Sources/AuthorizationServer/EndpointResponse.swift",
        """      ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
      ("X-Content-Type-Options", "nosniff"),
""", """      ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
""",
        "MCPServiceOAuthTests.OwnServerTests", r"aRefusalHasTheFormThatItsReaderExpects",
    ),
    (
        "sign-in: a provider that cannot answer",
        "Sources/AuthorizationServer/Browser/SignInEndpoints+Parts.swift",
        "[.serverError, .temporarilyUnavailable]", "[.serverError]",
        "AuthorizationServerTests.SignInTests", r"theClientLearnsThatTheProviderCannotAnswer",
    ),
    # Connections to other services
    (
        "connections: a long user", CONNECTIONS_STATE,
        "guard 1...Self.maximumUserLength ~= new.user.utf8.count else { throw .tooLarge }", "",
        "StateTests.ConnectionTests", r"aConnectionIsBounded",
    ),
    (
        "connections: a long row", CONNECTIONS_STATE,
        "<= Self.maximumConnectionLength\n", ">= 0\n",
        "StateTests.ConnectionTests", r"aConnectionIsBounded",
    ),
    (
        "connections: a full table", CONNECTIONS_STATE,
        "< limits.upstreamConnections\n", ">= 0\n",
        "StateTests.ConnectionTests", r"aFullTableRefusesTheNewOne",
    ),
    (
        "connections: a generation twice", CONNECTIONS_STATE,
        'try run("UPDATE upstream_generation SET last = ?", [.integer(last + 1)])', "",
        "StateTests.ConnectionTests", r"aGenerationIsNeverUsedTwice",
    ),
    (
        "connections: the flow of a removed one", CONNECTIONS_STATE,
        '"DELETE FROM upstream_flows WHERE user_key = ? AND service = ?",',
        '"DELETE FROM upstream_flows WHERE user_key = ? AND service = ? AND 0",',
        "StateTests.ConnectionTests", r"theConnectionsAndTheFlowsOfAUserAreRemoved",
    ),
    (
        "connections: a printed row", f"{STATE}/UpstreamConnection.swift",
        "Mirror(self, children: [])", 'Mirror(self, children: ["token": sealedToken])',
        "StateTests.ConnectionTests", r"nothingSealedIsPrinted",
    ),
    (
        "leases: a held one", LEASES,
        "if let end, now < end, end <= now + Self.maximumLease { return .held(until: end) }", "_ = end",
        "StateTests.(LeaseTests|RaceTests)", r"oneRenewalAtATime|oneOfManyRenewalsGetsTheLease",
    ),
    (
        "leases: one that never expires", LEASES,
        "if let end, now < end, end", "if let end, end",
        "StateTests.LeaseTests", r"aLeaseExpires",
    ),
    (
        "leases: one from before the clock was set back", LEASES,
        "now < end, end <= now + Self.maximumLease {", "now < end {",
        "StateTests.LeaseTests", r"aLeaseOfTheFutureHasExpired",
    ),
    (
        "leases: a long one", LEASES,
        "guard lease.until <= now + Self.maximumLease else { throw .tooLarge }", "",
        "StateTests.LeaseTests", r"aLeaseIsBounded",
    ),
    (
        "leases: a late renewal", LEASES,
        "WHERE user_key = ? AND service = ? AND lease_owner = ? AND generation = ?\n        \"\"\",\n        [\n",
        "WHERE user_key = ? AND service = ? AND (lease_owner = ? OR 1) AND generation = ?\n        \"\"\",\n        [\n",
        "StateTests.LeaseTests", r"aLeaseExpires",
    ),
    (
        "leases: a token of another generation", LEASES,
        "lease_owner = ? AND generation = ?\n        \"\"\",\n        [\n",
        "lease_owner = ? AND (generation = ? OR 1)\n        \"\"\",\n        [\n",
        "StateTests.LeaseTests", r"anotherGenerationIsNotReplaced",
    ),
    (
        "leases: the release of another", LEASES,
        "WHERE user_key = ? AND service = ? AND lease_owner = ?\n        \"\"\", [",
        "WHERE user_key = ? AND service = ? AND (lease_owner = ? OR 1)\n        \"\"\", [",
        "StateTests.LeaseTests", r"aLeaseExpires",
    ),
    (
        "leases: the removal of a new connection", LEASES,
        "lease_owner = ? AND generation = ?\n        \"\"\",\n        [.text",
        "(lease_owner = ? OR 1) AND (generation = ? OR 1)\n        \"\"\",\n        [.text",
        "StateTests.LeaseTests", r"aNewConnectionEndsTheLease",
    ),
    (
        "leases: a long new token", LEASES,
        "<= Self.maximumConnectionLength / 2\n", ">= 0\n",
        "StateTests.LeaseTests", r"aLeaseIsBounded",
    ),
    (
        "flows: a long user", FLOWS,
        "1...Self.maximumUserLength ~= flow.user.utf8.count,", "",
        "StateTests.FlowTests", r"aFlowIsBounded",
    ),
    (
        "flows: a long payload", FLOWS,
        "flow.payload.count + flow.service.utf8.count <= Self.maximumPayloadLength",
        "flow.payload.count + flow.service.utf8.count >= 0",
        "StateTests.FlowTests", r"aFlowIsBounded",
    ),
    (
        "flows: a full table", FLOWS,
        '      try connection.makeRoom(in: "upstream_flows", for: limits.upstreamFlows, now)\n', "",
        "StateTests.FlowTests", r"aFullTableRefusesTheNewOne",
    ),
    (
        "flows: a second browser", FLOWS,
        "guard stored.cookie?.isEqual(to: cookie) ?? true else { return .wrongBrowser }", "",
        "StateTests.FlowTests", r"aFlowBelongsToTheFirstBrowser",
    ),
    (
        "flows: a link after the callback", FLOWS,
        "stored.stage == .begun || stored.stage == .bound\n", "stored.stage != .finished\n",
        "StateTests.FlowTests", r"theSameBrowserGetsANewState",
    ),
    (
        "flows: an expired link", FLOWS,
        """guard now < stored.flow.expiresAt else { return .expired }
      try connection.run(
        \"\"\"
        UPDATE upstream_flows SET stage = ?, cookie_hash""",
        """try connection.run(
        \"\"\"
        UPDATE upstream_flows SET stage = ?, cookie_hash""",
        "StateTests.FlowTests", r"aFlowExpires",
    ),
    (
        "flows: the callback of another browser", FLOWS,
        "guard stored.cookie?.isEqual(to: cookie) == true else { return .wrongBrowser }", "",
        "StateTests.FlowTests", r"theStateOfAnotherFlowIsRefused",
    ),
    (
        "flows: an expired callback", FLOWS,
        "guard now < stored.flow.expiresAt else { return .expired }\n      try connection.run(\n        \"UPDATE upstream_flows SET stage = ?, state_hash",
        "try connection.run(\n        \"UPDATE upstream_flows SET stage = ?, state_hash",
        "StateTests.FlowTests", r"aFlowExpires",
    ),
    (
        "flows: a callback twice", FLOWS,
        "[.stage(.taken), .digest(stored.flow.hash)]", "[.stage(.bound), .digest(stored.flow.hash)]",
        "StateTests.FlowTests", r"eachStepWorksOnceAndInItsOrder",
    ),
    (
        "flows: a result without a callback, or twice", FLOWS,
        """result = ?, code_hash = ?
        WHERE hash = ? AND stage = ? AND expires_at > ?""",
        """result = ?, code_hash = ?
        WHERE hash = ? AND (stage = ? OR 1) AND expires_at > ?""",
        "StateTests.FlowTests", r"eachStepWorksOnceAndInItsOrder",
    ),
    (
        "flows: a late result", FLOWS,
        """result = ?, code_hash = ?
        WHERE hash = ? AND stage = ? AND expires_at > ?""",
        """result = ?, code_hash = ?
        WHERE hash = ? AND stage = ? AND expires_at > ? - 1""",
        "StateTests.FlowTests", r"aFlowExpires",
    ),
    (
        "flows: a long result", FLOWS,
        "guard result.count <= Self.maximumResultLength else { throw .tooLarge }", "",
        "StateTests.FlowTests", r"aFlowIsBounded",
    ),
    (
        "flows: the completion code of another user", FLOWS,
        "WHERE user_key = ? AND stage = ? AND expires_at > ?", "WHERE (user_key = ? OR 1) AND stage = ? AND expires_at > ?",
        "StateTests.FlowTests", r"theCodeOfAnotherUserChangesAndSaysNothing",
    ),
    (
        "flows: a wrong code counts for all users", FLOWS,
        "SET wrong_codes = wrong_codes + 1 WHERE user_key = ? AND", "SET wrong_codes = wrong_codes + 1 WHERE (user_key = ? OR 1) AND",
        "StateTests.FlowTests", r"theCodeOfAnotherUserChangesAndSaysNothing",
    ),
    (
        "flows: a late completion code", FLOWS,
        "WHERE user_key = ? AND stage = ? AND expires_at > ?", "WHERE user_key = ? AND stage = ? AND expires_at > ? - 1",
        "StateTests.FlowTests", r"aFlowExpires",
    ),
    (
        "flows: any completion code", FLOWS,
        "waiting.first { $0.code?.isEqual(to: code) == true }", "waiting.first { $0.code != nil }",
        "StateTests.FlowTests", r"wrongCodesEndAFlow|theCodeOfAnotherUser",
    ),
    (
        "flows: a completion code twice", FLOWS,
        '"DELETE FROM upstream_flows WHERE hash = ?", [.digest(right.flow.hash)])',
        '"DELETE FROM upstream_flows WHERE hash = ? AND 0", [.digest(right.flow.hash)])',
        "StateTests.FlowTests", r"eachStepWorksOnceAndInItsOrder",
    ),
    (
        "flows: completion codes without end", FLOWS,
        "WHERE user_key = ? AND wrong_codes >= ?", "WHERE user_key = ? AND wrong_codes >= ? AND 0",
        "StateTests.FlowTests", r"wrongCodesEndAFlow",
    ),
    (
        "flows: one of an expired time stays", f"{STATE}/AuthorizationState.swift",
        '      removed += try connection.removeExpired(from: "upstream_flows", now, limit: limit)\n', "",
        "StateTests.PurgeTests", r"removesWhatHasNoEffect",
    ),
    (
        "seal: a token of another user", SEAL,
        '"upstream_connections", .string(user),', '"upstream_connections",',
        SEAL_TESTS, r"the token of another user|the whole row of another user",
    ),
    (
        "seal: a token of another service", SEAL,
        ".string(user), .string(service), .string(origin),", ".string(user), .string(origin),",
        SEAL_TESTS, r"the whole row of another service",
    ),
    (
        "seal: a token for another origin", SEAL,
        ".string(service), .string(origin),", ".string(service),",
        SEAL_TESTS, r"aTokenIsSentToTheServiceThatGaveItAlone",
    ),
    (
        "seal: a token for another site", SEAL,
        "site.map(JSONValue.string) ?? .null, ", "",
        SEAL_TESTS, r"another site|no site",
    ),
    (
        "seal: a token of another generation", SEAL,
        ".number(JSONNumber(generation)),", "",
        SEAL_TESTS, r"another generation",
    ),
    (
        "seal: the result of another flow", SEAL,
        ".string(flow.hash.hexadecimal),", "",
        SEAL_TESTS, r"another flow",
    ),
    (
        "seal: texts behind each other", SEAL,
        ".string(flow.user), .string(flow.service),", ".string(flow.user + flow.service),",
        SEAL_TESTS, r"another division",
    ),
    (
        "renewal: an older row", CONNECTIONS,
        "guard connection.generation >= lowest else { throw .damaged }", "",
        SEAL_TESTS, r"anOlderRowIsRefused",
    ),
    (
        "renewal: a row from before the disconnection", CONNECTIONS,
        "if let removed { $0.sawRemoval(removed, of: key, at: clock()) }", "",
        SEAL_TESTS, r"anOlderRowIsRefused.*disconnected",
    ),
    (
        "renewal: a token sent to another origin", CONNECTIONS,
        "guard connection.origin.hasSameBytes(as: oauth.origin) else { throw .otherOrigin }", "",
        SEAL_TESTS, r"aTokenIsSentToTheServiceThatGaveItAlone|aRowOfAnotherOriginIsNoticed",
    ),
    (
        "renewal: the row is not read again", CONNECTIONS,
        "if time < known.checkedAt + Self.trust { return known.token }", "if time < known.until { return known.token }",
        RENEWAL_TESTS, r"whatAnotherProcessEndsOrMakesIsNoticed",
    ),
    (
        "renewal: the token of the account before", MEMORY,
        "guard known.connection == connection else {", "guard connection > 0 else {",
        RENEWAL_TESTS, r"whatAnotherProcessEndsOrMakesIsNoticed",
    ),
    (
        "renewal: each call makes one", MEMORY,
        "if let renewal = renewals[key] { return .wait(renewal.task) }", "",
        RENEWAL_TESTS, r"eightCallsAtExpiryMakeOneRequest",
    ),
    (
        "renewal: as many as there are users", MEMORY,
        "guard running < mostRenewals else { return .refuse }", "",
        RENEWAL_TESTS, r"renewalsAreBounded",
    ),
    (
        "renewal: one that was forgotten", CONNECTIONS,
        "guard memory.end(number, of: key) else { return .failure(.unavailable) }",
        "_ = memory.end(number, of: key)",
        RENEWAL_TESTS, r"aUserWhoIsForgottenDuringARenewalGetsNoToken",
    ),
    (
        "renewal: a forgotten one is joined", MEMORY,
        "    renewals[key] = nil\n    if known(", "    if known(",
        RENEWAL_TESTS, r"aUserWhoIsForgottenDuringARenewalGetsNoToken",
    ),
    (
        "renewal: a forgotten token", MEMORY,
        "if known(key, at: now) != nil { tokens.insert(nil, for: key, until: now, now: now) }", "",
        RENEWAL_TESTS, r"aForgottenTokenIsRenewed|aNewConnectionHasANewToken",
    ),
    (
        "renewal: a token that is not stored", CONNECTIONS,
        "case .removed, .lost: throw .unavailable", "case .removed, .lost: break",
        RENEWAL_TESTS, r"aConnectionThatIsMadeDuringARenewalStays",
    ),
    (
        "renewal: a refused token stays", CONNECTIONS,
        "try state.remove(connection, under: owner)", "try state.connection(user: connection.user, service: connection.service) != nil",
        RENEWAL_TESTS, r"aRefusedTokenEndsTheConnection",
    ),
    (
        "renewal: a lease after an error", CONNECTIONS,
        "try state.release(user: user, service: service.rawValue, owner: lease.owner)",
        "_ = try state.connection(user: user, service: service.rawValue)",
        RENEWAL_TESTS, r"anotherErrorKeepsTheConnection",
    ),
    (
        "renewal: the old refresh token is lost", CONNECTIONS,
        "let refresh = tokens.refresh ?? old", 'let refresh = tokens.refresh ?? Secret("")',
        RENEWAL_TESTS, r"withoutANewRefreshTokenTheOldOneStays",
    ),
    (
        "renewal: after the end of the token", CONNECTIONS,
        "- min(Self.margin, tokens.lifetime / 2)", "",
        RENEWAL_TESTS, r"aTokenIsRenewedAMinuteBeforeItsEnd|lifetimes",
    ),
    (
        "upstream OAuth: an outage ends a connection", UPSTREAM_OAUTH,
        "    case 429, 500...599: throw .unavailable\n    case 400...499:\n", "    case 400...599:\n",
        "UpstreamTests", r"anotherErrorKeepsTheConnection|status 50",
    ),
    (
        "upstream OAuth: a redirect", UPSTREAM_OAUTH,
        "default: throw .invalidResponse", "default: break",
        UPSTREAM_OAUTH_TESTS, r"status 30",
    ),
    (
        "upstream OAuth: an error beside a token", UPSTREAM_OAUTH,
        'if let error = answer.error { throw error == "invalid_grant" ? .invalidGrant : .refused }', "",
        UPSTREAM_OAUTH_TESTS, r"an error beside a token",
    ),
    (
        "upstream OAuth: a token of another type", UPSTREAM_OAUTH,
        'answer["token_type"].map({ ASCII.areEqual($0.utf8, "bearer".utf8) }) ?? allowsNoType',
        'answer["token_type"].map({ !$0.isEmpty }) ?? allowsNoType',
        UPSTREAM_OAUTH_TESTS, r"a token of another type|atlassianNeedsNoTokenType",
    ),
    (
        "upstream OAuth: no token type of Data Center", UPSTREAM_OAUTH,
        "allowsNoType: form.isCloud", "allowsNoType: true",
        UPSTREAM_OAUTH_TESTS, r"no token type",
    ),
    (
        "upstream OAuth: a line break in a token", UPSTREAM_OAUTH,
        "~= text.utf8.count && text.utf8.allSatisfy(ASCII.isVisible)", "~= text.utf8.count",
        UPSTREAM_OAUTH_TESTS, r"a token with a line break|a refresh token with a space",
    ),
    (
        "upstream OAuth: a token of any length", UPSTREAM_OAUTH,
        "1...maximum ~= text.utf8.count &&", "maximum > 0 && !text.isEmpty &&",
        UPSTREAM_OAUTH_TESTS, r"a long token|a long refresh token",
    ),
    (
        "upstream OAuth: any refresh token", UPSTREAM_OAUTH,
        "guard refresh.map({ isToken($0, maximumRefreshLength) }) ?? true else {",
        "guard refresh?.isEmpty != true else {",
        UPSTREAM_OAUTH_TESTS, r"a refresh token with a space|a long refresh token",
    ),
    (
        "upstream OAuth: a scope with a line break", UPSTREAM_OAUTH,
        "&& text.utf8.allSatisfy { ASCII.isVisible($0) || $0 == ASCII.space }", "",
        UPSTREAM_OAUTH_TESTS, r"readsTokens",
    ),
    (
        "upstream OAuth: a token without end", UPSTREAM_OAUTH,
        ".seconds(min($0, longest))", ".seconds(max(min($0, longest), longest))",
        RENEWAL_TESTS, r"lifetimes",
    ),
    (
        "upstream OAuth: a lifetime of nothing", UPSTREAM_OAUTH,
        '.flatMap { $0 > 0 ? $0 : nil }', ".map { max($0, 1) }",
        RENEWAL_TESTS, r"lifetimes",
    ),
    (
        "upstream OAuth: a response of any length", UPSTREAM_OAUTH,
        "guard response.body.count <= maximumLength else { throw .invalidResponse }", "",
        "UpstreamTests.(UpstreamOAuthTests|AtlassianSitesTests)", r"larger than 64 KiB",
    ),
    (
        "upstream OAuth: no code challenge", UPSTREAM_OAUTH,
        "parameters += AuthorizationURL.challenge(of: verifier)", "",
        UPSTREAM_OAUTH_TESTS, r"theAddressOfThePage",
    ),
    (
        "upstream OAuth: no code verifier", UPSTREAM_OAUTH,
        '("redirect_uri", redirectURI), ("code_verifier", verifier.exposed),', '("redirect_uri", redirectURI),',
        UPSTREAM_OAUTH_TESTS, r"theRequest",
    ),
    (
        "sites: a path in an id", SITES,
        "1...64 ~= id.utf8.count, id.utf8.allSatisfy(isOfID), ", "1...64 ~= id.utf8.count, ",
        SITES_TESTS, r"an id with a slash",
    ),
    (
        "sites: an id of any length", SITES,
        "1...64 ~= id.utf8.count, ", "",
        SITES_TESTS, r"a long id|an empty id",
    ),
    (
        "sites: a name that breaks a line", SITES,
        "Subject.isValid(name)", "!name.isEmpty",
        SITES_TESTS, r"a name with a line break|a long name",
    ),
    (
        "sites: no URL", SITES,
        "Origin(of: url) != nil,", "!url.isEmpty,",
        SITES_TESTS, r"no URL",
    ),
    (
        "sites: one that only begins so", SITES,
        "site.url.hasSameBytes(as: $0)", "site.url.hasBytes(atStart: $0)",
        SITES_TESTS, r"a site whose URL only begins so|a prefix of the URL",
    ),
    (
        "sites: the first of several", SITES,
        "guard fitting.count == 1 else { throw .several(names: names) }", "",
        SITES_TESTS, r"no wish|two sites of one name",
    ),
    (
        "sites: as many names as there are", SITES,
        "sites.prefix(mostNames).map(\\.name)", "sites.map(\\.name)",
        SITES_TESTS, r"more names than an error has",
    ),
    (
        "sites: the same site twice", SITES,
        ".filter { seen.insert($0.id).inserted }", ".filter { seen.insert($0.id).inserted || true }",
        SITES_TESTS, r"readsEachSiteOnce",
    ),
    # What a tool learns of its call
    (
        "call: a tool reads the caller's credential", "Sources/MCPService/Tools/Tool.swift",
        "!ownFields.contains { ASCII.areEqual($0.utf8, field.utf8) }",
        "!ownFields.contains { $0.utf8.elementsEqual(field.utf8) }",
        "MCPServiceHTTPTests.CallContextTests", r"noToolReadsTheCredentialForThisServer",
    ),
    (
        "call: a tool without an authority", "Sources/MCPServiceHTTP/Pipeline/HTTPPipeline.swift",
        """      if tool.object?.needsAuthority == true { throw .denied(identity, reason: "no_authority") }
""", "",
        "MCPServiceHTTPTests.CallContextTests", r"aToolThatNeedsAnAuthorityIsDeniedWithoutOne",
    ),
    (
        "call: everyone reaches other services", "Sources/Auth/Role.swift",
        "case .guest, .basic: permissions", "case .guest, .basic: permissions.union([.upstreamRead])",
        "AuthTests.PermissionTests", r"rolesReachOtherServices",
    ),
    # The pages on which a person connects an account
    (
        "connect: a form of any site", "Sources/AuthorizationServer/Connections/ConnectionEndpoints.swift",
        """guard browser.isOwnForm(of: base), let form""", """guard let form""",
        "AuthorizationServerTests.ConnectionEndpointsTests", r"aForgedFormBindsNothing",
    ),
    (
        "connect: no proof of the form", "Sources/AuthorizationServer/Connections/ConnectionEndpoints.swift",
        """      guard FormProof.isValid(form["csrf"], Self.about(id), cookie: secret) else {
        throw .page(.forgedForm)
      }
""", """""",
        "AuthorizationServerTests.ConnectionEndpointsTests", r"aForgedFormBindsNothing",
    ),
    (
        "connect: the proof of any link", "Sources/AuthorizationServer/Connections/ConnectionEndpoints.swift",
        '"connect \\(id)"', '"connect"',
        "AuthorizationServerTests.ConnectionEndpointsTests", r"aForgedFormBindsNothing",
    ),
    (
        "connect: the second browser goes on", "Sources/AuthorizationServer/Connections/ConnectionEndpoints.swift",
        """guard case .flow = step else { throw .otherBrowser }""", """_ = step""",
        "AuthorizationServerTests.ConnectionEndpointsTests", r"aSecondBrowserCannotGoOn",
    ),
    (
        "connect: the code of one service for another", "Sources/AuthorizationServer/Connections/ConnectionEndpoints.swift",
        "flow.service.hasSameBytes(as: id) else", "!flow.service.isEmpty else",
        "AuthorizationServerTests.ConnectionEndpointsTests", r"aCallbackThatDoesNotFitExchangesNothing",
    ),
    (
        "connect: a flow without end", "Sources/AuthorizationServer/Connections/ConnectionEndpoints.swift",
        """flowLifetime = Duration.seconds(600)""", """flowLifetime = Duration.seconds(601)""",
        "AuthorizationServerTests.ConnectionEndpointsTests", r"aCallbackThatDoesNotFitExchangesNothing|anOldLink",
    ),
    (
        "connect: a refused flow stays", "Sources/AuthorizationServer/Connections/ConnectionEndpoints.swift",
        """        try await end(flow, browser)
        report(.refused(service: id, reason: error.reason))""", """        report(.refused(service: id, reason: error.reason))""",
        "AuthorizationServerTests.ConnectionEndpointsTests", r"aRefusalEndsTheFlow",
    ),
    (
        "connect: a denied flow stays", "Sources/AuthorizationServer/Connections/ConnectionEndpoints.swift",
        """        try await end(flow, browser)
        report(.refused(service: id, reason: "denied"))""", """        report(.refused(service: id, reason: "denied"))""",
        "AuthorizationServerTests.ConnectionEndpointsTests", r"aRefusalEndsTheFlow",
    ),
    # The sign-in of a person who connects an account
    (
        "connect: another person goes on", CONNECT,
        "signIn.user(person).hasSameBytes(as: flow.user)", "!signIn.user(person).isEmpty",
        CONNECT_SIGN_IN_TESTS, r"anotherPersonConnectsNothing",
    ),
    (
        "connect: a way past the sign-in", CONNECT,
        "guard payload.isSignedIn == (signIn != nil) else { throw .unknown }", "",
        CONNECT_SIGN_IN_TESTS, r"noWayLeadsPastTheSignIn",
    ),
    (
        "connect: a state of the service at the provider", CONNECT,
        "guard case .signingIn(let verifier, let nonce) = payload.stage else { throw .unknown }",
        """let (verifier, nonce): (Secret, Secret)
    if case .signingIn(let one, let two) = payload.stage { (verifier, nonce) = (one, two) } else {
      (verifier, nonce) = (payload.verifier, payload.verifier)
    }""",
        CONNECT_SIGN_IN_TESTS, r"noWayLeadsPastTheSignIn",
    ),
    (
        "connect: a sign-in at another provider", CONNECT,
        'guard provider.isIssuer(parameters["iss"]) else {', "guard true else {",
        CONNECT_SIGN_IN_TESTS, r"otherIssuer",
    ),
    (
        "connect: a flow that was replaced", CONNECT,
        "guard try await end(flow, browser) else { throw .unknown }", "_ = try await end(flow, browser)",
        CONNECT_SIGN_IN_TESTS, r"aNewerLinkReplacesTheFlow",
    ),
    (
        "connect: a code where the server signs in", CONNECTION_TOOLS,
        "(service.needsCode ? [complete] : [])", "[complete]",
        UPSTREAM_SERVER_TESTS, r"thereIsNoCodeToComplete",
    ),
    (
        "flows: a step twice", FLOWS,
        """SET stage = ?, state_hash = ?, payload = ?
        WHERE hash = ? AND stage = ? AND expires_at > ?""",
        """SET stage = ?, state_hash = ?, payload = ?
        WHERE hash = ? AND (stage = ? OR 1) AND expires_at > ?""",
        "StateTests.FlowTests", r"aFlowGoesOnAfterASignIn",
    ),
    (
        "flows: a late step", FLOWS,
        """SET stage = ?, state_hash = ?, payload = ?
        WHERE hash = ? AND stage = ? AND expires_at > ?""",
        """SET stage = ?, state_hash = ?, payload = ?
        WHERE hash = ? AND stage = ? AND expires_at > ? - 1""",
        "StateTests.FlowTests", r"aFlowGoesOnAfterASignIn",
    ),
    (
        "connections: the audit line of a link without its service",
        "Sources/MCPServiceOAuth/Upstream/ConnectionTools.swift",
        'context.note("upstream", place.id)', "",
        "MCPServiceOAuthTests.UpstreamCodeTests", r"theCodeIsForTheUserWhoAsked",
    ),
    (
        "connections: the audit line of a completion without its service",
        "Sources/MCPServiceOAuth/Upstream/ConnectionTools.swift",
        'context.note("upstream", connected.rawValue)', "",
        "MCPServiceOAuthTests.UpstreamCodeTests", r"theCodeIsForTheUserWhoAsked",
    ),
    (
        "upstream: a build with the server's own account", "Sources/MCPServiceOAuth/Upstream/UpstreamCalls.swift",
        "guard !isOfCaller || [.header, .connection].contains(choice.source) else { throw .none }", "",
        "MCPServiceOAuthTests.UpstreamServerTests", r"aBuildIsStartedWithTheCallersOwnCredential",
    ),
    (
        "renewal: another credential after a disconnection", "Sources/Upstream/Connections/UpstreamConnections.swift",
        "guard memory.end(number, of: key) else { return .failure(.unavailable) }",
        "guard memory.end(number, of: key) else { return .failure(.notConnected) }",
        "UpstreamTests.UpstreamConnectionsTests", r"anEndDuringARenewalStays",
    ),
    # Requests to Jira, Confluence and Jenkins.
    (
        "upstream requests: a segment that programs resolve", REQUESTS,
        'guard segments.allSatisfy({ !["", ".", ".."].contains($0) }) else {', "guard true else {",
        REQUESTS_TESTS, r"aSegmentThatProgramsResolveIsNotSent",
    ),
    (
        "upstream requests: a URL of any length", REQUESTS,
        "guard fits(segments, query: query) else {", "guard true else {",
        REQUESTS_TESTS, r"aURLIsAsLongAsTheClientAccepts",
    ),
    (
        "upstream requests: a call of any length", REQUESTS,
        "guard access.hasTime else {", "guard true else {",
        "UpstreamTests.JiraTests", r"slowPagesEndAfterAMinute",
    ),
    (
        "upstream requests: a response of any length", REQUESTS,
        "guard response.body.count <= Self.maximumLength else { throw .tooLarge }", "",
        REQUESTS_TESTS, r"a byte larger",
    ),
    (
        "upstream requests: a login that fails is an anonymous one", REQUESTS,
        "if authorization != nil, Self.isLoginRefused(response) { throw .refused }", "",
        REQUESTS_TESTS, r"a wrong credential|a CAPTCHA|in other letters",
    ),
    (
        "upstream requests: an anonymous login fails", REQUESTS,
        "if authorization != nil, Self.isLoginRefused", "if Self.isLoginRefused",
        REQUESTS_TESTS, r"anAnonymousRequestHasNoLoginThatFails",
    ),
    (
        "upstream requests: any status", REQUESTS,
        "if let error = Self.error(response) { throw error }", "",
        REQUESTS_TESTS, r"status 401",
    ),
    (
        "upstream requests: a path as it is", REQUESTS,
        'segments.map { "/" + encoded($0) }', 'segments.map { "/" + $0 }',
        REQUESTS_TESTS, r"bytes of a segment",
    ),
    (
        "upstream requests: a value as it is", REQUESTS,
        'encoded($0.name) + "=" + encoded($0.value)', 'encoded($0.name) + "=" + $0.value',
        f"{REQUESTS_TESTS}|{JIRA_TESTS}", r"bytes of a value|theQueryIsOneParameter",
    ),
    (
        "upstream requests: a name as it is", REQUESTS,
        'encoded($0.name) + "=" + encoded($0.value)', '$0.name + "=" + encoded($0.value)',
        REQUESTS_TESTS, r"bytes of a value",
    ),
    (
        "upstream requests: a space as a plus", REQUESTS,
        '$0 == UInt8(ascii: "+") ? Array("%20".utf8) : [$0]', "[$0]",
        REQUESTS_TESTS, r"bytes of a segment",
    ),
    (
        "upstream requests: a token with a line break", REQUESTS,
        "guard !token.exposed.utf8.isEmpty, token.exposed.utf8.allSatisfy(ASCII.isVisible) else {",
        "guard !token.exposed.utf8.isEmpty else {",
        REQUESTS_TESTS, r"aCredentialThatIsNoneIsNotSent",
    ),
    (
        "upstream requests: a user with a colon", REQUESTS,
        'guard !user.utf8.contains(UInt8(ascii: ":")),', "guard",
        REQUESTS_TESTS, r"a user with a colon",
    ),
    (
        "upstream requests: a user with a control character", REQUESTS,
        "!Self.hasControlCharacter(user), ", "",
        REQUESTS_TESTS, r"a user with a control character|a user with DEL",
    ),
    (
        "upstream requests: a password with a control character", REQUESTS,
        "!Self.hasControlCharacter(user), !Self.hasControlCharacter(password.exposed)",
        "!Self.hasControlCharacter(user)",
        REQUESTS_TESTS, r"a password with a control character",
    ),
    (
        "upstream requests: a control character of ISO 8859-1", REQUESTS,
        "$0.value < 0x20 || 0x7F...0x9F ~= $0.value", "$0.value < 0x20 || 0x7F == $0.value",
        f"{REQUESTS_TESTS}|{JIRA_TESTS}|{JENKINS_TESTS}", r"C1",
    ),
    (
        "upstream requests: JSON with status 201", REQUESTS,
        "guard response.status == 200,", "guard",
        REQUESTS_TESTS, r"status 201",
    ),
    (
        "upstream requests: a page is read as JSON", REQUESTS,
        'response.mediaType?.elementsEqual("application/json".utf8) == true,', "",
        REQUESTS_TESTS, r"a page|no type",
    ),
    (
        "upstream requests: a redirect is an outage", REQUESTS,
        "default: .invalidResponse", "default: .unavailable",
        REQUESTS_TESTS, r"status 30|aRedirectIsNotFollowed",
    ),
    (
        "upstream requests: a wait of any length", REQUESTS,
        "[...], maximum: longestWait)", "[...], maximum: Int.max / 16)",
        REQUESTS_TESTS, r"more than a day",
    ),
    (
        "upstream requests: one of two waits", REQUESTS,
        "guard fields.count == 1 else { return nil }", "guard fields.count >= 1 else { return nil }",
        REQUESTS_TESTS, r"two fields",
    ),
    (
        "exact sum: a sum that may be rounded", EXACT_SUM,
        "guard top - min(value.exponent, addend.exponent) <= Decimal.maximumDigits,", "guard",
        EXACT_SUM_TESTS, r"the last digit is lost|a carry to the 35th digit",
    ),
    (
        "exact sum: no place for the carry", EXACT_SUM,
        "max(Self.end(of: value), Self.end(of: addend)) + 1", "max(Self.end(of: value), Self.end(of: addend))",
        EXACT_SUM_TESTS, r"a carry to the 35th digit",
    ),
    (
        "exact sum: a number that Decimal cannot hold is 0", EXACT_SUM,
        "guard let addend = try? Decimal(number) else { throw .tooLarge }",
        "let addend = (try? Decimal(number)) ?? Decimal(0)",
        EXACT_SUM_TESTS, r"1e400|35 digits",
    ),
    (
        "Jira: a query of any length", JIRA,
        "guard 1...Self.maximumJQL ~= jql.utf8.count, ", "guard ",
        JIRA_TESTS, r"aQueryThatIsNoneIsNotSent",
    ),
    (
        "Jira: a query with a line break", JIRA,
        ", !UpstreamRequests.hasControlCharacter(jql) else {", " else {",
        JIRA_TESTS, r"aQueryThatIsNoneIsNotSent",
    ),
    (
        "Jira: any number of issues", JIRA,
        "guard ids.count <= Self.maximumIssues else { throw .tooLarge }", "",
        JIRA_TESTS, r"asManyIssuesAsMayBe",
    ),
    (
        "Jira: an issue counts twice", JIRA,
        "ids.insert(Array(issue.id.utf8)).inserted {",
        "ids.insert(Array(issue.id.utf8)).inserted || true {",
        JIRA_TESTS, r"anIssueOfTwoPagesCountsOnce",
    ),
    (
        "Jira: a page without a new issue", JIRA,
        "guard ids.count > count else { throw .invalidResponse }", "",
        JIRA_TESTS, r"the same issue",
    ),
    (
        "Jira: a token that comes again", JIRA,
        "!tokens.insert(Array(token.utf8)).inserted {", "!tokens.insert(Array(token.utf8)).inserted, false {",
        JIRA_TESTS, r"a token that comes again",
    ),
    (
        "Jira: the pages that were read are enough", JIRA,
        "    throw .tooLarge\n  }\n\n  private func page(", "    return sum.value\n  }\n\n  private func page(",
        JIRA_TESTS, r"asManyPagesAsMayBe",
    ),
    (
        "Jira: a query that is too long for a URL", JIRA,
        "guard requests.fits(path, query: query) else {", "guard true else {",
        JIRA_TESTS, r"aLongQueryIsPosted",
    ),
    (
        "Jira: an id of any length", JIRA,
        "1...maximumID ~= id.utf8.count", "true",
        JIRA_TESTS, r"a long id|an empty id",
    ),
    (
        "Jira: another type of number is left out", JIRA,
        "case .number(let number)?: return Issue(id: id, number: number)\n    default: throw .invalidResponse",
        "case .number(let number)?: return Issue(id: id, number: number)\n    default: return Issue(id: id, number: nil)",
        JIRA_TESTS, r"a text",
    ),
    (
        "Jira: fields that are no object are left out", JIRA,
        "guard let fields = fields.object else { throw .invalidResponse }",
        "guard let fields = fields.object else { return Issue(id: id, number: nil) }",
        JIRA_TESTS, r"fields are no object",
    ),
    (
        "Jira: a page is missing", JIRA,
        "case (.bool(true)?, _), (nil, nil): return nil", "case (.bool, _), (nil, nil): return nil",
        JIRA_TESTS, r"theRequestsToCloud|not the last, but no token",
    ),
    (
        "Jira: a token of any length", JIRA,
        "guard 1...maximumToken ~= token.utf8.count else { throw .invalidResponse }", "",
        JIRA_TESTS, r"a long token|an empty token",
    ),
    (
        "Jira: a page of another index", JIRA,
        'guard case .number(let start)? = object["startAt"], start.integer == index,',
        'guard case .number? = object["startAt"],',
        JIRA_TESTS, r"the first page again",
    ),
    (
        "Jira: a negative total", JIRA,
        "let total = number.integer, total >= 0", "let total = number.integer",
        JIRA_TESTS, r"a negative total",
    ),
    (
        "Jira: too many issues are read first", JIRA,
        "guard total <= maximumIssues else { throw .tooLarge }", "",
        JIRA_TESTS, r"tooManyIssuesOfDataCenterCostOneRequest",
    ),
    (
        "Jira: a field of any digits", "Sources/MCPService/Configuration/SettingsTable+Upstream.swift",
        "1...10 ~= digits.count && ", "",
        "MCPServiceTests.SettingsTests", r"aCustomFieldHasOneToTenDigits",
    ),
    (
        "Jira: a field of any text", "Sources/MCPService/Configuration/SettingsTable+Upstream.swift",
        " && digits.allSatisfy(ASCII.isDigit)", "",
        "MCPServiceTests.SettingsTests", r"aCustomFieldHasOneToTenDigits",
    ),
    (
        "Jenkins: any number of folders", JENKINS_JOB,
        "guard parts.count <= Self.maximumSegments,", "guard",
        JENKINS_TESTS, r"aNameThatIsNoneIsNotSent",
    ),
    (
        "Jenkins: a name of any length", JENKINS_JOB,
        "parts.allSatisfy({ 1...Self.maximumSegment ~= $0.count }),", "",
        JENKINS_TESTS, r"aNameThatIsNoneIsNotSent",
    ),
    (
        "Jenkins: a name that leaves the folder", JENKINS_JOB,
        '!parts.contains(where: { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }),', "",
        JENKINS_TESTS, r"aNameThatIsNoneIsNotSent",
    ),
    (
        "Jenkins: a name with a backslash", JENKINS_JOB,
        '!text.utf8.contains(UInt8(ascii: "\\\\")), ', "",
        JENKINS_TESTS, r"aNameThatIsNoneIsNotSent",
    ),
    (
        "Jenkins: a name with a line break", JENKINS_JOB,
        ", !UpstreamRequests.hasControlCharacter(text)\n", "\n",
        JENKINS_TESTS, r"aNameThatIsNoneIsNotSent",
    ),
    (
        "Jenkins: any number of builds", JENKINS,
        "builds.count <= Self.maximumBuilds", "true",
        JENKINS_TESTS, r"101 builds",
    ),
    (
        "Jenkins: a build of any length", JENKINS,
        "0...Self.longestBuild ~= time", "true",
        JENKINS_TESTS, r"a longer time|a negative time",
    ),
    (
        "Jenkins: a running build counts", JENKINS,
        "if !isRunning { times.append(time) }", "times.append(isRunning ? 0 : time)",
        JENKINS_TESTS, r"a running one",
    ),
    (
        "Jenkins: no build is an average of 0", JENKINS,
        'guard !times.isEmpty else { throw .noNumbers("The job has no finished build.") }',
        "guard !times.isEmpty else { return Decimal(0) }",
        JENKINS_TESTS, r"only running ones",
    ),
    (
        "Jenkins: a disabled job is triggered", JENKINS,
        'guard object["buildable"] == .bool(true) else {', "guard true else {",
        JENKINS_TESTS, r"aJobThatCannotBeBuiltIsNotTriggered",
    ),
    (
        "Jenkins: no crumb", JENKINS,
        "let fields = usesCrumb ? try await crumb() : []", "let fields: UpstreamRequests.Query = []",
        JENKINS_TESTS, r"aTriggerHasTheCrumbOfItsSession",
    ),
    (
        "Jenkins: a crumb as any field", JENKINS,
        ', ASCII.areEqual(name.utf8.suffix(5), "crumb".utf8),', ",",
        JENKINS_TESTS, r"a field of another kind",
    ),
    (
        "Jenkins: a field with a line break", JENKINS,
        "name.utf8.allSatisfy(ASCII.isToken), ", "",
        JENKINS_TESTS, r"a field with a line break",
    ),
    (
        "Jenkins: a crumb or a cookie of any length", JENKINS,
        "1...256 ~= text.utf8.count && ", "",
        JENKINS_TESTS, r"a long crumb|an empty crumb|a long value",
    ),
    (
        "Jenkins: a crumb or a cookie with a line break", JENKINS,
        " && text.utf8.allSatisfy(ASCII.isVisible)", "",
        JENKINS_TESTS, r"a crumb with a line break|a line break",
    ),
    (
        "Jenkins: a crumb without its session", JENKINS,
        'return [(name, crumb)] + (session.map { [("Cookie", $0)] } ?? [])',
        "_ = session\n    return [(name, crumb)]",
        JENKINS_TESTS, r"aTriggerHasTheCrumbOfItsSession",
    ),
    (
        "Jenkins: any cookie", JENKINS,
        '.filter { $0.starts(with: "JSESSIONID".utf8) }', ".filter { !$0.isEmpty }",
        JENKINS_TESTS, r"theCookieOfTheSession|aTriggerHasTheCrumbOfItsSession",
    ),
    (
        "Jenkins: a trigger that is not accepted", JENKINS,
        "guard response.status == 201, let item", "guard let item",
        JENKINS_TESTS, r"status 200",
    ),
    (
        "Jenkins: one of two locations", JENKINS,
        "guard locations.count == 1 else { return nil }", "guard locations.count >= 1 else { return nil }",
        JENKINS_TESTS, r"two of Location",
    ),
    (
        "Jenkins: a number of another path", JENKINS,
        'parts.suffix(2).elementsEqual(["queue", "item"], by: { $0.elementsEqual($1.utf8) })', "true",
        JENKINS_TESTS, r"theNumberOfTheQueue",
    ),
    (
        "Jenkins: any number", JENKINS,
        "return ASCII.decimal(number, maximum: largestItem)", "return ASCII.decimal(number, maximum: Int.max / 16)",
        JENKINS_TESTS, r"theNumberOfTheQueue",
    ),
    # Pages of Confluence and the sums of their columns.
    (
        "storage: a page of any size", STORAGE_TABLE,
        "guard page.count <= maximumLength else { throw .tooLarge }", "",
        STORAGE_TESTS, r"theLongestPage",
    ),
    (
        "storage: a cell of any length", STORAGE_TABLE,
        "guard bytes.count + 2 <= StorageTable.maximumText else {",
        "guard bytes.count >= 0 else {",
        STORAGE_TESTS, r"aTextIsBounded|a long text",
    ),
    (
        "storage: a header that was cut", STORAGE_TABLE,
        "!isLong && !other.isLong && bytes == other.bytes",
        "bytes == other.bytes",
        STORAGE_TESTS, r"aTextIsBounded",
    ),
    (
        "storage: other bytes than UTF-8", STORAGE_MARKUP,
        "guard String(validating: page, as: UTF8.self) != nil else { throw .invalidResponse }", "",
        STORAGE_TESTS, r"theCheckOfUTF8",
    ),
    (
        "storage: control characters", STORAGE_MARKUP,
        "$0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D",
        "$0 >= 0",
        STORAGE_TESTS, r"theCheckBeforeTheParser",
    ),
    (
        "storage: a DOCTYPE before the parser", STORAGE_MARKUP,
        "throw .invalidResponse  // CWE-611",
        "rest = rest.dropFirst()  // CWE-611",
        STORAGE_TESTS, r"theCheckBeforeTheParser",
    ),
    (
        "storage: attributes without number", STORAGE_MARKUP,
        "guard attributes <= maximumAttributes else { throw .tooLarge }", "",
        STORAGE_TESTS, r"one attribute more",
    ),
    (
        "storage: a page that is a document", STORAGE_CALLBACKS,
        '[(Array("<page>".utf8), false), (page, false), (Array("</page>".utf8), true)]',
        "[(page, true)]",
        STORAGE_TESTS, r"a short XML declaration",
    ),
    (
        "storage: reading after an error", STORAGE_CALLBACKS,
        "unsafe xmlStopParser(context.pointee.parser)", "",
        STORAGE_TESTS, r"theParserStops",
    ),
    (
        "storage: merged cells", STORAGE_CALLBACKS,
        'unsafe !String(cString: value).hasSameBytes(as: "1")',
        'unsafe String(cString: value).hasSameBytes(as: "x")',
        STORAGE_TESTS, r"merged columns|merged rows|a span of 0",
    ),
    (
        "storage: elements of any depth", STORAGE_READING,
        "guard depth <= StorageTable.maximumDepth else { return fail(.tooLarge) }", "",
        STORAGE_TESTS, r"one element deeper",
    ),
    (
        "storage: cells without number", STORAGE_READING,
        "guard cells <= StorageTable.maximumCells else { return fail(.tooLarge) }", "",
        STORAGE_TESTS, r"one cell more",
    ),
    (
        "storage: other elements in a row", STORAGE_READING,
        "guard isCell else { return fail(.invalidResponse) }", "",
        STORAGE_TESTS, r"a paragraph in a row",
    ),
    (
        "storage: cells and tables outside a row", STORAGE_READING,
        '} else if isCell || name.hasSameBytes(as: "table") {',
        "} else if false {",
        STORAGE_TESTS, r"a cell outside a row|a table outside a cell",
    ),
    (
        "storage: digits of two lines", STORAGE_READING,
        "separate()  // 1<br/>2 is not 12.", "",
        STORAGE_TESTS, r"text before a block",
    ),
    (
        "storage: digits after a block", STORAGE_READING,
        "} else if !isInline(name) { separate() }", "}",
        STORAGE_TESTS, r"text after a block",
    ),
    (
        "storage: digits of a power", STORAGE_READING,
        "table?.row?.cell?.hasOther = true",
        "table?.row?.cell?.hasOther = false",
        STORAGE_TESTS, r"an image|a script|a deleted number",
    ),
    (
        "storage: two columns of one name", STORAGE_READING,
        "if row.hasSeveralMatches {",
        "if false {",
        STORAGE_TESTS, r"two columns of the name",
    ),
    (
        "storage: columns of merged cells", STORAGE_READING,
        "    if table.hasMergedCells {",
        "    if false {",
        STORAGE_TESTS, r"merged columns|merged rows|a span of 0",
    ),
    (
        "storage: a later table", STORAGE_READING,
        "guard table.column != nil, result == nil else { return }",
        "guard table.column != nil else { return }",
        STORAGE_TESTS, r"only the first such table",
    ),
    (
        "storage: a text that is no number", STORAGE_READING,
        "} else if let problem = table.problem {",
        "} else if false, let problem = table.problem {",
        STORAGE_TESTS, r"a separator for thousands|a unit",
    ),
    (
        "storage: a number that was cut", STORAGE_READING,
        "guard !cell.hasOther, !cell.text.isLong,",
        "guard !cell.hasOther,",
        STORAGE_TESTS, r"a long text",
    ),
    (
        "storage: an empty column", STORAGE_READING,
        "} else if !table.hasNumbers {",
        "} else if false {",
        STORAGE_TESTS, r"no number",
    ),
    (
        "storage: the name in the text of a row", STORAGE_READING,
        "table.column == nil, table.rows == 1 || row.hasOnlyHeaders else",
        "table.column == nil else",
        STORAGE_TESTS, r"the name as a header of a row",
    ),
    (
        "storage: an unknown entity", STORAGE_ENTITIES,
        "all[name] ?? unknown",
        'all[name] ?? " "',
        STORAGE_TESTS, r"unknown entity",
    ),
    (
        "confluence: an id that is a path", CONFLUENCE,
        ", pageID.utf8.allSatisfy(ASCII.isDigit) else {",
        " else {",
        CONFLUENCE_TESTS, r"anIDThatIsNone",
    ),
    (
        "confluence: an id of any length", CONFLUENCE,
        "1...20 ~= pageID.utf8.count, ", "",
        CONFLUENCE_TESTS, r"anIDThatIsNone",
    ),
    (
        "confluence: a column of any length", CONFLUENCE,
        "1...Self.maximumColumn ~= column.utf8.count,",
        "column.utf8.count >= 0,",
        CONFLUENCE_TESTS, r"aColumnThatIsNone",
    ),
    (
        "confluence: control characters in a column", CONFLUENCE,
        "!UpstreamRequests.hasControlCharacter(column)",
        "true",
        CONFLUENCE_TESTS, r"aColumnThatIsNone",
    ),
    (
        "confluence: a column without a name", CONFLUENCE,
        "!CellText(column).bytes.isEmpty",
        "true",
        CONFLUENCE_TESTS, r"aColumnOfSpaces",
    ),
    (
        "confluence: another representation", CONFLUENCE,
        'storage["representation"]?.string?.hasSameBytes(as: "storage") == true,', "",
        CONFLUENCE_TESTS, r"another representation|no representation",
    ),
    # The choice of a credential, and the settings about services
    (
        "choice: a header that is off is ignored", CHOICE,
        "guard rules.takesHeaders else { throw .headersOff }",
        "",
        CHOICE_TESTS, r"a header that is off",
    ),
    (
        "choice: the first of several headers", CHOICE,
        "guard header.count == 1 else { throw .severalValues }",
        "",
        CHOICE_TESTS, r"several values are not the first",
    ),
    (
        "choice: the connection of another guest", CHOICE,
        "case .token where isGuest: throw .none",
        "",
        CHOICE_TESTS, r"no connection of a guest",
    ),
    (
        "choice: a connection that fails counts as absent", CHOICE,
        "case .failed(let error): throw .connection(error)",
        "case .failed: break",
        CHOICE_TESTS, r"is not absent",
    ),
    (
        "choice: guests use the server's own", CHOICE,
        "isShared, !isGuest {",
        "isShared {",
        CHOICE_TESTS, r"not the server's own for a guest",
    ),
    (
        "choice: everyone uses the server's own", CHOICE,
        "let own = rules.own, isShared,",
        "let own = rules.own,",
        CHOICE_TESTS, r"not the server's own without a row",
    ),
    (
        "choice: nothing is anonymous", CHOICE,
        "guard rules.authType == .anonymous else { throw .none }",
        "",
        CHOICE_TESTS, r"nothing is not anonymous",
    ),
    (
        "choice: no connection is a failure of one", CHOICE,
        "case .failure(.notConnected): self = .none",
        "",
        CHOICE_TESTS, r"theAbsenceOfAConnectionIsNoFailure",
    ),
    (
        "credential: empty", CREDENTIAL_FORM,
        "guard !bytes.isEmpty else { throw .empty }",
        "",
        CREDENTIAL_TESTS, r"nothing",
    ),
    (
        "credential: of any length", CREDENTIAL_FORM,
        "guard bytes.count <= Self.maximumLength else { throw .tooLong }",
        "",
        CREDENTIAL_TESTS, r"a byte more than the longest",
    ),
    (
        "credential: a line break", CREDENTIAL_FORM,
        "guard bytes.allSatisfy({ 0x20...0x7E ~= $0 }) else { throw .malformed(self) }",
        "",
        CREDENTIAL_TESTS, r"CWE-93 a line break",
    ),
    (
        "credential: a space in a Bearer token", CREDENTIAL_FORM,
        "guard bytes.allSatisfy(ASCII.isVisible) else { throw .malformed(self) }",
        "",
        CREDENTIAL_TESTS, r"a space",
    ),
    (
        "credential: no user", CREDENTIAL_FORM,
        "colon > 0,",
        "colon >= 0,",
        CREDENTIAL_TESTS, r"no user",
    ),
    (
        "credential: no password", CREDENTIAL_FORM,
        "colon + 1 < bytes.count",
        "colon < bytes.count",
        CREDENTIAL_TESTS, r"no token",
    ),
    (
        "credential: the last colon ends the user", CREDENTIAL_FORM,
        "bytes.firstIndex(of: UInt8(ascii: \":\"))",
        "bytes.lastIndex(of: UInt8(ascii: \":\"))",
        CREDENTIAL_TESTS, r"the first colon ends the user",
    ),
    (
        "edition: a host that only ends so", CREDENTIAL_FORM,
        "Array(\".atlassian.net\".utf8)",
        "Array(\"atlassian.net\".utf8)",
        CREDENTIAL_TESTS, r"evilatlassian",
    ),
    (
        "edition: a suffix without a name", CREDENTIAL_FORM,
        "host.count > suffix.count && ",
        "",
        CREDENTIAL_TESTS, r"aHostHasAnEdition",
    ),
    (
        "shared: guests", SHARED_CREDENTIAL,
        ", identity.method != .guest else",
        "  else",
        SHARED_TESTS, r"a guest, whatever the rows say",
    ),
    (
        "shared: no decision allows", SHARED_CREDENTIAL,
        "== .allow",
        "!= .deny",
        SHARED_TESTS, r"no decision",
    ),
    (
        "upstream settings: a query", UPSTREAM_SETTINGS,
        "if text.utf8.contains(UInt8(ascii: \"?\")) {",
        "if text.utf8.contains(0) {",
        UPSTREAM_SETTINGS_TESTS, r"a URL with a query",
    ),
    (
        "upstream settings: a slash at the end", UPSTREAM_SETTINGS,
        "text.utf8.last == UInt8(ascii: \"/\")",
        "text.utf8.last == 0",
        UPSTREAM_SETTINGS_TESTS, r"a URL with a slash at its end",
    ),
    (
        "upstream settings: plain HTTP to another machine", UPSTREAM_SETTINGS,
        "guard origin.scheme == .https || HTTPConfiguration.isLoopback(origin.host) else {",
        "guard origin.port > 0 else {",
        UPSTREAM_SETTINGS_TESTS, r"no TLS to another machine, with loopback",
    ),
    (
        "upstream settings: a token beside a user", UPSTREAM_SETTINGS,
        "if hasToken, hasUser || hasPassword {",
        "if hasToken, hasUser, !hasUser {",
        UPSTREAM_SETTINGS_TESTS, r"a token beside a user",
    ),
    (
        "upstream settings: half of a user", UPSTREAM_SETTINGS,
        "      _ = reader.areBothSet(names.user.declaration, names.password.declaration)\n", "",
        UPSTREAM_SETTINGS_TESTS, r"a user without a password",
    ),
    (
        "upstream settings: the type token without one", UPSTREAM_SETTINGS,
        "if !hasToken { missing = [names.token.name] }",
        "",
        UPSTREAM_SETTINGS_TESTS, r"a type token without a token",
    ),
    (
        "upstream settings: the type basic without a user", UPSTREAM_SETTINGS,
        "if !hasUser, !hasPassword { missing = [names.user.name, names.password.name] }",
        "",
        UPSTREAM_SETTINGS_TESTS, r"a type basic without both",
    ),
    (
        "upstream settings: a user with the type token", UPSTREAM_SETTINGS,
        "if hasUser, !hasToken { unused = [names.user.name] }",
        "",
        UPSTREAM_SETTINGS_TESTS, r"a user with the type token",
    ),
    (
        "upstream settings: a token with the type basic", UPSTREAM_SETTINGS,
        "if hasToken, !hasUser { unused = [names.token.name] }",
        "",
        UPSTREAM_SETTINGS_TESTS, r"a token with the type basic",
    ),
    (
        "upstream settings: a token with the type anonymous", UPSTREAM_SETTINGS,
        "if hasToken { unused = [names.token.name] }",
        "",
        UPSTREAM_SETTINGS_TESTS, r"a token with the type anonymous",
    ),
    (
        "upstream settings: a user with the type anonymous", UPSTREAM_SETTINGS,
        "if hasUser { unused.append(names.user.name) }",
        "",
        UPSTREAM_SETTINGS_TESTS, r"a user with the type anonymous",
    ),
    (
        "upstream settings: a personal token for Cloud", UPSTREAM_SETTINGS,
        "if hasToken, edition == .cloud {",
        "if hasToken, hasUser, edition == .cloud {",
        UPSTREAM_SETTINGS_TESTS, r"Cloud takes no personal access token",
    ),
    (
        "upstream settings: any token", UPSTREAM_SETTINGS,
        "if let token { return check(token, .bearer, token.secret, &reader) }",
        "if let token { return .bearer(token.secret) }",
        UPSTREAM_SETTINGS_TESTS, r"a token with a space",
    ),
    (
        "upstream settings: any password", UPSTREAM_SETTINGS,
        "return check(password, .basic, Secret(\"\\(user):\\(password.secret.exposed)\"), &reader)",
        "return .basic(user: user, password: password.secret)",
        UPSTREAM_SETTINGS_TESTS, r"a password with an accent",
    ),
    (
        "upstream settings: a colon in the user", UPSTREAM_SETTINGS,
        " && $0 != UInt8(ascii: \":\")",
        "",
        UPSTREAM_SETTINGS_TESTS, r"a user with a colon",
    ),
    (
        "upstream settings: a service without any credential", UPSTREAM_SETTINGS,
        "if authType == nil, !takesHeaders,",
        "if authType == nil, takesHeaders, !takesHeaders,",
        UPSTREAM_SETTINGS_TESTS, r"aServiceThatNoCallCanUseIsAWarning",
    ),
    (
        "upstream settings: a client that no type uses", UPSTREAM_SETTINGS,
        "for setting in oauth.declarations where",
        "for setting in oauth.declarations.prefix(0) where",
        UPSTREAM_SETTINGS_TESTS, r"a client that no type uses",
    ),
    (
        "upstream settings: a credential without a URL", UPSTREAM_SETTINGS,
        "names.declarations.first(where:",
        "names.declarations.prefix(0).first(where:",
        UPSTREAM_SETTINGS_TESTS, r"a credential without a URL",
    ),
    (
        "upstream settings: a field without a URL", UPSTREAM_SETTINGS,
        ", !isJiraSet {",
        ", !isJiraSet, isJiraSet {",
        UPSTREAM_SETTINGS_TESTS, r"a field without a URL",
    ),
    (
        "upstream settings: headers for no service", UPSTREAM_SETTINGS,
        "(takesHeaders ? [Settings.takesUpstreamHeaders.name] : [])",
        "([] as [String])",
        UPSTREAM_SETTINGS_TESTS, r"headers for no service",
    ),
    (
        "upstream settings: a file for no service", UPSTREAM_SETTINGS,
        "+ (isShared ? [sharedName] : [])",
        "",
        UPSTREAM_SETTINGS_TESTS, r"a file for no service",
    ),
    (
        "upstream settings: an own credential for no caller without a word", UPSTREAM_SETTINGS,
        "if !owners.isEmpty, !isShared {",
        "if owners.isEmpty, !isShared {",
        UPSTREAM_SETTINGS_TESTS, r"theOwnCredentialIsUsedForNoCallerWithoutAFile",
    ),
    (
        "upstream settings: connections in memory without a word", UPSTREAM_SETTINGS,
        "services.contains(where: { $0.oauth != nil }),",
        "services.contains(where: { $0.oauth == nil }),",
        UPSTREAM_SETTINGS_TESTS, r"connectionsInMemoryAreAWarning",
    ),
    (
        "connection settings: no client", CONNECTION_SETTINGS,
        "where !reader.isSet(setting) { reader.report(.missing(setting)) }",
        "where !reader.isSet(setting) {}",
        UPSTREAM_SETTINGS_TESTS, r"connections without a client",
    ),
    (
        "connection settings: no state", CONNECTION_SETTINGS,
        "reader.report(.missingCounterpart(variable: setting.name, of: names.clientID.name))",
        "",
        UPSTREAM_SETTINGS_TESTS, r"connections without a state",
    ),
    (
        "connection settings: another redirect URI", CONNECTION_SETTINGS,
        "!text.hasSameBytes(as: own)",
        "!text.hasBytes(atStart: own)",
        UPSTREAM_SETTINGS_TESTS, r"another redirect URI",
    ),
    (
        "connection settings: any text as the scope", CONNECTION_SETTINGS,
        "guard isScope, text.utf8.count <= 1024 else {",
        "guard isScope || !isScope, text.utf8.count <= 1024 else {",
        UPSTREAM_SETTINGS_TESTS, r"a scope with two spaces",
    ),
    (
        "connection settings: a scope of any length", CONNECTION_SETTINGS,
        "guard isScope, text.utf8.count <= 1024 else {",
        "guard isScope else {",
        UPSTREAM_SETTINGS_TESTS, r"a scope that is too long",
    ),
    (
        "connection settings: a scope without refresh tokens", CONNECTION_SETTINGS,
        "words.contains(where: { $0.elementsEqual(\"offline_access\".utf8) })",
        "words.contains(where: { !$0.isEmpty })",
        UPSTREAM_SETTINGS_TESTS, r"a scope without refresh tokens",
    ),
    (
        "connection settings: settings of Cloud for Data Center", CONNECTION_SETTINGS,
        "for setting in [names.apiURL, names.site] where",
        "for setting in [names.apiURL, names.site].prefix(0) where",
        UPSTREAM_SETTINGS_TESTS, r"Cloud settings for Data Center",
    ),
    (
        "connection settings: any site", CONNECTION_SETTINGS,
        "site: isCloud ? site ?? defaultSite(root) : nil",
        "site: isCloud ? site : nil",
        UPSTREAM_SETTINGS_TESTS, r"Jira Cloud",
    ),
    (
        "connection settings: a token endpoint without TLS", CONNECTION_SETTINGS,
        "reader.endpoint(names.tokenURL",
        "reader.url(names.tokenURL",
        UPSTREAM_SETTINGS_TESTS, r"a token endpoint without TLS",
    ),
    (
        "connection settings: a page without TLS", CONNECTION_SETTINGS,
        "reader.endpoint(names.authorizeURL",
        "reader.url(names.authorizeURL",
        UPSTREAM_SETTINGS_TESTS, r"a page of the service without TLS",
    ),
    (
        "connection settings: the URL of the API with a slash", CONNECTION_SETTINGS,
        "reader.address(names.apiURL",
        "reader.endpoint(names.apiURL",
        UPSTREAM_SETTINGS_TESTS, r"an API URL with a slash at its end",
    ),
    (
        "upstream table: SIGHUP sends the token elsewhere", UPSTREAM_TABLE,
        "\"\\(prefix)_URL\", \"a URL without a query and without / at its end\", .needsRestart",
        "\"\\(prefix)_URL\", \"a URL without a query and without / at its end\", .applies",
        UPSTREAM_SETTINGS_TESTS, r"the address stays",
    ),
    (
        "upstream table: SIGHUP opens headers", UPSTREAM_TABLE,
        "UPSTREAM_HEADERS\", default: false, .needsRestart",
        "UPSTREAM_HEADERS\", default: false, .applies",
        UPSTREAM_SETTINGS_TESTS, r"headers stay off",
    ),
    (
        "upstream table: SIGHUP keeps a token that was removed", UPSTREAM_TABLE,
        "\"\\(prefix)_PERSONAL_TOKEN\", .appliesAndRevokes",
        "\"\\(prefix)_PERSONAL_TOKEN\", .applies",
        UPSTREAM_SETTINGS_TESTS, r"a removed token is revoked",
    ),
    (
        "upstream table: SIGHUP keeps a file that was removed", UPSTREAM_TABLE,
        "\"\\(prefix)UPSTREAM_SHARED\", .shared, .appliesAndRevokes",
        "\"\\(prefix)UPSTREAM_SHARED\", .shared, .applies",
        UPSTREAM_SETTINGS_TESTS, r"aReloadReadsTheFileAgain",
    ),
    (
        "upstream table: any number of digits", UPSTREAM_TABLE,
        "1...10 ~= digits.count",
        "!digits.isEmpty",
        "MCPServiceTests.SettingsTests", r"aCustomFieldHasOneToTenDigits",
    ),
    (
        "upstream table: no digits", UPSTREAM_TABLE,
        "&& digits.allSatisfy(ASCII.isDigit)",
        "",
        "MCPServiceTests.SettingsTests", r"aCustomFieldHasOneToTenDigits",
    ),
    (
        "connect: a link for a client that cannot open it", "Sources/MCP/ToolCall.swift",
        '?.object?["elicitation"]?.object?["url"]?.object != nil', '?.object?["elicitation"] != nil',
        "MCPServiceOAuthTests.ElicitationTests", r"anotherClientGetsTheLinkAsText",
    ),
    (
        "connect: an answer of any type", "Sources/MCP/ToolCall.swift",
        """    guard let responses = (params.optional("inputResponses") ?? [:]).object else {
      throw .invalidParams("inputResponses must be an object")
    }
""", """    let responses = (params.optional("inputResponses") ?? [:]).object ?? JSONObject()
""",
        "MCPServiceOAuthTests.ElicitationTests", r"theAnswerMakesNoSecondLink",
    ),
    (
        "connect: a user who declines gets a link", "Sources/MCPServiceOAuth/Upstream/ConnectionTools.swift",
        'case "accept"?:', 'case "accept"?, "decline"?:',
        "MCPServiceOAuthTests.ElicitationTests", r"theAnswerMakesNoSecondLink",
    ),
    # The tools that call other services
    (
        "upstream calls: an address in a header is not logged", UPSTREAM_CALLS,
        "      context.note(\"ignored_field\", field)",
        "      _ = field",
        UPSTREAM_SERVER_TESTS, r"aHeaderWithAnAddressIsIgnoredAndLogged",
    ),
    (
        "upstream calls: a header renews the connection that it hides", UPSTREAM_CALLS,
        "if header.isEmpty, site.connecting != nil",
        "if site.connecting != nil",
        UPSTREAM_SERVER_TESTS, r"aRefusedHeaderIsNotReplaced",
    ),
    (
        "upstream calls: a site for a header", UPSTREAM_CALLS,
        "    } else if wish != nil {\n",
        "    } else if wish != nil, choice.source == .connection {\n",
        UPSTREAM_SERVER_TESTS, r"aHeaderHasNoSite",
    ),
    (
        "upstream calls: the site of the connection before the one of the call", UPSTREAM_CALLS,
        "if wish == nil, let id = token.siteID",
        "if let id = token.siteID",
        UPSTREAM_SERVER_TESTS, r"theSiteOfACall",
    ),
    (
        "upstream calls: the site of the settings before the one of the call", UPSTREAM_CALLS,
        "choose(wish ?? places.wish, of: all)",
        "choose(places.wish ?? wish, of: all)",
        UPSTREAM_SERVER_TESTS, r"theSiteOfACall",
    ),
    (
        "upstream calls: a guest with a name", UPSTREAM_CALLS,
        "guard identity.method != .guest, let provider",
        "guard let provider",
        UPSTREAM_SERVER_TESTS, r"aConnectionIsOfOneUser",
    ),
    (
        "upstream calls: a client is the user of its name", UPSTREAM_CALLS,
        'provider.isClient ? "client" : "user", provider.issuer', '"user", provider.issuer',
        UPSTREAM_SERVER_TESTS, r"aConnectionIsOfOneUser",
    ),
    (
        "upstream calls: users of all issuers", UPSTREAM_CALLS,
        "[.string(kind), .string(issuer), .string(subject)]", "[.string(kind), .string(subject)]",
        UPSTREAM_SERVER_TESTS, r"aConnectionIsOfOneUser",
    ),
    (
        "upstream calls: the code of any user", UPSTREAM_CALLS,
        "guard case .completed(let flow, let sealed) = completion else { return nil }",
        "guard case .completed(let flow, let sealed) = completion else { return .jira }",
        "MCPServiceOAuthTests.UpstreamCodeTests", r"theCodeIsForTheUserWhoAsked",
    ),
    (
        "upstream calls: a connection that does not last",
        "Sources/MCPServiceOAuth/Upstream/UpstreamServer.swift",
        "guard let refresh = tokens.refresh else {",
        "let refresh = tokens.refresh ?? tokens.access; guard !refresh.exposed.isEmpty else {",
        UPSTREAM_SERVER_TESTS, r"aConnectionThatCannotBeUsedIsNotMade",
    ),
    (
        "upstream tools: a trigger with the permission to read", UPSTREAM_TOOLS,
        "needs: .upstreamWrite, reading",
        "needs: .upstreamRead, reading",
        UPSTREAM_SERVER_TESTS, r"aTriggerNeedsTheScopeToWrite",
    ),
    (
        "upstream tools: a trigger without an authority", UPSTREAM_TOOLS,
        "needsAuthority: true)",
        "needsAuthority: false)",
        UPSTREAM_SERVER_TESTS, r"theAuthorityDecidesAboutTheJob",
    ),
    (
        "upstream tools: tools that need no permission", UPSTREAM_TOOLS,
        "needs: .upstreamRead, reading",
        "needs: nil, reading",
        UPSTREAM_SERVER_TESTS, r"aToolNeedsItsScope",
    ),
    (
        "upstream tools: a refused token is used again", UPSTREAM_TOOLS,
        "          upstream.connecting?.connections.forget(user: user.text, service: site.service)\n",
        "          _ = user\n",
        UPSTREAM_SERVER_TESTS, r"aRefusedTokenOfAConnectionIsRenewed",
    ),
    (
        "upstream tools: each error renews the token", UPSTREAM_TOOLS,
        "if error == .refused, isOwn,",
        "if isOwn,",
        UPSTREAM_SERVER_TESTS, r"aRefusedTokenOfAConnectionIsRenewed",
    ),
    (
        "upstream tools: a refused header ends the token of the connection", UPSTREAM_TOOLS,
        "if error == .refused, isOwn,",
        "if error == .refused, isOwn || wish == nil,",
        UPSTREAM_SERVER_TESTS, r"aRefusedHeaderIsNotReplaced",
    ),
    (
        "upstream tools: an argument of another type", UPSTREAM_TOOLS,
        "default: throw ToolFailure(sentence: \"\\(name) must be a text.\")",
        "default: return \"\"",
        UPSTREAM_SERVER_TESTS, r"anArgumentThatIsNoneIsRefused.*jql must be a text",
    ),
    (
        "upstream tools: a site without sites", UPSTREAM_TOOLS,
        "let hasSites = site.connecting?.api != nil",
        "let hasSites = site.service != .jenkins",
        UPSTREAM_SERVER_TESTS, r'anArgumentThatIsNoneIsRefused.*"site"',
    ),
    (
        "connection tools: any service", CONNECTION_TOOLS,
        "service.services.first(where: { $0.id.hasSameBytes(as: name) })",
        "service.services.first(where: { !$0.id.isEmpty && !name.isEmpty })",
        UPSTREAM_SERVER_TESTS, r"anArgumentThatIsNoneIsRefused.*must be one of",
    ),
    (
        "connection tools: a check without a request", CONNECTION_TOOLS,
        "      service.connections.forget(user: user.text, service: target)\n",
        "",
        UPSTREAM_SERVER_TESTS, r"aCheckOfAConnectionGetsANewToken",
    ),
    (
        "connection tools: no permission", CONNECTION_TOOLS,
        "needs: .upstreamRead\n",
        "needs: nil\n",
        UPSTREAM_SERVER_TESTS, r"theToolsOfConnectionsNeedAScope",
    ),
    (
        "connection tools: what is not connected is disconnected", CONNECTION_TOOLS,
        "guard existed else {",
        "guard existed || true else {",
        UPSTREAM_SERVER_TESTS, r"anArgumentThatIsNoneIsRefused.*no connection to Jira",
    ),
    (
        "upstream: guests call other services", "Sources/Auth/Identity.swift",
        "method: .guest, permissions: role.permissions)",
        "method: .guest, permissions: role.allPermissions)",
        UPSTREAM_SERVER_TESTS, r"aGuestHasNoConnections",
    ),
    (
        "connection routes: a callback by a form", CONNECTION_ROUTES,
        "AuthorizationRoutes.page([\"GET\"], 60, context)",
        "AuthorizationRoutes.page([\"GET\", \"POST\"], 60, context)",
        UPSTREAM_SERVER_TESTS, r"thePathsOfAConnection",
    ),
    (
        "connection routes: the other paths are gone", CONNECTION_ROUTES,
        "return callbacks[path] ?? others?.resource(at: path)",
        "return callbacks[path]",
        UPSTREAM_SERVER_TESTS, r"thePathsOfAConnection",
    ),
    (
        "connection routes: any number of requests", CONNECTION_ROUTES,
        "page([\"GET\", \"HEAD\", \"POST\"], 120, context)",
        "page([\"GET\", \"HEAD\", \"POST\"], 1200, context)",
        UPSTREAM_SERVER_TESTS, r"anAddressHasItsShareOfThePages",
    ),
    (
        "connection routes: any number of callbacks", CONNECTION_ROUTES,
        "AuthorizationRoutes.page([\"GET\"], 60, context)",
        "AuthorizationRoutes.page([\"GET\"], 600, context)",
        UPSTREAM_SERVER_TESTS, r"anAddressHasItsShareOfThePages",
    ),
    (
        "upstream server: SIGHUP forgets the tokens", UPSTREAM_SERVER,
        "        if let known { return known }\n",
        "",
        UPSTREAM_SERVER_TESTS, r"aReloadKeepsTheConnections",
    ),
    (
        "upstream server: a connection to another site than that of the settings", UPSTREAM_SERVER,
        "if case .several = error, place.wish == nil { return nil }",
        "if case .unknown = error { return nil }",
        UPSTREAM_SERVER_TESTS, r"aConnectionThatCannotBeUsedIsNotMade",
    ),
    (
        "upstream server: any site of the user", UPSTREAM_SERVER,
        "AtlassianSites.choose(place.wish, of: all)",
        "AtlassianSites.choose(nil, of: all)",
        UPSTREAM_SERVER_TESTS, r"theSiteOfACall|aConnectionThatCannotBeUsedIsNotMade",
    ),
    (
        "call: any number of notes", "Sources/MCPService/Tools/CallContext.swift",
        "      guard notes.count < Self.most else { return }\n",
        "",
        "MCPServiceHTTPTests.CallContextTests", r"theNotesOfACallAreBounded",
    ),
    (
        "call: a field in another tool's place", "Sources/MCPService/Tools/CallContext.swift",
        "fields = tool.fields.map { field in (field, values(field).map(Secret.init)) }",
        "fields = tool.fields.map { field in (field, values(\"Authorization\").map(Secret.init)) }",
        "MCPServiceHTTPTests.CallContextTests", r"aToolReadsTheFieldThatItDeclared",
    ),
    # The bridge: tokens, sign-in and settings.
    (
        "bridge: a file of tokens that others can read", "Sources/Bridge/Tokens/PrivateFolder.swift",
        "    guard status.st_mode & 0o077 == 0 else { throw .openToOthers }  // CWE-732, ATTACKS O172\n",
        "",
        BRIDGE_STORE_TESTS, r"aFileThatIsNotSafeIsRefused|aFolderOfOthersIsNotWritten",
    ),
    (
        "bridge: a symbolic link in place of a file of tokens",
        "Sources/Bridge/Tokens/PrivateFolder.swift",
        "descriptor, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)",
        "descriptor, name, flags | O_NONBLOCK | O_CLOEXEC, 0o600)",
        BRIDGE_STORE_TESTS, r"aFileThatIsNotSafeIsRefused",
    ),
    (
        "bridge: a symbolic link in place of the folder of tokens",
        "Sources/Bridge/Tokens/PrivateFolder.swift",
        "open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)",
        "open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)",
        BRIDGE_STORE_TESTS, r"aFileThatIsNotSafeIsRefused",
    ),
    (
        "bridge: a file of tokens of any length", "Sources/Bridge/Tokens/PrivateFolder.swift",
        "      guard bytes.count <= limit else { throw .tooLarge }\n",
        "",
        BRIDGE_STORE_TESTS, r"aFileThatIsNotSafeIsRefused",
    ),
    (
        "bridge: tokens of another server", "Sources/Bridge/Tokens/FileTokenStore.swift",
        "guard let file = TokenFile(bytes), file.resource.hasSameBytes(as: resource) else {",
        "guard let file = TokenFile(bytes) else {",
        BRIDGE_STORE_TESTS, r"aFileThatIsNotSafeIsRefused",
    ),
    (
        "bridge: the seal is not bound to the server", "Sources/Bridge/Tokens/TokenFile.swift",
        "JSONValue.array([.string(purpose), .string(resource)])",
        "JSONValue.array([.string(purpose)])",
        BRIDGE_STORE_TESTS, r"aFileThatIsNotSafeIsRefused",
    ),
    (
        "bridge: unsealed tokens beside a key", "Sources/Bridge/Tokens/FileTokenStore.swift",
        """guard case .none = key else { throw refused(name, "is not sealed, but there is a key") }""",
        "",
        BRIDGE_STORE_TESTS, r"aFileThatIsNotSafeIsRefused",
    ),
    (
        "bridge: two renewals at once", "Sources/Bridge/Tokens/PrivateFolder.swift",
        "if flock(file, LOCK_EX | LOCK_NB) == 0 { return file }",
        "if file >= 0 { return file }",
        BRIDGE_STORE_TESTS, r"aSecondTaskWaitsForTheLock",
    ),
    (
        "bridge: a crash leaves tokens after the sign-out",
        "Sources/Bridge/Tokens/FileTokenStore.swift",
        "        try folder.remove(name)\n",
        "        _ = name\n",
        BRIDGE_STORE_TESTS, r"aFileThatACrashLeftIsRemovedToo",
    ),
    (
        "bridge: an error of the keychain is an empty keychain",
        "Sources/Bridge/Tokens/KeychainKey.swift",
        "isMissing = { $0.status == 1 && $0.output.isEmpty && !$0.hasErrors }",
        "isMissing = { $0.status == 1 && $0.output.isEmpty }",
        "BridgeTests.KeychainKeyTests", r"aKeychainThatDoesNotAnswer",
    ),
    (
        "bridge: a helper program may write without end",
        "Sources/Bridge/Tokens/HelperProgram.swift",
        "          guard bytes.count <= mostOutput else { return nil }\n",
        "          if bytes.count > mostOutput { break }\n",
        "BridgeTests.KeychainKeyTests", r"aKeychainThatDoesNotAnswer",
    ),
    (
        "bridge: the keychain's program gets every variable",
        "Sources/Bridge/Tokens/ChildEnvironment.swift",
        "variables(session, of: environment) + [",
        "variables(Array(environment.values.keys), of: environment) + [",
        "BridgeTests.KeychainKeyTests", r"theKeyIsKeptAndNeverAnArgument",
    ),
    (
        "bridge: any Host at the callback", "Sources/Bridge/SignIn/CallbackResponder.swift",
        "      ASCII.areEqual(host.utf8, authority.utf8)\n",
        "      !host.isEmpty, !authority.isEmpty\n",
        BRIDGE_CALLBACK_TESTS, r"aForeignRequestDoesNotEndTheWait",
    ),
    (
        "bridge: a script of another page at the callback",
        "Sources/Bridge/SignIn/CallbackResponder.swift",
        """    guard fields["Origin"].isEmpty else { return false }\n""",
        "",
        BRIDGE_CALLBACK_TESTS, r"aForeignRequestDoesNotEndTheWait",
    ),
    (
        "bridge: an image of another page at the callback",
        "Sources/Bridge/SignIn/CallbackResponder.swift",
        """fields["Sec-Fetch-Mode"].allSatisfy { $0 == "navigate" }""",
        "true",
        BRIDGE_CALLBACK_TESTS, r"aForeignRequestDoesNotEndTheWait",
    ),
    (
        "bridge: a frame of another page at the callback",
        "Sources/Bridge/SignIn/CallbackResponder.swift",
        """fields["Sec-Fetch-Dest"].allSatisfy { $0 == "document" }""",
        "true",
        BRIDGE_CALLBACK_TESTS, r"aForeignRequestDoesNotEndTheWait",
    ),
    (
        "bridge: a foreign state", "Sources/Bridge/SignIn/CallbackResponder.swift",
        "      expected.isEqual(to: SHA256Digest(of: state.utf8))\n",
        "      !state.isEmpty, !expected.bytes.isEmpty\n",
        BRIDGE_CALLBACK_TESTS, r"aForeignRequestDoesNotEndTheWait",
    ),
    (
        "bridge: POST at the callback", "Sources/Bridge/SignIn/CallbackResponder.swift",
        """    guard request.method == "GET" else { return CallbackPage.wrongMethod.response }\n""",
        "",
        BRIDGE_CALLBACK_TESTS, r"aForeignRequestDoesNotEndTheWait",
    ),
    (
        "bridge: the code stays in the history", "Sources/Bridge/SignIn/CallbackResponder.swift",
        """CallbackPage.redirect(to: form["error"] == nil ? "/done" : "/refused")""",
        """(form["error"] == nil ? CallbackPage.done : .refused).response""",
        BRIDGE_CALLBACK_TESTS, r"theRedirectLeadsAwayFromTheCode",
    ),
    (
        "bridge: a page without a policy", "Sources/Bridge/SignIn/CallbackPage.swift",
        """    ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"),\n""",
        """    ("Cache-Control", "no-store"),\n""",
        BRIDGE_CALLBACK_TESTS, r"everyPageIsStrict",
    ),
    (
        "bridge: an address of another scheme", "Sources/Bridge/SignIn/BrowserOpener.swift",
        "    guard Origin.split(url) != nil else { throw .unavailable }\n",
        "",
        "BridgeTests.BrowserUserAgentTests", r"onlyAPlainAddressReachesAProgram",
    ),
    (
        "bridge: an address that a shell acts upon", "Sources/Bridge/SignIn/BrowserOpener.swift",
        "guard let program, url.utf8.allSatisfy(Self.isPlain) else { return nil }",
        "guard let program else { return nil }",
        "BridgeTests.BrowserUserAgentTests", r"onlyAPlainAddressReachesAProgram",
    ),
    (
        "bridge: the browser gets every variable", "Sources/Bridge/Tokens/ChildEnvironment.swift",
        "let variables = variables(browser, of: environment)",
        "let variables = variables(Array(environment.values.keys), of: environment)",
        "BridgeTests.BrowserUserAgentTests", r"theBrowserGetsTheAddressAndNoSecret",
    ),
    (
        "bridge: a pasted address of another sign-in",
        "Sources/Bridge/SignIn/TerminalUserAgent.swift",
        "        expected.isEqual(to: SHA256Digest(of: sent.utf8))\n",
        "        !sent.isEmpty, !expected.bytes.isEmpty\n",
        "BridgeTests.TerminalUserAgentTests", r"anotherAddressIsAskedForAgain",
    ),
    (
        "bridge: plain HTTP to another machine", "Sources/Bridge/Configuration/RemoteURL.swift",
        "guard origin.scheme == .https || isLoopback else {",
        "guard origin.scheme == .https || origin.scheme == .http else {",
        BRIDGE_SETTINGS_TESTS, r"theURLIsOfTLSOrOfThisMachine",
    ),
    (
        "bridge: a secret in the query of the URL", "Sources/Bridge/Configuration/RemoteURL.swift",
        """guard !target.contains(UInt8(ascii: "?")) else {""",
        "guard target.count < 1 << 20 else {",
        BRIDGE_SETTINGS_TESTS, r"theURLIsOfTLSOrOfThisMachine",
    ),
    (
        "bridge: a header that decides where a request ends",
        "Sources/Bridge/Configuration/HeaderOption.swift",
        "    guard !refused.contains(lowercase),\n",
        "    guard !lowercase.isEmpty,\n",
        BRIDGE_SETTINGS_TESTS, r"aFieldThatIsNotSafeIsRefused",
    ),
    (
        "bridge: a header that the transport sets",
        "Sources/Bridge/Configuration/HeaderOption.swift",
        "!refusedStarts.contains(where: { lowercase.hasBytes(atStart: $0) })",
        "!refusedStarts.isEmpty",
        BRIDGE_SETTINGS_TESTS, r"aFieldThatIsNotSafeIsRefused",
    ),
    (
        "bridge: a line end in a header", "Sources/Bridge/Configuration/HeaderOption.swift",
        "value.allSatisfy(ASCII.isText),",
        "true,",
        BRIDGE_SETTINGS_TESTS, r"aFieldThatIsNotSafeIsRefused",
    ),
    (
        "bridge: two headers of one name",
        "Sources/Bridge/Configuration/BridgeConfiguration.swift",
        "guard !fields.contains(where: { ASCII.areEqual($0.name.utf8, field.name.utf8) }) else {",
        "guard fields.count <= HeaderOption.most else {",
        BRIDGE_SETTINGS_TESTS, r"fieldsAreBoundedAndDistinct",
    ),
    (
        "bridge: two credentials at once", "Sources/Bridge/Configuration/BridgeConfiguration.swift",
        "    for other in names.dropFirst() { reader.report(.exclusive(names[0], other)) }\n",
        "",
        BRIDGE_SETTINGS_TESTS, r"aFaultNamesTheVariableAndTheFix",
    ),
    (
        "bridge: a token that is no field value",
        "Sources/Bridge/Configuration/BridgeConfiguration.swift",
        "token.utf8.allSatisfy(ASCII.isVisible)",
        "!token.isEmpty",
        BRIDGE_SETTINGS_TESTS, r"aFaultNamesTheVariableAndTheFix",
    ),
    (
        "bridge: a refused credential is sent again",
        "Sources/Bridge/Configuration/StaticCredential.swift",
        "current.withLock { $0 } != fields.map { HeaderField(name: $0.name, value: $0.value) }",
        "true",
        BRIDGE_SETTINGS_TESTS, r"aNewFileAppliesAndABadOneKeepsTheOld|aFieldStandsBesideTheCredential",
    ),
    # The bridge from stdio to a remote server.
    (
        "bridge: a name with a line end in a header", "Sources/Bridge/HeaderValue.swift",
        "bytes.allSatisfy({ ASCII.isVisible($0) || ASCII.isSpace($0) }),",
        "true,",
        "BridgeTests.ForwardingTests", r"a name with a line end",
    ),
    (
        "bridge: a text that a server would decode", "Sources/Bridge/HeaderValue.swift",
        "!(bytes.starts(with: start.utf8) && text.hasBytes(atEnd: end))",
        "true",
        "BridgeTests.ToolHeadersTests", r"the Base64 form itself",
    ),
    (
        "bridge: a padded value in a header", "Sources/Bridge/HeaderValue.swift",
        "!ASCII.isSpace(first),\n",
        "",
        "BridgeTests.ToolHeadersTests", r"padded at the start",
    ),
    (
        "bridge: a long session id", "Sources/Bridge/HeaderValue.swift",
        "text.utf8.count <= limit && ",
        "",
        "BridgeTests.SessionTests", r"a session id of 10 KiB",
    ),
    (
        "bridge: a session id with a line end", "Sources/Bridge/HeaderValue.swift",
        " && text.utf8.allSatisfy(ASCII.isVisible)",
        "",
        "BridgeTests.SessionTests", r"a session id with",
    ),
    (
        "bridge: any text as a version", "Sources/Bridge/ClientMessage.swift",
        "version.map({ HeaderValue.isVisible($0, atMost: 64) }) ?? true",
        "true",
        "BridgeTests.ForwardingTests", r"a version with a line end",
    ),
    (
        "bridge: a tool is called twice", "Sources/Bridge/ClientMessage.swift",
        "case \"initialize\", \"server/discover\",",
        "case \"tools/call\", \"initialize\", \"server/discover\",",
        "BridgeTests.ForwardingTests", r"tools/call",
    ),
    (
        "bridge: repeats without end", "Sources/Bridge/RemoteServer.swift",
        "[.milliseconds(100), .seconds(1)]",
        "[.milliseconds(100), .seconds(1), .seconds(1)]",
        "BridgeTests.ForwardingTests", r"repeatsWhatReads",
    ),
    (
        "bridge: repeats after any error", "Sources/Bridge/RemoteServer.swift",
        "guard error == .unreachable, message",
        "guard message",
        "BridgeTests.ForwardingTests", r"a timeout is not tried again",
    ),
    (
        "bridge: renews without end", "Sources/Bridge/RemoteServer.swift",
        "if renewals < Self.mostRenewals, ",
        "if ",
        "BridgeTests.CredentialTests", r"three times and no more",
    ),
    (
        "bridge: any status is a matter of the credential", "Sources/Bridge/RemoteServer.swift",
        "guard response.status == 401 || response.status == 403 else { return false }",
        "",
        "BridgeTests.CredentialTests", r"otherStatusesAreNot",
    ),
    (
        "bridge: an error page is read to its end", "Sources/Bridge/RemoteServer.swift",
        "if bytes.count > Self.longestProblem {",
        "if bytes.count > 1 << 22 {",
        "BridgeTests.BridgeLimitsTests", r"anErrorIsBounded",
    ),
    (
        "bridge: an error of another request", "Sources/Bridge/RemoteServer.swift",
        "answer.isError\n",
        "true\n",
        "BridgeTests.ForwardingTests", r"an error without a message|a result with a status",
    ),
    (
        "bridge: a lost session is started again and again", "Sources/Bridge/RemoteServer.swift",
        "        mayStart = false\n",
        "",
        "BridgeTests.SessionTests", r"the new session is lost, too",
    ),
    (
        "bridge: a new session in another version", "Sources/Bridge/RemoteServer.swift",
        "version.utf8.elementsEqual(lost.version.utf8)",
        "!version.utf8.isEmpty",
        "BridgeTests.SessionTests", r"another version",
    ),
    (
        "bridge: two session ids", "Sources/Bridge/RemoteServer.swift",
        "ids.count == 1, HeaderValue",
        "HeaderValue",
        "BridgeTests.SessionTests", r"twoSessionIDsAreRefused",
    ),
    (
        "bridge: tools are listed again and again", "Sources/Bridge/RemoteServer.swift",
        "        mayList = false\n",
        "",
        "BridgeTests.ToolHeadersTests", r"aMismatchTeachesOnce",
    ),
    (
        "bridge: pages without end", "Sources/Bridge/RemoteServer.swift",
        "private static let mostPages = 16",
        "private static let mostPages = 19",
        "BridgeTests.ToolHeadersTests", r"pagesAreBounded",
    ),
    (
        "bridge: an answer without a limit", "Sources/Bridge/RemoteServer+Answers.swift",
        "if bytes.count + more.count > Self.longestAnswer { throw .tooLarge }",
        "if bytes.count > 1 << 25 { throw .tooLarge }",
        "BridgeTests.BridgeLimitsTests", r"JSON without end",
    ),
    (
        "bridge: all answers without a limit", "Sources/Bridge/AnswerBudget.swift",
        "guard kept + count <= limit else { return false }",
        "",
        "BridgeTests.BridgeLimitsTests", r"allAnswersAreBounded",
    ),
    (
        "bridge: an answer keeps its share", "Sources/Bridge/AnswerBudget.swift",
        "deinit { budget.release(count.withLock { $0 }) }",
        "",
        "BridgeTests.BridgeLimitsTests", r"anAnswerGivesItsShareBack",
    ),
    (
        "bridge: the rest of an answer without a limit", "Sources/Bridge/RemoteServer+Answers.swift",
        "if left <= 0 { body.cancel() }",
        "if left <= -1 << 20 { body.cancel() }",
        "BridgeTests.BridgeLimitsTests", r"theRestOfAnAnswerIsBounded",
    ),
    (
        "bridge: requests of a modern server", "Sources/Bridge/RemoteServer+Answers.swift",
        "case .request where request.version == nil: return true",
        "case .request where request.id != nil: return true",
        "BridgeTests.ForwardingTests", r"a modern server sends no requests",
    ),
    (
        "bridge: a modern stream is resumed", "Sources/Bridge/RemoteServer+Answers.swift",
        "guard request.version == nil, !request.isInitialize,",
        "guard !request.isInitialize,",
        "BridgeTests.ForwardingTests", r"a modern stream is not resumed",
    ),
    (
        "bridge: resumes without end", "Sources/Bridge/RemoteServer+Answers.swift",
        "guard resumptions < Self.mostResumptions else { throw .lost }",
        "guard resumptions < 8 else { throw .lost }",
        "BridgeTests.StreamTests", r"no success|no new event",
    ),
    (
        "bridge: resumes at once", "Sources/Bridge/RemoteServer+Answers.swift",
        "static let shortestWait = Duration.milliseconds(100)",
        "static let shortestWait = Duration.zero",
        "BridgeTests.StreamTests", r"aRetryOfZeroIsNotObeyed",
    ),
    (
        "bridge: any event id in a header", "Sources/Bridge/RemoteServer+Answers.swift",
        "return !id.isEmpty && ASCII.isFieldContent(id.span) ?",
        "return !id.isEmpty ?",
        "BridgeTests.StreamTests", r"an event id that no field has",
    ),
    (
        "bridge: a long event id in a header", "Sources/Bridge/EventStream.swift",
        "id = value.count <= Self.longestID ? Array(value) : []",
        "id = Array(value)",
        "BridgeTests.StreamTests", r"a long event id",
    ),
    (
        "bridge: an event of any type", "Sources/Bridge/RemoteServer+Answers.swift",
        "var isMessage: Bool { type.isEmpty || type.elementsEqual(\"message\".utf8) }",
        "var isMessage: Bool { true }",
        "BridgeTests.ForwardingTests", r"events of another type",
    ),
    (
        "bridge: two media types", "Sources/Bridge/RemoteServer+Answers.swift",
        "guard types.count == 1 else { return types.isEmpty ? .none : .other }",
        "guard !types.isEmpty else { return .none }",
        "BridgeTests.ForwardingTests", r"two media types",
    ),
    (
        "bridge: a batch in every revision", "Sources/Bridge/ServerMessage.swift",
        "guard allowsBatch, !elements.isEmpty",
        "guard !elements.isEmpty",
        "BridgeTests.ForwardingTests", r"a batch",
    ),
    (
        "bridge: a line end inside a message", "Sources/Bridge/ServerMessage.swift",
        "bytes.map { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn ? ASCII.space : $0 }",
        "bytes",
        "BridgeTests.ForwardingTests", r"line ends inside JSON become spaces",
    ),
    (
        "bridge: a result and an error", "Sources/Bridge/ServerMessage.swift",
        "guard (object[\"result\"] == nil) != (object[\"error\"] == nil) else { return nil }",
        "",
        "BridgeTests.ForwardingTests", r"result and error",
    ),
    (
        "bridge: the answer to another request", "Sources/Bridge/ServerMessage.swift",
        "if key == MessageKey(id) { return self }",
        "if key != nil { return self }",
        "BridgeTests.ForwardingTests", r"another id",
    ),
    (
        "bridge: a result without an id", "Sources/Bridge/ServerMessage.swift",
        "guard key == nil, object[\"error\"] != nil else { return nil }",
        "guard key == nil || key != nil else { return nil }",
        "BridgeTests.ForwardingTests", r"another id",
    ),
    (
        "bridge: an answer after a cancellation", "Sources/Bridge/Forwarder.swift",
        "guard !exchange.isCancelled, await write(line)",
        "guard await write(line)",
        "BridgeTests.CancellationTests", r"theAnswerToACancelledRequestIsDropped",
    ),
    (
        "bridge: an error for a cancelled request", "Sources/Bridge/Forwarder.swift",
        "if exchange.isCancelled { return }",
        "",
        "BridgeTests.CancellationTests", r"aModernRequestIsClosed|aResponseAfterACancellation",
    ),
    (
        "bridge: an unknown version", "Sources/Bridge/Forwarder.swift",
        "ProtocolVersion.legacy.contains(where: { $0.rawValue.hasSameBytes(as: version) })",
        "!version.utf8.isEmpty",
        "BridgeTests.SessionTests", r"an unknown version|a modern version",
    ),
    (
        "bridge: a modern cancellation is sent", "Sources/Bridge/Dispatcher.swift",
        "if exchange.isModern || !exchange.isSent {",
        "if !exchange.isSent {",
        "BridgeTests.CancellationTests", r"aModernRequestIsClosed",
    ),
    (
        "bridge: a waiting request is sent after its cancellation", "Sources/Bridge/Dispatcher.swift",
        "if exchange.isModern || !exchange.isSent {",
        "if exchange.isModern {",
        "BridgeTests.CancellationTests", r"aWaitingRequestIsNotSent",
    ),
    (
        "bridge: the stream of a cancelled request stays", "Sources/Bridge/Dispatcher.swift",
        "job.cancels?.cancel()",
        "_ = job.cancels",
        "BridgeTests.CancellationTests", r"aRequestOfTheHandshakeEraIsCancelled",
    ),
    (
        "bridge: requests overtake the handshake", "Sources/Bridge/Dispatcher.swift",
        "if let barrier = job.barrier { await barrier.wait() }",
        "",
        "BridgeTests.SessionTests", r"messagesWaitForTheHandshake",
    ),
    (
        "bridge: a response without a session", "Sources/Bridge/Dispatcher.swift",
        "case .response where !state.withLock({ $0.hasInitialized }):",
        "case .response where message.id != nil:",
        "BridgeTests.ForwardingTests", r"a response without a session",
    ),
    (
        "bridge: any number of requests", "Sources/Bridge/Dispatcher.swift",
        "guard state.requests < limits.requests else {",
        "guard state.requests < 99 else {",
        "BridgeTests.BridgeLimitsTests", r"requestsAreBounded",
    ),
    (
        "bridge: any number of subscriptions", "Sources/Bridge/Dispatcher.swift",
        "if job.isSubscription, state.subscriptions >= limits.subscriptions { return nil }",
        "",
        "BridgeTests.BridgeLimitsTests", r"subscriptionsAreBounded",
    ),
    (
        "bridge: any number of messages", "Sources/Bridge/Dispatcher.swift",
        "state.messages >= limits.messages || ",
        "",
        "BridgeTests.BridgeLimitsTests", r"messagesAreBounded",
    ),
    (
        "bridge: any number of bytes of messages", "Sources/Bridge/Dispatcher.swift",
        " || state.bytes >= limits.bytes",
        "",
        "BridgeTests.BridgeLimitsTests", r"messagesAreBounded",
    ),
    (
        "bridge: subscriptions outlive the input", "Sources/Bridge/Dispatcher.swift",
        "for exchange in state.withLock({ Array($0.listens.values) }) { exchange.cancel() }",
        "",
        "BridgeTests.CancellationTests", r"theEndOfTheInputEndsSubscriptions",
    ),
    (
        "bridge: the session outlives the bridge", "Sources/Bridge/Dispatcher.swift",
        "await server.end(started)",
        "_ = started",
        "BridgeTests.SessionTests", r"everyRequestHasTheSession|aSignalEndsTheSession",
    ),
    (
        "bridge: a response on the stream of the server", "Sources/Bridge/ListeningStream.swift",
        "      if case .response = message.kind {",
        "      if case .response = message.kind, exchange.isCancelled {",
        "BridgeTests.StreamTests", r"messagesOfTheStreamAreWritten",
    ),
    (
        "bridge: waits without growth", "Sources/Bridge/ListeningStream.swift",
        "500 << min(failures + 1, 10)",
        "500 << 1",
        "BridgeTests.StreamTests", r"theWaitsGrow",
    ),
    (
        "bridge: waits grow without end", "Sources/Bridge/ListeningStream.swift",
        "min(.milliseconds(500 << min(failures + 1, 10)), Self.longestWait)",
        "Duration.milliseconds(500 << min(failures + 1, 10))",
        "BridgeTests.StreamTests", r"theWaitsGrow",
    ),
    (
        "tool headers: any name of a field", "Sources/Bridge/ToolHeaders.swift",
        "ASCII.isToken(Array(field.utf8).span), ",
        "",
        "BridgeTests.ToolHeadersTests", r"a space|a colon|a line end",
    ),
    (
        "tool headers: a long name of a field", "Sources/Bridge/ToolHeaders.swift",
        "field.utf8.count <= 128, ",
        "",
        "BridgeTests.ToolHeadersTests", r"too long",
    ),
    (
        "tool headers: any type", "Sources/Bridge/ToolHeaders.swift",
        ", isPrimitive(schema[\"type\"])",
        "",
        "BridgeTests.ToolHeadersTests", r"a number|an object|no type|two types",
    ),
    (
        "tool headers: an annotation anywhere", "Sources/Bridge/ToolHeaders.swift",
        "most, isReachable, !path.isEmpty,",
        "most, !path.isEmpty,",
        "BridgeTests.ToolHeadersTests", r"in items|in a choice|in a definition|in properties of items",
    ),
    (
        "tool headers: an annotation of the schema", "Sources/Bridge/ToolHeaders.swift",
        "most, isReachable, !path.isEmpty,",
        "most, isReachable,",
        "BridgeTests.ToolHeadersTests", r"anAnnotationAtTheRootIsRejected",
    ),
    (
        "tool headers: one name twice", "Sources/Bridge/ToolHeaders.swift",
        "return names.count == all.count ? all : nil",
        "return names.isEmpty == all.isEmpty ? all : nil",
        "BridgeTests.ToolHeadersTests", r"twice",
    ),
    (
        "tool headers: any number of parameters", "Sources/Bridge/ToolHeaders.swift",
        "guard all.count < most, isReachable",
        "guard isReachable",
        "BridgeTests.ToolHeadersTests", r"more than 32",
    ),
    (
        "tool headers: a value of any length", "Sources/Bridge/ToolHeaders.swift",
        "guard left >= 0 else { throw .longParameter }",
        "",
        "BridgeTests.ToolHeadersTests", r"aLongValueIsAnError",
    ),
    (
        "tool headers: any number of tools", "Sources/Bridge/ToolHeaders.swift",
        "if state.bytes + size > Self.mostBytes { state = State() }",
        "",
        "BridgeTests.ToolHeadersTests", r"theMemoryIsBounded",
    ),
    (
        "tool headers: an unsafe integer", "Sources/Bridge/ToolHeaders.swift",
        "safe.contains($0) ? String($0) : nil",
        "String($0)",
        "BridgeTests.ToolHeadersTests", r"a larger integer",
    ),
    (
        "concurrent stdio: a full queue takes more", "Sources/StdioTransport/ConcurrentStdio.swift",
        "if state.queued >= limits.queued { return .full }",
        "",
        "StdioTransportTests.ConcurrentStdioTests", r"aFullOutputStopsTheInput",
    ),
    (
        "concurrent stdio: delivers while the queue is full", "Sources/StdioTransport/ConcurrentStdio.swift",
        "isOpen: !$0.isPaused && $0.queued < limits.queued",
        "isOpen: !$0.isPaused",
        "StdioTransportTests.ConcurrentStdioTests", r"aFullOutputStopsTheInput",
    ),
    (
        "concurrent stdio: delivers while it is paused", "Sources/StdioTransport/ConcurrentStdio.swift",
        "isOpen: !$0.isPaused && $0.queued",
        "isOpen: $0.queued",
        "StdioTransportTests.ConcurrentStdioTests", r"aPausedLoopDeliversNothing",
    ),
    (
        "client: scopes of a step-up that nobody could agree to are lost",
        "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "if error == .notInteractive { try await keepAsked(scope, discovery) }", "",
        "OAuthClientTests.SessionTests", r"aStepUpWithoutABrowserIsAskedForAtTheNextSignIn",
    ),
    (
        "client: scopes are kept for another authorization server",
        "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "guard let tokens = stored.tokens, tokens.belong(to: discovery) else { return }",
        "", "OAuthClientTests.SessionTests", r"theScopesOfAnotherServerAreNotKept",
    ),
    (
        "client: a sign-out needs the client of the settings", "Sources/OAuthClient/OAuthSession.swift",
        "?? publicClient(of: tokens)", "",
        "OAuthClientTests.SessionTests", r"aSignOutWithoutTheSettingsOfTheSignIn",
    ),
    (
        "client: a sign-out uses a client beside that of the settings",
        "Sources/OAuthClient/OAuthSession.swift",
        "guard settings.client == nil, settings.documentURL == nil, tokens.kind", "guard tokens.kind",
        "OAuthClientTests.SessionTests", r"aSignOutUsesNoOtherClientThanThatOfTheSettings",
    ),
    (
        "hosts: any port of five digits", "Sources/MCPServiceHTTP/Pipeline/AllowedHosts.swift",
        "port.reduce(0, { $0 * 10 + Int($1 - 0x30) }) <= 65_535", "true",
        "MCPServiceHTTPTests.AllowedHostsTests", r"namesAreReadAsBytes",
    ),
    (
        "bridge: a folder that cannot be made counts as missing", "Sources/Bridge/Tokens/PrivateFolder.swift",
        "code == ENOENT && !creates", "code == ENOENT",
        "BridgeTests.FileTokenStoreTests", r"aFolderThatCannotBeMade",
    ),
    (
        "bridge: a server of this machine behind a proxy",
        "Sources/Bridge/Configuration/BridgeConfiguration.swift",
        "if let remote, remote.origin.scheme != .https, outbound.proxy != nil {", "if false {",
        "BridgeTests.BridgeConfigurationTests", r"aProxyIsForTLSAlone",
    ),
    (
        "outbound: a CA file without a certificate is accepted", "Sources/HTTPClient/CurlSettings.swift",
        "guard CertificateFile.hasCertificate(file) else { throw .noCertificate }", "",
        "HTTPClientTests.CurlClientTests", r"aCAFileWithoutACertificateIsAnErrorAtTheStart",
    ),
    (
        "outbound: a CA file is read with the configuration of a variable",
        "Sources/Crypto/CertificateFile.swift",
        "OpenSSL.initialize()", "", OUTBOUND, r"aVariableChangesNothingOfTLS",
    ),
    (
        "child: it gets the descriptors of this process", "Sources/SystemC/SystemC.swift",
        "guard unsafe posix_spawn_file_actions_addclose(actions, descriptor) == 0 else { return nil }",
        "_ = descriptor",
        "SupportTests.ChildProcessTests", r"aChildGetsThreeDescriptors",
    ),
    (
        "concurrent stdio: a second signal extends the time", "Sources/StdioTransport/ConcurrentStdioLoop.swift",
        "deadline = deadline ?? stdio.now()",
        "deadline = stdio.now()",
        "StdioTransportTests.ConcurrentStdioTests", r"aSecondSignalDoesNotExtendTheTime",
    ),
    (
        "concurrent stdio: the end does not wait for answers", "Sources/StdioTransport/ConcurrentStdioLoop.swift",
        "let isAnswered = isLastDelivered && tasks == 0 &&",
        "let isAnswered = isLastDelivered &&",
        "StdioTransportTests.ConcurrentStdioTests", r"answersInAnyOrder|aSignalLimitsTheTime",
    ),
    (
        "framer: the limit of a server is forgotten", "Sources/StdioTransport/LineFramer.swift",
        "defer { self = LineFramer(maximumLength: maximumLength) }",
        "defer { self = LineFramer() }",
        "StdioTransportTests.LineFramerTests", r"aLimitOfItsOwn",
    ),
    # The client's side of OAuth.
    (
        "client: plain http on the internet", "Sources/OAuthClient/AddressRules.swift",
        "guard origin.scheme == .https || target == .loopback else { return false }",
        "",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"aServerNamesOnlyWhatItMay",
    ),
    (
        "client: a public server names this computer", "Sources/OAuthClient/AddressRules.swift",
        "case .loopback: return place == .loopback",
        "case .loopback: return true",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"aServerNamesOnlyWhatItMay",
    ),
    (
        "client: another private address", "Sources/OAuthClient/AddressRules.swift",
        " && origin.host.hasSameBytes(as: host)",
        "",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"aServerNamesOnlyWhatItMay",
    ),
    (
        "client: an address in another spelling", "Sources/OAuthClient/AddressRules.swift",
        '    if last.allSatisfy(ASCII.isDigit) || last.starts(with: "0x".utf8) { return .privateAddress }\n',
        "",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"aServerNamesOnlyWhatItMay",
    ),
    (
        "client: localhost with a final dot", "Sources/OAuthClient/AddressRules.swift",
        'if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }',
        'if bytes.last == UInt8(ascii: ".") { return .internet }',
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"aServerNamesOnlyWhatItMay",
    ),
    (
        "client: challenges of any size", "Sources/OAuthClient/BearerChallenge.swift",
        "guard values.reduce(0, { $0 + $1.utf8.count }) <= Self.maximumLength else { return nil }",
        "",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"challengesAreRead",
    ),
    (
        "client: any number of parameters", "Sources/OAuthClient/BearerChallenge.swift",
        "guard count <= BearerChallenge.maximumParameters else { return nil }",
        "",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"challengesAreRead",
    ),
    (
        "client: the resource of another server", "Sources/OAuthClient/ResourceMetadata.swift",
        "guard Self.covers(resource, server) else { throw .wrongResource }",
        "",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"theResourceIsTheServerOrAParent",
    ),
    (
        "client: another origin's resource", "Sources/OAuthClient/ResourceMetadata.swift",
        "let (own, ownTarget) = Origin.split(server), origin == own,",
        "let (own, ownTarget) = Origin.split(server), origin.host == own.host,",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"theResourceIsTheServerOrAParent",
    ),
    (
        "client: a part of a segment", "Sources/OAuthClient/ResourceMetadata.swift",
        'return rest.isEmpty || rest.first == UInt8(ascii: "/")',
        "return true",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"theResourceIsTheServerOrAParent",
    ),
    (
        "client: dot segments of the server", "Sources/OAuthClient/ResourceMetadata.swift",
        ", !PercentEncoding.hasDotSegment(ownTarget)",
        "",
        "OAuthClientTests.(AddressRules|BearerChallenge|ResourceMetadata)Tests", r"theResourceIsTheServerOrAParent",
    ),
    (
        "client: metadata of another issuer", "Sources/OAuthClient/AuthorizationServerMetadata.swift",
        "guard named.hasSameBytes(as: issuer) else { throw .wrongIssuer }",
        "",
        "OAuthClientTests.SessionTests", r"metadataThatIsNotAccepted",
    ),
    (
        "client: an endpoint at any address", "Sources/OAuthClient/AuthorizationServerMetadata.swift",
        "guard rules.allows(url) else { throw .refusedURL }",
        "",
        "OAuthClientTests.SessionTests", r"metadataThatIsNotAccepted",
    ),
    (
        "client: no PKCE", "Sources/OAuthClient/AuthorizationServerMetadata.swift",
        "guard methods.contains(where: { $0.hasSameBytes(as: CodeChallenge.method) }) else {",
        "guard methods.count < 9 else {",
        "OAuthClientTests.SessionTests", r"metadataThatIsNotAccepted",
    ),
    (
        "client: a challenge names any address", "Sources/OAuthClient/OAuthDiscovery.swift",
        "if let metadataURL, !rules.allows(metadataURL) { throw .refusedURL }",
        "",
        "OAuthClientTests.SessionTests", r"aChallengeNamesOnlyAnAllowedAddress",
    ),
    (
        "client: the state of another request", "Sources/OAuthClient/AuthorizationCodeRequest.swift",
        "SHA256Digest(of: sent.utf8).isEqual(to: SHA256Digest(of: state.exposed.utf8))",
        "!sent.utf8.isEmpty",
        "OAuthClientTests.SessionTests", r"aRedirectOfAnotherRequestIsRefused",
    ),
    (
        "client: the redirect of another issuer", "Sources/OAuthClient/AuthorizationCodeRequest.swift",
        "guard issuer.hasSameBytes(as: discovery.server.issuer) else { throw .wrongRedirectIssuer }",
        "_ = issuer",
        "OAuthClientTests.SessionTests", r"aRedirectOfAnotherRequestIsRefused",
    ),
    (
        "client: a redirect without the issuer", "Sources/OAuthClient/AuthorizationCodeRequest.swift",
        "} else if discovery.server.sendsIssuer {",
        "} else if false {",
        "OAuthClientTests.SessionTests", r"aRedirectOfAnotherRequestIsRefused",
    ),
    (
        "client: an error with the status 200", "Sources/OAuthClient/TokenRequest.swift",
        'if let error = answer?["error"] { throw .tokenRefused(OAuthError(rawValue: error)) }',
        "",
        "OAuthClientTests.SessionTests", r"aTokenResponseIsChecked",
    ),
    (
        "client: a token after a redirect", "Sources/OAuthClient/TokenRequest.swift",
        "guard response.status == 200 else { throw .wrongStatus(response.status) }",
        "",
        "OAuthClientTests.SessionTests", r"aTokenResponseIsChecked",
    ),
    (
        "client: a token of another type", "Sources/OAuthClient/TokenRequest.swift",
        'let type = answer["token_type"], ASCII.areEqual(type.utf8, "bearer".utf8),',
        'answer["token_type"] != nil,',
        "OAuthClientTests.SessionTests", r"aTokenResponseIsChecked",
    ),
    (
        "client: any lifetime", "Sources/OAuthClient/TokenRequest.swift",
        "guard 1...Int(Int32.max) ~= seconds else { throw .invalidTokenResponse }",
        "",
        "OAuthClientTests.SessionTests", r"aTokenResponseIsChecked",
    ),
    (
        "client: a document after a redirect", "Sources/OAuthClient/OAuthRequests.swift",
        "return response.status == 200 ? response.body : nil",
        "return response.body",
        "OAuthClientTests.SessionTests", r"aRedirectIsNotFollowed",
    ),
    (
        "client: the old token at another server", "Sources/OAuthClient/StoredSignIn.swift",
        '      issuer.hasSameBytes(as: discovery.server.issuer)\n        && ',
        "      ",
        "OAuthClientTests.SessionTests", r"aClientWithADocumentSendsNoToken",
    ),
    (
        "client: the client of the settings at another server", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        '    if let known, !known.hasSameBytes(as: server.issuer) { throw .issuerChanged }\n',
        "",
        "OAuthClientTests.SessionTests", r"theClientOfTheSettingsComesFirst",
    ),
    (
        "client: a renewal for each caller", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "if let renewal = state.renewal { return (renewal, false) }",
        "",
        "OAuthClientTests.SessionTests", r"eightCallersCauseOneRenewal",
    ),
    (
        "client: a token that another process replaced", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "if need.isMet(by: stored.tokens?.access) { return .done(true) }",
        "",
        "OAuthClientTests.SessionTests", r"whatAnotherProcessHasRenewedIsUsed",
    ),
    (
        "client: an ended grant stays", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "case .invalidGrant, .unauthorizedClient: stored.tokens = nil",
        "case .invalidGrant, .unauthorizedClient: break",
        "OAuthClientTests.SessionTests", r"anEndedGrantEndsTheTokens",
    ),
    (
        "client: sign-ins without an end", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "guard state.signIns.count < Self.mostSignIns else { return false }",
        "",
        "OAuthClientTests.SessionTests", r"refusedTokensCauseOnlyThreeSignIns",
    ),
    (
        "client: step-ups without an end", "Sources/OAuthClient/OAuthScopes.swift",
        "guard count < Self.perScopes, counts.values.reduce(0, +) < Self.total else { return false }",
        "",
        "OAuthClientTests.SessionTests", r"aStepUpAsksForAllScopesAndEnds",
    ),
    (
        "client: step-ups for other scopes each time", "Sources/OAuthClient/OAuthScopes.swift",
        ", counts.values.reduce(0, +) < Self.total",
        "",
        "OAuthClientTests.SessionTests", r"otherScopesEachTimeCauseOnlySixteenStepUps",
    ),
    (
        "client: a sign-in of a person does not end the count of step-ups", "Sources/OAuthClient/OAuthSession.swift",
        "state.stepUps = StepUpLimit()",
        "",
        "OAuthClientTests.SessionTests", r"otherScopesEachTimeCauseOnlySixteenStepUps",
    ),
    (
        "client: old sign-ins count for ever", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "state.signIns.removeAll { $0 + Self.signInWindow <= time }",
        "",
        "OAuthClientTests.SessionTests", r"tenMinutesLaterARefusedTokenCausesASignInAgain",
    ),
    (
        "client: a parameter of the redirect twice", "Sources/OAuth/FormBody.swift",
        "guard names.insert(Array(name.utf8)).inserted else { throw .duplicateParameter }",
        "",
        "OAuthClientTests.SessionTests", r"aRedirectThatRepeatsAParameterIsRefused",
    ),
    (
        "client: the secret of the settings in the header", "Sources/OAuthClient/ClientIdentity.swift",
        "case .post: .post(secret)",
        "case .post: .basic(secret)",
        "OAuthClientTests.SessionTests", r"aSecretIsInTheBodyWhereOnlyThatIsSupported",
    ),
    (
        "client: the secret of a registration in the header", "Sources/OAuthClient/ClientRegistration.swift",
        "case (.post, let secret?): .post(secret)",
        "case (.post, let secret?): .basic(secret)",
        "OAuthClientTests.SessionTests", r"aSecretIsInTheBodyWhereOnlyThatIsSupported",
    ),
    (
        "client: no pause after a failed renewal", "Sources/OAuthClient/OAuthSession.swift",
        "      state.withLock { $0.pausedUntil = time + Self.pause }\n",
        "",
        "OAuthClientTests.SessionTests", r"afterAFailedRenewalTheNextOneIsTenSecondsLater",
    ),
    (
        "client: a pause without an end", "Sources/OAuthClient/OAuthSession.swift",
        "if isValid, let until = state.withLock({ $0.pausedUntil }), time < until {",
        "if isValid, state.withLock({ $0.pausedUntil }) != nil {",
        "OAuthClientTests.SessionTests", r"afterAFailedRenewalTheNextOneIsTenSecondsLater",
    ),
    (
        "client: a minute of each lifetime", "Sources/OAuthClient/StoredSignIn.swift",
        "let lifetime = expiresAt - issuedAt\n"
        "      return expiresAt - min(OAuthSession.margin, lifetime / 2)",
        "return expiresAt - OAuthSession.margin",
        "OAuthClientTests.SessionTests", r"aTokenWithAShortLifetimeIsRenewedAtHalfOfIt",
    ),
    (
        "client: an unknown client is used again", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "            stored.forgetClient(of: discovery.server.issuer)\n",
        "",
        "OAuthClientTests.SessionTests", r"aClientThatIsNoLongerKnownIsRegisteredAnew",
    ),
    (
        "client: an unknown client of the settings may go to another server", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "            stored.forgetClient(of: discovery.server.issuer)",
        "            stored.registration = nil",
        "OAuthClientTests.SessionTests", r"theClientOfTheSettingsStaysWhenItIsNotKnown",
    ),
    (
        "client: the lock ends before the renewal", "Sources/OAuthClient/OAuthSession.swift",
        "defer { lock.release() }",
        "lock.release()",
        "OAuthClientTests.SessionTests", r"theRenewedTokenIsStoredUnderTheLock",
    ),
    (
        "client: a token is used before it is stored", "Sources/OAuthClient/OAuthSession.swift",
        "    do { try await store.save(stored.document, for: settings.server) } catch {\n",
        "    state.withLock { $0.stored = stored }\n"
        "    do { try await store.save(stored.document, for: settings.server) } catch {\n",
        "OAuthClientTests.SessionTests", r"aTokenThatCannotBeStoredDoesNotReplaceAValidOne",
    ),
    (
        "client: what is stored is not read under the lock", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "var stored = try await load(replacing: need.isWanted)",
        "var stored = try await current(replacing: need.isWanted)",
        "OAuthClientTests.SessionTests", r"whatIsStoredWhileTheSessionWaitsForTheLockIsUsed",
    ),
    (
        "client: a client that a sign-in finds unknown stays", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "        stored.forgetClient(of: discovery.server.issuer)\n        try await save(stored)\n      }\n      throw",
        "        try await save(stored)\n      }\n      throw",
        "OAuthClientTests.SessionTests", r"aClientThatASignInFindsUnknownIsRegisteredAnew",
    ),
    (
        "client: no client_id beside Basic", "Sources/OAuthClient/ClientIdentity.swift",
        'return ([("client_id", id)], [("Authorization", value)])',
        'return ([], [("Authorization", value)])',
        "OAuthClientTests.SessionTests", r"theClientOfTheSettingsComesFirstAndStaysAtItsServer",
    ),
    (
        "client: a secret although the client may be public", "Sources/OAuthClient/ClientRegistration.swift",
        "ClientAuthenticationMethod.choose([.none], of: methods) ?? first ?? .basic",
        "first ?? ClientAuthenticationMethod.choose([.none], of: methods) ?? .basic",
        "OAuthClientTests.SessionTests", r"aPublicClientIsRegisteredWhereThereMayBeOne",
    ),
    (
        "client: the scopes of before are lost", "Sources/OAuthClient/OAuthScopes.swift",
        "var scopes = (asked?.scopes ?? [])",
        "var scopes: [String] = []",
        "OAuthClientTests.SessionTests", r"aStepUpAsksForAllScopesAndEnds",
    ),
    (
        "client: a registration with another port", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "known.redirectURI.hasSameBytes(as: redirectURI), ",
        "",
        "OAuthClientTests.SessionTests", r"aPortThatDiffersIsRegisteredAnew",
    ),
    (
        "client: an expired secret", "Sources/OAuthClient/ClientRegistration.swift",
        "if let secretExpiresAt, secretExpiresAt <= now { return nil }",
        "",
        "OAuthClientTests.SessionTests", r"aSecretThatHasExpired",
    ),
    (
        "client: a document of another version", "Sources/OAuthClient/StoredSignIn.swift",
        ', object["version"] == Self.version',
        "",
        "OAuthClientTests.SessionTests", r"aDocumentOfAnotherFormIsNone",
    ),
    (
        "atlassian: the tokens of another client", "Sources/MCPServiceOAuth/Upstream/UpstreamOAuthSettings.swift",
        "clientID.hasSameBytes(as: provider.clientID)",
        "!provider.clientID.isEmpty",
        "MCPServiceOAuthTests.AtlassianSignInTests", r"another client",
    ),
    (
        "atlassian: the tokens of another server", "Sources/MCPServiceOAuth/Upstream/UpstreamOAuthSettings.swift",
        "provider.endpoints?.token.hasSameBytes(as: tokenURL) == true",
        "provider.endpoints != nil",
        "MCPServiceOAuthTests.AtlassianSignInTests", r"another authorization server",
    ),
    (
        "atlassian: a scope that was not allowed", "Sources/MCPServiceOAuth/Upstream/UpstreamOAuthSettings.swift",
        "granted.scopes.contains { $0.hasSameBytes(as: wanted) }",
        "!granted.scopes.isEmpty && !wanted.isEmpty",
        "MCPServiceOAuthTests.AtlassianSignInTests", r"a scope that the person did not allow",
    ),
    (
        "atlassian: a scope that begins so", "Sources/MCPServiceOAuth/Upstream/UpstreamOAuthSettings.swift",
        "granted.scopes.contains { $0.hasSameBytes(as: wanted) }",
        "granted.scopes.contains { $0.hasBytes(atStart: wanted) }",
        "MCPServiceOAuthTests.AtlassianSignInTests", r"a scope that only begins so",
    ),
    (
        "upstream calls: a refused token for the sites stays", UPSTREAM_CALLS,
        "      connecting?.connections.forget(user: user.text, service: service)\n", "",
        UPSTREAM_SERVER_TESTS, r"theSitesAreRefused",
    ),
    (
        "oauth client: a sealed document is replaced by a renewal", "Sources/OAuthClient/OAuthSession.swift",
        "guard replacing, error == .wrongKey else { throw .store(error) }",
        "guard error == .wrongKey else { throw .store(error) }",
        "OAuthClientTests.SessionTests", r"aDocumentThatNoKeyOpens",
    ),
    # Hostile servers of the bridge.
    (
        "bridge: an answer that the client has not taken counts no more",
        "Sources/Bridge/RemoteServer+Answers.swift",
        "response.body, share)\n",
        "response.body, AnswerBudget.Share(of: budget))\n",
        "BridgeTests.BridgeLimitsTests", r"anAnswerCountsUntilItIsTaken",
    ),
    (
        "bridge: streams do not share the budget", "Sources/Bridge/RemoteServer+Answers.swift",
        "guard share.keep(stream.keptBytes + bytes.count) else { throw EventStream.TooLarge() }",
        "",
        "BridgeTests.BridgeLimitsTests", r"allStreamsAreBounded|anAnswerCountsUntilItIsTaken",
    ),
    (
        "bridge: a share never shrinks", "Sources/Bridge/AnswerBudget.swift",
        "if bytes < count { budget.release(count - bytes) }",
        "",
        "BridgeTests.BridgeLimitsTests", r"aShareIsGivenBack",
    ),
    (
        "bridge: one session after the other for a stream", "Sources/Bridge/ListeningStream.swift",
        "case .status(404) where started.id != nil && wasOpen:",
        "case .status(404) where started.id != nil:",
        "BridgeTests.StreamTests", r"aServerThatForgetsEachSessionIsLeftAlone",
    ),
    (
        "bridge: any number of lines in the log", "Sources/Bridge/NoticeLimit.swift",
        "guard state.count < Self.most else {",
        "guard state.count >= 0 else {",
        "BridgeTests.BridgeLimitsTests", r"theLinesAboutAServerAreBounded|theNextMinuteHasLinesAgain",
    ),
    (
        "bridge: dropped lines of the log are not counted", "Sources/Bridge/NoticeLimit.swift",
        "if state.dropped > 0 {",
        "if state.dropped < 0 {",
        "BridgeTests.BridgeLimitsTests", r"theNextMinuteHasLinesAgain",
    ),
    (
        "bridge: SIGHUP speaks of a credential that it did not compare",
        "Sources/Bridge/BridgeProcess.swift",
        '"SIGHUP: nothing was replaced: the client and the tokens of a sign-in stay until a restart"',
        '"SIGHUP: no credential has changed"',
        "BridgeTests.BridgeConfigurationTests", r"aReloadSaysWhatItHasDone",
    ),
    (
        "tokens: a file that names no address", "Sources/Bridge/Tokens/FileTokenStore.swift",
        "Origin.split(file.resource) != nil",
        "true",
        "BridgeTests.FileTokenStoreTests", r"aFileThatNamesNoAddressIsNotListed",
    ),
    (
        "streams: a request that was cancelled before its start",
        "Sources/HTTPClient/StreamLoop.swift",
        "guard !start.buffer.isEnded else { return mailbox.transferEnded() }",
        "guard !start.buffer.isEnded else { return }",
        "HTTPClientTests.CurlStreamsTests", r"aRequestThatIsCancelledBeforeItsStartEndsNoOther",
    ),
    (
        "bridge: a batch of any revision", "Sources/Bridge/ClientMessage.swift",
        "guard allowsBatch, case .array(let elements) = json else {",
        "guard case .array(let elements) = json else {",
        "BridgeTests.SessionTests", r"whatIsNoBatchOfTheRevisionIsNotSent",
    ),
    (
        "bridge: a batch of any number", "Sources/Bridge/ClientMessage.swift",
        "guard 1...MCPServer.maximumBatch ~= elements.count else {",
        "guard elements.count >= 0 else {",
        "BridgeTests.SessionTests", r"whatIsNoBatchOfTheRevisionIsNotSent",
    ),
    (
        "bridge: initialize in a batch", "Sources/Bridge/ClientMessage.swift",
        "guard !message.isInitialize, message.version == nil else {",
        "guard message.version == nil else {",
        "BridgeTests.SessionTests", r"whatIsNoBatchOfTheRevisionIsNotSent",
    ),
    (
        "bridge: a modern request in a batch", "Sources/Bridge/ClientMessage.swift",
        "guard !message.isInitialize, message.version == nil else {",
        "guard !message.isInitialize else {",
        "BridgeTests.SessionTests", r"whatIsNoBatchOfTheRevisionIsNotSent",
    ),
    # The streaming client.
    (
        "streams: any URL is requested", STREAMS,
        "settings.permits(origin, policy),", "",
        f"{STREAM_TESTS}/plainHTTP", r"plainHTTPIsForLoopbackAlone",
    ),
    (
        "streams: a field has more lines", STREAMS,
        "      request.hasValidFields\n", "      true\n",
        f"{STREAM_TESTS}/refusesFields", r"refusesFieldsThatWouldBeMore",
    ),
    (
        "streams: the settings are not checked", STREAMS,
        "    try settings.check()\n", "",
        f"{STREAM_TESTS}/aMissingCAFile", r"aMissingCAFileIsAnErrorAtTheStart",
    ),
    (
        "streams: every origin is trusted", STREAMS,
        "Transfer(origin, policy, settings,", "Transfer(origin, .trusted, settings,",
        f"{STREAM_TESTS}/thePublicPolicy", r"thePublicPolicyDoesNotConnectToPrivateAddresses",
    ),
    (
        "streams: every address is allowed", "Sources/HTTPClient/StreamCallbacks.swift",
        "transfer.connects(to: target)", "transfer.connects(to: target) || true",
        f"{STREAM_TESTS}/neitherPolicy", r"neitherPolicyConnectsTo",
    ),
    (
        "streams: a handle without the settings", STREAM_TRANSFER,
        "handle.apply(settings), ", "",
        f"{STREAM_TESTS}/verifies", r"verifies",
    ),
    (
        "streams: the head of a proxy is the server's", STREAM_TRANSFER,
        "handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)\n", "true\n",
        f"{STREAM_TESTS}/theProxyOnly", r"theProxyOnlyTransportsTheRequest",
    ),
    (
        "streams: options of a request stay in its handle", STREAM_TRANSFER,
        "    unsafe curl_easy_reset(handle.pointer)\n", "",
        f"{STREAM_TESTS}/aUsedConnection", r"aUsedConnectionSendsNothingOfThePreviousRequest",
    ),
    (
        "streams: a used handle has a head already", STREAM_TRANSFER,
        "    buffer = nil\n    hasHead = false\n", "    buffer = nil\n",
        f"{STREAM_TESTS}/aUsedConnection", r"aUsedConnectionSendsNothingOfThePreviousRequest",
    ),
    (
        "streams: a 1xx response is the response", STREAM_TRANSFER,
        "    if (100...199).contains(status) { return true }\n    guard (200...599).contains(status),",
        "    guard (100...599).contains(status),",
        f"{STREAM_TESTS}/keepsTheFields", r"keepsTheFieldsOfTheLastHead",
    ),
    (
        "streams: a status of any number", STREAM_TRANSFER,
        "guard (200...599).contains(status), ", "guard ",
        STREAM_REFUSALS, r"refuses.*a status of 600",
    ),
    (
        "streams: a compressed body is accepted", STREAM_TRANSFER,
        "contains(status), transfer.isBodyPlain else", "contains(status) else",
        STREAM_REFUSALS, r"refuses.*compressed",
    ),
    (
        "streams: the head has no time limit", STREAM_LOOP,
        "        endLate(now, multi)\n", "",
        f"{STREAM_TESTS}/theHeadHas", r"theHeadHasATimeLimit",
    ),
    (
        "streams: the body has the time limit of the head", STREAM_LOOP,
        "where !transfer.hasHead && transfer.deadline <= now", "where transfer.deadline <= now",
        f"{STREAM_TESTS}/theBodyHas", r"theBodyHasNoTimeLimit",
    ),
    (
        "streams: a request that has ended keeps its place", STREAM_LOOP,
        "    mailbox.transferEnded()\n    buffer.finish(result)\n", "    buffer.finish(result)\n",
        f"{STREAM_TESTS}/aRequestThatHasEnded", r"aRequestThatHasEndedGivesItsPlaceBack",
    ),
    (
        "streams: any number of requests", STREAM_MAILBOX,
        "guard !state.isStopped, state.transfers < maximumTransfers else", "guard !state.isStopped else",
        f"{STREAM_TESTS}/theNumberOfTransfers", r"theNumberOfTransfersIsLimited",
    ),
    (
        "streams: a thread for each request", STREAM_MAILBOX,
        "return state.hasThread ? .accepted : .needsThread", "return .needsThread",
        f"{STREAM_TESTS}/aRequestThatIsCancelled",
        r"aRequestThatIsCancelledBeforeItsStartEndsNoOther",
    ),
    (
        "streams: twice as many bytes wait", STREAM_BUFFER,
        "bytes.count <= maximum - state.bytes.count", "bytes.count <= 2 * maximum - state.bytes.count",
        f"{STREAM_TESTS}/aReaderThatStops", r"aReaderThatStopsStopsTheServer",
    ),
    (
        "streams: a cancellation after the end is an error", STREAM_BUFFER,
        "if isRunning || !state.bytes.isEmpty { state.end", "do { state.end",
        f"{STREAM_TESTS}/cancelAfter", r"cancelAfterTheEnd",
    ),
    (
        "streams: a body whose last bytes were dropped is complete", STREAM_BUFFER,
        "if isRunning || !state.bytes.isEmpty { state.end", "if isRunning { state.end",
        f"{STREAM_TESTS}/cancelBefore", r"cancelBeforeTheLastBytesAreRead",
    ),
    (
        "streams: a cancelled body hands out its bytes", STREAM_BUFFER,
        "      state.head = nil\n      state.bytes = []\n", "      state.head = nil\n",
        f"{STREAM_TESTS}/cancelBefore", r"cancelBeforeTheLastBytesAreRead",
    ),
    # More of the client's side of OAuth.
    (
        "client: localhost is on the internet", "Sources/OAuthClient/AddressRules.swift",
        '    if last.elementsEqual("localhost".utf8) { return .loopback }\n', "",
        "OAuthClientTests.AddressRulesTests", r"aServerNamesOnlyWhatItMay",
    ),
    (
        "client: every address is on the internet", "Sources/OAuthClient/AddressRules.swift",
        "return AddressPolicy.publicOnly.allows(address, allowsLoopback: false)\n"
        "      ? .internet : .privateAddress",
        "return .internet",
        "OAuthClientTests.AddressRulesTests", r"aServerNamesOnlyWhatItMay",
    ),
    (
        "client: a parameter of a challenge occurs twice", "Sources/OAuthClient/BearerChallenge.swift",
        "!challenges[last].parameters.contains(where: { ASCII.areEqual($0.name, parameter.name) })",
        "true",
        "OAuthClientTests.BearerChallengeTests", r"challengesAreRead",
    ),
    (
        "client: a control character in a challenge", "Sources/OAuthClient/BearerChallenge.swift",
        "        guard ASCII.isText(byte) else { return nil }\n", "",
        "OAuthClientTests.BearerChallengeTests", r"challengesAreRead",
    ),
    (
        "client: text after a parameter of a challenge", "Sources/OAuthClient/BearerChallenge.swift",
        '      guard next == nil || next == UInt8(ascii: ",") else { return nil }\n', "",
        "OAuthClientTests.BearerChallengeTests", r"challengesAreRead",
    ),
    (
        "client: an authorization server at any address", "Sources/OAuthClient/ResourceMetadata.swift",
        "servers.prefix(Self.maximumServers).first(where: rules.allows)",
        "servers.prefix(Self.maximumServers).first",
        "OAuthClientTests.ResourceMetadataTests", r"theResourceIsTheServerOrAParent",
    ),
    (
        "client: a token of any bytes", "Sources/OAuthClient/TokenRequest.swift",
        " && text.utf8.allSatisfy(ASCII.isVisible)", "",
        "OAuthClientTests.SessionTests", r"aTokenResponseIsChecked",
    ),
    (
        "client: an assertion that is valid for an hour", "Sources/OAuthClient/ClientIdentity.swift",
        "JSONNumber(seconds + 60)", "JSONNumber(seconds + 3600)",
        "OAuthClientTests.SessionTests", r"aProgramGetsATokenWithItsKey",
    ),
    (
        "client: an expired token opens a browser", "Sources/OAuthClient/OAuthSession+Renewal.swift",
        "      if case .expiring = need { return .done(false) }\n", "",
        "OAuthClientTests.SessionTests", r"anEndedGrantEndsTheTokens",
    ),
    (
        "client: each 403 asks for more scopes", "Sources/OAuthClient/OAuthSession.swift",
        "guard let challenge, challenge.error == .insufficientScope else { return false }",
        "guard let challenge else { return false }",
        "OAuthClientTests.SessionTests", r"aStepUpAsksForAllScopesAndEnds",
    ),
    (
        "client: tokens that could not be stored are used", "Sources/OAuthClient/OAuthSession.swift",
        "    do { try await store.save(stored.document, for: settings.server) } catch {\n"
        "      throw .store(error)\n"
        "    }\n",
        "    _ = try? await store.save(stored.document, for: settings.server)\n",
        "OAuthClientTests.SessionTests", r"aTokenThatCannotBeStoredIsNotUsed",
    ),
    (
        "client: a token is used until its end", "Sources/OAuthClient/StoredSignIn.swift",
        "return expiresAt - min(OAuthSession.margin, lifetime / 2)",
        "return lifetime > .zero ? expiresAt : nil",
        "OAuthClientTests.SessionTests", r"aTokenIsRenewedAMinuteBeforeItsEnd",
    ),
    (
        "client: an expired token is used after a failed renewal", "Sources/OAuthClient/OAuthSession.swift",
        "      guard isValid else { throw error }\n", "",
        "OAuthClientTests.SessionTests", r"anEndedGrantEndsTheTokens",
    ),
    (
        "client: tokens stay in memory after a sign-out", "Sources/OAuthClient/OAuthSession.swift",
        "      state.withLock { $0.stored = StoredSignIn() }\n", "",
        "OAuthClientTests.SessionTests", r"aSignOutRevokesAndRemoves",
    ),
    (
        "client: a revocation without an answer counts", "Sources/OAuthClient/OAuthSession.swift",
        "      if response?.status != 200 { isRevoked = false }\n", "      _ = response\n",
        "OAuthClientTests.SessionTests", r"aSignOutRemovesAlsoWithoutAnAnswer",
    ),
    (
        "client: a document that no key opens is called nothing", "Sources/OAuthClient/OAuthSession.swift",
        "guard stored.tokens != nil || isLocked else", "guard stored.tokens != nil else",
        "OAuthClientTests.SessionTests", r"aDocumentThatNoKeyOpens",
    ),
    (
        "client: a document whose tokens cannot be read", "Sources/OAuthClient/StoredSignIn.swift",
        "      guard let tokens = value.object.flatMap(Self.tokens) else { return nil }\n"
        "      self.tokens = tokens\n",
        "      self.tokens = value.object.flatMap(Self.tokens)\n",
        "OAuthClientTests.SessionTests", r"aDocumentOfAnotherFormIsNone",
    ),
    (
        "client: a document whose clients cannot be read", "Sources/OAuthClient/StoredSignIn.swift",
        "guard let (issuer, client) = element.object.flatMap(Self.client) else { return nil }",
        "guard let (issuer, client) = element.object.flatMap(Self.client) else { continue }",
        "OAuthClientTests.SessionTests", r"aDocumentOfAnotherFormIsNone",
    ),
    # The streaming client: what would last for ever without the guard.
    (
        "streams: a proxy is asked for the URLs of strangers", STREAMS,
        "settings.permits(origin, policy)", "settings.permits(origin, .trusted)",
        f"{STREAM_TESTS}/withAProxy", r"withAProxyOnlyTrustedOriginsAreCalled",
    ),
    (
        "streams: the thread outlives the client", STREAMS,
        "  deinit { mailbox.stop() }\n", "",
        f"{STREAM_TESTS}/theThreadEnds", r"theThreadEndsWithTheClient",
    ),
    (
        "streams: a body without a reference goes on", STREAMS,
        "  deinit { cancel() }\n", "",
        f"{STREAM_TESTS}/aBodyWithout", r"aBodyWithoutAReferenceEnds",
    ),
    (
        "streams: a cancelled task waits for the head", STREAMS,
        "      await buffer.head()\n    } onCancel: {\n      cancel()\n",
        "      await buffer.head()\n    } onCancel: {\n",
        f"{STREAM_TESTS}/cancellationOfTheTaskEndsTheRequest",
        r"cancellationOfTheTaskEndsTheRequest",
    ),
    (
        "streams: a cancelled task waits for the body", STREAMS,
        "      await buffer.next()\n    } onCancel: {\n      cancel()\n",
        "      await buffer.next()\n    } onCancel: {\n",
        f"{STREAM_TESTS}/cancellationOfTheTaskEndsTheBody",
        r"cancellationOfTheTaskEndsTheBody",
    ),
    (
        "streams: a paused transfer never goes on", STREAMS,
        "    if mustContinue { client.mailbox.send(.resume(buffer)) }\n", "",
        f"{STREAM_TESTS}/aReaderThatStops", r"aReaderThatStopsStopsTheServer",
    ),
    (
        "streams: a cancelled transfer keeps its connection", STREAMS,
        "if buffer.cancel() { client.mailbox.send(.cancel(buffer)) }", "_ = buffer.cancel()",
        f"{STREAM_TESTS}/cancelEnds", r"cancelEndsAReaderThatWaits",
    ),
    (
        "streams: a cancellation does not wake the thread", STREAM_MAILBOX,
        "      state.commands.append(command)\n      state.wake()\n",
        "      state.commands.append(command)\n",
        f"{STREAM_LOOP_TESTS}/eachCommand", r"eachCommandEndsTheWaiting",
    ),
    (
        "streams: a start does not wake the thread", STREAM_MAILBOX,
        "      state.commands.append(.start(start))\n      state.wake()\n",
        "      state.commands.append(.start(start))\n",
        f"{STREAM_LOOP_TESTS}/eachCommand", r"eachCommandEndsTheWaiting",
    ),
    (
        "streams: the end does not wake the thread", STREAM_MAILBOX,
        "      state.isStopped = true\n      state.wake()\n", "      state.isStopped = true\n",
        f"{STREAM_LOOP_TESTS}/eachCommand", r"eachCommandEndsTheWaiting",
    ),
    (
        "streams: a stopped client takes requests", STREAM_MAILBOX,
        "guard !state.isStopped, state.transfers", "guard state.transfers",
        STREAM_LOOP_TESTS, r"theEndOfTheThreadEndsItsTransfers",
    ),
    (
        "streams: the readers of a thread that ends wait", STREAM_LOOP,
        "      for transfer in Array(running.values) {"
        " end(transfer, .failure(.unreachable), multi) }\n",
        "",
        STREAM_LOOP_TESTS, r"theEndOfTheThreadEndsItsTransfers",
    ),
    (
        "streams: a thread that has ended counts", STREAM_MAILBOX,
        "      state.hasThread = false\n", "",
        STREAM_LOOP_TESTS, r"withoutAThreadTheRequestsEnd",
    ),
    (
        "streams: a request without a thread keeps its place", STREAM_LOOP,
        "      mailbox.transferEnded()\n      start.buffer.finish", "      start.buffer.finish",
        STREAM_LOOP_TESTS, r"withoutAThreadTheRequestsEnd",
    ),
    (
        "streams: a request without a thread waits", STREAM_LOOP,
        "      start.buffer.finish(.failure(.unreachable))\n", "",
        STREAM_LOOP_TESTS, r"withoutAThreadTheRequestsEnd",
    ),
    (
        "streams: commands without a thread are kept", STREAM_MAILBOX,
        "      guard state.hasThread else { return }\n", "",
        STREAM_LOOP_TESTS, r"withoutAThreadTheRequestsEnd",
    ),
    (
        "streams: a trailer begins another head", STREAM_TRANSFER,
        '    if hasHead, line.starts(with: "HTTP/".utf8) { return false }\n', "",
        STREAM_REFUSALS, r"refuses.*a trailer like the start of a head",
    ),
    (
        "streams: any number of bytes wait", STREAM_BUFFER,
        "guard state.bytes.isEmpty || bytes.count <= maximum - state.bytes.count else",
        "guard state.bytes.isEmpty || bytes.count <= maximum else",
        STREAM_BUFFER_TESTS, r"whatWaitsIsBounded",
    ),
    (
        "streams: a large part is never taken", STREAM_BUFFER,
        "guard state.bytes.isEmpty || bytes.count", "guard bytes.count",
        STREAM_BUFFER_TESTS, r"whatWaitsIsBounded",
    ),
    (
        "streams: a cancelled body takes bytes", STREAM_BUFFER,
        "      if state.end != nil { return true }\n", "",
        STREAM_BUFFER_TESTS, r"afterACancellationThereIsNothing",
    ),
    (
        "streams: a cancelled response keeps its head", STREAM_BUFFER,
        "      state.head = nil\n      state.bytes = []\n", "      state.bytes = []\n",
        STREAM_BUFFER_TESTS, r"afterACancellationThereIsNothing",
    ),
    (
        "streams: a cancelled body becomes complete", STREAM_BUFFER,
        "if state.end == nil { state.end = end }", "state.end = end",
        STREAM_BUFFER_TESTS, r"afterACancellationThereIsNothing",
    ),
    (
        "streams: the thread waits while something is asked", STREAM_MAILBOX,
        "let isIdle = state.commands.isEmpty && !state.isStopped", "let isIdle = !state.isStopped",
        f"{STREAM_LOOP_TESTS}/eachCommand", r"eachCommandEndsTheWaiting",
    ),
    (
        "streams: the thread waits after the end", STREAM_MAILBOX,
        "let isIdle = state.commands.isEmpty && !state.isStopped",
        "let isIdle = state.commands.isEmpty",
        f"{STREAM_LOOP_TESTS}/eachCommand", r"eachCommandEndsTheWaiting",
    ),
    (
        "streams: the thread goes on after the end", STREAM_MAILBOX,
        "      if state.isStopped { return nil }\n", "",
        f"{STREAM_LOOP_TESTS}/eachCommand", r"eachCommandEndsTheWaiting",
    ),
    (
        "streams: a handle that is gone is woken", STREAM_MAILBOX,
        "      state.hasThread = false\n      state.wakeup = nil\n",
        "      state.hasThread = false\n",
        f"{STREAM_LOOP_TESTS}/eachCommand", r"eachCommandEndsTheWaiting",
    ),
]
