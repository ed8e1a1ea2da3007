import { usePage } from "../state/page.tsx";
import type { Target } from "../state/draft.ts";
import type { Store } from "../state/store.ts";

interface Task {
  readonly title: string;
  readonly text: string;
}

/** A newcomer only presses Enter: the first task stands ready as long as nobody has said anything here. */
export function firstTask(store: Store, target: Target | undefined): string {
  const [first] = store.suggestions;
  if (!target?.channel.botIsMember || !first || store.roots(target.channel.id).length > 0) return "";
  return wordsFor(store, target, first);
}

export const hasAsked = (store: Store, { channel }: Target): boolean =>
  store.roots(channel.id).some((message) => message.user === store.me.id);

/** The demo's tasks, which its models have answers to; elsewhere, in the app's own conversation, what the app suggests. */
export function tasksToTry(store: Store, { channel }: Target): readonly Task[] {
  if (store.suggestions.length > 0 || channel.kind !== "im") return store.suggestions;
  return store.prompts.map(({ title, message }) => ({ title, text: message }));
}

interface SuggestionsProps {
  readonly tasks: readonly Task[];
  readonly target: Target;
  readonly choose: (text: string) => void;
}

export function Suggestions({ tasks, target, choose }: SuggestionsProps) {
  const { store } = usePage();
  return (
    <div className="suggestions" role="group" aria-label="Tasks to try">
      <span className="hint suggestions-label">Try:</span>
      {tasks.map((task) => (
        <button
          key={task.title}
          type="button"
          className="suggestion"
          title={task.text}
          onClick={() => choose(wordsFor(store, target, task))}
        >
          <bdi>{task.title}</bdi>
        </button>
      ))}
    </div>
  );
}

/** In the app's own conversation no mention is needed. */
function wordsFor({ bot }: Store, { channel }: Target, { text }: Task): string {
  const handle = `@${bot.name}`;
  const isAddressed = text.toLowerCase().startsWith(`${handle} `.toLowerCase());
  if (channel.kind === "im") return isAddressed ? text.slice(handle.length + 1) : text;
  return isAddressed ? text : `${handle} ${text}`;
}
