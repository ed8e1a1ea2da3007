/**
 * Every limit of the outgoing half in one table. "Slack's" are the platform's, from its reference (docs.slack.dev) or, where said, from
 * reports of others; "ours" are chosen, with the reason.
 */

// --- Slack's: size of a message ---
/**
 * Markdown of one message. The reference gives 12,000 characters over all markdown blocks; reports measured a refusal at 13,200 for the whole
 * message. What is left over is for the footer and for marks that are put in after splitting.
 */
export const MARKDOWN_CHARS_MAX = 11_500;
/** Longer `text` is cut by chat.postMessage without a word. */
export const POST_TEXT_CHARS_MAX = 40_000;
/** A section's text; longer is `invalid_blocks`. */
export const SECTION_CHARS_MAX = 3_000;
/** One element of a context block: a mrkdwn text object. */
export const CONTEXT_CHARS_MAX = 2_000;
/** Blocks of a message, elements of an actions block, and of a context block. */
export const MESSAGE_BLOCKS_MAX = 50;
export const ACTIONS_MAX = 25;
export const CONTEXT_ELEMENTS_MAX = 10;
/** Markdown over all markdown blocks of a message, as the reference has it. */
export const MARKDOWN_TOTAL_CHARS_MAX = 12_000;
/** `text` of chat.update; longer is msg_too_long. */
export const UPDATE_TEXT_CHARS_MAX = 4_000;
/** A container's title and subtitle, and the blocks in it. */
export const CONTAINER_TITLE_CHARS_MAX = 150;
export const CONTAINER_BLOCKS_MAX = 10;
/** Of a table: rows, columns, and characters in all cells of a message. One table a message. */
export const TABLE_ROWS_MAX = 100;
export const TABLE_COLUMNS_MAX = 20;
export const TABLE_CHARS_MAX = 10_000;
/** Ids of blocks and actions. */
export const ACTION_ID_CHARS_MAX = 255;
/** Modals: title, submit and close; the blocks; what comes back with a submission. */
export const VIEW_TITLE_CHARS_MAX = 24;
export const VIEW_BLOCKS_MAX = 100;
export const PRIVATE_METADATA_CHARS_MAX = 3_000;
/** A menu's options: how many, their labels and values; the letters of a text input. */
export const OPTIONS_MAX = 100;
export const OPTION_CHARS_MAX = 75;
export const OPTION_VALUE_CHARS_MAX = 150;
export const INPUT_CHARS_MAX = 3_000;
/** Undocumented; ids only, and good manners. */
export const METADATA_BYTES_MAX = 2_048;
/** The line under a thread: what turns in it, at most. A session's title. */
export const LOADING_MESSAGES_MAX = 10;
export const SESSION_TITLE_CHARS_MAX = 200;
/** Prompts in a DM; more are refused. */
export const SUGGESTED_PROMPTS_MAX = 4;
/** A persona's name; longer is refused. */
export const USERNAME_CHARS_MAX = 80;
/** A button's text, and the JSON in its value. */
export const BUTTON_CHARS_MAX = 75;
export const BUTTON_VALUE_CHARS_MAX = 2_000;
/** A persona's name: 1 to 40 characters is what every client shows whole (Slack takes up to 80). */
export const PERSONA_CHARS_MAX = 40;

// --- Slack's: how often ---
/** chat.postMessage: about one a second a channel; short bursts go through without a promise, so we keep below the reported three. */
export const POSTS_PER_MINUTE_PER_CHANNEL = 60;
export const POST_BURST_PER_CHANNEL = 2;
/**
 * The limit over a workspace has no published number; several hundred a minute are reported to go through. It is begun high, halved where Slack
 * refuses, and then grows again (learnt-rate.ts).
 */
export const POSTS_PER_MINUTE = 1_200;
export const POSTS_PER_MINUTE_LEAST = 60;
export const POST_BURST = 100;
export const POST_BURST_LEARNT = 10;
/** chat.update is tier 3, 50 a minute; the rest is left to others. */
export const CARD_EDITS_PER_MINUTE = 40;
export const CARD_EDIT_BURST = 5;
/** conversations.replies is tier 3 too; an outgoing message is looked for only after a failure. */
export const READS_PER_MINUTE = 40;
export const READ_BURST = 10;
/** The rest of tier 3's fifty: what somebody waits for, such as the thread that was there before a mention. */
export const ASKED_READS_PER_MINUTE = 10;
export const ASKED_READ_BURST = 10;
/** files.* is tier 4, 100 a minute, and an upload makes two calls. */
export const UPLOADS_PER_MINUTE = 40;
export const UPLOAD_BURST = 5;
/** What a 429 without a usable Retry-After costs. */
export const RETRY_AFTER_MS = 30_000;
/** Slack asks for seconds, rarely for minutes; more is taken as a mistake and asked again. */
export const RETRY_AFTER_MS_MAX = 10 * 60_000;

