import { useState } from "react";
import { Icon, IconButton } from "../../parts/icon.tsx";
import { MenuButton } from "../../parts/menu.tsx";
import { safeHref } from "../../text/links.ts";
import { jsonOf, listOf, plainOf, wordsOf, type Json } from "../state/json.ts";
import { usePage } from "../state/page.tsx";
import { plain } from "../blocks/text-object.tsx";
import type { At } from "../blocks/where.ts";
import { keyOf, useAct, valueOf } from "./act.ts";

interface ElementProps {
  readonly element: Json;
  readonly at: At;
}

const labelOf = (element: Json): string | undefined => wordsOf(element["accessibility_label"]) || undefined;

export function BlockButton({ element, at }: ElementProps) {
  const { isBusy, act } = useAct(element, at);
  const style = element["style"] === "primary" || element["style"] === "danger" ? element["style"] : "";
  const props = { className: `button ${style}`, "data-key": keyOf(element, at), "aria-label": labelOf(element) };
  const press = () => void act(valueOf(element["value"]));
  const href = safeHref(element["url"]);
  if (href)
    return (
      // The link opens by itself; the app is told as well, as in Slack.
      <a {...props} href={href} target="_blank" rel="noopener noreferrer" onClick={press}>
        {plain(element["text"])}
        <Icon name="window" />
      </a>
    );
  return (
    <button {...props} type="button" aria-busy={isBusy || undefined} onClick={() => isBusy || press()}>
      {plain(element["text"]) || "Button"}
    </button>
  );
}

export function OneIconButton({ element, at }: ElementProps) {
  const { store } = usePage();
  const { isBusy, act } = useAct(element, at);
  const visibleTo = element["visible_to_user_ids"];
  if (Array.isArray(visibleTo) && visibleTo.length > 0 && !visibleTo.includes(store.me.id)) return undefined;
  return (
    <IconButton
      label={labelOf(element) ?? plain(element["text"])}
      title={plain(element["text"])}
      icon={element["icon"] === "trash" ? "trash" : "info"}
      data-key={keyOf(element, at)}
      aria-busy={isBusy || undefined}
      onClick={() => void act(valueOf(element["value"]))}
    />
  );
}

export function FeedbackButtons({ element, at }: ElementProps) {
  const { act } = useAct(element, at);
  const [given, setGiven] = useState<string>();
  const one = (name: "positive_button" | "negative_button") => {
    const side = jsonOf(element[name]);
    return (
      <IconButton
        label={labelOf(side) ?? plain(side["text"])}
        title={plain(side["text"])}
        icon={name === "positive_button" ? "up" : "thumbDown"}
        className="feedback"
        aria-pressed={given === name}
        data-key={keyOf(element, at, side["value"])}
        onClick={() => void act(valueOf(side["value"])).then((sent) => sent && setGiven(name))}
      />
    );
  };
  return (
    <span className="feedback-buttons" role="group" aria-label="Feedback">
      {one("positive_button")}
      {one("negative_button")}
    </span>
  );
}

export function Overflow({ element, at }: ElementProps) {
  const { act } = useAct(element, at);
  return (
    <MenuButton
      className="icon-button"
      aria-label="More actions"
      menuLabel="More actions"
      data-key={keyOf(element, at)}
      items={() =>
        listOf(element["options"]).map((option) => {
          const href = safeHref(option["url"]);
          return {
            label: plain(option["text"]),
            detail: plainOf(option["description"]),
            ...(href ? { href } : {}),
            choose: () => void act({ selected: option, ...valueOf(option["value"]) }),
          };
        })
      }
    >
      <Icon name="more" />
    </MenuButton>
  );
}
