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

/// A target of the house: SwiftPM refuses an import that is not listed here. Each sees `Support`.
func room(_ name: String, sees dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: ["Support"] + dependencies, swiftSettings: settings)
}

/// A command line and nothing else.
func executable(_ name: String, of rooms: Target.Dependency...) -> Target {
  .executableTarget(
    name: name,
    dependencies: rooms + [
      "Support", .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: settings)
}

func tests(of name: String, sees more: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.init(stringLiteral: name), "TestSupport"] + more,
    swiftSettings: settings)
}

let package = Package(
  name: "mcp-auth-calculator",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "CalculatorStdio", targets: ["CalculatorStdio"]),
    .executable(name: "CalculatorJWT", targets: ["CalculatorJWT"]),
    .executable(name: "CalculatorHTTP", targets: ["CalculatorHTTP"]),
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
    .target(name: "Support", swiftSettings: settings),
    room("OpenSSLCrypto", sees: ["COpenSSL"]),
    room("Base64"),
    room("JSON"),
    room("JWT", sees: ["OpenSSLCrypto", "Base64", "JSON"]),
    room("MCP", sees: ["Base64", "JSON"]),
    room("Auth", sees: ["OpenSSLCrypto", "Base64", "JSON", "JWT"]),
    room("StdioTransport"),
    room(
      "HTTPTransport",
      sees: [
        "CLibSSL", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    room("CalculatorCore"),
    room(
      "CalculatorServer",
      sees: ["OpenSSLCrypto", "JSON", "JWT", "MCP", "Auth", "StdioTransport", "CalculatorCore"]),
    // Apart, so that the servers over stdio carry no SwiftNIO: they have 12 MB to live in.
    room(
      "CalculatorHTTPServer",
      sees: [
        "OpenSSLCrypto", "Base64", "JSON", "JWT", "MCP", "Auth", "StdioTransport", "HTTPTransport",
        "CalculatorServer",
      ]),
    executable("CalculatorStdio", of: "CalculatorServer", "StdioTransport"),
    executable("CalculatorJWT", of: "CalculatorServer", "StdioTransport"),
    executable("CalculatorHTTP", of: "CalculatorServer", "CalculatorHTTPServer", "StdioTransport"),
    // Linked with libFuzzer by scripts/fuzz.sh.
    .target(name: "FuzzJSON", dependencies: ["JSON"], path: "Fuzz/JSON", swiftSettings: settings),
    .target(
      name: "FuzzMCP", dependencies: ["Auth", "CalculatorServer", "JSON", "MCP"], path: "Fuzz/MCP",
      swiftSettings: settings),
    .target(
      name: "FuzzJWT", dependencies: ["JSON", "JWT", "OpenSSLCrypto"], path: "Fuzz/JWT",
      swiftSettings: settings),
    // A test target, since it looks into a module as only tests may.
    .testTarget(
      name: "FuzzHTTP",
      dependencies: ["HTTPTransport", .product(name: "NIOCore", package: "swift-nio")],
      path: "Fuzz/HTTP", swiftSettings: settings),
    .target(
      name: "TestSupport",
      dependencies: [
        "Auth", "CalculatorHTTPServer", "CalculatorServer", "HTTPTransport", "JSON", "JWT", "MCP",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(name: "SupportTests", dependencies: ["Support"], swiftSettings: settings),
    tests(of: "CalculatorCore"),
    tests(of: "Base64"),
    tests(of: "JSON"),
    tests(of: "OpenSSLCrypto"),
    tests(of: "Auth", sees: ["Base64", "JSON", "JWT", "OpenSSLCrypto"]),
    tests(of: "JWT", sees: ["Base64", "JSON", "OpenSSLCrypto"]),
    tests(of: "StdioTransport"),
    tests(of: "MCP", sees: ["JSON"]),
    tests(
      of: "HTTPTransport",
      sees: [
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    tests(of: "CalculatorServer", sees: ["Auth"]),
    tests(
      of: "CalculatorHTTPServer",
      sees: ["Auth", "Base64", "CalculatorServer", "HTTPTransport", "JSON", "JWT", "MCP"]),
    .testTarget(
      name: "ExecutableTests", dependencies: ["JSON", "TestSupport"], exclude: ["clients"],
      // Without it these files see what `Support` says of Characters.
      swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")]),
    .testTarget(
      name: "AttackTests",
      // The executable is driven, not imported.
      dependencies: [
        "Auth", "CalculatorHTTP", "CalculatorHTTPServer", "CalculatorServer", "HTTPTransport",
        "JWT", "TestSupport",
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
        "Auth", "CalculatorHTTPServer", "CalculatorServer", "HTTPTransport", "JWT", "OpenSSLCrypto",
      ],
      path: "Benchmarks/Pipeline", swiftSettings: settings),
    .executableTarget(
      name: "JWTBenchmark", dependencies: ["JSON", "JWT", "OpenSSLCrypto"], path: "Benchmarks/JWT",
      exclude: ["bench.py"], swiftSettings: settings),
  ]
}
