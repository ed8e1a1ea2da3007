/**
 * Every limit of the local workspace in one place. Those under "Slack's" are the platform's, from its reference pages (docs.slack.dev,
 * methods, Block Kit and rate limits) or, where said, from reports; those under "ours" bound what this server keeps.
 */

// --- Slack's: Socket Mode and events ---
/** An envelope must be acked within 3 seconds. */
export const ACK_TIMEOUT_MS = 3_000;
/** The three redeliveries of an event, after the first attempt: at once (when its ack is overdue), 1 minute, 5 minutes. */
export const EVENT_RETRY_AFTER_MS: readonly number[] = [0, 60_000, 300_000];
/** Open sockets of an app; one more is told `too_many_websockets`. */
export const SOCKETS_MAX = 10;
/** A trigger_id opens one view, within 3 seconds. */
export const TRIGGER_MS = 3_000;
/** A response_url serves 5 posts in 30 minutes. */
export const RESPONSE_URL_MS = 30 * 60_000;
export const RESPONSE_URL_USES_MAX = 5;
/** The "is thinking" line fades after 2 minutes. */
export const STATUS_MS = 120_000;
/** A session in `processing` falls back after about an hour (reported). */
export const SESSION_PROCESSING_MS = 60 * 60_000;

/** Undocumented: how long what came with a mention lets the app search. */
export const ACTION_TOKEN_MS = 30 * 60_000;
/** A stream is closed about 5 minutes after its start (reported). */
export const STREAM_MS = 300_000;

// --- Slack's: messages ---
/** chat.postMessage cuts longer text; the rest refuse. */
export const POST_TEXT_CHARS_MAX = 40_000;
export const UPDATE_TEXT_CHARS_MAX = 4_000;
/** markdown_text, and the markdown blocks of one message together. */
export const MARKDOWN_CHARS_MAX = 12_000;
export const MESSAGE_BLOCKS_MAX = 50;
export const VIEW_BLOCKS_MAX = 100;
/** Characters in all table cells of a message (reported: per message, not per table). */
export const TABLE_CHARS_MAX = 10_000;
/** Undocumented; we refuse where good manners end, so that metadata holds ids and not content. */
export const METADATA_BYTES_MAX = 2_048;
export const USERNAME_CHARS_MAX = 80;
/** Reported; the 24th kind of reaction is too many. */
export const REACTIONS_PER_MESSAGE_MAX = 23;
export const ATTACHMENTS_MAX = 100;

// --- Slack's: views, sessions, pages of results ---
export const VIEW_STACK_MAX = 3;
export const PRIVATE_METADATA_CHARS_MAX = 3_000;
export const VIEW_BYTES_MAX = 250_000;
export const CALLBACK_ID_CHARS_MAX = 255;
export const VIEW_TITLE_CHARS_MAX = 24;
export const SESSION_TITLE_CHARS_MAX = 200;
export const LOADING_MESSAGES_MAX = 10;
export const SUGGESTED_PROMPTS_MAX = 4;
export const SEARCH_RESULTS_MAX = 20;
export const PAGE_LIMIT_MAX = 1_000;

// --- Slack's: rate limits ---
/** Calls a minute of the published tiers. */
export const TIER = { two: 20, three: 50, four: 100, special: 600 } as const;
/** chat.postMessage: one a second in a channel, short bursts let through. (There is a limit over the workspace too, without a number.) */
export const POSTS_PER_SECOND = 1;
export const POST_BURST = 3;
/** conversations.history and .replies of an app that is distributed outside of the Marketplace. */
export const DISTRIBUTED_READS = { perMinute: 1, messagesMax: 15 } as const;

// --- ours ---
export const SOCKET_TICKET_MS = 30_000;
/** How long a client may take to close its socket when the workspace ends. */
export const SOCKET_FAREWELL_MS = 500;
export const SOCKET_PING_MS = 5_000;
export const SOCKET_MESSAGE_BYTES_MAX = 1_000_000;
/** Acked events are remembered this long, so that a test can ask for them twice. */
export const EVENTS_KEPT_MS = 5 * 60_000;
export const EVENTS_KEPT_MAX = 1_000;
/** Envelopes without an ack; a bot that is away this long loses the oldest, as it would lose them to time. */
export const DELIVERIES_MAX = 10_000;
export const BODY_BYTES_MAX = 2_000_000;
export const FILE_BYTES_MAX = 50_000_000;
export const FILES_BYTES_MAX = 500_000_000;
export const CALLS_KEPT_MAX = 50_000;
export const CHANNEL_MESSAGES_MAX = 50_000;
export const CHANNELS_MAX = 500;
export const PAGE_STREAMS_MAX = 50;
/** A page that reads slower than this is cut off; it reads the state again. */
export const PAGE_STREAM_BUFFER_BYTES_MAX = 4_000_000;
export const HELD_ANSWERS_MAX = 1_000;
export const TRIGGERS_KEPT_MAX = 1_000;
export const ACTION_TOKENS_KEPT_MAX = 1_000;
export const STEPS_KEPT_MAX = 1_000;
export const RESPONSE_URLS_KEPT_MAX = 5_000;
export const UPLOADS_KEPT_MAX = 1_000;
export const PEOPLE_TEXT_CHARS_MAX = 40_000;
