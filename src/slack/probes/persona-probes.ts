import { textOf, verbatim, type Json, type ProbeSession } from "./probe-session.ts";
import { known, look, open, type Found, type Probe } from "./probe.ts";

const FACE = { username: "Parley check", icon_emoji: ":mag:" };

/** What is not known of agents' names and faces. */
export const PERSONA_PROBES: readonly Probe[] = [
  {
    name: "persona-after-update",
    asks: "Does a message keep its persona when chat.update edits it?",
    expected: "Reports differ; most say that it turns into the app's own. Parley never edits a turn.",
    messages: 1,
    async run(session) {
      const posted = await session.post({ text: "Written once.", ...FACE });
      if (!posted.ok || posted.ts === undefined) return open(verbatim("chat.postMessage", posted));
      const at = { channel: posted.channel, ts: posted.ts, root: session.root };
      const before = await session.read(at);
      const edited = await session.call("chat.update", { channel: at.channel, ts: at.ts, text: "Written twice." });
      const after = await session.read(at);
      const found = [
        verbatim("chat.update", edited),
        `before: ${before.message ? faceOf(before.message) : verbatim("conversations.replies", before)}`,
        `after: ${after.message ? faceOf(after.message) : verbatim("conversations.replies", after)}`,
      ];
      if (!edited.ok || !before.message || !after.message) return open(...found);
      if (before.message["username"] !== FACE.username) return open("The message had no persona to begin with.", ...found);
      return known(
        after.message["username"] === FACE.username ? "The persona is kept." : "The message is the app's own after the edit.",
        ...found,
      );
    },
  },
  {
    name: "persona-in-dm",
    asks: "Does a persona work in a direct message?",
    expected: "Not documented; one report says that the name is not applied.",
    messages: 1,
    async run(session) {
      if (session.user === undefined) return open("Say whom to write to: --user U…, best yourself.");
      const opened = await session.call("conversations.open", { users: session.user });
      const channel = textOf((opened.body["channel"] as Json | undefined)?.["id"]);
      if (!opened.ok || channel === undefined) return open(verbatim("conversations.open", opened));
      const posted = await session.post({ channel, text: "Parley checks whose name and face this message has.", ...FACE });
      if (!posted.ok || posted.ts === undefined) return open(verbatim("chat.postMessage", posted));
      const read = await session.read({ channel: posted.channel, ts: posted.ts });
      await session.look();
      if (!read.message) return open(verbatim("conversations.history", read), LOOK_IN_DM);
      const applied = read.message["username"] === FACE.username;
      return look(
        applied ? "Slack gives the message back with the persona." : "Slack gives the message back without the persona.",
        faceOf(read.message),
        LOOK_IN_DM,
      );
    },
  },
  {
    name: "persona-in-clients",
    asks: "What do clients show of a persona: on a click on the face, in search, in notifications?",
    expected: "Not documented.",
    messages: 1,
    async run(session) {
      const posted = await session.post({
        text: "Parley checks what you see of this message: click on the face, search for “Parley check”, look at the notification.",
        ...FACE,
      });
      if (!posted.ok) return open(verbatim("chat.postMessage", posted));
      await session.look();
      return look(
        "Only eyes can tell. While the message is there (--look 120 leaves it for two minutes), look, on the desktop and on a phone:",
        "a click on the face: does a profile open, and whose?",
        "search for “Parley check”: is the message found under that name?",
        "the notification, in a channel where you are told of all messages: whose name and face?",
      );
    },
  },
  {
    name: "upload-persona",
    asks: "Does files.completeUploadExternal take a persona?",
    expected: "The scope's page says so; the SDK's types do not. Parley uploads as the app.",
    messages: 1,
    run: upload,
  },
  {
    name: "delete-persona",
    asks: "Can the app delete a message that it posted under a persona?",
    expected: "The documentation of chat.delete knows no personas. Parley takes such messages for permanent.",
    messages: 1,
    async run(session) {
      const posted = await session.post({ text: "Gone in a moment.", ...FACE });
      if (!posted.ok || posted.ts === undefined) return open(verbatim("chat.postMessage", posted));
      const deleted = await session.call("chat.delete", { channel: posted.channel, ts: posted.ts });
      const read = await session.read({ channel: posted.channel, ts: posted.ts, root: session.root });
      const after = read.ok
        ? read.message
          ? "afterwards it is still there"
          : "afterwards it is gone"
        : verbatim("conversations.replies", read);
      if (!deleted.ok && deleted.error !== "cant_delete_message") return open(verbatim("chat.delete", deleted), after);
      return known(deleted.ok ? "It can." : "It cannot.", verbatim("chat.delete", deleted), after);
    },
  },
];