// --- ours: what people see ---
/** Parts of one turn; the whole of a longer turn is a file. More would push the conversation out of sight. */
export const TURN_PARTS_MAX = 3;
/** Output of code in a message; the whole of a longer one is a file. About fifty lines. */
export const OUTPUT_CHARS_SHOWN = 2_500;
/** Code or arguments on the card that asks for a yes, in their shown form; the whole of what is longer is a file. Two or three screens. */
export const APPROVAL_CHARS_SHOWN = 6_000;
/** Words of a turn in notifications and for screen readers. */
export const SUMMARY_CHARS = 150;
/** Why somebody was chosen, in the one line of a footer. */
export const FOOTER_REASON_CHARS = 70;
/** The task and the answers on cards: one line, or two. */
export const CARD_LINE_CHARS = 300;
/** Files of one code run that are uploaded; the result names the rest. */
export const FILES_PER_CODE_RUN_MAX = 10;
/** A file that is uploaded. Slack takes 1 GB; ours are held in memory. */
export const FILE_BYTES_MAX = 10_000_000;

/** Turns that a run's card lists; the thread has the others. */
export const PLAN_TASKS_MAX = 6;
/** Of a turn's first words, on the card: one line on a phone. */
export const TASK_TITLE_CHARS = 90;
/** Code runs of one turn that are shown as cards; more are told in words. */
export const CODE_RUNS_AS_CARDS_MAX = 5;
/** What a card of a code run shows of its output; the file has the whole. Slack's limit for a message's blocks is shared by all cards. */
export const PREFORMATTED_CHARS_MAX = 2_500;
/** An output that one sees at a glance is not folded away. */
export const OPEN_OUTPUT_LINES_MAX = 12;
/** The answer on the card of a result where the turns are in a file; what is left over is for the rest of the card. */
export const ANSWER_CHARS_MAX = 9_000;
/** The answer's first words on the card where the turn itself stands above it: two lines. */
export const ANSWER_CHARS_SHOWN = 160;
/** Lines of code in a turn; a longer block is a file under it. Two screens of it: below that a reader would rather scroll than open a file. */
export const CODE_LINES_SHOWN = 80;
/** As much of a run's id as the cards put into a button. */
export const RUN_ID_CHARS = 500;
/** A prompt's label and a thread's title in a DM: one line beside others. */
export const PROMPT_TITLE_CHARS = 75;
export const THREAD_TITLE_CHARS = 80;
/** A person is reminded of a question once: half-way to its end, or after this long where it has none. */
export const REMINDER_AFTER_MS = 4 * 3_600_000;

// --- ours: the queue ---
/** Rows of a thread that are read at once. */
export const ROWS_PER_THREAD = 20;
/** A message may be applied a moment after its call has failed: looked for twice, this far apart. */
export const RECONCILE_READS = 2;
export const RECONCILE_READ_GAP_MS = 3_000;
/** Pages of replies read to find one message; 200 messages each. */
export const RECONCILE_PAGES_MAX = 10;
/** Between tries while Slack cannot be reached: doubled from the first to the second. There is no last try; what waits is not lost. */
export const RETRY_DELAY_MS = 1_000;
export const RETRY_DELAY_MS_MAX = 60_000;
/** An upload of at most 10 MB over a slow line. */
export const UPLOAD_TIMEOUT_MS = 60_000;

// --- ours: cards ---
/** Between two edits of the cards of one thread: people read no faster. */
export const CARD_EDIT_GAP_MS = 3_000;
/** So long an edit that tells of a turn waits for who is next, or the end, and tells both: models that choose take a second or two. */
export const NEXT_SPEAKER_MS_MAX = 3_000;
/**
 * From so many turns on, the card of a run whose turns follow on each other within {@link LONG_RUN_EDIT_MS} is edited once in so long, from twice as many
 * on once in twice as long: it shows the last six, and further up the thread from turn to turn.
 */
export const LONG_RUN_TURNS_MIN = 12;
export const LONG_RUN_EDIT_MS = 10_000;
/** Threads whose cards are looked over at a start: a run that stopped just before the process did left its card behind. */
export const CARDS_AT_START_MAX = 50;
/** A channel may be archived, or the app removed from it, for a while; after so long its runs end, and what was to be said there is given up. */
export const CLOSED_CHANNEL_DAYS_MAX = 7;
