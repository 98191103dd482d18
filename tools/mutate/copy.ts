import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * A copy of some folders of the project that runs like it: what npm installed is linked, but for
 * the workspaces, which lead into the copy.
 */
export async function copyProject(
  copy: string,
  folders: readonly string[],
  isWanted: (path: string) => boolean = () => true,
): Promise<void> {
  for (const folder of folders) {
    await cp(join(ROOT, folder), join(copy, folder), {
      recursive: true,
      filter: (path) => !/[/\\]node_modules$/.test(path) && isWanted(path),
    });
  }
  for (const file of ["package.json", "tsconfig.base.json"])
    await cp(join(ROOT, file), join(copy, file));
  const installed = join(ROOT, "node_modules");
  await mkdir(join(copy, "node_modules", "@ecrin"), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name !== "@ecrin" && name !== ".bin")
      await symlink(join(installed, name), join(copy, "node_modules", name));
  }
  const packages = await readdir(join(copy, "packages"));
  for (const folder of [...packages.map((name) => `packages/${name}`), "apps/server"]) {
    const name = folder.slice(folder.indexOf("/") + 1);
    await symlink(join(copy, folder), join(copy, "node_modules", "@ecrin", name));
  }
}
