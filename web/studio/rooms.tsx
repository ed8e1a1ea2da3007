import type { Address } from "./state/address.ts";

/** `pages`: of which addresses it is the room. */
const ROOMS: readonly { readonly name: string; readonly href: string; readonly pages: readonly Address["page"][] }[] = [
  { name: "Runs", href: "#/", pages: ["runs", "run", "forked"] },
  { name: "Teams", href: "#/teams", pages: ["teams", "team"] },
  { name: "Costs", href: "#/costs", pages: ["costs"] },
  { name: "Quality", href: "#/quality", pages: ["quality"] },
  { name: "Evaluations", href: "#/evaluations", pages: ["evaluations", "evaluation"] },
];

/** The rooms of the studio. */
export function Rooms({ page }: { readonly page: Address["page"] }) {
  return (
    <nav className="rooms" aria-label="Rooms">
      {ROOMS.map(({ name, href, pages }) => (
        <a key={name} className="room" href={href} aria-current={pages.includes(page) ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
