import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";

/**
 * Lets a server in whose greeting is not quite as MCP wants it: without a version or a name of its own, without capabilities, or with null where
 * there is nothing. What it can do is asked of it all the same, and nothing here depends on what it is called.
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
  if (!isObject(result) || typeof result["protocolVersion"] !== "string") return message;
  const { capabilities, serverInfo, ...rest } = filled(result);
  const { name, version, ...info } = isObject(serverInfo) ? filled(serverInfo) : {};
  return {
    ...message,
    result: {
      ...rest,
      capabilities: isObject(capabilities) ? filled(capabilities) : {},
      serverInfo: { ...info, name: typeof name === "string" ? name : "", version: typeof version === "string" ? version : "" },
    },
  };
}

const filled = (thing: Json): Json => Object.fromEntries(Object.entries(thing).filter(([, value]) => value !== null));

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
