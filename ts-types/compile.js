// Compiles the given projects with every supported compiler, without writing anything.
import { spawnSync } from "node:child_process";

const compilers = ["typescript-5.9", "typescript-6.0", "typescript-7.0"];
let failed = false;
for (const compiler of compilers) {
  for (const project of process.argv.slice(2)) {
    const tsc = new URL(`node_modules/${compiler}/bin/tsc`, import.meta.url).pathname;
    const { status } = spawnSync(process.execPath, [tsc, "--noEmit", "-p", project], { stdio: "inherit" });
    console.log(`${status === 0 ? "ok  " : "FAIL"} ${compiler} ${project}`);
    failed ||= status !== 0;
  }
}
process.exitCode = failed ? 1 : 0;
