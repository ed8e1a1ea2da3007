import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { HTTPModuleFunctions as bolts, type App } from "@slack/bolt";
import { z } from "zod";
import { HTTP_PATH } from "./http-path.ts";
import { isDeeperThan } from "../../engine/limits/json-depth.ts";
import { ENVELOPE_LEVELS_MAX } from "./json-depth.ts";
import type { Inbox } from "./inbox.ts";
import { closeDoor, openDoor, portOf } from "../install/oauth-server.ts";
import type { Pages } from "../install/oauth-pages.ts";
import type { SlackReceiver } from "./socket-receiver.ts";
import { sdkLogger, type Log } from "../api/web-client.ts";
import { droppedIn, type Dropped } from "../words/envelope.ts";

/** Where Slack's requests come in. */
export interface HttpDoor {
  /** Of the app's Basic Information page; what is not signed with it is refused. */
  readonly signingSecret: string;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Pages of others behind it. */
  readonly pages?: Pages;
}

export interface HttpReceiver extends SlackReceiver {
  /** While it is open. */
  port(): number | undefined;
}

/** As much as the inbox takes; what is longer is answered with 413. */
const BODY_BYTES_MAX = 1_000_000;

/**
 * Slack over HTTP, for a company that has an address that Slack can reach. Each envelope is written into the inbox, then answered with 200,
 * and handled after that. What cannot be stored is answered with 500, and Slack sends events again. The signature (not older than five
 * minutes) is checked and the body read by Bolt's own functions, without its receiver, which a body of `null` breaks.
 */
export function createHttpReceiver(parts: {
  readonly door: HttpDoor;
  readonly inbox: Pick<Inbox, "coming" | "receive">;
  readonly log: Log;
  /** Requests can come in: read up on what was missed. */
  readonly onConnected: () => void;
  /** Slack drops events, for there are too many; returns at once. */
  readonly onDropped: (dropped: Dropped) => void;
  /** What a form that cannot be taken is answered with the ack; then there is nothing more to do. Never rejects, and is there in time. */
  readonly answer?: (body: unknown) => Promise<object | undefined>;
  /** Those for an installation by OAuth. */
  readonly pages?: Pages;
}): HttpReceiver {
  const { door, inbox, log } = parts;
  const logger = sdkLogger(log);
  let server: Server | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await (parts.pages ?? door.pages)?.(request, response)) return;
    if (request.method !== "POST" || request.url?.split("?")[0] !== HTTP_PATH) return status(response, 404);
    inbox.coming();
    const body = await read(request, response);
    if (body === undefined) return;
    const { type, challenge, ssl_check: isCheck } = Handshake.parse(body);
    if (isCheck === "1") return status(response, 200);
    if (type === "url_verification") return void response.setHeader("content-type", "text/plain").end(challenge);
    const dropped = droppedIn(body);
    if (dropped) {
      parts.onDropped(dropped);
      return status(response, 200);
    }
    const refused = isDeeperThan(body, ENVELOPE_LEVELS_MAX) ? undefined : await parts.answer?.(body);
    if (refused) return void response.setHeader("content-type", "application/json").end(JSON.stringify(refused));
    try {
      await inbox.receive(body);
    } catch (error) {
      log("an envelope could not be stored and was not acked; Slack sends events again", error);
      return status(response, 500);
    }
    status(response, 200);
  }

  /** Undefined where it was refused. */
  async function read(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    try {
      const options = { signingSecret: door.signingSecret, bodyLimit: BODY_BYTES_MAX, logger };
      request.headers["content-type"] = mediaType(request);
      const verified = await bolts.parseAndVerifyHTTPRequest(options, request);
      verified.headers["content-type"] = BEGINS_JSON.test(verified.rawBody.toString()) ? JSON_TYPE : FORM_TYPE;
      try {
        return bolts.parseHTTPRequestBody(verified) as unknown;
      } catch {
        status(response, 400);
      }
    } catch (error) {
      // Cut off, for it was too slow, or gone.
      if (request.socket.destroyed) return undefined;
      const isLong = bolts.isRawBodyError(error) && error.statusCode === 413;
      if (!isLong) log("a request that Slack did not sign was refused; if it was Slack, SLACK_SIGNING_SECRET is another app's", error);
      // The rest of a long body is not waited for.
      if (isLong) response.setHeader("connection", "close");
      status(response, isLong ? 413 : 401);
    }
    return undefined;
  }

  return {
    // Bolt hears of it from the inbox, and never before.
    init: (_app: App) => undefined,
    connected: () => server?.listening ?? false,
    port: () => portOf(server),
    /** Rejects when the address cannot be had. */
    async start() {
      server = await openDoor(door, "--http", (request, response) => {
        answer(request, response).catch((error: unknown) => {
          log("a request broke", error);
          if (!response.headersSent) status(response, 500);
        });
      });
      server.on("connection", () => inbox.coming());
      parts.onConnected();
    },
    async stop() {
      const closing = server;
      server = undefined;
      await closeDoor(closing);
    },
  };
}

/** What Slack sends to see whether the address is right. Anything else fits too. */
const Handshake = z
  .object({ type: z.unknown().optional(), challenge: z.string().max(500).catch(""), ssl_check: z.unknown().optional() })
  .catch({ type: undefined, challenge: "", ssl_check: undefined });

/** Bolt knows the types as Slack writes them; what is on the way to here may add to them, or write others. A form never begins as Slack's JSON does. */
const mediaType = ({ headers }: IncomingMessage): string => (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const BEGINS_JSON = /^\s*[[{]/;

const status = (response: ServerResponse, code: number): void => void response.writeHead(code).end();
