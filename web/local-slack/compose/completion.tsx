import { useEffect, useId, useState, type KeyboardEvent, type RefObject } from "react";
import type { PageUser } from "../../../local-slack/server/protocol.ts";
import { Avatar } from "../messages/avatar.tsx";
import { authorOf } from "../state/author.ts";
import { usePage } from "../state/page.tsx";
import type { Store } from "../state/store.ts";

const CHOICES_MAX = 8;
const TYPED = /(?:^|[\s(])@([\p{L}\p{N}_.-]{0,30})$/u;

interface CompletionOptions {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly store: Store;
  readonly text: string;
  readonly replace: (start: number, end: number, words: string) => void;
}

/** Completes `@na…` in a text field: a listbox above it, driven from the field as ARIA's combobox says. */
export function useCompletion({ field, store, text, replace }: CompletionOptions) {
  const id = useId();
  const [found, setFound] = useState<readonly PageUser[]>([]);
  const [at, setAt] = useState(0);

  const show = (users: readonly PageUser[]) => {
    setFound(users);
    setAt(0);
  };
  const refresh = () => {
    const element = field.current;
    const typed = element && TYPED.exec(element.value.slice(0, element.selectionStart))?.[1];
    show(document.activeElement !== element || typed === undefined || typed === null ? [] : namesLike(typed, store));
  };
  // After the words are in the field.
  useEffect(refresh, [text]);

  const choose = (user: PageUser) => {
    const element = field.current;
    if (!element) return;
    const end = element.selectionStart;
    const typed = TYPED.exec(element.value.slice(0, end))?.[1] ?? "";
    replace(end - typed.length - 1, end, `@${user.name} `);
    show([]);
  };
  /** Answers whether it used the key. */
  const onKey = (event: KeyboardEvent): boolean => {
    if (found.length === 0 || event.nativeEvent.isComposing) return false;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const chosen = found[at];
    if (step !== 0) setAt((at + step + found.length) % found.length);
    else if (chosen && ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab")) choose(chosen);
    else if (event.key === "Escape") show([]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const isOpen = found.length > 0;
  return {
    id,
    found,
    at,
    choose,
    onKey,
    field: {
      "aria-autocomplete": "list",
      "aria-controls": id,
      "aria-haspopup": "listbox",
      "aria-activedescendant": isOpen ? `${id}-${at}` : undefined,
      onClick: refresh,
      onBlur: () => show([]),
    } as const,
  };
}

/** A name that is written out needs no list; Enter must send. */
function namesLike(typed: string, store: Store): readonly PageUser[] {
  const start = typed.toLowerCase();
  const others = new Map([store.bot, ...store.users.values()].map((user) => [user.id, user]));
  const found = [...others.values()].filter((user) => user.id !== store.me.id && user.name.toLowerCase().startsWith(start));
  return found.length === 1 && found[0]?.name.toLowerCase() === start ? [] : found.slice(0, CHOICES_MAX);
}

export function NameList({ names: { id, found, at, choose } }: { readonly names: ReturnType<typeof useCompletion> }) {
  const { store } = usePage();
  return (
    <div className="completion" role="listbox" id={id} aria-label="People" hidden={found.length === 0}>
      {found.map((user, index) => (
        <div
          key={user.id}
          className="completion-item"
          role="option"
          id={`${id}-${index}`}
          aria-selected={index === at}
          onPointerDown={(event) => {
            event.preventDefault();
            choose(user);
          }}
        >
          <Avatar of={authorOf({ user: user.id }, store)} size="avatar-small" />
          <bdi>{user.name}</bdi>
          {user.isBot && <span className="badge">APP</span>}
        </div>
      ))}
    </div>
  );
}
