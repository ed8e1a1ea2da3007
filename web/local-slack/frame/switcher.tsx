import { useEffect, useId, useState, useSyncExternalStore, type KeyboardEvent } from "react";
import type { PageChannel } from "../../../local-slack/server/protocol.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { usePage } from "../state/page.tsx";
import { ChannelIcon } from "./channel-icon.tsx";

/** Ctrl+K (or Cmd+K): a few letters, Enter, and one is there. */
export function Switcher() {
  const page = usePage();
  const isOpen = useSyncExternalStore(page.switcher.subscribe, page.switcher.read);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.isComposing)
        return;
      event.preventDefault();
      page.switcher.set(!page.switcher.value);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [page]);
  return isOpen && <Finder />;
}

function Finder() {
  const page = usePage();
  const id = useId();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const found = matches(page.store.channels, words);
  const current = found[Math.min(at, found.length - 1)];
  const close = () => page.switcher.set(false);
  const go = (channel: PageChannel | undefined) => {
    if (!channel) return;
    close();
    location.hash = channel.id;
    page.route();
    // Once the other composer is there: the one that is there now would take the wish for itself.
    queueMicrotask(() => page.focus.set({ place: "channel" }));
  };
  return (
    <Dialog
      className="dialog-small switcher"
      aria-label="Jump to a conversation"
      onClose={close}
      onOpen={(dialog) => dialog.querySelector<HTMLElement>("input")?.focus()}
    >
      <input
        className="field"
        role="combobox"
        aria-label="Jump to"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={current ? `${id}-${current.id}` : undefined}
        aria-autocomplete="list"
        placeholder="Jump to…"
        autoComplete="off"
        value={words}
        onChange={({ target }) => {
          setWords(target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <div className="switcher-list" role="listbox" id={`${id}-list`} aria-label="Conversations">
        {found.map((channel) => (
          <div
            key={channel.id}
            id={`${id}-${channel.id}`}
            className={`menu-item ${channel === current ? "current" : ""}`}
            role="option"
            aria-selected={channel === current}
            onClick={() => go(channel)}
          >
            <ChannelIcon channel={channel} />
            <bdi>{channel.name}</bdi>
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p className="hint" role="status">
          Nothing here is called that
        </p>
      )}
    </Dialog>
  );

  function onKey(event: KeyboardEvent<HTMLInputElement>): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      go(current);
    }
  }
}

/** Those that hold the letters, those that begin with them first. */
function matches(channels: readonly PageChannel[], words: string): readonly PageChannel[] {
  const wanted = words.trim().toLowerCase().replace(/^[#@]/, "");
  const held = channels.filter(({ name }) => name.toLowerCase().includes(wanted));
  return held.toSorted((a, b) => Number(b.name.toLowerCase().startsWith(wanted)) - Number(a.name.toLowerCase().startsWith(wanted)));
}
