// Loaded before a program (`node -r`): at its end, tells on its third file how much processor time it took, all threads, in µs.
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  require("node:fs").writeSync(3, String(user + system));
});
