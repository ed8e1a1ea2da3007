import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { folderWith } from "../../config/team-files.ts";
import { runChild } from "../../support/children.ts";
import { parley, terminal } from "../here.ts";
import { eventsIn, folder, QUESTION, TEAMS } from "../stories.ts";

const TALK = '{ Ana: ["Hello Ben."], Ben: ["Hello. DONE"] }';

describe("how a run ends is its exit code", () => {
  test("0 when the team reached its goal; the talk and its cost are shown", async () => {
    const { code, out, err } = await parley(["run", "Talk"], { cwd: folder(TALK) });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/\nAna\nHello Ben\.\n {2}\d+ tokens, cost unknown\n\nBen\nHello\. DONE\n {2}\d+ tokens, cost unknown\n/);
    expect(out).toMatch(/■ done: Ben said "DONE"\n {2}2 turns, \d+ tokens, cost unknown, /);
  });

  test("3 when a limit stopped it", async () => {
    const { code, out } = await parley(["run", "Talk"], { cwd: folder("{ Ana: [1, 2, 3], Ben: [1, 2, 3] }".replaceAll(/(\d)/g, '"$1"')) });
    expect(code).toBe(3);
    expect(out).toContain("■ limit: reached 6 turns");
  });

  test("1 when a model failed, with what it said", async () => {
    const { code, out } = await parley(["run", "Talk"], {
      cwd: folder('{ Ana: [{ error: { kind: quota, message: "The account is empty." } }], Ben: [] }'),
    });
    expect(code).toBe(1);
    expect(out).toContain("The account is empty.");
  });

  test("2 when the settings have a mistake or a key is missing, each said at once", async () => {
    const bad = await parley(["run", "Talk"], { cwd: folderWith({ "parley.yml": TEAMS }) });
    expect(bad).toMatchObject({ code: 2, out: "", err: "replies.yml: there is no such file\n" });
    const keyless = await parley(["run", "Talk"], {
      cwd: folderWith({ "parley.yml": TEAMS.replace("provider: replay, file: replies.yml", "provider: anthropic, model: x") }),
    });
    expect(keyless.code).toBe(2);
    expect(keyless.err).toContain("ANTHROPIC_API_KEY");
  });
});

describe("replies that a run at its end has not asked for", () => {
  const ended = async (replies: string, team = "pair", typed = "") => {
    const { code, err } = await parley(["run", "--team", team, "Talk"], { cwd: folder(replies), typed });
    return { code, err };
  };
  const [one, two] = ['Ana: ["Hello."]', 'Ben: ["Hello. DONE"'];

  test("are an error that names each, also those of a name that nobody bears", async () => {
    const { code, err } = await ended(`{ ${one}, ${two}, "And more."], Bem: ["Hi."], selector: ["x"] }`);
    expect(code).toBe(1);
    expect(err).toBe(
      "The run has ended, and the replay file has replies left:\n" +
        "  Ben: reply number 2 of 2 was never asked for (And more.)\n" +
        "  Bem: reply number 1 of 1 was never asked for (Hi.)\n" +
        "Take them out, or find out why nobody asked for them.\n",
    );
  });

  test("and are for another team of the file are none of its business", async () => {
    expect(await ended(`{ ${one}, ${two}], selector: [{ next: Ana }], look_up: [found] }`)).toEqual({ code: 0, err: "" });
  });

  test("are no error while it waits for an answer, or where a limit ended it", async () => {
    expect((await ended(QUESTION)).code).toBe(0);
    expect(await ended('{ Ana: ["1", "2", "3", "4"], Ben: ["1", "2", "3"] }')).toEqual({ code: 3, err: "" });
  });
});

describe("--json", () => {
  test("gives every stored event, one a line, in order and without a gap, and nothing else", async () => {
    const { code, out } = await parley(["run", "--json", "Talk", "a", "little"], { cwd: folder(TALK) });
    expect(code).toBe(0);
    const events = eventsIn(out);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.map((event) => event.type)).toContain("run.started");
    expect(events.find((event) => event.type === "message.posted")).toMatchObject({ text: "Talk a little", person: { id: "terminal" } });
    expect(events.at(-1)).toMatchObject({ type: "run.stopped", outcome: "done" });
  });

  test("with --deltas also tells words while they come, which the event behind them holds", async () => {
    const { code, out } = await parley(["run", "--json", "--deltas", "Talk"], { cwd: folder(TALK) });
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { seq?: number; type: string; agent?: string; text?: string });
    const said = lines.findIndex(({ type, agent }) => type === "message.posted" && agent === "Ana");
    const before = lines.slice(0, said).filter(({ type, agent }) => type === "text.delta" && agent === "Ana");
    expect([before.map(({ text }) => text).join(""), before.some((line) => "seq" in line)]).toEqual([lines[said]?.text, false]);
    expect((await parley(["run", "--deltas", "Talk"], { cwd: folder(TALK) })).code).toBe(2);
  });

  test("from the program itself: stdout is JSON alone, also when the reader takes only the first line", async () => {
    const program = resolve(import.meta.dirname, "../../../src/cli/main.ts");
    const { code, out } = await runChild(process.execPath, [program, "run", "--json", "Talk"], { cwd: folder(TALK) });
    expect(code).toBe(0);
    expect(eventsIn(out).at(-1)?.type).toBe("run.stopped");
  });
});

