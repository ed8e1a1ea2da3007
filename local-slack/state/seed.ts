/** Who and what is in the workspace at the start, under fixed ids so that tests can name them. */
export const TEAM_ID = "T0LOCAL";
export const TEAM_NAME = "Local workspace";
export const TEAM_DOMAIN = "local";
export const APP_ID = "A0PARLEY";
export const BOT_ID = "B0PARLEY";
export const BOT_USER_ID = "U0PARLEY";
export const BOT_NAME = "parley";

export const PEOPLE = [
  { id: "U0MARIA", name: "Maria", realName: "Maria Lopez" },
  { id: "U0JONAS", name: "Jonas", realName: "Jonas Weber" },
  { id: "U0ADA", name: "Ada", realName: "Ada Okafor" },
] as const;

export const CHANNELS = [
  { id: "C0GENERAL", name: "general", kind: "channel", botIsMember: true },
  { id: "C0ENG", name: "engineering", kind: "channel", botIsMember: true },
  { id: "C0RESEARCH", name: "research", kind: "channel", botIsMember: true },
  { id: "C0RANDOM", name: "random", kind: "channel", botIsMember: true },
  { id: "C0PRIVATE", name: "founders-only", kind: "private", botIsMember: false },
] as const;

/** The bot scopes of the manifest; the token holds them all until a test takes one away. */
export const SCOPES: readonly string[] = [
  "app_mentions:read",
  "assistant:write",
  "channels:history",
  "channels:read",
  "chat:write",
  "chat:write.customize",
  "commands",
  "files:read",
  "files:write",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "im:write",
  "mpim:history",
  "mpim:read",
  "reactions:read",
  "reactions:write",
  "users:read",
];

/** What the manifest asks for as optional: granted here, until a test takes one away. */
export const OPTIONAL_SCOPES: readonly string[] = ["canvases:read", "canvases:write", "search:read.files", "search:read.public"];

/** The slash command of the manifest. */
export const COMMANDS: readonly string[] = ["/parley"];
