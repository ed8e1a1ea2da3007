import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments } from "./arguments.ts";
import { print, UsageError, type Io } from "./command.ts";

export const help = `parley init

Begins here: makes parley.yml, a first team file with a team of two; .env, where the keys of models and Slack's tokens go; manifest.yml,
of which Slack makes the app; and .gitignore, so that keys and conversations come into no repository. What is there already stays as it is.

Exit codes: 0 made; 2 bad usage, parley.yml is there already, or it cannot be written.`;

const TEAM_FILE = `# Who talks, in what order, and when they stop. parley teams validate names each mistake and its mend.
# For completion in an editor: parley teams schema > schema.json, and as the first line # yaml-language-server: $schema=schema.json
models:
  # Of each list the first is used whose key is there, in the environment or in .env.
  smart:
    anyOf:
      - { provider: anthropic, model: claude-sonnet-5-5 } # ANTHROPIC_API_KEY
      - { provider: openai, model: gpt-5.5 } # OPENAI_API_KEY
      - { provider: openai-compatible, baseUrl: "http://127.0.0.1:11434/v1", model: qwen3 } # Ollama: ollama pull qwen3

teams:
  pair:
    description: Works a task out, and has it checked.
    speakers: { policy: round-robin }
    agents:
      - name: Writer
        icon: ":pencil2:"
        model: smart
        description: Works the task out.
        instructions: Work the task out. Mend what the Critic finds. Ask a person where only a person can know.
        handoffs: [human]
      - name: Critic
        icon: ":mag:"
        model: smart
        description: Says what is wrong or missing.
        instructions: Say what is wrong or missing, the worst first. When nothing is, say what the answer is, and APPROVED on the last line.
    stop: { any: [{ textMention: APPROVED }, { maxTurns: 10 }] }

sandbox: { executor: off } # docker has agents' code run in containers: parley sandbox build
`;

const ENV_FILE = `# One is enough; parley.yml says which is used.
ANTHROPIC_API_KEY=
OPENAI_API_KEY=
# For Slack, from https://api.slack.com/apps: xoxb-… of the app's installation, xapp-… with the scope connections:write
SLACK_BOT_TOKEN=
SLACK_APP_TOKEN=
`;

const IGNORED = [".env", "data/"];
const IGNORE_FILE = `# Keys and tokens, and what is kept of conversations.
${IGNORED.join("\n")}
`;

/** In a checkout and in the package. */
const MANIFEST = new URL("../../manifest.yml", import.meta.url);

/** Its owner reads it, and nobody else: keys come into it. */
const ENV_MODE = 0o600;

export async function run(args: readonly string[], io: Io): Promise<number> {
  readArguments(args, { options: {} });
  if (!made(join(io.cwd, "parley.yml"), TEAM_FILE)) throw new UsageError("parley.yml is there already; nothing was changed.");
  const others = [
    { name: ".env", isNew: made(join(io.cwd, ".env"), ENV_FILE, ENV_MODE) },
    { name: "manifest.yml", isNew: made(join(io.cwd, "manifest.yml"), readFileSync(MANIFEST, "utf8")) },
    { name: ".gitignore", isNew: made(join(io.cwd, ".gitignore"), IGNORE_FILE) },
  ];
  const here = others.filter(({ isNew }) => !isNew).map(({ name }) => name);
  const called = calledAs(io.env);
  await print(
    io.stdout,
    `Made ${["parley.yml", ...others.filter(({ isNew }) => isNew).map(({ name }) => name)].join(", ")}.${here.length > 0 ? ` As it was stays ${here.join(", ")}.` : ""}${toIgnore(io.cwd)}

1. Put a model's key into .env, or have Ollama run on this machine.
2. ${called} run "Name our lighthouse app."
3. For Slack: at https://api.slack.com/apps make an app from manifest.yml, and put its two tokens into .env. ${called} doctor
   says what is missing, ${called} start connects.`,
  );
  return 0;
}

/** As whoever calls it can call it again: npm says to what it runs how it came to that. */
function calledAs({ npm_command: command, npm_lifecycle_event: script }: Io["env"]): string {
  if (script === "parley") return "npm run parley --";
  return command === "exec" ? "npx @parley-team/parley" : "parley";
}

/** What a .gitignore of one's own does not name, if anything; whether a pattern of it has them all the same, only git knows. */
function toIgnore(folder: string): string {
  const lines = new Set(written(join(folder, ".gitignore")).split(/\r?\n/).map(bare));
  const missing = IGNORED.filter((name) => !lines.has(bare(name)));
  return missing.length === 0
    ? ""
    : `\nSee that git leaves out ${missing.join(" and ")}: .gitignore does not name ${missing.length > 1 ? "them" : "it"}.`;
}

function written(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // A folder, or nobody's to read.
  }
}

const bare = (line: string): string =>
  line
    .trim()
    .replace(/^\//, "")
    .replace(/\/(\*\*?)?$/, "");

/** Whether the file was made: one that is there is never written over. */
function made(path: string, text: string, mode = 0o644): boolean {
  try {
    writeFileSync(path, text, { flag: "wx", mode });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    throw new UsageError(`${path} cannot be written (${code ?? String(error)}); go to a folder of yours.`);
  }
}
