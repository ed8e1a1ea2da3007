import { setCookie } from "hono/cookie";
import { refused } from "./gate.ts";
import type { AddressSessions } from "./address-sessions.ts";
import type { Way } from "./way.ts";

/** `onEntered`: told when an address was used, or came too late, so that another can be printed. */
export const byAddress = (sessions: AddressSessions, onEntered?: () => void): Way => ({
  sessions,
  entrance: { how: "Open the address that `parley studio` prints; it lets in once." },
  open(app, own) {
    app.get("/enter", (c) => {
      // Whoever looks what is behind an address, before a person opens it, does not use it up.
      if (c.req.method === "HEAD") return refused(c, 405, "bad_method", "Pages are read with GET.");
      const token = c.req.query("token") ?? "";
      const isMinted = sessions.isMinted(token);
      const secret = sessions.redeem(token);
      if (secret === undefined) {
        if (isMinted) onEntered?.();
        return refused(c, 403, "used_token", "This address was used already, or is too old. Take the newest one that Parley has printed.");
      }
      // Without an age of its own: how long a session lasts is known here alone.
      setCookie(c, own().cookie, secret, { httpOnly: true, sameSite: "Strict", path: "/", secure: own().isSecure });
      onEntered?.();
      return c.redirect("/", 303);
    });
  },
});
