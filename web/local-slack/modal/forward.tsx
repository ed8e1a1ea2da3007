import { useId, useState, useSyncExternalStore } from "react";
import type { PageMessage } from "../../../local-slack/server/protocol.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { toast } from "../../parts/toasts.tsx";
import { send } from "../state/api.ts";
import { Mrkdwn } from "../blocks/mrkdwn.tsx";
import { authorOf } from "../state/author.ts";
import { usePage } from "../state/page.tsx";

/** Forwards a message to another conversation, with words of one's own. */
export function ForwardDialog() {
  const page = usePage();
  const message = useSyncExternalStore(page.forwarding.subscribe, page.forwarding.read);
  return message && <Form key={message.ts} message={message} />;
}

function Form({ message }: { readonly message: PageMessage }) {
  const page = usePage();
  const { store } = page;
  const id = useId();
  const [to, setTo] = useState(() => (store.channels.find(({ kind }) => kind === "im") ?? store.channels[0])?.id ?? "");
  const [comment, setComment] = useState("");
  const close = () => page.forwarding.set(undefined);
  return (
    <Dialog
      className="dialog-small"
      aria-labelledby={`${id}-title`}
      onClose={close}
      onOpen={(dialog) => dialog.querySelector<HTMLElement>("select")?.focus()}
    >
      <form
        className="forward"
        onSubmit={(event) => {
          event.preventDefault();
          void forward();
        }}
      >
        <h2 id={`${id}-title`}>Forward this message</h2>
        <label htmlFor={`${id}-to`}>To</label>
        <select id={`${id}-to`} className="field select" value={to} onChange={({ target }) => setTo(target.value)}>
          {store.channels.map((channel) => (
            <option key={channel.id} value={channel.id}>
              {channel.kind === "im" ? channel.name : `#${channel.name}`}
            </option>
          ))}
        </select>
        <label htmlFor={`${id}-comment`}>Message (optional)</label>
        <textarea id={`${id}-comment`} className="field" rows={2} value={comment} onChange={({ target }) => setComment(target.value)} />
        <blockquote className="forwarded" dir="auto">
          <b>{authorOf(message, store).name}</b> <Mrkdwn text={message.text.slice(0, SHOWN_CHARS)} />
        </blockquote>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button primary">
            Forward
          </button>
        </div>
      </form>
    </Dialog>
  );

  async function forward(): Promise<void> {
    const { channel, ts } = message;
    const result = await send("forward", { as: page.as, from: { channel, ts }, channel: to, comment });
    if (!result.ok) return toast(`Not forwarded: ${result.error ?? "the server refused it"}`);
    close();
    toast("Forwarded");
  }
}

const SHOWN_CHARS = 200;
