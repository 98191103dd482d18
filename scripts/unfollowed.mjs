// Loaded before files of tests. Node's runner follows every promise, to name the test should one
// fail behind its back: a tenth of what our tests take. Without it such a failure is told of the
// file that runs then, and fails it (run-files.test.ts). What the runner makes itself it goes on following:
// a test belongs to the suite that it stands in.

import hooks from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";

const { createHook } = hooks;
hooks.createHook = (callbacks) => createHook({ ...callbacks, trackPromises: false });
// The runner takes the function when it is loaded; everybody else after it has the real one.
await import("node:test");
hooks.createHook = createHook;
syncBuiltinESMExports();
