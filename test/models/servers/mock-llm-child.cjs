// A process of its own: the server writes every request to its output. Tells its port to whoever started it, and ends with them.
const { createServer } = require("@dwmkerr/mock-llm/dist/server.js");
const { getDefaultConfig } = require("@dwmkerr/mock-llm/dist/config.js");

const server = createServer(getDefaultConfig(), "127.0.0.1", 0).listen(0, "127.0.0.1", () => process.send(server.address().port));
// As IDLE_STAYS, which a CommonJS file does not read.
server.keepAliveTimeout = 0;
process.on("disconnect", () => process.exit(0));
