import { plain } from "./dialog.js";
import { h, outside } from "./dom.js";
import { icon } from "./icons.js";
import { listOf, richText } from "./rich-text.js";
import { safeHref } from "./text.js";

const STATUSES = { pending: "to do", in_progress: "in progress", complete: "done", error: "failed" };

/** The plan of a run: a title, how far it is, and its tasks. */
export function plan(block, app) {
  const tasks = listOf(block.tasks);
  const done = tasks.filter((task) => task?.status === "complete").length;
  const bar = h("progress", {
    class: "plan-progress",
    max: tasks.length || 1,
    value: done,
    "aria-label": `${done} of ${tasks.length} tasks done`,
  });
  return h(
    "div",
    { class: "block-plan" },
    h(
      "div",
      { class: "plan-head" },
      h("span", { class: "plan-title", dir: "auto" }, typeof block.title === "string" ? block.title : plain(block.title)),
      tasks.length > 0 && h("span", { class: "hint" }, `${done} of ${tasks.length}`),
    ),
    tasks.length > 0 && bar,
    h(
      "ul",
      { class: "plan-tasks" },
      tasks.map((task) => h("li", {}, taskCard(task, app))),
    ),
  );
}

/** One task: its state is said by shape, colour and words. */
export function taskCard(task, app) {
  const status = Object.hasOwn(STATUSES, task?.status) ? task.status : "pending";
  const symbol = status === "complete" ? icon("check") : status === "error" ? icon("close") : undefined;
  const sources = listOf(task?.sources).map((source) => safeHref(source?.url) && outside(safeHref(source.url), source.text || source.url));
  return h(
    "div",
    { class: `task task-${status}` },
    h("span", { class: "task-mark", role: "img", "aria-label": STATUSES[status] }, symbol),
    h(
      "div",
      { class: "task-text" },
      h("div", { class: "task-title", dir: "auto" }, typeof task?.title === "string" ? task.title : plain(task?.title)),
      task?.details && h("div", { class: "task-details" }, richText(task.details, app)),
      task?.output && h("div", { class: "task-output" }, richText(task.output, app)),
      sources.length > 0 && h("div", { class: "task-sources" }, sources),
    ),
  );
}
