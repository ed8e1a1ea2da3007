import { CHANNEL, COUNTED, FILE, HEARD, MESSAGE, NOTICE, POSTED, STUB, type Shape } from "./fields.ts";

interface Recorded {
  readonly source: string;
  readonly shape: Shape;
}

/** Of each kind: payloads of a real workspace with their values blanked, in the vendor's SDK for Java. */
const recorded = (path: string): string => `https://github.com/slackapi/java-slack-sdk/blob/main/json-logs/samples/${path}.json`;
const documented = (path: string): string => `https://docs.slack.dev/${path}`;

/** Around every event. */
export const ENVELOPE: Recorded = {
  source: recorded("events/ReactionRemovedPayload"),
  shape: {
    token: "string",
    team_id: "string",
    context_team_id: "string",
    context_enterprise_id: "string|null",
    api_app_id: "string",
    event: "any",
    type: "string",
    event_id: "string",
    event_time: "number",
    authorizations: [
      { enterprise_id: "string|null", team_id: "string|null", user_id: "string", is_bot: "boolean", is_enterprise_install: "boolean" },
    ],
    is_ext_shared_channel: "boolean",
    event_context: "string",
  },
};

const AGENT_TOKEN = { "assistant_thread?": { action_token: "string" } };

export const EVENTS: { readonly [kind: string]: Recorded } = {
  message: { source: recorded("events/MessagePayload"), shape: { ...POSTED, ...AGENT_TOKEN } },
  app_mention: { source: recorded("events/AppMentionPayload"), shape: { ...MESSAGE, ...HEARD, ...AGENT_TOKEN, "files?": [FILE] } },
  "message/file_share": { source: recorded("events/MessageFileSharePayload"), shape: { ...POSTED, files: [FILE], ...AGENT_TOKEN } },
  "message/file_share of a shared channel": {
    source: documented("apis/slack-connect/#check_file_info"),
    shape: { ...POSTED, files: [STUB] },
  },
  "message/bot_message": { source: recorded("events/MessageBotPayload"), shape: { ...POSTED, bot_id: "string" } },
  "message/thread_broadcast": { source: recorded("events/MessageThreadBroadcastPayload"), shape: { ...POSTED, root: COUNTED } },
  "message/message_changed": {
    source: recorded("events/MessageChangedPayload"),
    shape: {
      ...HEARD,
      type: "string",
      subtype: "string",
      hidden: "boolean",
      ts: "string",
      channel_type: "string",
      message: COUNTED,
      previous_message: COUNTED,
    },
  },
  "message/message_deleted": {
    source: recorded("events/MessageDeletedPayload"),
    shape: {
      ...HEARD,
      type: "string",
      subtype: "string",
      hidden: "boolean",
      deleted_ts: "string",
      ts: "string",
      channel_type: "string",
      previous_message: COUNTED,
    },
  },
  "message/channel_join": { source: recorded("events/MessageChannelJoinPayload"), shape: { ...NOTICE, "inviter?": "string" } },
  "message/channel_leave": { source: recorded("events/MessageChannelLeavePayload"), shape: NOTICE },
  "message/channel_topic": { source: recorded("events/MessageChannelTopicPayload"), shape: { ...NOTICE, topic: "string" } },
  "message/channel_purpose": { source: recorded("events/MessageChannelPurposePayload"), shape: { ...NOTICE, purpose: "string" } },
  "message/channel_name": {
    source: recorded("events/MessageChannelNamePayload"),
    shape: { ...NOTICE, name: "string", old_name: "string" },
  },
  reaction_added: {
    source: recorded("events/ReactionAddedPayload"),
    shape: {
      type: "string",
      user: "string",
      item: { type: "string", channel: "string", ts: "string" },
      reaction: "string",
      item_user: "string",
      event_ts: "string",
    },
  },
  member_joined_channel: {
    source: recorded("events/MemberJoinedChannelPayload"),
    shape: {
      type: "string",
      user: "string",
      ...HEARD,
      channel_type: "string",
      team: "string",
      "inviter?": "string",
      "enterprise?": "string",
    },
  },
  channel_archive: {
    source: recorded("events/ChannelArchivePayload"),
    shape: { type: "string", ...HEARD, user: "string", "is_moved?": "number" },
  },
  group_archive: {
    source: recorded("events/GroupArchivePayload"),
    shape: { type: "string", ...HEARD, user: "string", "is_moved?": "number" },
  },
  channel_unarchive: { source: recorded("events/ChannelUnarchivePayload"), shape: { type: "string", ...HEARD, user: "string" } },
  channel_left: { source: recorded("events/ChannelLeftPayload"), shape: { type: "string", ...HEARD, actor_id: "string" } },
  app_home_opened: {
    source: recorded("events/AppHomeOpenedPayload"),
    shape: { type: "string", user: "string", ...HEARD, tab: "string", "view?": "any" },
  },
  function_executed: {
    source: documented("reference/events/function_executed/"),
    shape: {
      type: "string",
      function: {
        id: "string",
        callback_id: "string",
        title: "string",
        "description?": "string",
        type: "string",
        input_parameters: [{ type: "string", name: "string", "description?": "string", "title?": "string", is_required: "boolean" }],
        output_parameters: "any",
        app_id: "string",
        date_created: "number",
        date_updated: "number",
        date_deleted: "number",
      },
      inputs: "any",
      function_execution_id: "string",
      workflow_execution_id: "string",
      event_ts: "string",
      bot_access_token: "string",
    },
  },
};

