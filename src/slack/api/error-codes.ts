import { codes } from "../language/en/thread/codes.ts";

/** What Parley does when Slack answers a call with an error. */
export type Reaction =
  /** Not done: the same is asked again after the time that Slack names. */
  | "wait"
  /** Perhaps done: the thread is looked at first, and then the same is asked again. */
  | "look"
  /** The thread is closed to the app: its run waits where the channel may open again (closed-channels.ts), and ends where not; who started it is told directly. */
  | "park"
  /** The token is good for nothing: all is held, nothing is lost, the operator is told. */
  | "hold"
  /** A nicety is not to be had: it is done without, and said once in App Home. */
  | "do-without"
  /** The message is too long: it is posted in pieces, then as a file. */
  | "split"
  /** A part of the message is not taken: it is posted again without, as text at last. */
  | "strip"
  /** The message cannot be edited any more: a new one says what it would have said. */
  | "anew"
  /** What was asked for is so already, or concerns nobody any more. */
  | "fine"
  /** A file is not taken: the thread says so in its place. */
  | "say"
  /** Parley has asked wrongly: it is tried in a plainer form, then said loudly, in the log and in the thread. */
  | "bug"
  /** Slack's reference does not have it. Perhaps done: the thread is looked at; what is not there after a few tries was refused. */
  | "doubt";

/** Of which the catalogue says to people what Slack means. */
export type MeantCode = keyof typeof codes extends infer Key ? (Key extends `text.means.${infer Code}` ? Code : never) : never;

export interface KnownCode {
  readonly reaction: Reaction;
  /** For people: what it is, and the mend. */
  readonly says: string;
}

/** What Slack said, and what follows from it. A code without a row in {@link ERROR_CODES} says nothing that could be relied on. */
export function knownCode(code: string): KnownCode {
  return Object.hasOwn(ERROR_CODES, code)
    ? (ERROR_CODES[code] as KnownCode)
    : { reaction: "doubt", says: codes["text.unknown"].replace("{code}", () => code) };
}

/** Of a call that Slack may well answer a minute later; nothing is wrong with who asks. */
export const isPassing = (code: string): boolean => ["wait", "look"].includes(knownCode(code).reaction);

const rows = (reaction: Reaction, says: { readonly [code: string]: string }): { readonly [code: string]: KnownCode } =>
  Object.fromEntries(Object.entries(says).map(([code, sentence]) => [code, { reaction, says: sentence }]));

/** Those that people read stand in the catalogue; see code-words.ts. */
const meant = <Code extends MeantCode>(reaction: Reaction, names: readonly Code[]): { readonly [code: string]: KnownCode } =>
  rows(reaction, Object.fromEntries(names.map((code) => [code, codes[`text.means.${code}`]])));

const PASSES = codes["text.trouble"];
const ADMIN = "Ask somebody who runs the workspace.";
const SCOPES = "Put manifest.yml into the app (App Manifest) and install it again.";
const INSTALL = "Install the app again and start Parley with the new SLACK_BOT_TOKEN.";
const SHORTER = "Parley divides the message, and uploads it as a file if that is not enough.";
const REPORT = "Parley posts the words alone; please report the message.";
const ASKED_WRONGLY = codes["text.askedWrongly"];
const NEW_CARD = "Parley posts a new one below.";

