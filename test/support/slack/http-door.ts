import { createHmac } from "node:crypto";
import { SocketModeClient } from "@slack/socket-mode";
import { sdkLogger } from "../../../src/slack/api/web-client.ts";
import type { Workspace } from "../../../local-slack/index.ts";

export const SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5".replaceAll(/[^0-9a-f]/g, "0");

export interface SignedOptions {
  readonly secret?: string;
  /** Seconds; now when absent. */
  readonly at?: number;
  readonly type?: string;
}

/** A request as Slack signs it: v0=HMAC-SHA256 over version, time and body (docs.slack.dev, verifying requests from Slack). */
export function signed(
  body: string,
  { secret = SIGNING_SECRET, at = Math.floor(Date.now() / 1000), type = "application/json" }: SignedOptions = {},
) {
  const signature = `v0=${createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex")}`;
  return {
    method: "POST",
    body,
    headers: { "content-type": type, "x-slack-signature": signature, "x-slack-request-timestamp": String(at) },
  };
}

/** Carries what the local Slack sends over its sockets to an HTTP door, as Slack would send it: signed, and acked by a 200. `url`: of several doors, the one of the moment. */
export async function bridge(
  slack: Workspace,
  url: string | (() => string),
): Promise<{ readonly answers: readonly number[]; close(): Promise<void> }> {
  const answers: number[] = [];
  const socket = new SocketModeClient({
    appToken: slack.appToken,
    logger: sdkLogger(),
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  const carry = async ({ body, ack }: { body: Record<string, unknown>; ack: () => Promise<void> }): Promise<void> => {
    // Nobody is there while Parley is restarted: then it is not acked.
    const status = await fetch(typeof url === "string" ? url : url(), requestFor(body)).then(
      (answer) => answer.status,
      () => 0,
    );
    answers.push(status);
    // The end of a test may have closed the socket meanwhile.
    if (status === 200) await ack().catch(() => undefined);
  };
  socket.on("slack_event", (envelope: Parameters<typeof carry>[0]) => void carry(envelope));
  await socket.start();
  return { answers, close: () => socket.disconnect() };
}

/** Events come as JSON, interactions as a form with JSON in it, commands as a plain form. */
function requestFor(body: Record<string, unknown>): ReturnType<typeof signed> {
  if ("event" in body) return signed(JSON.stringify(body));
  const form =
    "command" in body
      ? new URLSearchParams(Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)])))
      : new URLSearchParams({ payload: JSON.stringify(body) });
  return signed(form.toString(), { type: "application/x-www-form-urlencoded" });
}
