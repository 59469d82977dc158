// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // An async function runs where its caller runs: no hop between threads for one call.
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
]

/// A module. SwiftPM refuses an import that is not listed here. Each module depends on `Support` and
/// `SystemC`, and has an `Overview.md`.
func module(_ name: String, dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: ["Support", "SystemC"] + dependencies, exclude: ["Overview.md"],
    swiftSettings: settings)
}

/// A command line and nothing else.
func executable(_ name: String, of modules: Target.Dependency...) -> Target {
  .executableTarget(
    name: name,
    dependencies: modules + [
      "Support", .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: settings)
}

func tests(of name: String, dependencies more: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.init(stringLiteral: name), "TestSupport"]
      + (name == "Support" ? [] : ["Support"])
      + more,
    swiftSettings: settings)
}

let package = Package(
  name: "mcp-auth-calculator",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "CalculatorStdio", targets: ["CalculatorStdio"]),
    .executable(name: "CalculatorJWT", targets: ["CalculatorJWT"]),
    .executable(name: "CalculatorHTTP", targets: ["CalculatorHTTP"]),
    .executable(name: "CalculatorOAuth", targets: ["CalculatorOAuth"]),
    .executable(name: "CalculatorBridge", targets: ["CalculatorBridge"]),
  ],
  // Exact versions: every clone builds the same code. Their own dependencies follow their ranges.
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    // Apart, so that the servers over stdio load no libssl.
    .systemLibrary(
      name: "CLibSSL", pkgConfig: "libssl",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    // Only for HTTPClient.
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    // Only for State.
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    // Only for Upstream.
    .systemLibrary(
      name: "CXML2", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"]), .brew(["libxml2"])]),
    .target(name: "SystemC", swiftSettings: settings),
    .target(
      name: "Support", dependencies: ["SystemC"], exclude: ["Overview.md"], swiftSettings: settings),
    module("Crypto", dependencies: ["COpenSSL"]),
    module("JSON"),
    module("JOSE", dependencies: ["Crypto", "JSON"]),
    module("MCP", dependencies: ["JSON"]),
    module("Auth", dependencies: ["Crypto", "JSON", "JOSE"]),
    module("StdioTransport"),
    module(
      "HTTPTransport",
      dependencies: [
        "CLibSSL", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    module("OAuth", dependencies: ["Crypto", "JSON"]),
    module("HTTPClient", dependencies: ["Auth", "CCurl", "Crypto"]),
    module("State", dependencies: ["CSQLite", "Crypto", "JSON"]),
    module(
      "ResourceServer", dependencies: ["Auth", "Crypto", "HTTPClient", "JOSE", "JSON", "OAuth"]),
    module(
      "IdentityProviders",
      dependencies: ["Auth", "Crypto", "HTTPClient", "JOSE", "JSON", "OAuth", "ResourceServer"]),
    module(
      "AuthorizationServer",
      dependencies: [
        "Auth", "Crypto", "HTTPClient", "IdentityProviders", "JOSE", "JSON", "OAuth", "State",
      ]),
    module(
      "OAuthClient", dependencies: ["Auth", "Crypto", "HTTPClient", "JOSE", "JSON", "OAuth"]),
    module(
      "Bridge",
      dependencies: [
        "Auth", "Crypto", "HTTPClient", "HTTPTransport", "JOSE", "JSON", "MCP", "MCPService",
        "MCPServiceHTTP", "OAuth", "OAuthClient", "StdioTransport",
      ]),
    module("CalculatorCore", dependencies: ["JSON"]),
    module(
      "Upstream",
      dependencies: [
        "Auth", "CalculatorCore", "CXML2", "Crypto", "HTTPClient", "JSON", "OAuth", "State",
      ]),
    module(
      "MCPService",
      dependencies: ["Crypto", "JSON", "JOSE", "MCP", "Auth", "StdioTransport"]),
    // Apart, so that the servers over stdio do not link SwiftNIO and stay small.
    module(
      "MCPServiceHTTP",
      dependencies: [
        "Crypto", "JSON", "JOSE", "MCP", "Auth", "StdioTransport", "HTTPTransport",
        "MCPService",
      ]),
    module(
      "MCPServiceOAuth",
      dependencies: [
        "Auth", "AuthorizationServer", "Crypto", "HTTPClient", "HTTPTransport",
        "CalculatorCore", "IdentityProviders", "JOSE", "JSON", "MCP", "MCPService",
        "MCPServiceHTTP", "OAuth", "ResourceServer", "State", "Upstream",
      ]),
    module("Calculator", dependencies: ["Auth", "CalculatorCore", "JSON", "MCP", "MCPService"]),
    executable("CalculatorStdio", of: "Calculator", "MCPService", "StdioTransport"),
    executable("CalculatorJWT", of: "Calculator", "MCPService", "StdioTransport"),
    executable(
      "CalculatorHTTP", of: "Calculator", "MCPService", "MCPServiceHTTP", "StdioTransport"),
    executable(
      "CalculatorOAuth", of: "Calculator", "MCPService", "MCPServiceHTTP", "MCPServiceOAuth",
      "StdioTransport"),
    executable("CalculatorBridge", of: "Bridge", "MCPService", "StdioTransport"),
    .executableTarget(
      name: "MinimalServer",
      dependencies: [
        "Auth", "JSON", "MCP", "MCPService", "MCPServiceHTTP", "StdioTransport", "Support",
        "SystemC",
      ],
      path: "examples/minimal-server", swiftSettings: settings),
    // Linked with libFuzzer by scripts/fuzz.sh.
    .target(name: "FuzzJSON", dependencies: ["JSON"], path: "Fuzz/JSON", swiftSettings: settings),
    .target(
      name: "FuzzMCP",
      dependencies: ["Auth", "Calculator", "JSON", "MCP", "MCPService", "Support"],
      path: "Fuzz/MCP",
      swiftSettings: settings),
    .target(
      name: "FuzzJOSE", dependencies: ["Auth", "Crypto", "JOSE", "JSON", "Support"],
      path: "Fuzz/JOSE",
      swiftSettings: settings),
    .target(
      name: "FuzzResourceServer",
      dependencies: ["Auth", "JOSE", "JSON", "ResourceServer", "Support"],
      path: "Fuzz/ResourceServer", swiftSettings: settings),
    .target(
      name: "FuzzOAuth", dependencies: ["JSON", "OAuth", "Support"], path: "Fuzz/OAuth",
      swiftSettings: settings),
    .target(
      name: "FuzzUpstream", dependencies: ["CalculatorCore", "JSON", "Support", "Upstream"],
      path: "Fuzz/Upstream", swiftSettings: settings),
    .target(
      name: "FuzzEventStream", dependencies: ["Bridge", "Support"], path: "Fuzz/EventStream",
      swiftSettings: settings),
    // A test target, since it looks into a module as only tests may.
    .testTarget(
      name: "FuzzHTTP",
      dependencies: ["HTTPTransport", .product(name: "NIOCore", package: "swift-nio")],
      path: "Fuzz/HTTP", swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["COpenSSL", "Support", "SystemC"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    // Whole services in the test's process, and what goes over their wire.
    .target(
      name: "TestHarness",
      dependencies: [
        "Auth", "Calculator", "HTTPTransport", "JOSE", "JSON", "MCP", "MCPService",
        "MCPServiceHTTP", "Support", "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Tests/TestHarness", swiftSettings: settings),
    tests(of: "Support"),
    tests(of: "CalculatorCore", dependencies: ["JSON"]),
    tests(of: "JSON"),
    tests(of: "Crypto", dependencies: ["COpenSSL"]),
    tests(of: "Auth", dependencies: ["Crypto", "JOSE", "JSON"]),
    tests(of: "JOSE", dependencies: ["JSON", "Crypto"]),
    tests(of: "OAuth", dependencies: ["Crypto", "JSON"]),
    tests(of: "StdioTransport"),
    tests(of: "MCP", dependencies: ["JSON"]),
    tests(
      of: "HTTPTransport",
      dependencies: [
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    tests(
      of: "HTTPClient",
      dependencies: [
        "Auth", "HTTPTransport", "TestHarness", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    tests(
      of: "ResourceServer",
      dependencies: ["Auth", "Crypto", "HTTPClient", "JOSE", "JSON", "OAuth"]),
    tests(
      of: "IdentityProviders", dependencies: ["Auth", "HTTPClient", "JOSE", "JSON"]),
    tests(of: "State", dependencies: ["Crypto", "StateCrash"]),
    // Changes a state until the tests of State kill it.
    .executableTarget(
      name: "StateCrash", dependencies: ["Crypto", "State", "Support", "SystemC"],
      path: "Tests/StateCrash", swiftSettings: settings),
    tests(
      of: "AuthorizationServer",
      dependencies: [
        "Auth", "Crypto", "HTTPClient", "JOSE", "JSON", "OAuth", "ResourceServer", "State",
      ]),
    tests(
      of: "Upstream",
      dependencies: ["Auth", "CalculatorCore", "Crypto", "HTTPClient", "JSON", "OAuth", "State"]),
    tests(
      of: "OAuthClient", dependencies: ["Auth", "Crypto", "HTTPClient", "JOSE", "JSON", "OAuth"]),
    tests(
      of: "Bridge",
      dependencies: [
        "Auth", "Crypto", "HTTPClient", "HTTPTransport", "JSON", "MCP", "MCPService", "OAuth",
        "OAuthClient", "StdioTransport", "TestHarness",
      ]),
    tests(of: "MCPService", dependencies: ["Auth", "Calculator", "TestHarness"]),
    tests(
      of: "MCPServiceHTTP",
      dependencies: [
        "Auth", "Calculator", "Crypto", "MCPService", "HTTPTransport", "JSON", "JOSE", "MCP",
        "TestHarness",
      ]),
    tests(
      of: "MCPServiceOAuth",
      dependencies: [
        "Auth", "AuthorizationServer", "Calculator", "Crypto", "HTTPClient", "HTTPTransport",
        "IdentityProviders", "JOSE", "JSON", "MCPService", "MCPServiceHTTP", "OAuth",
        "ResourceServer", "State", "TestHarness", "Upstream",
      ]),
    .testTarget(
      name: "ExecutableTests",
      dependencies: [
        "Crypto", "JOSE", "JSON", "MinimalServer", "Support", "TestHarness", "TestSupport",
      ],
      exclude: ["clients"],
      // Without it these files see the deprecations of `Support`.
      swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")]),
    .testTarget(
      name: "AttackTests",
      // The executable is driven, not imported.
      dependencies: [
        "Auth", "Calculator", "CalculatorHTTP", "MCPServiceHTTP", "MCPService", "HTTPTransport",
        "JOSE", "Support", "TestHarness", "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
      ], swiftSettings: settings),
  ]
)

// Package access keeps it in this package; the variable keeps it out of everyone's build.
if Context.environment["CALCULATOR_BENCHMARKS"] == "1" {
  package.targets += [
    .executableTarget(
      name: "PipelineBenchmark",
      dependencies: [
        "Auth", "Calculator", "Crypto", "HTTPTransport", "JOSE", "MCPService", "MCPServiceHTTP",
        "Support",
      ],
      path: "Benchmarks/Pipeline", swiftSettings: settings),
    // Looks into HTTPTransport as only tests may: a build for debugging.
    .executableTarget(
      name: "Differential",
      dependencies: [
        "HTTPTransport", "Support", "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Fuzz/Differential", swiftSettings: settings),
    .executableTarget(
      name: "JWTBenchmark", dependencies: ["Auth", "Crypto", "JOSE", "JSON", "Support"],
      path: "Benchmarks/JWT",
      exclude: ["bench.py"], swiftSettings: settings),
  ]
}

// For `make lint` and CI. Not for everyone: a later compiler warns of more.
if Context.environment["CALCULATOR_STRICT"] == "1" {
  for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
