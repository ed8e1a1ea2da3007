import { useId, useState, useSyncExternalStore, type FormEvent } from "react";
import { Dialog } from "../../parts/dialog.tsx";
import { toast } from "../../parts/toasts.tsx";
import { send } from "../state/api.ts";
import { usePage } from "../state/page.tsx";

/** Takes a provider's key, or the address of a model server, for as long as the demo runs. */
export function ConnectModel() {
  const page = usePage();
  const isOpen = useSyncExternalStore(page.connecting.subscribe, page.connecting.read);
  return isOpen && <Form />;
}

function Form() {
  const page = usePage();
  const id = useId();
  const [key, setKey] = useState("");
  const [baseUrl, setBaseUrl] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const close = () => page.connecting.set(false);
  return (
    <Dialog
      className="dialog-small"
      aria-labelledby={`${id}-title`}
      onClose={close}
      onOpen={(dialog) => dialog.querySelector<HTMLElement>("input")?.focus()}
    >
      <form className="forward" aria-busy={isBusy} onSubmit={(event) => void connect(event)}>
        <h2 id={`${id}-title`}>Connect a model</h2>
        <p>
          The offline team plays ready tasks alone. With a model it works on yours. What you type stays in the memory of this demo, goes to
          that model&#8217;s server alone, and is gone when the demo ends.
        </p>
        <label htmlFor={`${id}-key`}>Key (Anthropic or OpenAI, or of the server below)</label>
        <input
          id={`${id}-key`}
          className="field"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={key}
          onChange={({ target }) => setKey(target.value)}
        />
        <label htmlFor={`${id}-address`}>Or the address of a model server</label>
        <input
          id={`${id}-address`}
          className="field"
          type="url"
          autoComplete="off"
          placeholder="http://127.0.0.1:11434/v1"
          value={baseUrl}
          onChange={({ target }) => setBaseUrl(target.value)}
        />
        <p className="field-error" role="alert">
          {error}
        </p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={isBusy}>
            Connect
          </button>
        </div>
      </form>
    </Dialog>
  );

  async function connect(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError("");
    const result = await send("model", { as: page.as, key, baseUrl });
    setBusy(false);
    if (!result.ok) return setError(result.error ?? "The server refused it.");
    close();
    toast("Connected: the next task is worked on by the model.");
  }
}
