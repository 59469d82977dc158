private import Support

/// What all pages have in common: the head, the style and the icon. A page loads no file and runs no
/// script.
enum PageLayout {
  static func page(_ title: String, _ body: HTML) -> HTML {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title)</title>
    <link rel="icon" href="\(icon)">
    <style>\(style)</style>
    </head>
    <body>
    <main>
    \(body)
    </main>
    </body>
    </html>

    """
  }

  /// The icon of the landing page. It is part of the page, so that a browser requests no other file.
  private static let icon: HTML = """
    data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
    %3Crect width='16' height='16' rx='3' fill='%2317693a'/%3E\
    %3Cpath d='M4 6h8M4 10h8' stroke='white' stroke-width='2'/%3E%3C/svg%3E
    """

  /// The contrast of each text with its background is at least 4.5, and that of the edge of a control
  /// at least 3 (WCAG 2.2 §1.4.3, §1.4.11).
  static let style: HTML = """

    :root { color-scheme: light dark; --page: #fff; --text: #1a1a1a; --quiet: #595959; --edge: #767676;
      --main: #17693a; --onmain: #fff; --warning: #fff4d6; --warningedge: #9a6700;
      --problem: #fdecea; --problemedge: #b3261e }
    @media (prefers-color-scheme: dark) { :root { --page: #161616; --text: #ececec; --quiet: #b0b0b0;
      --edge: #8c8c8c; --main: #6fcf97; --onmain: #0b2014; --warning: #33290a; --warningedge: #d9a520;
      --problem: #3a1512; --problemedge: #f2867e } }
    * { box-sizing: border-box }
    body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: var(--page); color: var(--text) }
    main { max-width: 30rem; margin: 0 auto; padding: 1.5rem 1rem; overflow-wrap: anywhere }
    h1 { font-size: 1.375rem; line-height: 1.25; margin: 0 0 1rem }
    h2 { font-size: 1rem; margin: 1.5rem 0 .25rem }
    p { margin: .75rem 0 }
    ul { margin: .25rem 0; padding-left: 1.25rem }
    li { margin: .25rem 0 }
    code { font: .875em ui-monospace, monospace; color: var(--quiet) }
    .host { font-size: 1.5rem; font-weight: 700; line-height: 1.25; margin: -.5rem 0 0 }
    .uri { line-height: 1.3; margin: .25rem 0 }
    .quiet { color: var(--quiet) }
    .note { padding: .75rem; border-left: .25rem solid; border-radius: .25rem }
    .warning { background: var(--warning); border-color: var(--warningedge) }
    .problem { background: var(--problem); border-color: var(--problemedge) }
    label { display: block; font-weight: 600; margin-top: 1rem }
    input, button { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--edge);
      border-radius: .375rem; min-height: 2.75rem; padding: .5rem .75rem }
    input { display: block; width: 100%; margin-top: .25rem }
    input[type=hidden] { display: none }
    .buttons { display: flex; gap: .75rem; margin: 1.5rem 0 }
    button { flex: 1; font-weight: 600; cursor: pointer }
    .main { background: var(--main); border-color: var(--main); color: var(--onmain) }
    :focus-visible { outline: 3px solid var(--text); outline-offset: 2px }

    """
}
