import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore, type FormEvent } from "react";
import { Icon, IconButton } from "../../parts/icon.tsx";
import { MenuButton } from "../../parts/menu.tsx";
import { toast } from "../../parts/toasts.tsx";
import { runShortcut } from "../elements/shortcut.ts";
import { keyOf, type Draft, type Target } from "../state/draft.ts";
import { usePage, useStore } from "../state/page.tsx";
import { Attachments, useDropping } from "./attachments.tsx";
import { NameList, useCompletion } from "./completion.tsx";
import { deliver, opensThread } from "./deliver.ts";
import { firstTask, hasAsked, Suggestions, tasksToTry } from "./tasks.tsx";

const TEXT_CHARS_MAX = 12_000;
const FILES_MAX = 10; // Slack's own limit for one message.
const NOTHING: Draft = { text: "", files: [] };
const coarse = matchMedia("(pointer: coarse)");

interface ComposerProps {
  readonly place: "channel" | "thread";
  /** Before the first state there is nowhere to send to: the field is closed. */
  readonly target: Target | undefined;
}

/**
 * Where people write: Enter sends, Shift+Enter makes a new line, @ completes names, files are attached by button, paste or drop. Each
 * channel and thread has one of its own, which keeps its draft.
 */
export function Composer({ place, target }: ComposerProps) {
  const page = usePage();
  const store = useStore();
  const key = target ? keyOf(target) : "";
  const [draft, setDraft] = useState<Draft>(
    () =>
      page.drafts.get(key) ?? (place === "channel" && target ? { text: firstTask(store, target), files: page.takeReadyFiles() } : NOTHING),
  );
  const [isBusy, setBusy] = useState(false);
  const [tasksOpen, setTasksOpen] = useState<boolean>();
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const caret = useRef<number>(undefined);
  const focus = useSyncExternalStore(page.focus.subscribe, page.focus.read);
  const names = useCompletion({ field, store, text: draft.text, replace });
  const { isDropping, ...dropping } = useDropping(attach);

  useEffect(() => {
    if (key) page.drafts.set(key, draft);
  }, [page, key, draft]);
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    // The field grows with its text up to the height CSS allows.
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
    if (caret.current !== undefined) element.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  }, [draft.text]);
  useEffect(() => {
    // Not on a touch screen, where focus would raise the keyboard over the thread.
    if (focus?.place !== place || !key || coarse.matches) return;
    page.focus.set(undefined);
    field.current?.focus({ preventScroll: true });
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [page, focus, place, key]);

  const tasks = place === "channel" && target?.channel.botIsMember ? tasksToTry(store, target) : [];
  const showsTasks = target !== undefined && tasks.length > 0 && (tasksOpen ?? !hasAsked(store, target));
  const shortcuts = place === "channel" ? store.shortcuts.filter(({ type }) => type === "global") : [];
  const isReady = draft.text.trim() !== "" || draft.files.length > 0;
  const placeholder = placeholderOf(target);
  return (
    <form ref={form} className={`composer composer-${place}`} aria-busy={isBusy || undefined} onSubmit={(event) => void submit(event)}>
      {showsTasks && <Suggestions tasks={tasks} target={target} choose={(text) => replace(0, draft.text.length, text)} />}
      <div className={`composer-box ${isDropping ? "dropping" : ""}`} {...dropping}>
        <NameList names={names} />
        <textarea
          ref={field}
          className="composer-field"
          rows={1}
          maxLength={TEXT_CHARS_MAX}
          disabled={!target}
          placeholder={placeholder}
          aria-label={target?.threadTs === undefined ? placeholder : "Reply in thread"}
          value={draft.text}
          onChange={({ target: { value } }) => setDraft({ ...draft, text: value })}
          onKeyDown={(event) => {
            if (names.onKey(event) || event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            form.current?.requestSubmit();
          }}
          onPaste={(event) => {
            if (event.clipboardData.files.length === 0) return;
            event.preventDefault();
            attach(event.clipboardData.files);
          }}
          {...names.field}
        />
        <Attachments files={draft.files} remove={(file) => setDraft({ ...draft, files: draft.files.filter((other) => other !== file) })} />
        <div className="composer-bar">
          <IconButton label="Attach files" icon="attach" onClick={() => picker.current?.click()} />
          <IconButton label="Mention someone" icon="at" onClick={mention} />
          {tasks.length > 0 && (
            <IconButton
              label="Tasks to try"
              icon="bulb"
              className="tasks-button"
              aria-expanded={showsTasks}
              onClick={() => setTasksOpen(!showsTasks)}
            />
          )}
          {shortcuts.length > 0 && (
            <MenuButton
              className="icon-button"
              title="Shortcuts"
              aria-label="Shortcuts"
              menuLabel="Shortcuts"
              items={() =>
                shortcuts.map((one) => ({ label: one.name, detail: store.bot.name, choose: () => void runShortcut(page, one, undefined) }))
              }
            >
              <Icon name="bolt" />
            </MenuButton>
          )}
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            tabIndex={-1}
            aria-hidden="true"
            onChange={({ target: input }) => {
              attach(input.files ?? []);
              input.value = "";
            }}
          />
          <span className="composer-hint hint">
            <b>Enter</b> to send, <b>Shift + Enter</b> for a new line
          </span>
          <button type="submit" className={`send ${isReady ? "ready" : ""}`} aria-label="Send" title="Send (Enter)">
            <Icon name="send" />
          </button>
        </div>
      </div>
    </form>
  );

  /** Puts words in the place of others, and the caret behind them. */
  function replace(start: number, end: number, words: string): void {
    caret.current = start + words.length;
    setDraft((before) => ({ ...before, text: before.text.slice(0, start) + words + before.text.slice(end) }));
    field.current?.focus({ preventScroll: true });
  }

  function mention(): void {
    const { selectionStart: start = 0, selectionEnd: end = 0 } = field.current ?? {};
    const before = draft.text.slice(0, start);
    replace(start, end, before && !/\s$/.test(before) ? " @" : "@");
  }

  function attach(list: Iterable<File>): void {
    const files = [...draft.files, ...list];
    if (files.length > FILES_MAX) toast(`At most ${FILES_MAX} files go with one message; the rest was left out.`);
    setDraft({ ...draft, files: files.slice(0, FILES_MAX) });
    field.current?.focus();
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const sent = { text: draft.text.trim(), files: draft.files };
    if (isBusy || !target || (sent.text === "" && sent.files.length === 0)) return;
    setBusy(true);
    setDraft(NOTHING);
    const result = await deliver(page.as, target, sent);
    setBusy(false);
    if (!result.ok) {
      toast(`Not sent: ${result.error ?? "the server refused it"}`);
      // Put back where it was written.
      page.drafts.set(key, result.unsent);
      setDraft((now) => ({ ...result.unsent, text: result.unsent.text || now.text }));
    } else if (result.ts !== undefined && target.threadTs === undefined && opensThread(store, target, sent.text))
      page.openThread(target.channel.id, result.ts, { focus: true });
  }
}

function placeholderOf(target: Target | undefined): string {
  if (!target) return "Message";
  if (target.threadTs !== undefined) return "Reply…";
  return target.channel.kind === "im" ? `Message ${target.channel.name}` : `Message #${target.channel.name}`;
}