async function upload(session: ProbeSession): Promise<Found> {
  const bytes = Buffer.from("Parley checks whose name stands above this file.\n");
  const asked = await session.call("files.getUploadURLExternal", { filename: "parley-check.txt", length: bytes.byteLength });
  const [url, id] = [textOf(asked.body["upload_url"]), textOf(asked.body["file_id"])];
  if (!asked.ok || url === undefined || id === undefined) return open(verbatim("files.getUploadURLExternal", asked));
  const sent = await session.upload(url, bytes);
  if (!sent.ok && sent.error !== "not JSON") return open(verbatim("upload", sent));
  session.undo(`the file ${id}`, "files.delete", { file: id });
  const share = {
    files: [{ id, title: "parley-check.txt" }],
    channel_id: session.channel,
    thread_ts: session.root,
    initial_comment: "Parley checks whose file this is.",
  };
  const shared = await session.call("files.completeUploadExternal", { ...share, ...FACE });
  // A refusal may have another reason.
  const bare = shared.ok ? undefined : await session.call("files.completeUploadExternal", share);
  const found = [verbatim("files.completeUploadExternal with a persona", shared), ...(bare ? [verbatim("without", bare)] : [])];
  if (!shared.ok && (!bare?.ok || shared.error === "missing_scope")) return open(...found);
  const ts = await shareOf(session, id);
  if (ts === undefined) return open(...found, "files.info does not say in which message the file is.");
  session.undo(`the message ${ts} in ${session.channel}`, "chat.delete", { channel: session.channel, ts });
  const read = await session.read({ channel: session.channel, ts, root: session.root });
  if (!read.message) return open(...found, verbatim("conversations.replies", read));
  if (!shared.ok) return known("It refuses one.", ...found);
  const applied = read.message["username"] === FACE.username;
  return known(
    applied ? "It takes one, and applies it." : "It takes the arguments, and does not apply them.",
    ...found,
    faceOf(read.message),
  );
}

/** The message that shows the file; Slack may take some seconds to say. */
async function shareOf(session: ProbeSession, file: string): Promise<string | undefined> {
  for (let tries = 0; tries < SHARE_TRIES_MAX; tries++) {
    if (tries > 0) await session.pause(SHARE_PAUSE_MS);
    const { ok, body } = await session.call("files.info", { file });
    const shares = (body["file"] as Json | undefined)?.["shares"] as { readonly [side: string]: Json } | undefined;
    for (const side of Object.values(shares ?? {})) {
      const messages = side[session.channel];
      if (Array.isArray(messages)) return textOf((messages[0] as Json | undefined)?.["ts"]);
    }
    if (!ok) return undefined;
  }
  return undefined;
}

const SHARE_TRIES_MAX = 4;
const SHARE_PAUSE_MS = 2_000;

const LOOK_IN_DM =
  "Look into the direct message (--look 60 leaves it for a minute): whose name and face has it, there and in the notification?";

const faceOf = (message: Json): string =>
  `username ${JSON.stringify(message["username"] ?? null)}, icons ${JSON.stringify(message["icons"] ?? null)}, subtype ${JSON.stringify(message["subtype"] ?? null)}`;
