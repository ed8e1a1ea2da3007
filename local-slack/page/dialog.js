import { h } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { withEmoji } from "./emoji.js";

/** What the keyboard can reach inside an element. */
const REACHABLE = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex='0']";

/**
 * Shows a native dialog in the top layer: the rest of the page is inert, Escape closes, Tab stays inside, and focus goes back to where it was.
 * `onClosed` is called once, however it closes.
 */
export function showDialog(dialog, onClosed) {
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.addEventListener("keydown", (event) => event.key === "Tab" && keepInside(dialog, event));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
    onClosed?.();
  });
  dialog.showModal();
  return dialog;
}

function keepInside(dialog, event) {
  const stops = [...dialog.querySelectorAll(REACHABLE)].filter((element) => element.getClientRects().length > 0);
  if (stops.length === 0) return;
  const leaving = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== leaving && dialog.contains(document.activeElement) && document.activeElement !== dialog) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0]).focus();
}

export function closeButton(close, label = "Close") {
  return h("button", { type: "button", class: "icon-button dialog-close", "aria-label": label, onclick: close }, icon("close"));
}

/** Slack's confirm object as a question; resolves to whether it was confirmed. */
export function confirmed(confirm, app) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    let yes = false;
    const deny = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, plain(confirm.deny) || "Cancel");
    const agree = h(
      "button",
      { type: "button", class: `button ${confirm.style === "danger" ? "danger" : "primary"}`, onclick: accept },
      plain(confirm.confirm) || "Yes",
    );
    const dialog = h(
      "dialog",
      { class: "dialog dialog-small", "aria-labelledby": "confirm-title" },
      h("h2", { id: "confirm-title" }, plain(confirm.title) || "Are you sure?"),
      h("p", {}, textObject(confirm.text, app)),
      h("div", { class: "dialog-actions" }, deny, agree),
    );
    function accept() {
      yes = true;
      dialog.close();
    }
    showDialog(dialog, () => resolve(yes));
    deny.focus();
  });
}

/** The words of a plain_text object. */
export function plain(object) {
  const text = typeof object === "string" ? object : object?.text;
  return typeof text === "string" ? withEmoji(text) : "";
}

/** A text object of either type as nodes. */
export function textObject(object, app) {
  if (object?.type === "mrkdwn") return mrkdwn(object.text, app);
  return h("span", { class: "plain", dir: "auto" }, plain(object));
}
