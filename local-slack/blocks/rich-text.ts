import { anything, byType, list, oneOf, shape, text, whole, type Check } from "./shapes.ts";

/** Slack gives no length for rich text; a message's is its bound. */
const RICH_TEXT_CHARS_MAX = 40_000;
const RICH_TEXT_ITEMS_MAX = 1_000;

const style = { style: anything };
const border = { border: whole(0, 1) };

const INLINE: { readonly [type: string]: Check } = {
  text: shape({ text: text(RICH_TEXT_CHARS_MAX) }, style),
  link: shape({ url: text(RICH_TEXT_CHARS_MAX) }, { ...style, text: text(RICH_TEXT_CHARS_MAX, 0), unsafe: anything }),
  emoji: shape({ name: text(255) }, { ...style, unicode: anything, url: anything, skin_tone: anything }),
  user: shape({ user_id: text(255) }, style),
  channel: shape({ channel_id: text(255) }, style),
  usergroup: shape({ usergroup_id: text(255) }, style),
  team: shape({ team_id: text(255) }, style),
  broadcast: shape({ range: oneOf("here", "channel", "everyone") }, style),
  color: shape({ value: text(20) }, style),
  date: shape({ timestamp: anything, format: text(255) }, { ...style, url: anything, fallback: anything }),
};

const inline = list(
  RICH_TEXT_ITEMS_MAX,
  byType(() => INLINE),
  0,
);
const section = shape({ elements: inline });

/** A rich_text block: sections, lists, quotes and preformatted text. An empty piece of text is refused, as Slack refuses it. */
export const richTextBlock: Check = shape(
  {
    elements: list(
      RICH_TEXT_ITEMS_MAX,
      byType(() => ({
        rich_text_section: section,
        rich_text_list: shape(
          {
            elements: list(
              RICH_TEXT_ITEMS_MAX,
              byType(() => ({ rich_text_section: section })),
            ),
            style: oneOf("bullet", "ordered"),
          },
          { ...border, indent: whole(0, 8), offset: whole(0, 10_000) },
        ),
        rich_text_quote: shape({ elements: inline }, border),
        rich_text_preformatted: shape(
          {
            elements: list(
              RICH_TEXT_ITEMS_MAX,
              byType(() => ({ text: INLINE["text"] ?? anything, link: INLINE["link"] ?? anything })),
              0,
            ),
          },
          { ...border, language: anything },
        ),
      })),
    ),
  },
  { block_id: text(255) },
);
