private import Support

/// The settings of each server. A setting that is missing here cannot be read.
extension Settings {
  package static let stdio = Settings([
    "CALCULATOR_API_KEY": .secret(.appliesAndRevokes),
    "CALCULATOR_REQUIRE_AUTH": .value(.appliesIfDefault("true")),
    "CALCULATOR_ALLOW_WEAK_SECRETS": .value(.appliesIfDefault("false")),
    "CALCULATOR_LOG": .value(.needsRestart),
  ])

  package static let jwt = Settings([
    "JWT_SECRET": .secret(.appliesAndRevokes),
    "JWT_SECRET_PREVIOUS": .secret(.appliesAndRevokes),
    "JWT_ISSUER": .value(.applies),
    "JWT_AUDIENCE": .value(.applies),
    "JWT_TTL": .value(.applies),
    "JWT_REFRESH_TTL": .value(.applies),
    "JWT_LEEWAY": .value(.applies),
    "CALCULATOR_ISSUER_KEY": .secret(.applies, absenceOpensAccess: true),
    "CALCULATOR_USERS": .value(.applies, absenceOpensAccess: true),
    "CALCULATOR_DEFAULT_ROLE": .value(.applies, absenceOpensAccess: true),
    "CALCULATOR_ALLOW_WEAK_SECRETS": .value(.appliesIfDefault("false")),
    "CALCULATOR_LOG": .value(.needsRestart),
  ])

  package static let http = Settings([
    "CALCULATOR_API_KEY": .secret(.appliesAndRevokes),
    "JWT_SECRET": .secret(.appliesAndRevokes),
    "JWT_SECRET_PREVIOUS": .secret(.appliesAndRevokes),
    "JWT_ISSUER": .value(.applies),
    "JWT_AUDIENCE": .value(.applies),
    // Only CalculatorJWT issues tokens, but a bad value is an error here, too.
    "JWT_TTL": .value(.applies),
    "JWT_REFRESH_TTL": .value(.applies),
    "JWT_LEEWAY": .value(.applies),
    "CALCULATOR_BASIC_USER": .value(.appliesAndRevokes),
    "CALCULATOR_BASIC_PASSWORD": .secret(.appliesAndRevokes),
    "CALCULATOR_CREDENTIALS": .value(.appliesAndRevokes),
    "CALCULATOR_GUEST_ROLE": .value(.needsRestart),
    "CALCULATOR_REQUIRE_AUTH": .value(.appliesIfDefault("true")),
    "CALCULATOR_ALLOW_WEAK_SECRETS": .value(.appliesIfDefault("false")),
    "CALCULATOR_RATE_LIMIT": .value(.needsRestart),
    "CALCULATOR_RATE_BURST": .value(.needsRestart),
    "CALCULATOR_FAILURE_LIMIT": .value(.needsRestart),
    "CALCULATOR_CONNECTIONS_PER_CLIENT": .value(.needsRestart),
    "CALCULATOR_TRUSTED_PROXIES": .value(.needsRestart),
    "CALCULATOR_ALLOWED_HOSTS": .value(.needsRestart),
    "CALCULATOR_ALLOWED_ORIGINS": .value(.needsRestart),
    "CALCULATOR_BASE_URL": .value(.needsRestart),
    "CALCULATOR_TLS_CERT": .value(.appliesUnlessSwitched),
    "CALCULATOR_TLS_KEY": .value(.appliesUnlessSwitched),
    "CALCULATOR_ALLOW_PLAINTEXT": .value(.needsRestart),
    "CALCULATOR_THREADS": .value(.needsRestart),
    "CALCULATOR_METRICS": .value(.needsRestart),
    "CALCULATOR_LOG": .value(.needsRestart),
  ])

  /// The variables of every server of this repository.
  static let variablesOfAll = Set([stdio, jwt, http].flatMap(\.variables))
}
