import { plain, textObject } from "./dialog.js";
import { h } from "./dom.js";
import { element } from "./elements.js";
import { picture } from "./files.js";
import { icon } from "./icons.js";
import { markdown, tableBox } from "./markdown.js";
import { plan, taskCard } from "./plan.js";
import { listOf, richText } from "./rich-text.js";

/**
 * Block Kit to DOM nodes. `ctx` is { app, where, form? }; see elements.js. A block that cannot be read is named rather than dropped, and one
 * broken block does not take the message with it.
 */
const BLOCKS_MAX = 100; // Slack's own limit for a view; messages have 50.
const DEPTH_MAX = 3;

export function renderBlocks(blocks, ctx, depth = 0) {
  return listOf(blocks)
    .slice(0, BLOCKS_MAX)
    .map((block, index) => {
      try {
        return renderBlock(block, { ...ctx, blockId: String(block?.block_id ?? ""), index }, depth);
      } catch {
        return unknown(`block type ${block?.type} cannot be read`);
      }
    });
}

const unknown = (text) => h("div", { class: "unknown" }, text);

function renderBlock(block, ctx, depth) {
  const { app } = ctx;
  switch (block?.type) {
    case "markdown":
      return markdown(block.text);
    case "section":
      return section(block, ctx);
    case "context":
      return h(
        "div",
        { class: "block-context" },
        listOf(block.elements).map((el) => h("span", { class: "context-item" }, element(el, ctx))),
      );
    case "actions":
      return h(
        "div",
        { class: "block-actions", role: "group", "aria-label": "Actions" },
        listOf(block.elements).map((el) => element(el, ctx)),
      );
    case "context_actions":
      return h(
        "div",
        { class: "block-context-actions" },
        listOf(block.elements).map((el) => element(el, ctx)),
      );
    case "divider":
      return h("hr", { class: "block-divider" });
    case "header":
      return header(block);
    case "image":
      return picture(block, app);
    case "rich_text":
      return richText(block, app);
    case "plan":
      return plan(block, app);
    case "task_card":
      return taskCard(block, app);
    case "container":
      return depth < DEPTH_MAX ? container(block, ctx, depth) : unknown("a container too deep inside others is not shown here");
    case "table":
    case "data_table":
      return table(block, app);
    case "input":
      return input(block, ctx);
    case "alert":
      return h(
        "div",
        {
          class: `block-alert alert-${["info", "warning", "error", "success"].includes(block.level) ? block.level : "default"}`,
          role: "note",
        },
        icon(block.level === "success" ? "check" : block.level === "info" ? "info" : "alert"),
        textObject(block.text, app),
      );
    case "card":
      return card(block, ctx);
    case "carousel":
      return h(
        "div",
        { class: "block-carousel" },
        listOf(block.elements).map((one) => card(one, ctx)),
      );
    default:
      return unknown(`block type ${block?.type ?? "(none)"} is not shown here`);
  }
}

function header(block) {
  const level = [1, 2, 3, 4].includes(block.level) ? block.level : 2;
  return h(
    "div",
    { class: `block-header header-${level}`, role: "heading", "aria-level": String(level + 2), dir: "auto" },
    plain(block.text),
  );
}

function section(block, ctx) {
  const fields = listOf(block.fields).map((field) => h("div", { class: "field-text" }, textObject(field, ctx.app)));
  return h(
    "div",
    { class: "block-section" },
    h(
      "div",
      { class: "section-text" },
      block.text && textObject(block.text, ctx.app),
      fields.length > 0 && h("div", { class: "section-fields" }, fields),
    ),
    block.accessory && h("div", { class: "section-accessory" }, element(block.accessory, ctx)),
  );
}

/** Collapsible, and it stays as the reader left it when the app edits the message. */
function container(block, ctx, depth) {
  const title = block.rich_text_title
    ? richText(block.rich_text_title, ctx.app)
    : h("span", { class: "container-title", dir: "auto" }, plain(block.title));
  const head = [
    block.icon && picture(block.icon, ctx.app, "image-tiny"),
    h("span", { class: "container-head" }, title, block.subtitle && h("span", { class: "hint" }, textObject(block.subtitle, ctx.app))),
  ];
  const body = h("div", { class: "container-body" }, renderBlocks(block.child_blocks, ctx, depth + 1));
  if (!block.is_collapsible) return h("div", { class: "block-container" }, h("div", { class: "container-summary" }, head), body);
  const key = `${JSON.stringify(ctx.where)}/container/${ctx.index}/${plain(block.title)}`;
  const details = h(
    "details",
    { class: "block-container", open: ctx.app.opened.get(key) ?? block.default_collapsed !== true },
    h("summary", { class: "container-summary", "data-key": key }, icon("right", "twist"), head),
    body,
  );
  details.addEventListener("toggle", () => ctx.app.opened.set(key, details.open));
  return details;
}

function table(block, app) {
  const settings = listOf(block.column_settings);
  const cell = (value, column, tag) => {
    const align = ["left", "center", "right"].includes(settings[column]?.align)
      ? settings[column].align
      : value?.type === "raw_number"
        ? "right"
        : "";
    return h(
      tag,
      { class: `${align} ${settings[column]?.is_wrapped === false ? "nowrap" : ""}`, dir: "auto" },
      value?.type === "rich_text" ? richText(value, app) : String(value?.text ?? value?.value ?? ""),
    );
  };
  const [head, ...rows] = listOf(block.rows).map(listOf);
  if (!head) return undefined;
  return tableBox(
    block.caption && h("caption", {}, String(block.caption)),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        head.map((value, column) => cell(value, column, "th")),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          row.map((value, column) => cell(value, column, "td")),
        ),
      ),
    ),
  );
}

function card(block, ctx) {
  const blockId = String(block?.block_id ?? ctx.blockId);
  const text = (object, className) => object && h("div", { class: className }, textObject(object, ctx.app));
  return h(
    "div",
    { class: "block-card" },
    block?.hero_image && picture(block.hero_image, ctx.app),
    h(
      "div",
      { class: "card-head" },
      block?.icon && picture(block.icon, ctx.app, "image-tiny"),
      h("div", {}, text(block?.title, "card-title"), text(block?.subtitle, "hint")),
    ),
    text(block?.body, "card-body"),
    listOf(block?.actions).length > 0 &&
      h(
        "div",
        { class: "block-actions" },
        block.actions.map((el) => element(el, { ...ctx, blockId })),
      ),
  );
}

let fields = 0;

/** A labelled field. Its error, when the app sends one, is put into the empty line below it. */
function input(block, ctx) {
  const id = `field-${(fields += 1)}`;
  const grouped = ["checkboxes", "radio_buttons"].includes(block.element?.type) || String(block.element?.type).startsWith("multi_");
  const hint = plain(block.hint);
  const label = [plain(block.label), block.optional && h("span", { class: "hint" }, " (optional)")];
  const control = element(block.element, {
    ...ctx,
    input: block.dispatch_action !== true,
    fieldId: grouped ? undefined : id,
    labelId: `${id}-label`,
    describedBy: `${id}-error ${hint ? `${id}-hint` : ""}`.trim(),
  });
  return h(
    "div",
    { class: "block-input", "data-block": ctx.blockId },
    grouped ? h("div", { class: "label", id: `${id}-label` }, label) : h("label", { class: "label", for: id, id: `${id}-label` }, label),
    control,
    h("div", { class: "field-error", id: `${id}-error`, role: "alert" }),
    hint && h("div", { class: "hint", id: `${id}-hint` }, hint),
  );
}
