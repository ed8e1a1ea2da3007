import { Icon } from "../../parts/icon.tsx";
import { jsonOf, type Json } from "../state/json.ts";
import { TextObject } from "./text-object.tsx";

const LEVELS = { info: "info", warning: "alert", error: "alert", success: "check" } as const;

export function Alert({ block }: { readonly block: Json }) {
  const level = (Object.keys(LEVELS) as (keyof typeof LEVELS)[]).find((one) => one === block["level"]);
  return (
    <div className={`block-alert alert-${level ?? "default"}`} role="note">
      <Icon name={level ? LEVELS[level] : "alert"} />
      <TextObject object={jsonOf(block["text"])} />
    </div>
  );
}