describe("a question to a person", () => {
  test("is answered at the prompt, by the number of an option", async () => {
    const here = terminal({ cwd: folder(QUESTION), tty: true, env: { NO_COLOR: "1" } });
    const ended = main(["run", "Drink"], here.io);
    await here.printed("2. coffee");
    here.stdin.write("2\n");
    expect(await ended).toBe(0);
    expect(here.out()).toContain("? Which?\n  1. tea\n  2. coffee\n");
    expect(here.out()).toContain("coffee it is.");
  });

  test("is answered by the next line of stdin where nobody sits", async () => {
    const { code, out } = await parley(["run", "Drink"], { cwd: folder(QUESTION), typed: "milk, please\n" });
    expect(code).toBe(0);
    expect(out).toContain("milk, please it is.");
  });

  test("leaves the run waiting when there is nobody and nothing to answer, and says so", async () => {
    const cwd = folder(QUESTION);
    const { code, err } = await parley(["run", "--db", "log.db", "Drink"], { cwd, typed: "" });
    expect(code).toBe(0);
    expect(err).toContain("The run waits for an answer to: Which?");
    const { out } = await parley(["export", "last", "--db", "log.db", "--format", "json"], { cwd });
    expect(eventsIn(out).at(-1)).toMatchObject({ type: "handoff.made", to: "human" });
  });

  test("that is the team's goal ends the run instead of waiting", async () => {
    const cwd = folderWith({
      "parley.yml": TEAMS.replace("stop: { textMention: DONE }", "stop: { handoff: human }"),
      "replies.yml": `replies: ${QUESTION}`,
    });
    const { code, out } = await parley(["run", "Drink"], { cwd, typed: "" });
    expect(code).toBe(0);
    expect(out).toContain("■ done: Ana handed over to human");
  });
});

describe("a limit that is reached", () => {
  const WORDS = '{ Ana: ["One.", "Three.", "Five.", "Seven."], Ben: ["Two.", "Four.", "Six.", "Eight."], Summary: ["We can count."] }';
  const AT_FOUR = TEAMS.replace("limits: { turns: 6 }", "limits: { turns: 4 }");
  const begin = () => {
    const cwd = folder(WORDS, AT_FOUR);
    const here = terminal({ cwd, tty: true, env: { NO_COLOR: "1" } });
    return { cwd, here, ended: main(["run", "--db", "log.db", "Count"], here.io) };
  };

  test("is asked about at the prompt: raised, the run goes on; a summary ends it; and it replays as it was", async () => {
    const { cwd, here, ended } = begin();
    await here.printed("raise it (r), finish with a summary (s), or stop (n): ");
    expect(here.out()).toContain("? a limit is reached: reached 4 turns");
    here.stdin.write("perhaps\n");
    here.stdin.write("r\n");
    await here.printed("near a limit: 7 of 8 turns");
    await here.printed("reached 8 turns");
    here.stdin.write("s\n");
    expect(await ended).toBe(3);
    expect(here.out()).toContain("We can count.");
    expect(here.out()).toContain("■ limit: reached 8 turns");
    expect(await parley(["replay", "last", "--db", "log.db"], { cwd })).toMatchObject({ code: 0, err: "" });
  });

  test("stops the run when the answer is no, and where nobody sits at once", async () => {
    const { here, ended } = begin();
    await here.printed("or stop (n): ");
    here.stdin.write("n\n");
    expect(await ended).toBe(130);
    const { code, out } = await parley(["run", "Count"], { cwd: folder(WORDS, AT_FOUR), typed: "r\n" });
    expect(code).toBe(3);
    expect(out).toContain("■ limit: reached 4 turns");
  });
});

