import { print, UsageError, type Command, type Io } from "./command.ts";

/** Each command is loaded when it is asked for, so that `--help` answers at once. */
const COMMANDS: { readonly [name: string]: { readonly does: string; readonly load: () => Promise<Command> } } = {
  start: { does: "connect to Slack and work there", load: () => import("./start/start.ts") },
  demo: { does: "try it in a local workspace: no account, no key, no Docker", load: () => import("./demo/demo.ts") },
  init: { does: "make a first team file here, and what goes with it", load: () => import("./init.ts") },
  studio: { does: "look at runs in a browser: what was said, why, and what it cost", load: () => import("./studio.ts") },
  run: { does: "work on one task in this terminal", load: () => import("./run/run.ts") },
  eval: { does: "have teams work on cases with known answers, and say what that shows", load: () => import("./eval/eval.ts") },
  tune: { does: "propose changes to a team, and judge them on cases that they have not seen", load: () => import("./eval/tune.ts") },
  doctor: { does: "check tokens, models, sandbox and database; say what to do", load: () => import("./doctor/doctor.ts") },
  teams: { does: "check a team file, or list its teams", load: () => import("./teams.ts") },
  tools: { does: "list, try and check the MCP servers of a team file", load: () => import("./tools.ts") },
  mcp: { does: "be an MCP server: a tool for each team", load: () => import("./serve/mcp.ts") },
  a2a: { does: "be an A2A agent for each team", load: () => import("./serve/a2a.ts") },
  runs: { does: "list runs: state, team, who, cost, task", load: () => import("./logs/runs.ts") },
  costs: { does: "say what was spent, by day, channel, person, run or agent", load: () => import("./upkeep/costs.ts") },
  audit: { does: "say who allowed, denied, stopped or set what in Slack", load: () => import("./upkeep/audit.ts") },
  backup: { does: "copy the database, also while Parley runs", load: () => import("./upkeep/backup.ts") },
  migrate: { does: "move all that is kept from SQLite to Postgres, or back", load: () => import("./upkeep/migrate.ts") },
  export: { does: "write a transcript as Markdown or JSON", load: () => import("./logs/export.ts") },
  import: { does: "keep an exported log as a new thread", load: () => import("./logs/import.ts") },
  replay: { does: "play a run again without models, and compare", load: () => import("./logs/replay.ts") },
  memory: { does: "show or delete what agents remember", load: () => import("./upkeep/memory.ts") },
  forget: { does: "take a thread, a channel, a workspace or a person out of the database", load: () => import("./upkeep/forget.ts") },
  sandbox: {
    does: "run a file as an agent's code block would be run; build and test the image",
    load: () => import("./sandbox/sandbox.ts"),
  },
};

const HELP = `parley: a team of agents works out a task by talking

Usage: parley <command> [options]

${Object.entries(COMMANDS)
  .map(([name, { does }]) => `  ${name.padEnd(9)}${does}`)
  .join("\n")}

parley <command> --help tells more, parley --version which version this is. Settings come from parley.yml (PARLEY_FILE), the environment and .env.`;

/** The whole program: resolves to the exit code. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  const printError = async (text: string) => print(io.stderr, (await import("../config/secrets.ts")).createRedactor(io.env)(text));
  try {
    if (name === undefined) {
      await print(io.stderr, HELP);
      return 2;
    }
    if (["--help", "-h", "help"].includes(name)) {
      const [about] = rest;
      await print(io.stdout, about === undefined ? HELP : (await (await commandNamed(about)).load()).help);
      return 0;
    }
    if (["--version", "-v"].includes(name)) {
      await print(io.stdout, (await import("./version.ts")).version());
      return 0;
    }
    const command = await (await commandNamed(name)).load();
    if (rest.some((arg) => arg === "--help" || arg === "-h")) {
      await print(io.stdout, command.help);
      return 0;
    }
    return await command.run(rest, io);
  } catch (error) {
    // By its name: what says mistakes in settings is not loaded by those who make none.
    if (error instanceof UsageError || (error instanceof Error && error.name === "ConfigError")) {
      await printError(error.message);
      return 2;
    }
    // What Parley itself throws for people is one sentence; anything else is a bug and needs its stack.
    const forPeople = error instanceof Error && ["StoreError", "SandboxUnavailable", "CannotStart", "EvaluationHeld"].includes(error.name);
    await printError(forPeople ? error.message : `This is a bug in Parley:\n${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
}

async function commandNamed(name: string): Promise<(typeof COMMANDS)[string]> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command) return command;
  const { nearest } = await import("../engine/reading/nearest.ts");
  const guess = nearest(name, Object.keys(COMMANDS));
  throw new UsageError(
    `There is no command "${name}". ${guess ? `Did you mean "${guess}"?` : `There are ${Object.keys(COMMANDS).join(", ")}.`}`,
  );
}

function processIo(): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    // Each is opened when it is first used.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    onInterrupt: (listener) => {
      process.on("SIGINT", listener).on("SIGTERM", listener);
      return () => void process.off("SIGINT", listener).off("SIGTERM", listener);
    },
  };
}

const EXIT_GRACE_MS = 500;

/** The program: with the arguments of this process, to its end. */
export async function runHere(): Promise<void> {
  // A reader that has gone, such as `| head`, is no reason for a stack.
  process.stdout.on("error", () => process.exit(0));
  process.exitCode = await main(process.argv.slice(2), processIo());
  // Slack's client may leave a timer of half a minute behind. Once everything is written, that is no reason to stay.
  process.stdout.write("", () => setTimeout(() => process.exit(), EXIT_GRACE_MS).unref());
}

if (import.meta.main) await runHere();
