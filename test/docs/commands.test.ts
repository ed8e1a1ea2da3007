import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { folderWith, SMALL } from "../config/team-files.ts";
import { parley } from "../cli/here.ts";
import { wordsOf } from "../support/guide.ts";
import { shownCode, textOf } from "../support/pages.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const cwd = folderWith({ "parley.yml": SMALL });

const Workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      "runs-on": z.string(),
      "timeout-minutes": z.int(),
      steps: z
        .array(
          z.object({
            uses: z
              .string()
              .regex(/^[\w-]+\/[\w-]+@v\d+$/)
              .optional(),
            run: z.string().optional(),
          }),
        )
        .min(1),
    }),
  ),
});

interface Shown {
  readonly at: string;
  readonly line: string;
}

/** Each line of a block, and each piece of code within a line of prose. */
const lines: readonly Shown[] = shownCode().flatMap(({ page, line, lang, text }) =>
  ["inline", "sh", "bash", "console", "ini", ""].includes(lang)
    ? text.split("\n").map((one) => ({ at: `${page}:${line}`, line: one.trim() }))
    : [],
);

/** What the steps of a workflow on a page run. */
const steps: readonly Shown[] = shownCode().flatMap(({ page, line, lang, text }) => {
  const value: unknown = lang === "yaml" ? parseAllDocuments(text)[0]?.toJS() : undefined;
  return Object.values(Workflow.safeParse(value).data?.jobs ?? {}).flatMap((job) =>
    job.steps.flatMap(({ run }) => (run === undefined ? [] : [{ at: `${page}:${line}`, line: run }])),
  );
});

/** What is typed to reach the program, and what stands behind it. */
const PROGRAM =
  /^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:npm run (?:-s )?parley --|npx @parley-team\/parley|parley|(?:docker (?:compose|exec)|kubectl) .*node bin\/parley\.mjs) ([^']*)'?$/;
/** The scripts that stand for a command. */
const SCRIPT = /^(?:ExecStart=\S+\/)?npm (?:run )?(start|demo) -- (.+)$/;

const calls = [...lines, ...steps].flatMap(({ at, line }) => {
  const args = PROGRAM.exec(line)?.[1] ?? SCRIPT.exec(line)?.slice(1).join(" ");
  return args === undefined ? [] : [[at, args] as const];
});

/** No command takes it: the parser of a command says so once it has taken all that stands before it, and nothing is done. */
const NO_OPTION = "--no-command-takes-this";

/** What a call comes to when one option more is given that nobody knows. */
async function parsed(args: string): Promise<string> {
  const words = wordsOf(args.replace(/ +(?:#|\||>|&&) .*$/, "").replaceAll(/[[\]]/g, ""));
  if (["--help", "--version"].includes(words[0] ?? "") || words.at(-1) === "--help") return "taken";
  const { err } = await parley([...words, NO_OPTION], { cwd });
  return err.includes(`There is no option ${NO_OPTION}.`) ? "taken" : err;
}

test("what is looked for is found in the pages", () => {
  expect(calls.length).toBeGreaterThan(60);
  expect(steps.length).toBeGreaterThan(1);
});

test.each(calls)("%s: parley %s is taken by the program's own parser", async (_, args) => {
  expect(await parsed(args)).toBe("taken");
});

test.each([
  ["strat", "There is no command"],
  ["run --teem debate x", "There is no option --teem"],
  ["costs --by", "--by"],
  ["backup --to x", "There is no option --to"],
])("a wrong call is found: parley %s", async (args, says) => {
  expect(await parsed(args)).toContain(says);
});

test("each command of the program is in the page that lists them", async () => {
  const { out } = await parley(["--help"], { cwd });
  const commands = [...out.matchAll(/^  ([a-z0-9]+) {2,}\S/gm)].map(([, name = ""]) => name);
  expect(commands.length).toBeGreaterThan(20);
  const listed = calls.flatMap(([at, args]) => (at.startsWith("docs/commands.md:") ? [args.split(" ")[0]] : []));
  expect(commands.filter((name) => !listed.includes(name))).toEqual([]);
});

/** The verbs of commands that have some; the rest take what is theirs in free words. */
const VERBS: { readonly [command: string]: readonly string[] } = {
  teams: ["validate", "list", "schema"],
  memory: ["list", "forget"],
  forget: ["thread", "channel", "workspace", "person"],
};

test("a verb that a page names is one of its command's, and the command's help has it", async () => {
  const wrong: string[] = [];
  for (const [command, verbs] of Object.entries(VERBS)) {
    const { out } = await parley([command, "--help"], { cwd });
    for (const verb of verbs)
      if (!new RegExp(`^ *parley ${command} .*\\b${verb}\\b`, "m").test(out)) wrong.push(`${command} ${verb}: not in its help`);
  }
  for (const [at, args] of calls) {
    const [command = "", verb = ""] = args.split(" ");
    if (/^[a-z]+$/.test(verb) && VERBS[command] && !VERBS[command].includes(verb)) wrong.push(`${at}: ${args}`);
  }
  expect(wrong).toEqual([]);
});

test("every `npm run` that a page names is a script of package.json", () => {
  const { scripts } = JSON.parse(readFileSync(resolve(ROOT, "package.json"), "utf8")) as {
    readonly scripts: { readonly [name: string]: string };
  };
  const named = lines.flatMap(({ at, line }) =>
    [...line.matchAll(/(?:^|\s)npm run (?:-s )?([\w:-]+)/g)].map(([, name = ""]) => ({ at, name })),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test("every bench has a row in the page on what Parley costs", () => {
  const names = readdirSync(resolve(ROOT, "bench")).flatMap((file) => /^(?!main\.)([\w-]+)\.ts$/.exec(file)?.[1] ?? []);
  const [, table = ""] = /^## The benches\n([\s\S]*?)^## /m.exec(textOf("docs/performance.md")) ?? [];
  expect(
    [...table.matchAll(/^\| `([\w-]+)` +\|/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== "NAME")
      .toSorted(),
  ).toEqual(names.toSorted());
});
