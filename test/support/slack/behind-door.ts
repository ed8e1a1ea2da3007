import { expect, onTestFinished } from "vitest";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import { fastClock, openParley, PAIR } from "../journey.ts";
import { openModelDesk } from "../storm/model-desk.ts";
import { bridge, SIGNING_SECRET } from "./http-door.ts";

export type Door = "socket" | "http";

/** Parley with a pair of agents behind one of its two doors, and the desk at which their models are answered for. `rateLimits`: of the local Slack. */
export async function openBehind(door: Door, { rateLimits = true }: { readonly rateLimits?: boolean } = {}) {
  const desk = await openModelDesk();
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now(), rateLimits });
  onTestFinished(() => slack.close());
  const { botToken, appToken, apiUrl } = slack;
  const http = { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 };
  const { parley, problems } = await openParley(
    { file: { ...PAIR, models: { scripted: desk.model } } },
    { clock, slack: { botToken, apiUrl, ...(door === "http" ? { http } : { appToken }) } },
  );
  if (door === "http") {
    const wire = await bridge(slack, `http://127.0.0.1:${parley.httpPort()}/slack/events`);
    onTestFinished(() => wire.close());
  }
  await slack.control.until(() => slack.control.connected());
  return { desk, slack, parley, problems, control: slack.control };
}

/** A message of the app's own, under which somebody writes; as soon as Slack takes one more in this channel. */
export async function rootIn(slack: Workspace, channel: string): Promise<string> {
  const post = async () => {
    const answer = await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: "POST",
      headers: { Authorization: `Bearer ${slack.botToken}`, "content-type": "application/json" },
      body: JSON.stringify({ channel, text: "hello" }),
    });
    return ((await answer.json()) as { readonly ts?: string }).ts;
  };
  let ts: string | undefined;
  await expect.poll(async () => (ts = await post()), { interval: 200 }).toBeDefined();
  return ts ?? "";
}
