import { ATTACHED, RICH } from "./blocks-and-attachments.ts";
import { PEOPLE_AND_PLACES, TABLES } from "./contents.ts";
import { FILES } from "./files.ts";
import { FORWARDS } from "./forwards.ts";
import type { MessageShape } from "./shape-parts.ts";

/**
 * Messages in the shapes that Slack documents or has been seen to send, in which people's words stand elsewhere than in `text`; each with what
 * agents must have read of it. https://docs.slack.dev/reference/events/message and /reference/block-kit/blocks have the shapes.
 */
export const MESSAGE_SHAPES: readonly MessageShape[] = [...FORWARDS, ...TABLES, ...PEOPLE_AND_PLACES, ...FILES, ...RICH, ...ATTACHED];