/** Slack's error codes, from its method pages and common errors (docs.slack.dev). */
export const ERROR_CODES: { readonly [code: string]: KnownCode } = {
  ...rows("wait", {
    ratelimited: codes["text.pause"],
    rate_limited: codes["text.pause"],
    message_limit_exceeded: `The workspace has used up its messages; Parley tries again until it has some. ${ADMIN}`,
  }),
  ...rows("look", {
    internal_error: PASSES,
    fatal_error: PASSES,
    service_unavailable: PASSES,
    request_timeout: PASSES,
    team_added_to_org: "The workspace is being moved into an organisation; Parley tries again until that is done.",
  }),
  ...meant("park", [
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "thread_not_found",
    "cannot_reply_to_message",
    "message_not_found",
    "user_not_found",
    "channel_type_not_supported",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "messages_tab_disabled",
    "ekm_access_denied",
  ]),
  ...rows("hold", {
    invalid_auth: `Slack does not know the token, or not from this address. ${INSTALL}`,
    not_authed: "Slack has seen no token. Set SLACK_BOT_TOKEN.",
    token_revoked: `The token was revoked. ${INSTALL}`,
    token_expired: `The token has expired. Switch token rotation off. ${INSTALL}`,
    account_inactive: `The app was removed from the workspace, or switched off there. ${INSTALL}`,
    team_access_not_granted: `The token is not for this workspace. ${INSTALL}`,
    access_denied: `The workspace keeps the app out. ${ADMIN}`,
    org_login_required: "The workspace is being moved into an organisation. Start Parley again when that is done.",
  }),
  ...rows("do-without", {
    missing_scope: `The app lacks a scope. ${SCOPES}`,
    not_allowed_token_type: `This needs another kind of token. ${SCOPES}`,
    // Of a post it says that the app is not let into that one conversation: see delivery.ts.
    no_permission: `The app may not do this here. ${ADMIN}`,
    not_authorized: `The app is not allowed this, or is not declared an agent. ${SCOPES}`,
    unknown_method: "The server at SLACK_API_URL does not know this method.",
    method_deprecated: "Slack has retired this method. Use a newer Parley.",
    feature_not_enabled: `The workspace does not have this. ${ADMIN}`,
  }),
  ...rows("split", {
    msg_too_long: SHORTER,
    msg_blocks_too_long: SHORTER,
    msg_blocks_too_many: SHORTER,
  }),
  ...rows("strip", {
    invalid_blocks: `Slack does not take the layout of the message. ${REPORT}`,
    invalid_blocks_format: `Slack cannot read the layout of the message. ${REPORT}`,
    markdown_text_conflict: `Slack takes Markdown or blocks, not both. ${REPORT}`,
    block_mismatch: `Slack does not take this kind of block here. ${REPORT}`,
    invalid_attachments: `Slack does not take the message's attachments. ${REPORT}`,
    only_one_table_allowed: `Slack takes one table in a message. ${REPORT}`,
  }),
  ...rows("anew", {
    cant_update_message: `Slack does not let the app edit this message. ${NEW_CARD}`,
    edit_window_closed: `The workspace lets nobody edit a message of this age. ${NEW_CARD}`,
    streaming_state_conflict: `Slack still takes this message for one that is being written. ${NEW_CARD}`,
    cant_delete_message: "Slack does not let the app take this message away. Parley says in its place that it counts no more.",
    update_failed: `Slack could not edit the message. ${NEW_CARD}`,
  }),
  ...rows("fine", {
    already_reacted: "The reaction is there already.",
    no_reaction: "The reaction is gone already.",
    too_many_reactions: "The message has as many reactions as Slack allows.",
    thread_locked: "The thread is locked, so that it takes no reactions.",
    user_not_in_channel: "The person is not in the channel, so that a line for them alone cannot be shown there.",
    hash_conflict: "Somebody has changed the view meanwhile; it is shown anew.",
    not_found: "The view was closed meanwhile.",
    expired_trigger_id: "The form was asked for more than three seconds ago. Parley tells whoever did so.",
    exchanged_trigger_id: "The form was opened already, as before a crash.",
  }),
  ...meant("say", [
    "storage_limit_reached",
    "file_uploads_disabled",
    "file_uploads_except_images_disabled",
    "file_type_not_allowed",
    "file_upload_size_restricted",
    "slack_connect_blocked_file_type",
    "slack_connect_canvas_sharing_blocked",
    "slack_connect_clip_sharing_blocked",
    "slack_connect_file_link_sharing_blocked",
    "slack_connect_file_upload_sharing_blocked",
    "slack_connect_lists_sharing_blocked",
  ]),
  ...rows("bug", {
    invalid_arguments: ASKED_WRONGLY,
    invalid_arg_name: ASKED_WRONGLY,
    invalid_array_arg: ASKED_WRONGLY,
    invalid_charset: ASKED_WRONGLY,
    invalid_form_data: ASKED_WRONGLY,
    invalid_post_type: ASKED_WRONGLY,
    missing_post_type: ASKED_WRONGLY,
    no_text: ASKED_WRONGLY,
    too_many_attachments: ASKED_WRONGLY,
    metadata_too_large: ASKED_WRONGLY,
    invalid_metadata_format: ASKED_WRONGLY,
    invalid_metadata_schema: ASKED_WRONGLY,
    metadata_must_be_sent_from_app: ASKED_WRONGLY,
  }),
};
