/** For the command line, which loads no more of the engine than it needs to show a line. */
export { MARKS_EXPLAINED, shown } from "../engine/reading/shown.ts";
export { withShownCode } from "../engine/code-blocks.ts";
