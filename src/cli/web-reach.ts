import type { ToolSettings } from "../config/schema/tools.ts";

/** What agents can read of the web by this tool; for people. */
export const reachOf = ({ hosts, approval }: Extract<ToolSettings, { kind: "web-fetch" }>): string =>
  `reads ${hosts ? hosts.join(", ") : "every public host (`hosts` in the team file holds it to some)"}${approval === "always" ? ", each page after a person's yes" : ""}`;