test("Ctrl-C stops the run, and the log says who stopped it", async () => {
  const slow = folder('{ Ana: [{ text: "Never said.", delayMs: 600000 }], Ben: [] }');
  const here = terminal({ cwd: slow });
  const ended = main(["run", "--json", "--db", "log.db", "Talk"], here.io);
  await here.printed('"speaker.selected"');
  here.interrupt();
  expect(await ended).toBe(130);
  expect(eventsIn(here.out()).at(-1)).toMatchObject({
    type: "run.stopped",
    outcome: "stopped",
    reasons: [{ kind: "person", person: { id: "terminal" } }],
  });
});

test("Ctrl-C while a question is open stops the run too", async () => {
  const here = terminal({ cwd: folder(QUESTION) });
  const ended = main(["run", "Drink"], here.io);
  await here.printed("? Which?");
  here.interrupt();
  expect(await ended).toBe(130);
  expect(here.out()).toContain("■ stopped");
});

test("words of an agent cannot move the cursor or colour the terminal", async () => {
  const { out } = await parley(["run", "Talk"], { cwd: folder('{ Ana: ["\\e[2J\\e]0;title\\aHello"], Ben: [DONE] }') });
  expect(out).toContain("\nAna\nHello\n");
  expect(out).not.toContain("\u001b");
});

describe("a person at the terminal", () => {
  test("steers by typing while agents talk", async () => {
    const slow = '{ Ana: ["Hello Ben."], Ben: [{ text: "Never said.", delayMs: 600000 }] }';
    const here = terminal({ cwd: folder(slow), tty: true, env: { NO_COLOR: "1" } });
    const ended = main(["run", "--db", "log.db", "Talk"], here.io);
    await here.printed("Hello Ben.");
    here.stdin.write("be brief\n");
    await here.printed("(The next speaker reads it.)");
    here.interrupt();
    expect(await ended).toBe(130);
    const { out } = await parley(["export", "last", "--json", "--db", "log.db"], { cwd: here.io.cwd });
    const heard = eventsIn(out).flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.text] : []));
    expect(heard).toEqual(["Talk", "be brief"]);
  });

  test("allows a tool that needs a yes, or not, and is asked again when it was neither", async () => {
    const cwd = folder(
      '{ selector: [{ next: Ana }, { next: finish }], Ana: [{ toolCalls: [{ name: web_fetch, args: { url: "https://example.com/" } }] }, "So I did not."] }',
    );
    const here = terminal({ cwd, tty: true, env: { NO_COLOR: "1" } });
    const ended = main(["run", "--team", "led", "Read"], here.io);
    await here.printed("allow it? (y or n): ");
    expect(here.out()).toContain('? Ana wants to call web_fetch {"url":"https://example.com/"}\n');
    here.stdin.write("perhaps\n");
    await here.printed("please type y or n: ");
    here.stdin.write("n\n");
    expect(await ended).toBe(0);
    expect(here.out()).toContain("failed: web_fetch was not run.");
    expect(here.out()).toContain("So I did not.");
  });

  test("is shown what a terminal would hide or turn around, before they allow it and where nobody can", async () => {
    const cwd = folder(
      '{ selector: [{ next: Ana }, { next: finish }], Ana: [{ toolCalls: [{ name: web_fetch, args: { url: "https://example.com/\\u202egnp.exe\\u009b2K" } }] }, "So I did not."] }',
    );
    const here = terminal({ cwd, tty: true, env: { NO_COLOR: "1" } });
    const ended = main(["run", "--team", "led", "Read"], here.io);
    await here.printed("allow it? (y or n): ");
    expect(here.out()).toContain('{"url":"https://example.com/⟦U+202E⟧gnp.exe⟦\\x9b⟧2K"}\n  What cannot be seen');
    here.stdin.write("n\n");
    expect(await ended).toBe(0);
    expect((await parley(["run", "--team", "led", "Read"], { cwd, typed: "" })).err).toContain("⟦U+202E⟧gnp.exe");
  });

  test("a yes for which nobody is there leaves the run waiting, and says so", async () => {
    const cwd = folder('{ selector: [{ next: Ana }], Ana: [{ toolCalls: [{ name: web_fetch, args: { url: "https://example.com/" } }] }] }');
    const { code, err } = await parley(["run", "--team", "led", "Read"], { cwd, typed: "" });
    expect(code).toBe(0);
    expect(err).toContain("The run waits for a yes to: web_fetch");
  });

  test("who hangs up at a question leaves the run waiting", async () => {
    const here = terminal({ cwd: folder(QUESTION), tty: true });
    const ended = main(["run", "Drink"], here.io);
    await here.printed("answer (1-2, or your own words): ");
    here.stdin.end();
    expect(await ended).toBe(0);
    expect(here.err()).toContain("The run waits for");
  });
});
