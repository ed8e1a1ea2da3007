import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { isJson } from "./wire.ts";

/**
 * Lets a server in whose greeting is not quite as MCP wants it: without a version or a name of its own, without capabilities, with a yes in
 * the place of one, or with null where there is nothing. What it can do is asked of it all the same, and nothing here depends on what it is called.
 */
export function withWholeGreeting<Kind extends Transport>(transport: Kind): Kind {
  let heard: Transport["onmessage"];
  const hear: Transport["onmessage"] = (message, extra) => heard?.(wholeGreeting(message) as typeof message, extra);
  Object.defineProperty(transport, "onmessage", {
    get: () => heard && hear,
    set(listener: Transport["onmessage"]) {
      heard = listener;
    },
  });
  return transport;
}

/** Only the answer to `initialize` names a protocol; everything else is as it came. */
export function wholeGreeting(message: JSONRPCMessage): unknown {
  const result: unknown = "result" in message ? message.result : undefined;
  if (!isJson(result) || typeof result["protocolVersion"] !== "string") return message;
  const { capabilities, serverInfo, instructions, ...rest } = filled(result);
  const { name, version, ...info } = isJson(serverInfo) ? filled(serverInfo) : {};
  const words = [instructions].flat().filter((one) => typeof one === "string");
  return {
    ...message,
    result: {
      ...rest,
      ...(words.length > 0 ? { instructions: words.join("\n") } : {}),
      capabilities: isJson(capabilities) ? wholeCapabilities(capabilities) : {},
      serverInfo: { ...info, name: typeof name === "string" ? name : "", version: typeof version === "string" ? version : "" },
    },
  };
}

/** A capability is an object, in which flags are true or false. */
function wholeCapabilities(capabilities: Json): Json {
  return Object.fromEntries(
    Object.entries(capabilities).flatMap(([name, value]) => {
      if (value === true) return [[name, {}]];
      return isJson(value) ? [[name, Object.fromEntries(Object.entries(filled(value)).filter(isSound))]] : [];
    }),
  );
}

const isSound = ([name, value]: readonly [string, unknown]): boolean =>
  !["listChanged", "subscribe"].includes(name) || typeof value === "boolean";

const filled = (thing: Json): Json => Object.fromEntries(Object.entries(thing).filter(([, value]) => value !== null));

type Json = Readonly<Record<string, unknown>>;
