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

export interface KnownCode {
  readonly reaction: Reaction;
  /** For people: what it is, and the mend. */
  readonly says: string;
}

/** What Slack said, and what follows from it. A code without a row in {@link ERROR_CODES} says nothing that could be relied on. */
export function knownCode(code: string): KnownCode {
  return Object.hasOwn(ERROR_CODES, code)
    ? (ERROR_CODES[code] as KnownCode)
    : { reaction: "doubt", says: `Slack answers ${code}, which Parley does not know; please report it.` };
}

const rows = (reaction: Reaction, says: { readonly [code: string]: string }): { readonly [code: string]: KnownCode } =>
  Object.fromEntries(Object.entries(says).map(([code, sentence]) => [code, { reaction, says: sentence }]));

const PASSES = "Slack has trouble of its own; Parley tries again until it passes.";
const INVITE = "Invite the app to the channel again and mention it there.";
const ADMIN = "Ask somebody who runs the workspace.";
const SCOPES = "Put manifest.yml into the app (App Manifest) and install it again.";
const INSTALL = "Install the app again and start Parley with the new SLACK_BOT_TOKEN.";
const SHORTER = "Parley divides the message, and uploads it as a file if that is not enough.";
const REPORT = "Parley posts the words alone; please report the message.";
const ASKED_WRONGLY = "Parley has asked Slack for something in a wrong way; please report it.";
const NEW_CARD = "Parley posts a new one below.";

/** Slack's error codes, from its method pages and common errors (docs.slack.dev). */
export const ERROR_CODES: { readonly [code: string]: KnownCode } = {
  ...rows("wait", {
    ratelimited: "Slack asks for a pause; Parley waits as long as it says.",
    rate_limited: "Slack asks for a pause; Parley waits as long as it says.",
    message_limit_exceeded: `The workspace has used up its messages; Parley tries again until it has some. ${ADMIN}`,
  }),
  ...rows("look", {
    internal_error: PASSES,
    fatal_error: PASSES,
    service_unavailable: PASSES,
    request_timeout: PASSES,
    team_added_to_org: "The workspace is being moved into an organisation; Parley tries again until that is done.",
  }),
  ...rows("park", {
    channel_not_found: `The channel is not there, or the app may not see it. ${INVITE}`,
    not_in_channel: `The app is not in the channel any more. ${INVITE}`,
    is_archived: "The channel is archived. Take it out of the archive, or ask in another.",
    thread_not_found: "The thread is gone. Ask in a new one.",
    cannot_reply_to_message: "Slack takes no replies to this message. Ask in a new one.",
    message_not_found: "The first message of the thread is gone. Ask in a new one.",
    user_not_found: "The person is not there, or the app may not see them.",
    channel_type_not_supported: "Slack lets no app write in this kind of channel. Ask in another.",
    restricted_action: `The workspace does not let the app post here. ${ADMIN}`,
    restricted_action_read_only_channel: `Only a few may post in this channel. ${ADMIN}`,
    restricted_action_thread_locked: "The thread is locked. Ask in a new one.",
    restricted_action_thread_only_channel: "This channel takes replies alone. Ask in a thread.",
    restricted_action_non_threadable_channel: "This channel has no threads. Ask in another.",
    messages_tab_disabled: "The app's Messages tab is switched off. Switch it on under App Home of the app's settings.",
    ekm_access_denied: `The organisation's key management has closed this channel for now. ${ADMIN}`,
  }),
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
  }),
  ...rows("say", {
    storage_limit_reached: `The workspace has no room for files. ${ADMIN}`,
    file_uploads_disabled: `Uploads are switched off in this workspace. ${ADMIN}`,
    file_uploads_except_images_disabled: `Only pictures may be uploaded in this workspace. ${ADMIN}`,
    file_type_not_allowed: `This type of file is not allowed in this workspace. ${ADMIN}`,
    file_upload_size_restricted: `The file is larger than this workspace allows. ${ADMIN}`,
    slack_connect_blocked_file_type: `This type of file is not allowed in channels shared with others. ${ADMIN}`,
    slack_connect_canvas_sharing_blocked: `Links to canvases are not allowed in channels shared with others. ${ADMIN}`,
    slack_connect_clip_sharing_blocked: `Clips are not allowed in channels shared with others. ${ADMIN}`,
    slack_connect_file_link_sharing_blocked: `Links to files are not allowed in channels shared with others. ${ADMIN}`,
    slack_connect_file_upload_sharing_blocked: `Files are not allowed in channels shared with others. ${ADMIN}`,
    slack_connect_lists_sharing_blocked: `Lists are not allowed in channels shared with others. ${ADMIN}`,
  }),
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
