import { textOf, verbatim, type Json } from "./probe-session.ts";
import { known, look, open, type Probe } from "./probe.ts";

const FACE = { username: "Parley check", icon_emoji: ":mag:" };
const METADATA = { event_type: "parley_check", event_payload: { n: 1 } };

/** What hangs on the plan of the workspace, its admins, or scopes that are granted or not: streams, files, the search, people's clocks. */
export const PLATFORM_PROBES: readonly Probe[] = [
  {
    name: "stream-persona",
    asks: "Does a stream in a direct message bear a persona, and keep its metadata when it ends?",
    expected: "chat.startStream takes name and icon by its types. Parley streams turns so, and posts them finished where it is refused.",
    messages: 2,
    async run(session) {
      if (session.user === undefined) return open("Say whom to write to: --user U…, best yourself.");
      const opened = await session.call("conversations.open", { users: session.user });
      const channel = textOf((opened.body["channel"] as Json | undefined)?.["id"]);
      if (!opened.ok || channel === undefined) return open(verbatim("conversations.open", opened));
      const root = await session.post({ channel, text: "Parley checks how a turn grows in this thread." });
      if (!root.ok || root.ts === undefined) return open(verbatim("chat.postMessage", root));
      const begun = await session.call("chat.startStream", { channel, thread_ts: root.ts, markdown_text: "One, ", ...FACE });
      const ts = textOf(begun.body["ts"]);
      if (!begun.ok || ts === undefined) return answered(begun.error, verbatim("chat.startStream with a persona", begun));
      session.undo(`the message ${ts} in ${channel}`, "chat.delete", { channel, ts });
      const grown = await session.call("chat.appendStream", { channel, ts, markdown_text: "two, " });
      const ended = await session.call("chat.stopStream", { channel, ts, markdown_text: "three.", metadata: METADATA });
      const back = await session.read({ channel, ts, root: root.ts });
      const found = [
        verbatim("chat.startStream with a persona", begun),
        verbatim("chat.appendStream", grown),
        verbatim("chat.stopStream with metadata", ended),
        back.message
          ? `comes back with username ${JSON.stringify(back.message["username"] ?? null)}, metadata ${JSON.stringify(back.message["metadata"] ?? null)}`
          : verbatim("conversations.replies", back),
      ];
      await session.look();
      if (!grown.ok || !ended.ok || !back.message) return open(...found);
      const bears = back.message["username"] === FACE.username;
      return look(bears ? "It bears the persona." : "It does not bear the persona.", ...found, "Look into your messages with the app (--look 60): whose face does the growing message have?"); // prettier-ignore
    },
  },
  {
    name: "file-info",
    asks: "May the app look a file up that Slack only names by its id?",
    expected: "Slack Connect and some events send stubs (check_file_info). Parley asks files.info, and says of what it cannot have why.",
    messages: 0,
    async run(session) {
      const asked = await session.call("files.info", { file: "F0000000000" });
      const found = verbatim("files.info of a file that is not there", asked);
      return NO_FILE.has(asked.error ?? "") ? known("It may.", found) : answered(asked.error, found);
    },
  },
  {
    name: "search",
    asks: "Does the workspace let the app search, once a person has given leave?",
    expected: "With search:read.public, and a plan that has the Real-Time Search. Agents with slack-search are told what is missing.",
    messages: 0,
    async run(session) {
      // No leave goes with it: whoever may search is told that, and nothing is found.
      const asked = await session.call("assistant.search.context", { query: "parley", limit: 1, channel_types: "public_channel" });
      const found = verbatim("assistant.search.context without leave", asked);
      if (NO_LEAVE.has(asked.error ?? "")) return known("It does; what is missing is only the leave, which comes with a mention.", found);
      return answered(asked.error, found);
    },
  },
  {
    name: "time-zone",
    asks: "Does Slack say in which time zone a person is?",
    expected: "users.info has tz. Parley begins scheduled work by it, and by UTC where it is not said.",
    messages: 0,
    async run(session) {
      if (session.user === undefined) return open("Say whose: --user U…, best yourself.");
      const asked = await session.call("users.info", { user: session.user });
      const zone = textOf((asked.body["user"] as Json | undefined)?.["tz"]);
      if (asked.ok) return known(zone === undefined ? "It does not." : `It does: ${zone}.`, verbatim("users.info", asked));
      return answered(asked.error, verbatim("users.info", asked));
    },
  },
  {
    name: "workflow-step",
    asks: "Can the app answer a step of Workflow Builder?",
    expected: "functions.completeSuccess and completeError need no scope. Parley answers each step once, where the manifest has the step.",
    messages: 0,
    async run(session) {
      // No such execution: whoever may answer steps is told that, and none is answered.
      const none = { function_execution_id: "Fx0000000000" };
      const done = await session.call("functions.completeSuccess", { ...none, outputs: {} });
      const failed = await session.call("functions.completeError", { ...none, error: "parley doctor --live" });
      const found = [
        verbatim("functions.completeSuccess of a step that is not there", done),
        verbatim("functions.completeError of a step that is not there", failed),
      ];
      const isTold = [done, failed].every(({ error }) => NO_STEP.has(error ?? ""));
      if (isTold) return known("It can.", ...found, "Whether the step can be chosen is seen in Workflow Builder, under the app's name.");
      const no = [done, failed].find(({ error }) => REFUSALS.has(error ?? ""));
      return no ? known(`It cannot (${no.error}).`, ...found) : open(...found);
    },
  },
  {
    name: "scheduled-runs",
    asks: "Can work begin by itself in the channel, with nobody near?",
    expected:
      "Parley reads the channel and its members, posts, asks for the message's address, and goes by its own clock, which is Slack's to the second.",
    messages: 1,
    async run(session) {
      const { channel } = session;
      const info = await session.call("conversations.info", { channel });
      const members = await session.call("conversations.members", { channel, limit: 1 });
      const beforeMs = session.nowMs();
      const root = await session.post({ channel, text: "Parley checks how scheduled work begins here." });
      const tookMs = session.nowMs() - beforeMs;
      const link = await session.call("chat.getPermalink", { channel, message_ts: root.ts ?? "" });
      const canvas = await session.call("canvases.sections.lookup", { canvas_id: "F0000000000", criteria: { contains_text: "parley" } });
      const found = [
        verbatim("conversations.info", info),
        verbatim("conversations.members", members),
        verbatim("chat.postMessage", root),
        verbatim("chat.getPermalink", link),
        verbatim("canvases.sections.lookup of a canvas that is not there", canvas),
      ];
      if (![info, members, root, link].every(({ ok }) => ok)) return open(...found);
      const aheadMs = beforeMs + tookMs / 2 - Number(root.ts) * 1_000;
      const isTimely = Math.abs(aheadMs) < CLOCK_OFF_MS_MAX + tookMs / 2;
      const clock = `This machine's clock is ${(Math.abs(aheadMs) / 1_000).toFixed(1)} s ${aheadMs < 0 ? "behind" : "ahead of"} Slack's.`;
      const inCanvas = NO_FILE.has(canvas.error ?? "") || canvas.error === "canvas_not_found" ? "may" : "may not";
      return known(isTimely ? "It can." : "It can, at the wrong time: set this machine's clock.", clock, `Results ${inCanvas} go into a canvas.`, ...found); // prettier-ignore
    },
  },
];

/** More would have "9:00" be another minute. */
const CLOCK_OFF_MS_MAX = 30_000;
const NO_STEP: ReadonlySet<string> = new Set(["function_execution_not_found", "execution_not_in_running_state"]);
const NO_FILE: ReadonlySet<string> = new Set(["file_not_found", "file_deleted"]);
const NO_LEAVE: ReadonlySet<string> = new Set(["invalid_action_token", "missing_action_token"]);
/** A no that says all that was asked. */
const REFUSALS: ReadonlySet<string> = new Set(["missing_scope", "feature_not_enabled", "not_allowed_token_type"]);

const answered = (error: string | undefined, found: string) =>
  REFUSALS.has(error ?? "") ? known(`It does not (${error}).`, found) : open(found);
