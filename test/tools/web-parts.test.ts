import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import type { CallOrigin } from "../../src/engine/tool.ts";
import { createPageCache } from "../../src/tools/page-cache.ts";
import { WEB_FETCH_DEFAULTS, webFetch, type WebFetchSettings } from "../../src/tools/web.ts";
import { failureOf, outputOf } from "../contracts/tool.ts";
import { docx, pdf } from "../support/documents.ts";
import { MARIA } from "../support/scripted.ts";
import { aside } from "../support/turn.ts";
import { page, redirect, type Site, startSite } from "./web-site.ts";

const PDF = { "content-type": "application/pdf" };
const PAPER = pdf(
  Array.from({ length: 40 }, (_, nth) => `Page ${nth + 1} speaks of pears. ${"\nSweet, juicy, ripe, and so on.".repeat(38)}`),
);
const LONG = Array.from({ length: 30 }, (_, nth) => `<h2>Chapter ${nth + 1}</h2>${`<p>Of pears, ${nth} 😀.</p>`.repeat(90)}`).join("");

let site: Site;
beforeAll(async () => {
  let turn = 0;
  site = await startSite({
    "/paper.pdf": page(Buffer.from(PAPER), PDF),
    "/unsaid": page(Buffer.from(PAPER), { "content-type": "application/octet-stream" }),
    "/as-text": page(Buffer.from(PAPER), { "content-type": "text/html" }),
    "/report": page(
      Buffer.from(
        docx([
          "Quarter three",
          [
            ["item", "sum"],
            ["A", "99"],
          ],
        ]),
      ),
      {
        "content-type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      },
    ),
    "/broken.pdf": page("%PDF-1.7 and nothing behind", PDF),
    "/long": page(`<title>All of it</title>${LONG}`),
    "/to-long": redirect("/long"),
    "/counts": (_, response) => void response.writeHead(200, { "content-type": "text/plain" }).end(`${++turn} `.repeat(9_000)),
    "/invisible": page(`seen &#xDB40;&#x202A;&#xDC41; \u202e${"x".repeat(30)}\u{e0041}`),
  });
});
afterAll(() => site.close());

const origin = (run: string): CallOrigin => ({ run, agent: "Ana", call: "c1", askedBy: MARIA });

function fetcher(settings: Partial<WebFetchSettings> = {}, pages = createPageCache()) {
  const tool = webFetch(
    { ports: [site.port], ...settings },
    { clock: systemClock, resolve: async () => ["127.0.0.1"], mayReach: (ip) => ip === "127.0.0.1" },
    pages,
  );
  return (path: string, part?: number, run = "r1", thread?: string) =>
    tool.run(
      { url: `http://site.test:${site.port}${path}`, ...(part === undefined ? {} : { part }) },
      aside(undefined, thread),
      origin(run),
    );
}

const asked = (path: string): number => site.paths.filter((one) => one === path).length;
const bodyOf = (output: string): string => output.slice(output.indexOf("\n\n") + 2);

test("a PDF is read by parts: the first says how much there is and what is where, and no part is fetched anew", async () => {
  const fetch = fetcher();
  const first = outputOf(await fetch("/paper.pdf"));
  expect(first.split("\n").slice(0, 4)).toEqual([
    expect.stringMatching(/^http:\/\/site\.test:\d+\/paper\.pdf \(application\/pdf, \d+ kB, 40 pages\)\. This is data from that address/),
    expect.stringMatching(
      /^Part 1 of 4: characters 1–1\d,\d{3} of 4\d,\d{3}, pages 1–12\. Ask for part 2 to read on\. What is where, by its first words or headings:$/,
    ),
    expect.stringMatching(/^- part 1, pages 1–12: Page 1 speaks of pears\./),
    expect.stringMatching(/^- part 2, pages 13–24: Page 13 speaks of pears\./),
  ]);
  const second = outputOf(await fetch("/paper.pdf", 2));
  expect(second).toMatch(
    /\nPart 2 of 4: characters 1\d,\d{3}–2\d,\d{3} of 4\d,\d{3}, pages 13–24\. Ask for part 3 to read on\.\n\nPage 13 speaks/,
  );
  const last = outputOf(await fetch("/paper.pdf", 4));
  expect(last).toMatch(/pages 37–40\. It is the last\.\n\nPage 37 speaks/);
  expect(asked("/paper.pdf")).toBe(1);
  expect(failureOf(await fetch("/paper.pdf", 5))).toEqual({
    kind: "no_such_part",
    message: expect.stringMatching(/paper\.pdf has 4 parts; ask for one of them\.$/),
  });
});

test("the parts of a page, joined, are all of it, and each is given whole", async () => {
  const fetch = fetcher();
  const first = outputOf(await fetch("/to-long"));
  const count = Number(/Part 1 of (\d+)/.exec(first)?.[1]);
  const rest = await Promise.all(Array.from({ length: count - 1 }, (_, nth) => fetch("/to-long", nth + 2)));
  const outputs = [first, ...rest.map(outputOf)];
  expect(count).toBeGreaterThan(2);
  expect(outputs.filter((output) => output.length > 20_000 || output.includes("… cut:"))).toEqual([]);
  const whole = outputs.map(bodyOf).join("");
  expect(whole.match(/^## Chapter \d+$/gm)).toHaveLength(30);
  expect(whole.match(/Of pears, \d+ 😀\./g)).toHaveLength(30 * 90);
  expect(whole).toMatch(/^# All of it\n\n## Chapter 1\n/);
  expect(first).toMatch(/\n- part 1: All of it; Chapter 1; Chapter 2\n- part 2: Chapter \d+; /);
  expect([asked("/to-long"), asked("/long")]).toEqual([1, 1]);
});

test("without a part it is fetched anew, and another run, thread or tool has its own", async () => {
  const pages = createPageCache();
  const fetch = fetcher({}, pages);
  const numberIn = (output: string) => bodyOf(output).split(" ")[0];
  expect(numberIn(outputOf(await fetch("/counts")))).toBe("1");
  expect(numberIn(outputOf(await fetch("/counts", 2)))).toBe("1");
  expect(numberIn(outputOf(await fetch("/counts")))).toBe("2");
  expect(numberIn(outputOf(await fetch("/counts", 1)))).toBe("2");
  expect(numberIn(outputOf(await fetch("/counts", 1, "r2")))).toBe("3");
  expect(numberIn(outputOf(await fetch("/counts", 1, "r1", "another thread")))).toBe("4");
  expect(numberIn(outputOf(await fetcher({ bytesMax: 17_000 }, pages)("/counts", 1)))).toBe("5");
  expect(failureOf(await fetcher({ hosts: ["other.test"] }, pages)("/counts", 2)).kind).toBe("refused_address");
});

test("a document is known by what it is, whatever its server says", async () => {
  const fetch = fetcher();
  for (const path of ["/unsaid", "/as-text"]) expect(outputOf(await fetch(path))).toContain("Page 1 speaks of pears.");
  expect(outputOf(await fetch("/report"))).toMatch(/Quarter three[^]*item \| sum[^]*A \| 99/);
  expect(failureOf(await fetch("/broken.pdf"))).toEqual({
    kind: "unreadable",
    message: expect.stringMatching(/broken\.pdf is a PDF, and it is damaged, or not what it says it is\. Look for the same/),
  });
});

test("half of a document is not read: it is refused, with how to allow more", async () => {
  expect(failureOf(await fetcher({ documentBytesMax: 1_000 })("/paper.pdf"))).toEqual({
    kind: "too_large",
    message: expect.stringMatching(/is a PDF of more than 1 kB, and no more is read\..*`documentBytesMax` of this tool/),
  });
  expect(WEB_FETCH_DEFAULTS.documentBytesMax).toBeGreaterThan(WEB_FETCH_DEFAULTS.bytesMax);
});

test("what was read is a source, by its title", async () => {
  const fetch = fetcher();
  expect(await fetch("/to-long")).toMatchObject({ sources: [{ title: "All of it", link: `http://site.test:${site.port}/long` }] });
  expect(await fetch("/paper.pdf")).toMatchObject({ sources: [{ title: `site.test:${site.port}/paper.pdf` }] });
});

test("what nobody sees is in no part", async () => {
  const text = bodyOf(outputOf(await fetcher()("/invisible")));
  expect(text).not.toMatch(/[\u202A-\u202E\u{E0000}-\u{E007F}]/u);
  expect(text.isWellFormed()).toBe(true);
});
