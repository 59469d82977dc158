private import Support

/// The entities of HTML that a page may have: those of Latin-1 and some of General Punctuation (HTML 4.01
/// §24). XML defines `amp`, `lt`, `gt`, `quot` and `apos` itself.
enum StorageEntities {
  /// What stands for every other entity. XML allows this character nowhere, so that no number and no
  /// header of a request contains it.
  static let unknown: Unicode.Scalar = "\u{1A}"

  /// The names of U+00A0 to U+00FF in their order.
  private static let latin1 = """
    nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr \
    deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest \
    Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc \
    Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute \
    THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave \
    iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc \
    uuml yacute thorn yuml
    """

  private static let others: [String: Unicode.Scalar] = [
    "ensp": "\u{2002}", "emsp": "\u{2003}", "thinsp": "\u{2009}", "zwnj": "\u{200C}",
    "zwj": "\u{200D}", "lrm": "\u{200E}", "rlm": "\u{200F}", "ndash": "\u{2013}",
    "mdash": "\u{2014}", "lsquo": "\u{2018}", "rsquo": "\u{2019}", "sbquo": "\u{201A}",
    "ldquo": "\u{201C}", "rdquo": "\u{201D}", "bdquo": "\u{201E}", "dagger": "\u{2020}",
    "bull": "\u{2022}", "hellip": "\u{2026}", "permil": "\u{2030}", "prime": "\u{2032}",
    "lsaquo": "\u{2039}", "rsaquo": "\u{203A}", "euro": "\u{20AC}", "trade": "\u{2122}",
    "larr": "\u{2190}", "rarr": "\u{2192}", "minus": "\u{2212}", "infin": "\u{221E}",
    "ne": "\u{2260}", "le": "\u{2264}", "ge": "\u{2265}",
  ]

  private static let all: [String: Unicode.Scalar] = latin1.utf8.split(separator: ASCII.space)
    .enumerated().reduce(into: others) { all, entry in
      all[String(decoding: entry.element, as: UTF8.self)] = Unicode.Scalar(
        UInt8(0xA0 + entry.offset))
    }

  static func text(of name: String) -> Unicode.Scalar { all[name] ?? unknown }
}
