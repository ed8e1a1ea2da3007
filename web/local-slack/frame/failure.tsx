import { usePage } from "../state/page.tsx";

/** In place of the page, when there is nothing to show. */
export function Failure({ error }: { readonly error: Error }) {
  const { as } = usePage();
  const isUnknown = error.message.includes("404");
  return (
    <div className="failed">
      <h1>{isUnknown ? "Nobody here has that name" : "The local Slack does not answer"}</h1>
      <p>
        {isUnknown ? `There is no person “${as}” in this workspace.` : "Is it still running? This page tries again when you reload it."}
      </p>
      <p>{isUnknown ? <a href="/">Open the workspace as Maria</a> : <a href={location.href}>Reload</a>}</p>
    </div>
  );
}
