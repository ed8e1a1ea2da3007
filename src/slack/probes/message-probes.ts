import { verbatim, type Json } from "./probe-session.ts";
import { known, look, open, type Probe } from "./probe.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const output = { type: "rich_text", elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text: "42" }] }] };
const task = { type: "task_card", task_id: "t1", title: "Ada: counts", status: "complete" };

/** The newer blocks, as Parley's cards and turns have them (turn-plan.ts, code-cards.ts). */
const BLOCKS: { readonly [type: string]: Json } = {
  plan: { type: "plan", title: "1 turn of at most 24", tasks: [task] },
  task_card: task,
  container: {
    type: "container",
    title: plain("python · exit code 0 · 0.1 s"),
    width: "full",
    is_collapsible: true,
    default_collapsed: false,
    child_blocks: [output],
  },
};

/** What is not known of blocks, the status line and metadata. */
export const MESSAGE_PROBES: readonly Probe[] = [
  {
    name: "plan-task_card-container",
    asks: "Does chat.postMessage take plan, task_card and container blocks?",
    expected:
      "The types say so; the documentation shows them in streams. Parley posts plan and container, and lists and fences where they are refused.",
    messages: 3,
    async run(session) {
      const found: string[] = [];
      let taken = 0;
      let answered = 0;
      for (const [type, block] of Object.entries(BLOCKS)) {
        const posted = await session.post({ text: `Parley checks the block ${type}.`, blocks: [block] });
        const valid = await session.call("blocks.validate", { blocks: [block] });
        const read =
          posted.ts === undefined ? undefined : await session.read({ channel: posted.channel, ts: posted.ts, root: session.root });
        const back = read?.message ? `, comes back as ${typesIn(read.message)}` : "";
        found.push(`${type}: ${verbatim("chat.postMessage", posted)}${back}; ${verbatim("blocks.validate", valid)}`);
        if (posted.ok) taken += 1;
        if (posted.ok || posted.error?.startsWith("invalid_blocks")) answered += 1;
      }
      await session.look();
      if (answered < Object.keys(BLOCKS).length) return open(...found);
      return known(
        taken === answered ? "It takes all three." : `It takes ${taken} of ${answered}.`,
        ...found,
        "What they look like, only eyes can tell: --look 60 leaves them for a minute.",
      );
    },
  },
  {
    name: "status-persona",
    asks: "Does assistant.threads.setStatus show a persona in a channel, and do others see it?",
    expected: "username and icon_emoji are in the types. Parley sends them, and the app's own face where they are refused.",
    messages: 0,
    async run(session) {
      const where = { channel_id: session.channel, thread_ts: session.root };
      session.undo("the status line (it fades within two minutes)", "assistant.threads.setStatus", { ...where, status: "" });
      const shown = await session.call("assistant.threads.setStatus", {
        ...where,
        status: "is checking…",
        username: "Parley check",
        icon_emoji: ":mag:",
      });
      const bare = shown.ok ? undefined : await session.call("assistant.threads.setStatus", { ...where, status: "is checking…" });
      await session.look();
      const found = [verbatim("assistant.threads.setStatus with a persona", shown), ...(bare ? [verbatim("without", bare)] : [])];
      if (!shown.ok)
        return bare?.ok && shown.error !== "missing_scope"
          ? known("It refuses a persona, and takes a status without.", ...found)
          : open(...found);
      return look(
        "It takes a persona.",
        ...found,
        "Look into the thread as two people (--look 60 keeps it for a minute): does each see “is checking…”, and under whose name?",
      );
    },
  },
  {
    name: "metadata-after-update",
    asks: "Does a message keep its metadata when chat.update edits it without any?",
    expected: "The documentation says so; a report saw it vanish. Parley sends it each time.",
    messages: 1,
    async run(session) {
      const metadata = (n: number) => ({ event_type: "parley_check", event_payload: { n } });
      const posted = await session.post({ text: "With metadata.", metadata: metadata(1) });
      if (!posted.ok || posted.ts === undefined) return open(verbatim("chat.postMessage", posted));
      const at = { channel: posted.channel, ts: posted.ts };
      const read = async (): Promise<string> => {
        const back = await session.read({ ...at, root: session.root });
        return back.message ? JSON.stringify(back.message["metadata"] ?? null) : verbatim("conversations.replies", back);
      };
      const before = await read();
      const without = await session.call("chat.update", { ...at, text: "Edited without." });
      const after = await read();
      const again = await session.call("chat.update", { ...at, text: "Edited with other.", metadata: metadata(2) });
      const last = await read();
      const found = [
        `posted: ${before}`,
        `${verbatim("chat.update without metadata", without)}: ${after}`,
        `${verbatim("chat.update with other metadata", again)}: ${last}`,
      ];
      if (!without.ok || !before.includes('"n":1')) return open(...found);
      return known(after === before ? "It is kept." : "It is not kept.", ...found);
    },
  },
];

function typesIn(message: Json): string {
  const blocks = message["blocks"];
  return Array.isArray(blocks) ? blocks.map((block: Json) => String(block["type"])).join(", ") : "no blocks";
}
