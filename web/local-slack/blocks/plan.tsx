import { Icon } from "../../parts/icon.tsx";
import { Outside } from "../../text/outside.tsx";
import { safeHref } from "../../text/links.ts";
import { jsonOf, listOf, wordsOf, type Json } from "../state/json.ts";
import { RichText } from "./rich-text.tsx";
import { plain } from "./text-object.tsx";

const STATUSES = { pending: "to do", in_progress: "in progress", complete: "done", error: "failed" } as const;

/** The plan of a run: a title, how far it is, and its tasks. */
export function Plan({ block }: { readonly block: Json }) {
  const tasks = listOf(block["tasks"]);
  const done = tasks.filter((task) => task["status"] === "complete").length;
  return (
    <div className="block-plan">
      <div className="plan-head">
        <span className="plan-title" dir="auto">
          {plain(block["title"])}
        </span>
        {tasks.length > 0 && (
          <span className="hint">
            {done} of {tasks.length}
          </span>
        )}
      </div>
      {tasks.length > 0 && (
        <progress className="plan-progress" max={tasks.length} value={done} aria-label={`${done} of ${tasks.length} tasks done`} />
      )}
      <ul className="plan-tasks">
        {tasks.map((task, index) => (
          <li key={wordsOf(task["task_id"]) || index}>
            <TaskCard task={task} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** One task: its state is said by shape, colour and words. */
export function TaskCard({ task }: { readonly task: Json }) {
  const status = (Object.keys(STATUSES) as (keyof typeof STATUSES)[]).find((one) => one === task["status"]) ?? "pending";
  const sources = listOf(task["sources"]).flatMap((source) => {
    const href = safeHref(source["url"]);
    return href ? [{ href, label: wordsOf(source["text"]) || href }] : [];
  });
  const rich = (name: string) =>
    task[name] !== undefined && (
      <div className={`task-${name}`}>
        <RichText block={jsonOf(task[name])} />
      </div>
    );
  return (
    <div className={`task task-${status}`}>
      <span className="task-mark" role="img" aria-label={STATUSES[status]}>
        {status === "complete" ? <Icon name="check" /> : status === "error" ? <Icon name="close" /> : undefined}
      </span>
      <div className="task-text">
        <div className="task-title" dir="auto">
          {plain(task["title"])}
        </div>
        {rich("details")}
        {rich("output")}
        {sources.length > 0 && (
          <div className="task-sources">
            {sources.map(({ href, label }, index) => (
              <Outside key={index} href={href}>
                {label}
              </Outside>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
