import { act } from "./act.js";
import { plain, textObject } from "./dialog.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { choices } from "./choices.js";
import { picture } from "./files.js";
import { listOf } from "./rich-text.js";
import { safeHref } from "./text.js";
import { textInput } from "./inputs.js";

/**
 * One interactive element. `ctx` is { app, where, blockId, form?, input? }: `where` is the message or view it stands in, `form` collects the
 * values of a modal, `input` says that it stands in an input block, whose choices are sent on submit only.
 */
export function element(el, ctx) {
  switch (el?.type) {
    case "button":
    case "workflow_button":
      return button(el, ctx);
    case "icon_button":
      return iconButton(el, ctx);
    case "feedback_buttons":
      return feedback(el, ctx);
    case "overflow":
      return overflow(el, ctx);
    case "image":
      return picture(el, ctx.app, "image-small");
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
    case "datepicker":
    case "timepicker":
    case "datetimepicker":
      return textInput(el, ctx);
    case "mrkdwn":
    case "plain_text":
      return textObject(el, ctx.app);
    default:
      return choices(el, ctx) ?? h("span", { class: "unknown" }, `element type ${el?.type ?? "(none)"} is not shown here`);
  }
}

const keyOf = (el, ctx) => `${ctx.blockId}/${el.action_id}/${el.value ?? ""}`;
const valueOf = (value) => (typeof value === "string" ? { value } : {});

function button(el, ctx) {
  const style = el.style === "primary" || el.style === "danger" ? el.style : "";
  const props = { class: `button ${style}`, "data-key": keyOf(el, ctx), "aria-label": el.accessibility_label };
  const href = safeHref(el.url);
  if (href) {
    const follow = () => void act(el, ctx, valueOf(el.value)); // The link opens by itself; the app is told as well, as in Slack.
    return h("a", { ...props, href, target: "_blank", rel: "noopener noreferrer", onclick: follow }, plain(el.text), icon("window"));
  }
  const control = h("button", { ...props, type: "button" }, plain(el.text) || "Button");
  control.addEventListener("click", () => control.getAttribute("aria-busy") ?? act(el, ctx, valueOf(el.value), control));
  return control;
}

function iconButton(el, ctx) {
  const visible = listOf(el.visible_to_user_ids);
  if (visible.length > 0 && !visible.includes(ctx.app.store.me.id)) return undefined;
  const control = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      title: plain(el.text),
      "aria-label": el.accessibility_label ?? plain(el.text),
      "data-key": keyOf(el, ctx),
    },
    icon(el.icon === "trash" ? "trash" : "info"),
  );
  control.addEventListener("click", () => act(el, ctx, valueOf(el.value), control));
  return control;
}

function feedback(el, ctx) {
  const one = (side, symbol) => {
    const label = side?.accessibility_label ?? plain(side?.text);
    const control = h(
      "button",
      {
        type: "button",
        class: "icon-button feedback",
        title: plain(side?.text),
        "aria-label": label,
        "aria-pressed": "false",
        "data-key": `${ctx.blockId}/${el.action_id}/${side?.value}`,
      },
      icon(symbol),
    );
    control.addEventListener("click", async () => {
      if (!(await act(el, ctx, valueOf(side?.value), control))) return;
      for (const other of control.parentElement.children) other.setAttribute("aria-pressed", String(other === control));
    });
    return control;
  };
  return h(
    "span",
    { class: "feedback-buttons", role: "group", "aria-label": "Feedback" },
    one(el.positive_button, "up"),
    one(el.negative_button, "thumbDown"),
  );
}

function overflow(el, ctx) {
  const control = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "data-key": keyOf(el, ctx),
    },
    icon("more"),
  );
  const items = listOf(el.options).map((option) => ({
    label: plain(option?.text),
    detail: plain(option?.description),
    href: safeHref(option?.url),
    blank: true,
    choose: () => act(el, ctx, { selected: option, ...valueOf(option?.value) }, control),
  }));
  control.addEventListener("click", () => openMenu(control, items, "More actions"));
  return control;
}
