import { upload } from "./api.js";
import { completion } from "./completion.js";
import { h, toast } from "./dom.js";
import { icon } from "./icons.js";
import { bytes } from "./text.js";

const FILES_MAX = 10; // Slack's own limit for one message.
const coarse = matchMedia("(pointer: coarse)");

/**
 * Where people write: Enter sends, Shift+Enter makes a new line, @ completes names, files are attached by button, paste or drop. `aim` says
 * into which channel or thread; each keeps its own draft.
 */
export function createComposer(app, { place }) {
  const { store } = app;
  const drafts = new Map();
  let target;
  let files = [];
  let tasksOpen;

  // Opened by the first aim(): before that there is nowhere to send to, and what was typed would be lost.
  const field = h("textarea", { class: "composer-field", rows: 1, "aria-label": "Message", maxlength: 12_000, disabled: true });
  const names = completion(field, app);
  const chips = h("div", { class: "attachments" });
  const picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true" });
  const send = h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" }, icon("send"));
  const tool = (label, symbol, onclick) =>
    h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick }, icon(symbol));
  const tasks = h(
    "button",
    {
      type: "button",
      class: "icon-button tasks-button",
      "aria-label": "Tasks to try",
      title: "Tasks to try",
      "aria-expanded": "false",
      onclick: () => toggleTasks(),
    },
    icon("bulb"),
  );
  let offeredNow = "";
  const suggestions = h("div", { class: "suggestions", role: "group", "aria-label": "Tasks to try" });
  const box = h(
    "div",
    { class: "composer-box" },
    names.list,
    field,
    chips,
    h(
      "div",
      { class: "composer-bar" },
      tool("Attach files", "attach", () => picker.click()),
      tool("Mention someone", "at", mention),
      place === "channel" && tasks,
      picker,
      h("span", { class: "composer-hint hint" }, h("b", {}, "Enter"), " to send, ", h("b", {}, "Shift + Enter"), " for a new line"),
      send,
    ),
  );
  const element = h("form", { class: `composer composer-${place}`, onsubmit: onSubmit }, suggestions, box);

  field.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (names.onKey(event) || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    element.requestSubmit();
  });
  field.addEventListener(
    "paste",
    (event) => event.clipboardData?.files.length && (event.preventDefault(), attach(event.clipboardData.files)),
  );
  picker.addEventListener("change", () => (attach(picker.files), (picker.value = "")));
  box.addEventListener("dragover", (event) => (event.preventDefault(), box.classList.add("dropping")));
  box.addEventListener("dragleave", () => box.classList.remove("dropping"));
  box.addEventListener("drop", (event) => (event.preventDefault(), box.classList.remove("dropping"), attach(event.dataTransfer.files)));

  function aim(next) {
    if (target) drafts.set(keyOf(target), { text: field.value, files });
    target = next;
    field.disabled = false;
    const draft = drafts.get(keyOf(next));
    files = draft?.files ?? [];
    setText(draft?.text ?? firstTask());
    field.placeholder = next.threadTs
      ? "Reply…"
      : next.channel.kind === "im"
        ? `Message ${next.channel.name}`
        : `Message #${next.channel.name}`;
    field.setAttribute("aria-label", next.threadTs ? "Reply in thread" : field.placeholder);
    tasksOpen = undefined;
    showFiles();
    update();
  }

  /** A newcomer only presses Enter: the first task stands ready as long as nobody has said anything here. */
  function firstTask() {
    return place === "channel" && target.channel.botIsMember && store.roots(target.channel.id).length === 0 && store.suggestions.length > 0
      ? taskText(store.suggestions[0])
      : "";
  }

  const hasAsked = () => store.roots(target.channel.id).some((message) => message.user === store.me.id);

  /** The demo's tasks, which its models have answers to; elsewhere, in the app's own conversation, what the app suggests. */
  function tasksToTry() {
    if (store.suggestions.length > 0 || target.channel.kind !== "im") return store.suggestions;
    return store.prompts.map(({ title, message }) => ({ title, text: message }));
  }

  function update() {
    if (!target || place !== "channel") return (suggestions.hidden = true);
    const all = tasksToTry();
    const offered = all.length > 0 && target.channel.botIsMember;
    tasks.hidden = !offered;
    const open = offered && (tasksOpen ?? !hasAsked());
    tasks.setAttribute("aria-expanded", String(open));
    suggestions.hidden = !open;
    const signature = JSON.stringify(all);
    if (offeredNow !== signature) {
      offeredNow = signature;
      suggestions.replaceChildren(
        h("span", { class: "hint suggestions-label" }, "Try:"),
        ...all.map((task) =>
          h(
            "button",
            { type: "button", class: "suggestion", title: task.text, onclick: () => (setText(taskText(task)), focus()) },
            h("bdi", {}, task.title),
          ),
        ),
      );
    }
    return undefined;
  }

  function toggleTasks() {
    tasksOpen = suggestions.hidden;
    update();
  }

  /** In the app's own conversation no mention is needed. */
  function taskText({ text }) {
    const handle = `@${store.bot.name}`;
    const isAddressed = text.toLowerCase().startsWith(`${handle} `.toLowerCase());
    if (target.channel.kind === "im") return isAddressed ? text.slice(handle.length + 1) : text;
    return isAddressed ? text : `${handle} ${text}`;
  }

  function mention() {
    field.focus();
    const before = field.value.slice(0, field.selectionStart);
    field.setRangeText(before && !/\s$/.test(before) ? " @" : "@", field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function setText(text) {
    field.value = text;
    changed();
  }

  /** The field grows with its text up to the height CSS allows; out of sight it has no height to tell. */
  function changed() {
    field.style.height = "auto";
    if (field.scrollHeight > 0) field.style.height = `${field.scrollHeight}px`;
    send.classList.toggle("ready", field.value.trim() !== "" || files.length > 0);
  }

  function attach(list) {
    files = [...files, ...list];
    if (files.length > FILES_MAX) toast(`At most ${FILES_MAX} files go with one message; the rest was left out.`);
    files = files.slice(0, FILES_MAX);
    showFiles();
    field.focus();
  }

  function showFiles() {
    chips.hidden = files.length === 0;
    chips.replaceChildren(
      ...files.map((file) =>
        h(
          "span",
          { class: "attachment" },
          icon("file"),
          h("bdi", {}, file.name),
          h("span", { class: "hint" }, bytes(file.size)),
          h(
            "button",
            {
              type: "button",
              class: "icon-button",
              "aria-label": `Remove ${file.name}`,
              onclick: () => ((files = files.filter((other) => other !== file)), showFiles()),
            },
            icon("close"),
          ),
        ),
      ),
    );
    changed();
  }

  async function onSubmit(event) {
    event.preventDefault();
    const text = field.value.trim();
    const sending = files;
    if ((!text && sending.length === 0) || element.getAttribute("aria-busy")) return;
    const to = target;
    element.setAttribute("aria-busy", "true");
    drafts.delete(keyOf(to));
    files = [];
    setText("");
    showFiles();
    const result = await deliver(to, text, sending);
    element.removeAttribute("aria-busy");
    if (!result.ok) giveBack(to, result);
    else if (result.ts && !to.threadTs && opensThread(to, text)) app.openThread(to.channel.id, result.ts, { focus: true });
  }

  /** A file is a message of its own: with words it goes below them, so that the thread holds both. */
  async function deliver(to, text, sending) {
    const as = store.me.id;
    const posted = text ? await app.send("post", { as, channel: to.channel.id, threadTs: to.threadTs, text }) : { ok: true };
    if (!posted.ok) return { ...posted, text, files: sending };
    for (const [index, file] of sending.entries()) {
      const result = await upload({ as, channel: to.channel.id, threadTs: to.threadTs ?? posted.ts, file });
      if (!result.ok) return { ...result, text: "", files: sending.slice(index) };
    }
    return posted;
  }

  /** What could not be sent is put back where it was written, and said. */
  function giveBack(to, { text, files: unsent, error }) {
    toast(`Not sent: ${error ?? "the server refused it"}`);
    if (keyOf(to) !== keyOf(target)) return drafts.set(keyOf(to), { text, files: unsent });
    files = unsent;
    setText(text || field.value);
    return showFiles();
  }

  const opensThread = ({ channel }, text) =>
    channel.kind === "im" || (channel.botIsMember && text.toLowerCase().includes(`@${store.bot.name.toLowerCase()}`));

  /** Not on a touch screen, where focus would raise the keyboard over the thread. */
  function focus() {
    if (coarse.matches) return;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  }

  return { element, aim, update, focus, resize: changed };
}

const keyOf = ({ channel, threadTs }) => `${channel.id}/${threadTs ?? ""}`;
