import { expect, test } from "vitest";
import { blamedIn, namesOneTool } from "../../../src/models/refusals/blame.ts";

const NAMES = ["gh__a", "gh__b", "fs__read", "search"];

test.each([
  "Invalid schema for function 'gh__b': array schema missing items.",
  "tools.1.custom.input_schema: JSON schema is invalid.",
  "* GenerateContentRequest.tools[0].function_declarations[1].parameters.properties[x].items: missing field.",
  "Unable to submit request because `gh__b` functionDeclaration `parameters.x` schema didn't specify the schema type field.",
  "The value at toolConfig.tools.1.toolSpec.inputSchema.json.type must be one of the following: object.",
  "[{'type': 'string_type', 'loc': ('body', 'tools', 1, 'function', 'name'), 'msg': 'x'}]",
  '{"detail":[{"loc":["body","tools",1,"function","parameters"],"msg":"field required"}]}',
  "tool 'gh__b' has an invalid schema",
  "Function gh__b: parameters must be an object",
  "gh__b: JSON schema is not valid",
  "$.tools[1].input_schema.properties is invalid",
  "tools/1/function/parameters: unknown type",
])("one tool is blamed, in whatever words: %s", (message) => {
  expect(blamedIn(message, NAMES)).toBe("gh__b");
  expect(namesOneTool(message)).toBe(true);
});

test.each([
  "the tool 'search' was slow",
  "Please search the parameters: they are wrong",
  "messages.3: the schema of tool_use gh__b has no tool_result",
  "the schemas of gh__a and gh__b are too long together",
  "at most 128 tools, 3 are too many",
])("none is blamed where none is named, or several are: %s", (message) => expect(blamedIn(message, NAMES)).toBeUndefined());
