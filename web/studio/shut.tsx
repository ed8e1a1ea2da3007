import { useEffect } from "react";
import type { SignIn } from "./state/api.ts";

/** What one wanted to see is seen after signing in, too: the way there leads by another site. */
const BACK = "parley-studio-back";

/** For whoever is not let in: why, and how one is. */
export function Shut({ why, signIn }: { readonly why: string; readonly signIn: SignIn | undefined }) {
  useEffect(() => {
    document.title = "Parley studio";
  }, []);
  return (
    <main className="told">
      <h1>{signIn ? "Sign in" : "The door is shut"}</h1>
      <p>{why}</p>
      {signIn && (
        <p>
          <a className="sign-in" href={signIn.path} onClick={() => sessionStorage.setItem(BACK, location.hash)}>
            Sign in with {signIn.by}
          </a>
        </p>
      )}
    </main>
  );
}

/** Once, right after one has come in. */
export function goBack(): void {
  const hash = sessionStorage.getItem(BACK);
  sessionStorage.removeItem(BACK);
  if (hash !== null && hash !== "" && location.hash === "") location.replace(hash);
}
