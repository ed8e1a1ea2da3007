import { expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { BUILT_IN } from "../../src/config/built-in/built-in.ts";
import { jsonSchemaOf } from "../../src/config/registry/schemas.ts";
import { AGENTS } from "../../src/config/schema/agents.ts";
import { POLICIES } from "../../src/config/schema/speakers.ts";
import { load, mistakesOf } from "../config/team-files.ts";
import { guidePages } from "../support/guide.ts";
import { shownCode, textOf } from "../support/pages.ts";

const KEYS: ReadonlySet<string> = new Set(Object.keys((jsonSchemaOf(BUILT_IN) as { readonly properties: object }).properties));

/** What the parts of a file that a page shows are completed with: whatever they name is there. */
const REST = {
  models: {
    m: { provider: "anthropic", model: "x" },
    fast: { provider: "openai", model: "y" },
    smart: { provider: "anthropic", model: "z" },
  },
  tools: { search: { kind: "slack-search" }, github: { kind: "mcp", command: "github" } },
  teams: {
    pair: {
      description: "Two who talk.",
      speakers: { policy: "round-robin" },
      agents: [{ name: "Ana", description: "Asks.", model: "m" }],
      stop: { maxTurns: 1 },
    },
  },
};

/** The file that pages name is the one that the guide shows. */
const OUR_TOOLS = guidePages().flatMap(({ files }) => files.find(({ name }) => name === "our-tools.ts")?.text ?? [])[0] ?? "";

interface Block {
  readonly at: string;
  readonly value: { readonly [key: string]: unknown };
}

/** YAML that is a map; within a line only what opens a bracket, and leaves nothing out. */
function blocks(): readonly Block[] {
  // The guide's pages are whole files, and are run.
  return shownCode()
    .filter(({ page, lang }) => !page.startsWith("docs/guide/") && ["yaml", "yml", "inline"].includes(lang))
    .filter(({ lang, text }) => lang !== "inline" || (/^\w+: [{[]/.test(text) && !text.includes("…")))
    .flatMap(({ page, line, text }) =>
      parseAllDocuments(text).flatMap((document) => {
        const value: unknown = document.toJS();
        return typeof value === "object" && value !== null && !Array.isArray(value)
          ? [{ at: `${page}:${line}`, value: value as Block["value"] }]
          : [];
      }),
    );
}

/** Manifests of a cluster and files of evaluations have some of the same keys. */
const isOfAnother = ({ value }: Block): boolean => ["apiVersion", "cases", "score"].some((key) => value[key] !== undefined);
const isOfFile = (block: Block): boolean => Object.keys(block.value).some((key) => KEYS.has(key)) && !isOfAnother(block);

/** Names without values, as in `budgets: { personUsdPerDay }`, are shown as names: each must be a key there. */
const mistakesIn = ({ value }: Block): readonly string[] => {
  const isWhole = "teams" in value && "models" in value;
  const { models, ...parts } = valued(value) as { readonly models?: object };
  const file = stringify(isWhole ? value : { ...REST, ...parts, models: { ...REST.models, ...models } });
  return mistakesOf({ "parley.yml": file, "our-tools.ts": OUR_TOOLS, "teams/coding.yml": "teams: {}\n" });
};

function valued(value: unknown): object {
  const filled = (one: unknown): unknown => {
    if (one === null) return 1;
    if (Array.isArray(one)) return one.map(filled);
    return typeof one === "object" ? Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, filled(inner)])) : one;
  };
  return filled(value) as object;
}

const found = blocks().filter(isOfFile);

test("what is looked for is found in the pages", () => {
  expect(found.length).toBeGreaterThan(8);
  expect(load({ "parley.yml": stringify(REST) }).defaultTeam).toBe("pair");
});

test.each(found.map((block) => [block.at, Object.keys(block.value).join(", "), block] as const))(
  "%s: %s can stand in a team file as it is shown",
  (_at, _keys, block) => {
    expect(mistakesIn(block)).toEqual([]);
  },
);

test("an unknown key, and a value that is none, are found", () => {
  expect(mistakesIn({ at: "", value: { sandbox: { executor: "dcker" } } })).not.toEqual([]);
  expect(mistakesIn({ at: "", value: { budgets: { perPerson: 1 } } })).not.toEqual([]);
});

test("every key that stands at the top of a team file, and no other, has a row in the page on it", () => {
  const [, table = ""] = /^## What stands at the top\n([\s\S]*?)^## /m.exec(textOf("docs/team-file.md")) ?? [];
  const told = [...table.matchAll(/^\| (`.*?`) +\|/gm)].flatMap(([, cell = ""]) => [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key));
  expect(told.toSorted()).toEqual([...KEYS].toSorted());
});

test.each([
  ["speakers", Object.keys(POLICIES)],
  ["kind", Object.keys(AGENTS)],
])("the page on the team file has a row for each of what can stand under %s", (key, names) => {
  const [, table = ""] = new RegExp(`^### .*\`${key}\`.*\\n([\\s\\S]*?)^### `, "m").exec(textOf("docs/team-file.md")) ?? [];
  const told = [...table.matchAll(/^\| `([\w-]+)` +\|/gm)]
    .map(([, name]) => name)
    .filter((name) => !["policy", "kind"].includes(name ?? ""));
  expect(told.toSorted()).toEqual(names.toSorted());
});

/** What the page on the team file says can stand beside a model's `fallback`. */
const BESIDE = { timeouts: { callSeconds: 60 }, reasoningEffort: "low", reasoningText: false, images: false };

test.each([
  ["anthropic", BESIDE, []],
  ["openai", { ...BESIDE, temperature: 1, seed: 1 }, []],
  ["anthropic", { temperature: 1 }, [expect.stringContaining('unknown key "temperature"')]],
  ["anthropic", { seed: 1 }, [expect.stringContaining('unknown key "seed"')]],
])("a model of %s takes what the page says, and no more: %j", (provider, keys, mistakes) => {
  const models = { ...REST.models, m: { provider, model: "x", fallback: ["fast"], ...keys } };
  expect(mistakesOf({ "parley.yml": stringify({ ...REST, models }) })).toEqual(mistakes);
});
