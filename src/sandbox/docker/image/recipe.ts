import { createHash } from "node:crypto";
import { PACKAGE_LIST } from "./languages.ts";

/** How an image is made. */
export interface Recipe {
  readonly dockerfile: string;
  /** Its name. For an image with packages the tag is a hash of the recipe: another recipe gives another image. */
  readonly image: string;
}

export interface Packages {
  /** Pinned, such as `seaborn==0.13.2`. */
  readonly pip: readonly string[];
  readonly apt: readonly string[];
}

/** An image with more packages, made of one that is there; `undefined` when none are asked for. */
export function recipeWith(base: string, { pip, apt }: Packages): Recipe | undefined {
  if (pip.length === 0 && apt.length === 0) return undefined;
  const words = [base, ...pip, ...apt];
  const wrong = words.find((word) => !/^[\w.\-/:@=+~![\],]+$/.test(word));
  if (wrong !== undefined) throw new RangeError(`"${wrong}" cannot be part of an image's recipe`);
  const quoted = (list: readonly string[]): string =>
    list
      .toSorted()
      .map((word) => `'${word}'`)
      .join(" ");
  const lines = [
    "# Made by Parley from sandbox.packages of the team file. Code that runs in it has no network: what it may import is installed here.",
    `FROM ${base}`,
    "USER 0:0",
  ];
  if (apt.length > 0)
    lines.push(
      `RUN apt-get update \\`,
      `  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${quoted(apt)} \\`,
      `  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \\`,
      `  && printf '%s\\n' ${quoted(apt)} >> ${PACKAGE_LIST}`,
    );
  if (pip.length > 0)
    lines.push(`RUN PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install --no-cache-dir --only-binary :all: ${quoted(pip)}`);
  const dockerfile = `${lines.join("\n")}\n`;
  const hash = createHash("sha256").update(dockerfile).digest("hex").slice(0, 16);
  return { dockerfile, image: `parley-sandbox-team:${hash}` };
}
