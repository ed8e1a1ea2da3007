import type { Env } from "../../config/env.ts";
import type { Settings } from "../../config/load.ts";
import { isOfMany } from "../start/oauth-door.ts";
import type { Finding } from "./finding.ts";
import { askOfChannel } from "./slack.ts";

const thing = "alerts";

/** Whether the channel in which whoever runs Parley is told takes it: whether Parley is in it, and what became of the last message. Nothing where none is named. */
export async function* checkAlerts({ alerts, database }: Settings, env: Env): AsyncGenerator<Finding, void, void> {
  const { channel: place } = alerts;
  if (place === undefined) return;
  const [channel = "", workspace] = place.split("/").toReversed();
  if (isOfMany(env)) {
    if (workspace === undefined)
      yield {
        grade: "fail",
        thing,
        message: `${place} is in no workspace; write it as T0123ABCD/${place} (PARLEY_ALERTS_CHANNEL, alerts.channel).`,
      };
  } else yield await channelOf(channel, env);
  yield* lastRefused(database);
}

async function channelOf(channel: string, env: Env): Promise<Finding> {
  const asked = await askOfChannel(env, channel);
  if ("error" in asked) return { grade: "fail", thing, message: `${channel} cannot be posted to: ${asked.error}` };
  const { name, isMember, isArchived } = asked;
  if (isArchived) return { grade: "fail", thing, message: `#${name} (${channel}) is archived; name another one in PARLEY_ALERTS_CHANNEL.` };
  if (!isMember) return { grade: "fail", thing, message: `Parley is not in #${name} (${channel}); write "/invite @parley" there.` };
  return { grade: "ok", thing, message: `go to #${name} (${channel})` };
}

async function* lastRefused(database: string): AsyncGenerator<Finding, void, void> {
  const { isStoreThere, lastRefusedAlert, openNotes } = await import("../../parley.ts");
  try {
    if (database === ":memory:" || !(await isStoreThere(database))) return;
    const notes = await openNotes(database);
    const refused = await lastRefusedAlert(notes);
    await notes.close();
    if (refused)
      yield {
        grade: "warn",
        thing,
        message: `one waits that Slack refused (${refused.code}) at ${new Date(refused.atMs).toISOString()}; it is tried again every 5 minutes while Parley runs.`,
      };
  } catch {
    // What is wrong with the database is said where that is looked at.
  }
}
