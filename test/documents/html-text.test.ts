import fc from "fast-check";
import { expect, test } from "vitest";
import { htmlToText } from "../../src/documents/html-text.ts";

const text = (html: string) => htmlToText(html, new URL("https://example.com/docs/"));

test("a page becomes its title, headings, paragraphs, lists and links", () => {
  const html = `<!doctype html><html><head><title>Fish &amp; chips</title><style>p { color: red }</style><script>if (a < b) alert("</p>")</script></head>
    <body><!-- <p>not this</p> --><h1>Menu</h1><p>Cod,   fresh&nbsp;<b>today</b>.</p><ul><li>small<li>large</ul>
    <p>See <a href="prices.html">the prices</a> or <a href="javascript:alert(1)">click</a>.<br>Closed &#8212; &#x1F600; on Sundays.</p></body></html>`;
  expect(text(html)).toBe(
    "# Fish & chips\n\n# Menu\n\nCod, fresh today.\n\n- small\n- large\n\nSee [the prices](https://example.com/docs/prices.html) or click.\nClosed — 😀 on Sundays.",
  );
});

test("tables keep their rows, and code keeps its lines", () => {
  expect(text("<table><tr><th>Day<th>Hours<tr><td>Monday</td><td>9–5</td></table>")).toBe("Day | Hours\nMonday | 9–5");
  expect(text("<pre>if (a &lt; b) {\n    run();\n}</pre>after")).toBe("```\nif (a < b) {\n    run();\n}\n```\n\nafter");
});

test("what a reader would not see is left out, and what comes after it is not", () => {
  const hidden = [
    `<div hidden>x</div>`,
    `<div style="display: none">x<div>x</div>x</div>`,
    `<span aria-hidden="true">x</span>`,
    `<p style='visibility:hidden'>x<p>`,
    `<template><p>x</p></template>`,
    `<noscript>x</noscript>`,
    `<svg><text>x</text></svg>`,
    `<iframe>x</iframe>`,
    `<script>x</script >`,
    `<SCRIPT>x</SCRIPT>`,
    `<!-- x -->`,
    `<!-->`,
    `<!x>`,
    `<?x ?>`,
  ];
  const seen = hidden.map((html) => [html, text(`before${html}after`).replace(/\s+/g, "")]);
  expect(seen).toEqual(hidden.map((html) => [html, "beforeafter"]));
});

test("words that are no markup stay, and quotes in a tag do not end it", () => {
  expect(text(`a < b && c > d`)).toBe("a < b && c > d");
  expect(text(`<img alt="a > b"> it's <a title='>' href="/x">here</a>`)).toBe("a > b it's [here](https://example.com/x)");
  expect(text(`<p title=it's>one</p><p>it's two</p>`)).toBe("one\n\nit's two");
  expect(text("AT&T &unknown; &#0; &#x110000; &copy 2026")).toBe("AT&T &unknown; \uFFFD \uFFFD © 2026");
});

test("every character that HTML has a name for is that character, also in an address", () => {
  expect(text("&alpha; &Zcaron;i&zcaron;ek &notin; &NotEqualTilde; soft&shy;ly &#150;")).toBe("α Žižek ∉ ≂̸ softly –");
  expect(text(`<a href="/?a=1&amp;b=2&copy=3">x</a>`)).toBe("[x](https://example.com/?a=1&b=2&copy=3)");
});

test("broken and hostile pages are read to their end in no time", () => {
  const long = 200_000;
  const pages = [
    "<".repeat(long),
    "<a".repeat(long),
    "<!--".repeat(long),
    `<a href="${"x".repeat(long)}`,
    `<a ${" ".repeat(long)}`,
    `<p ${"a=' ".repeat(long)}`,
    "<div>".repeat(long),
    "<div hidden>".repeat(long),
    "<title>".repeat(long),
    "&".repeat(long),
    "&#".repeat(long),
    `<pre>${" ".repeat(long)}`,
    "<a href=/>x".repeat(20_000),
  ];
  for (const page of pages) expect(text(page).length).toBeLessThanOrEqual(page.length * 4);
});

test("no page makes it fail", () => {
  const piece = fc.oneof(
    fc.constantFrom("<", ">", "</", "<!--", "-->", "'", '"', "=", "&", "<p>", "<pre>", "</a>", "<a href=", "<script>", "hidden"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(typeof text(pieces.join(""))).toBe("string");
    }),
  );
});
