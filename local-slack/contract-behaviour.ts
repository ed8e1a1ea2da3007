/** How the platform behaves where reports of it differ, where chance decides, or where workspaces do. */
export interface Behaviour {
  /** Which of the two events of a mention comes first. Default random. */
  readonly mentionOrder?: "random" | "message_first" | "app_mention_first";
  /** Whether chat.update leaves a persona on its message. Default revert. */
  readonly personaOnUpdate?: "keep" | "revert";
  /** Whether the app's own persona posts come back with the subtype bot_message. Default bot_message. */
  readonly personaEcho?: "bot_message" | "no_subtype";
  /** The organisation that the workspace belongs to; none by default. */
  readonly enterpriseId?: string;
  /** Whether the app is declared an agent; without it agents.sessions.* answer not_authorized. Default true. */
  readonly isAgent?: boolean;
  /** Whether events of shared channels tell of files by their ids alone. Default connect. */
  readonly fileStubs?: "connect" | "never";
  /** Distributed outside of Slack's Marketplace: conversations.history and .replies once a minute, 15 messages each. Default false. */
  readonly isDistributed?: boolean;
  /** Whether the workspace has the real-time search, and mentions bring action tokens. Default true. */
  readonly hasSearch?: boolean;
  /** Whether the search finds all that the person sees, private channels and direct messages too, as with a token of their own. Default false. */
  readonly searchesAll?: boolean;
  /** Default true. */
  readonly hasCanvases?: boolean;
}
