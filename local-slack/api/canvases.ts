import { createHash } from "node:crypto";
import { isJson } from "../blocks/block-ids.ts";
import { storePosted } from "../people.ts";
import { TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { postMessage } from "../state/messages.ts";
import { BOT_USER_ID } from "../state/seed.ts";
import type { Json, StoredFile } from "../state/state.ts";
import { listArg, textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { findChannel, membership } from "./lookups.ts";
import type { Method } from "./method.ts";

const write = (): readonly string[] => ["canvases:write"];

export const canvasMethods: { readonly [name: string]: Method } = {
  "canvases.create": { perMinute: TIER.two, scopes: write, run: create },
  "conversations.canvases.create": { perMinute: TIER.two, scopes: write, run: createForChannel },
  "canvases.edit": { perMinute: TIER.three, scopes: write, run: edit },
  "canvases.delete": { perMinute: TIER.three, scopes: write, run: remove },
  "canvases.access.set": { perMinute: TIER.three, scopes: write, run: setAccess },
  "canvases.sections.lookup": { perMinute: TIER.three, scopes: () => ["canvases:read"], run: lookUp },
};

/** A canvas is a file whose content is Markdown; a channel's is shared there. */
function create(local: Local, args: Args): Json | Refusal {
  if (!local.state.switches.hasCanvases) return refuse("canvas_disabled_user_team");
  const markdown = documentArg(args["document_content"]);
  if (isRefusal(markdown)) return markdown;
  const id = textArg(args, "channel_id");
  const known = id === "" ? undefined : findChannel(local, id);
  const channel = known === undefined || isRefusal(known) ? known : membership(known);
  if (channel !== undefined && isRefusal(channel)) return channel;
  const name = textArg(args, "title") || "Untitled";
  const stored = storePosted(local, BOT_USER_ID, [{ name, title: name, content: Buffer.from(markdown), kind: "canvas" }], {
    isStub: false,
  });
  const [canvas] = isRefusal(stored) ? [] : stored;
  if (isRefusal(stored) || !canvas) return refuse("canvas_creation_failed");
  if (channel) postMessage(local, channel, { user: BOT_USER_ID, text: "", files: [canvas] });
  return { canvas_id: canvas.id };
}

function createForChannel(local: Local, args: Args): Json | Refusal {
  const channel = local.state.channels.get(textArg(args, "channel_id"));
  if (!channel) return refuse("channel_not_found");
  const has = [...channel.messages.values()].some(({ files }) => files.some((file) => local.state.files.has(file.id) && isCanvas(file)));
  return has ? refuse("channel_canvas_already_exists") : create(local, args);
}

const OPERATIONS = ["insert_after", "insert_before", "insert_at_start", "insert_at_end", "replace", "delete", "rename"] as const;

/** One change a call. Without a section, `replace` is of the whole. */
function edit(local: Local, args: Args): Json | Refusal {
  const canvas = findCanvas(local, args);
  if (isRefusal(canvas)) return canvas;
  const changes = listArg(args, "changes") ?? [];
  const [change] = changes;
  const operation = OPERATIONS.find((known) => known === change?.["operation"]);
  if (!change || changes.length > 1 || !operation) return refuse("invalid_arguments");
  if (operation === "rename") {
    const title = documentArg(change["title_content"]);
    if (isRefusal(title)) return title;
    local.state.files.set(canvas.id, { ...canvas, title, name: title });
    return {};
  }
  const given = operation === "delete" ? "" : documentArg(change["document_content"]);
  if (isRefusal(given)) return given;
  const after = changed(canvas.content.toString("utf8"), { operation, given, sectionId: textArg(change, "section_id") });
  if (after === undefined) return refuse("canvas_editing_failed");
  local.state.files.set(canvas.id, { ...canvas, content: Buffer.from(after) });
  local.changes.changed();
  return {};
}

type Edit = { readonly operation: Exclude<(typeof OPERATIONS)[number], "rename">; readonly given: string; readonly sectionId: string };

function changed(markdown: string, { operation, given, sectionId }: Edit): string | undefined {
  const sections = sectionsOf(markdown);
  const at = sections.findIndex(({ id }) => id === sectionId);
  const texts = sections.map(({ text }) => text);
  const put = (from: number, cut: number, ...texted: string[]): string => texts.toSpliced(from, cut, ...texted).join("\n\n");
  switch (operation) {
    case "insert_at_start":
      return put(0, 0, given);
    case "insert_at_end":
      return put(texts.length, 0, given);
    case "replace":
      return sectionId === "" ? given : at < 0 ? undefined : put(at, 1, given);
    case "insert_before":
      return at < 0 ? undefined : put(at, 0, given);
    case "insert_after":
      return at < 0 ? undefined : put(at + 1, 0, given);
    case "delete":
      return at < 0 ? undefined : put(at, 1);
  }
}

function lookUp(local: Local, args: Args): Json | Refusal {
  const canvas = findCanvas(local, args);
  if (isRefusal(canvas)) return canvas;
  const criteria = isJson(args["criteria"]) ? args["criteria"] : {};
  const text = textArg(criteria, "contains_text");
  const types = Array.isArray(criteria["section_types"]) ? criteria["section_types"] : [];
  if (text === "" && types.length === 0) return refuse("invalid_arguments");
  const found = sectionsOf(canvas.content.toString("utf8")).filter(
    (section) => section.text.includes(text) && (types.length === 0 || /^#{1,3} /.test(section.text)),
  );
  return { sections: found.map(({ id }) => ({ id })) };
}

function setAccess(local: Local, args: Args): Json | Refusal {
  const canvas = findCanvas(local, args);
  if (isRefusal(canvas)) return canvas;
  const given = ["user_ids", "channel_ids"].filter((name) => args[name] !== undefined && args[name] !== "");
  if (given.length !== 1) return refuse("invalid_parameters");
  return ["read", "write", "owner"].includes(textArg(args, "access_level")) ? {} : refuse("invalid_arguments");
}

function remove(local: Local, args: Args): Json | Refusal {
  const canvas = findCanvas(local, args);
  if (isRefusal(canvas)) return canvas;
  local.state.files.delete(canvas.id);
  return {};
}

function findCanvas(local: Local, args: Args): StoredFile | Refusal {
  if (!local.state.switches.hasCanvases) return refuse("canvas_disabled_user_team");
  const file = local.state.files.get(textArg(args, "canvas_id"));
  return file && isCanvas(file) ? file : refuse("canvas_not_found");
}

export const isCanvas = (file: StoredFile): boolean => file.special?.["filetype"] === "quip";

/** What is downloaded of a canvas: a page, whose paragraphs are those of the editor. */
export function canvasPage(markdown: string): string {
  const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const parts = sectionsOf(markdown).map(({ id, text }) => {
    const heading = /^(#{1,3}) (.*)$/s.exec(text);
    const tag = heading ? `h${heading[1]?.length ?? 1}` : "p";
    return `<${tag} id="${id}" class="line">${escaped(heading?.[2] ?? text).replaceAll("\n", "<br/>")}</${tag}>`;
  });
  return `<div class="quip-canvas-content">${parts.join("")}</div>`;
}

/** `{type: "markdown", markdown}`; nothing is an empty canvas. */
function documentArg(given: unknown): string | Refusal {
  if (given === undefined) return "";
  return isJson(given) && given["type"] === "markdown" && typeof given["markdown"] === "string"
    ? given["markdown"]
    : refuse("invalid_arguments");
}

/** Paragraphs, as the editor has them; an id is the same for the same words at the same place. */
function sectionsOf(markdown: string): { readonly id: string; readonly text: string }[] {
  const texts = markdown.split(/\n{2,}/).filter((text) => text.trim() !== "");
  return texts.map((text, index) => ({ id: `temp:C:${createHash("sha256").update(`${index}/${text}`).digest("hex").slice(0, 28)}`, text }));
}
