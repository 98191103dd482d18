// Loaded before a file of tests. Node's runner notes of every promise which test it came from, to
// name that test should the promise fail behind its back: a tenth of what our tests take. Without it
// such a failure is told of its file, and fails it as ever (run-file.test.ts).

import hooks from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";

const { createHook } = hooks;
const none = { enable: () => none, disable: () => none };
hooks.createHook = () => none;
// The runner takes the function when it is loaded; everybody else after it has the real one.
await import("node:test");
hooks.createHook = createHook;
syncBuiltinESMExports();
