/** A tool's name as a server takes it, and back. */
export interface ToolNames {
  wire(tool: string): string;
  own(wire: string): string;
  /** Whether a tool has this name on the wire. */
  has(wire: string): boolean;
}

/** `plain`: letters, digits and underscores, a letter first: what the strictest servers take. */
export function toolNames(tools: readonly string[], safe: (name: string) => string, plain: boolean): ToolNames {
  const byTool = new Map<string, string>();
  const byWire = new Map<string, string>();
  const wire = (tool: string): string => {
    const known = byTool.get(tool);
    if (known !== undefined) return known;
    let name = plain ? plainName(safe(tool)) : safe(tool);
    for (let count = 2; byWire.has(name); count++) name = `${(plain ? plainName(safe(tool)) : safe(tool)).slice(0, 56)}_${count}`;
    byTool.set(tool, name);
    byWire.set(name, tool);
    return name;
  };
  for (const tool of tools) wire(tool);
  return { wire, own: (name) => byWire.get(name) ?? name, has: (name) => byWire.has(name) };
}

const PLAIN_CHARS_MAX = 60;

function plainName(name: string): string {
  const plain = name.replaceAll(/\W/g, "_").slice(0, PLAIN_CHARS_MAX);
  return /^[a-z]/i.test(plain) ? plain : `t_${plain}`;
}
