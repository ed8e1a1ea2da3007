import { A2A_PROTOCOL_VERSION, AgentCard } from "@a2a-js/sdk";
import { duplicateInterfacesForLegacy } from "@a2a-js/sdk/compat/v0_3";
import type { ServedTeam } from "../conversations.ts";

const TEXT = "text/plain";
const BINDING = "JSONRPC";
const LEGACY_VERSION = "0.3.0";

/** The card of a team: an agent that is spoken to by JSON-RPC at this address, as version 1.0 and as 0.3 of the protocol. */
export function cardOf(
  { name, description, agents }: ServedTeam,
  at: { readonly url: string; readonly version: string; readonly wantsToken: boolean },
): AgentCard {
  const bearer = { scheme: { $case: "httpAuthSecurityScheme" as const, value: { description: "", scheme: "bearer", bearerFormat: "" } } };
  return {
    name,
    description,
    supportedInterfaces: duplicateInterfacesForLegacy(
      [{ url: at.url, protocolBinding: BINDING, tenant: "", protocolVersion: A2A_PROTOCOL_VERSION }],
      [BINDING],
    ),
    provider: undefined,
    version: at.version,
    capabilities: { streaming: true, pushNotifications: false, extensions: [], extendedAgentCard: false },
    securitySchemes: at.wantsToken ? { bearer } : {},
    securityRequirements: at.wantsToken ? [{ schemes: { bearer: { list: [] } } }] : [],
    defaultInputModes: [TEXT],
    defaultOutputModes: [TEXT],
    skills: [
      {
        id: name,
        name,
        description: `${description} Works it out by talking: ${agents.map((agent) => agent.name).join(", ")}.`,
        tags: ["team"],
        examples: [],
        inputModes: [TEXT],
        outputModes: [TEXT],
        securityRequirements: [],
      },
    ],
    signatures: [],
  };
}

/**
 * The card as JSON. Programs of version 0.3, which name none, are given one that has the fields of both: theirs are other ones, but for how a
 * program shows who it is.
 */
export function cardJson(card: AgentCard, isLegacy: boolean): object {
  const json = AgentCard.toJSON(card) as object;
  if (!isLegacy) return json;
  const [first] = card.supportedInterfaces;
  const wantsToken = Object.keys(card.securitySchemes).length > 0;
  return {
    ...json,
    protocolVersion: LEGACY_VERSION,
    url: first?.url ?? "",
    preferredTransport: BINDING,
    supportsAuthenticatedExtendedCard: false,
    ...(wantsToken ? { securitySchemes: { bearer: { type: "http", scheme: "bearer" } }, security: [{ bearer: [] }] } : {}),
  };
}
