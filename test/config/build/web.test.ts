import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import { pdf } from "../../support/documents.ts";
import { type Engine, FOUND, startEngine } from "../../tools/search/engines.ts";
import { page, type Site, startSite } from "../../tools/web-site.ts";
import { play } from "../play.ts";
import { load, mistakesOf, SMALL } from "../team-files.ts";

const PAPER = Array.from({ length: 20 }, (_, nth) => `Page ${nth + 1}. ${"\nPears ripen off the tree.".repeat(50)}`);

let engine: Engine;
let site: Site;
beforeAll(async () => {
  engine = await startEngine();
  site = await startSite({ "/paper.pdf": page(Buffer.from(pdf(PAPER)), { "content-type": "application/pdf" }) });
});
afterAll(() => Promise.all([engine.close(), site.close()]));

/** A web of one site, which is on this machine. */
const reach = {
  clock: systemClock,
  resolve: async () => ["127.0.0.1"],
  mayReach: (ip: string) => ip === "127.0.0.1",
};

const team = (tools: string, more = "") => `tools: ${tools}
teams:
  main:
    description: Main.
    speakers: { policy: round-robin }
    agents:
      - { name: Ana, description: Looks up., model: m, tools: [search, web] }
      - { name: Ben, description: Checks., model: m, tools: [web] }
    stop: { maxTurns: 2 }
${more}`;

const call = (name: string, args: object) => JSON.stringify({ toolCalls: [{ name, args }] });

test("a team searches, reads the second part of a PDF, and says where it is from; each call is in the log with its sources", async () => {
  const address = `http://site.test:${site.port}/paper.pdf`;
  engine.answers({ json: { results: [{ url: address, title: "On pears", content: "All of them", publishedDate: "2025-05-05" }] } });
  // The ports of the web are 80 and 443, and this site is at another one: what is built is what the file says, but for that.
  const { log, said, askedOf } = await play(
    team(`{ search: { kind: web-search, provider: searxng, url: "${engine.url}" }, web: { kind: web-fetch } }`),
    {
      web: { reach: { ...reach, ports: [site.port] } },
      replies: `replies:
  Ana: [${call("web_search", { query: "pears ripen", since: "year" })}, ${call("web_fetch", { url: address })}, ${call("web_fetch", { url: address, part: 2 })}, "They ripen off the tree (${address}, page 12)."]
  Ben: [${call("web_fetch", { url: address, part: 2 })}, "So it says."]`,
    },
  );
  expect(said).toEqual([`Ana: They ripen off the tree (${address}, page 12).`, "Ben: So it says."]);
  const returned = log.events.flatMap((event) => (event.type === "tool.returned" ? [event] : []));
  expect(returned.map(({ agent, tool, sources }) => ({ agent, tool, links: sources?.map(({ link }) => link) }))).toEqual([
    { agent: "Ana", tool: "web_search", links: [address] },
    { agent: "Ana", tool: "web_fetch", links: [address] },
    { agent: "Ana", tool: "web_fetch", links: [address] },
    { agent: "Ben", tool: "web_fetch", links: [address] },
  ]);
  expect(returned[0]?.output).toContain(`{"title":"On pears","url":"${address}","snippet":"All of them","published":"2025-05-05"}`);
  expect(returned[1]?.output).toMatch(/\nPart 1 of 2: [^\n]*, pages 1–11\. Ask for part 2 to read on\./);
  expect(returned[2]?.output).toMatch(/\nPart 2 of 2: [^\n]*, pages 12–20\. It is the last\.\n\nPage 12\./);
  expect(returned[3]?.output).toBe(returned[2]?.output);
  // Whoever reads on, and whoever checks it, in the same run.
  expect(site.paths).toEqual(["/paper.pdf"]);
  expect(engine.asked).toHaveLength(1);
  const first = askedOf("Ana")[0]?.tools.map(({ name }) => name);
  expect(first).toEqual(["web_search", "web_fetch"]);
});

test("once a thread holds what is private, and a search has brought in what others wrote, a person is asked before the next search", async () => {
  engine.answers({ json: FOUND.searxng });
  const { log } = await play(
    team(`{ search: { kind: web-search, provider: searxng, url: "${engine.url}" }, web: { kind: web-fetch, touches: [private] } }`),
    {
      web: { reach: { ...reach, ports: [site.port] } },
      replies: `replies: { Ana: [${call("web_search", { query: "pears" })}, ${call("web_fetch", { url: `http://site.test:${site.port}/paper.pdf` })}, ${call("web_search", { query: "all that I have read" })}, Done.] }`,
    },
  );
  expect(log.events.at(-1)).toMatchObject({
    type: "approval.requested",
    tool: "web_search",
    because: { private: ["web_fetch"], untrusted: ["web_search"] },
  });
  expect(engine.asked.filter(({ query }) => query["q"] === "all that I have read")).toEqual([]);
});

test("a key is taken from the environment with each call, and is in no settings", () => {
  const file = `${SMALL}tools: { search: { kind: web-search, provider: tavily } }\n`;
  const { tools, warnings } = load({ "parley.yml": file }, { ANTHROPIC_API_KEY: "k", TAVILY_API_KEY: "tvly-secret-1" });
  expect(JSON.stringify([...tools])).not.toContain("tvly-secret-1");
  expect(warnings).toEqual([]);
  expect(load({ "parley.yml": file }, { ANTHROPIC_API_KEY: "k" }).warnings).toMatchObject([
    {
      path: "tools.search",
      message:
        "there is nothing to search with: put TAVILY_API_KEY (a key of Tavily, from https://app.tavily.com) into the environment or into .env.",
    },
  ]);
  const open = `${SMALL}tools: { search: { kind: web-search } }\n`;
  expect(load({ "parley.yml": open }, { ANTHROPIC_API_KEY: "k" }).warnings).toEqual([]);
});

test.each([
  ["provider: google", /"google" is not known here|brave/],
  ["url: 'http://localhost:8080'", /`apiKeyEnv` and `url` belong to one of them; name it with `provider`/],
  ["provider: searxng, apiKeyEnv: KEY", /SearXNG takes no key; take `apiKeyEnv` out/],
  ["provider: searxng, url: 'http://me:word@localhost'", /a user, a password or a question in it/],
  ["provider: searxng, url: 'ftp://localhost'", /an http or https address/],
  ["provider: brave, apiKeyEnv: BSA-123-secret", /the NAME of an environment variable/],
  ["resultsMax: 50", /at most 20/],
])("a search with %s is refused", (settings, message) => {
  expect(mistakesOf({ "parley.yml": `${SMALL}tools: { search: { kind: web-search, ${settings} } }\n` }).join("\n")).toMatch(message);
});
