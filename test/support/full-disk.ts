import { execFile, spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')
/** A namespace in which we may mount, and of which nobody else notices anything. */
const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']

/** Some containers and machines do not let anybody make a small disk. */
export function canMakeDisks(): boolean {
  return spawnSync('unshare', [...namespace, 'true']).status === 0
}

/**
 * Runs a program of the project with a disk of 64 KiB of its own mounted on `folder`, and gives
 * back what it prints.
 *
 * @param script - a TypeScript file, from the root of the project; it gets `folder` as argument
 */
export async function runOnSmallDisk(script: string, folder: string): Promise<string> {
  const mount = 'mount -t tmpfs -o size=64k none "$0" && exec "$@" "$0"'
  const program = [process.execPath, '--import', 'tsx', resolve(root, script)]
  const args = [...namespace, 'sh', '-c', mount, folder, ...program]
  const { stdout } = await promisify(execFile)('unshare', args, { cwd: root })
  return stdout
}
