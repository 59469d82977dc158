/// Private keys in PEM, made for these tests only.
enum ClientKeys {
  /// PKCS #8 (RFC 5208), as `openssl genpkey` writes it.
  static let p256 = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZBMRMGEwDbM+gJX2
    tUQRYHJBjqPzp3D1P9VagWwvLyehRANCAASThwS0hdF5w6/OQrfK1EGtFJMJ1WR6
    F3hqlRyCH2nkdY7qd8o8g3klbXZv6ZLu7aZY/T1QwcG5sR6gr0DjHCX9
    -----END PRIVATE KEY-----

    """

  /// The same key as an `ECPrivateKey` (RFC 5915 §4).
  static let p256EC = """
    -----BEGIN EC PRIVATE KEY-----
    MHcCAQEEIGQTETBhMA2zPoCV9rVEEWByQY6j86dw9T/VWoFsLy8noAoGCCqGSM49
    AwEHoUQDQgAEk4cEtIXRecOvzkK3ytRBrRSTCdVkehd4apUcgh9p5HWO6nfKPIN5
    JW12b+mS7u2mWP09UMHBubEeoK9A4xwl/Q==
    -----END EC PRIVATE KEY-----

    """

  static let p384 = """
    -----BEGIN PRIVATE KEY-----
    MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDB9aLJOKdqrkBPLDIcT
    7WsLrIYs0qIm34pmhO7C3ufDEPDr454DtMWdBiFis22AS3ihZANiAAQWId/GPwK+
    fySW9NxNS4yEJ1ibBlUjnGGXjyOnHvz8DC/kzIHtR+q2wuJjaT/kZVNUhvPsoqdn
    843CvrCKqj14yKbce0HbcBQ0gIJgdX9CTcbwZS6/LruNnL9TSMSYV3A=
    -----END PRIVATE KEY-----

    """

  /// With the passphrase x.
  static let encrypted = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgOsZmU+1iNmQICCAAw
    DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELXiIjy/ptf0lqJ7sKPxLwgEgZCW
    CV5y11yy1UQsN4VfjhHLuFqHTJ3WzA5WvlGtBTuw0169Yb+57NYAHap4Du0JJ0uh
    3yIIuTuAPvGUEuM8dSuUdTt7Bv4FNb6FA3i9jMf1aL5YUi/va+RKPe3HujWxGMoW
    PzGSMpNqUtz8JSVlF3DHBzb/1w4VN87FnNso1FUq9hXMXXFrAe4p8psbOBOMTbk=
    -----END ENCRYPTED PRIVATE KEY-----

    """
}
