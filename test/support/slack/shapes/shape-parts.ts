export interface MessageShape {
  readonly is: string;
  readonly message: { readonly [key: string]: unknown };
  readonly reads: readonly string[];
  /** What nobody has said, and must not be read. */
  readonly not?: readonly string[];
}

// Of what Slack makes them.

export const rich = (...elements: object[]) => ({ type: "rich_text", block_id: "b1", elements });
export const line = (...elements: object[]) => ({ type: "rich_text_section", elements });
export const text = (words: string, style?: object) => ({ type: "text", text: words, ...(style ? { style } : {}) });
export const mrkdwn = (words: string) => ({ type: "mrkdwn", text: words, verbatim: false });
export const plain = (words: string) => ({ type: "plain_text", text: words, emoji: true });
export const section = (words: string) => ({ type: "section", block_id: "s1", text: mrkdwn(words) });
export const raw = (words: string) => ({ type: "raw_text", text: words });
export const table = (...rows: object[][]) => ({ type: "table", block_id: "t1", rows, column_settings: [{ is_wrapped: true }] });
export const preview = (...blocks: object[]) => [{ id: 1, fallback: "[no preview available]", blocks }];

/** As Slack writes a message that somebody forwards. */
export const FORWARD = {
  is_share: true,
  is_msg_unfurl: true,
  author_name: "Jo",
  author_subname: "Jo",
  channel_id: "C0ENG",
  channel_team: "T0LOCAL",
  ts: "1795000000.000100",
  from_url: "https://local.slack.com/archives/C0ENG/p1795000000000100",
  text: "Deploy 417 failed, exit 137",
  fallback: "[November 18th, 2026 3:06 AM] Jo: Deploy 417 failed",
  mrkdwn_in: ["text"],
  footer: "Posted in #engineering",
};
export const JO = '"Jo in #engineering, 2026-11-18 11:06 UTC, forwarded"';
export const stub = (more: object) => ({
  id: "F0STUB1",
  mode: "file_access",
  file_access: "check_file_info",
  created: 0,
  timestamp: 0,
  user: "",
  ...more,
});
export const clip = (transcription: object) => ({
  id: "F0CLIP",
  mode: "hosted",
  filetype: "m4a",
  mimetype: "audio/mp4",
  subtype: "slack_audio",
  name: "audio_message.m4a",
  title: "Audio clip",
  size: 9,
  transcription,
});
