import { refuse, type Refusal } from "../refusal.ts";
import { plainText } from "./block-elements.ts";
import { isJson } from "./block-ids.ts";
import { blockProblems } from "./blocks.ts";
import {
  CALLBACK_ID_CHARS_MAX,
  PRIVATE_METADATA_CHARS_MAX,
  VIEW_BLOCKS_MAX,
  VIEW_BYTES_MAX,
  VIEW_TITLE_CHARS_MAX,
} from "../state/limits.ts";
import { anything, flag, problem, shape, text, type Findings } from "./shapes.ts";

/** Whether Slack would take this view as a modal or as a Home tab. */
export function checkView(view: unknown, type: "modal" | "home"): Refusal | undefined {
  const found: Findings = { surface: type, problems: [] };
  if (!isJson(view) || view["type"] !== type) return invalid([`must be a view of type ${type} [json-pointer:/view/type]`]);
  if (Buffer.byteLength(JSON.stringify(view)) > VIEW_BYTES_MAX) return refuse("view_too_large");
  const blocks: unknown = view["blocks"];
  if (!Array.isArray(blocks)) return invalid(["must be an array [json-pointer:/view/blocks]"]);
  (type === "modal" ? modal : home)(view, "/view", found);
  if (blocks.length > VIEW_BLOCKS_MAX) problem(found, "/view/blocks", `no more than ${VIEW_BLOCKS_MAX} items allowed`);
  const hasInput = blocks.some((block: unknown) => isJson(block) && block["type"] === "input");
  if (type === "modal" && hasInput && view["submit"] === undefined)
    problem(found, "/view", "missing required field: submit, as there are input blocks");
  const problems = [...found.problems, ...blockProblems(blocks, type, "/view/blocks")];
  return problems.length > 0 ? invalid(problems) : undefined;
}

const shared = {
  private_metadata: text(PRIVATE_METADATA_CHARS_MAX, 0),
  callback_id: text(CALLBACK_ID_CHARS_MAX, 0),
  external_id: text(CALLBACK_ID_CHARS_MAX, 0),
};
const title = plainText(VIEW_TITLE_CHARS_MAX);
const modal = shape(
  { title, blocks: anything },
  { ...shared, submit: title, close: title, clear_on_close: flag, notify_on_close: flag, submit_disabled: flag },
);
const home = shape({ blocks: anything }, shared);

function invalid(problems: readonly string[]): Refusal {
  return refuse("invalid_arguments", { response_metadata: { messages: problems.map((found) => `[ERROR] ${found}`) } });
}