export const LIMITED: Recorded = {
  source: documented("apis/events-api/#rate-limiting"),
  shape: { token: "string", type: "string", team_id: "string", minute_rate_limited: "number", api_app_id: "string" },
};

/** A message that was forwarded, as it stands in another. */
export const SHARED: Recorded = {
  source: recorded("api/conversations.history"),
  shape: {
    id: "number",
    color: "string",
    ts: "string",
    "thread_ts?": "string",
    "is_reply_unfurl?": "boolean",
    channel_id: "string",
    "channel_name?": "string",
    channel_team: "string",
    is_msg_unfurl: "boolean",
    is_share: "boolean",
    message_blocks: [{ team: "string", channel: "string", ts: "string", message: { blocks: "any" } }],
    "files?": [FILE],
    author_id: "string",
    author_name: "string",
    author_subname: "string",
    author_link: "string",
    from_url: "string",
    original_url: "string",
    fallback: "string",
    text: "string",
    mrkdwn_in: ["string"],
    footer: "string",
  },
};

export const ANSWERS: { readonly [method: string]: Recorded } = {
  "conversations.history": {
    source: recorded("api/conversations.history"),
    shape: { ok: "boolean", messages: [COUNTED], has_more: "boolean", "response_metadata?": { next_cursor: "string" } },
  },
  "conversations.info": { source: recorded("api/conversations.info"), shape: { ok: "boolean", channel: CHANNEL } },
  "files.info": {
    source: recorded("api/files.info"),
    shape: { ok: "boolean", file: FILE, comments: "any", response_metadata: { next_cursor: "string" } },
  },
  "chat.postMessage": {
    source: recorded("api/chat.postMessage"),
    shape: { ok: "boolean", channel: "string", ts: "string", message: COUNTED },
  },
  "chat.startStream": { source: recorded("api/chat.startStream"), shape: { ok: "boolean", channel: "string", ts: "string" } },
  "chat.appendStream": { source: recorded("api/chat.appendStream"), shape: { ok: "boolean", channel: "string", ts: "string" } },
  "canvases.create": { source: recorded("api/canvases.create"), shape: { ok: "boolean", canvas_id: "string" } },
  "canvases.edit": { source: recorded("api/canvases.edit"), shape: { ok: "boolean" } },
  "assistant.search.context": {
    source: documented("reference/methods/assistant.search.context"),
    shape: {
      ok: "boolean",
      results: {
        messages: [
          {
            author_name: "string",
            author_user_id: "string",
            team_id: "string",
            channel_id: "string",
            channel_name: "string",
            message_ts: "string",
            content: "string",
            is_author_bot: "boolean",
            permalink: "string",
          },
        ],
      },
      response_metadata: { next_cursor: "string" },
    },
  },
};
